"""Folds anew, in the background, the states that another version stored: lists find bugs by columns that this one fills."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Integer, String, bindparam, select, tuple_, update

from bot.bug.bug import Bug, Status
from bot.bug.course.course import consequences
from bot.bug.values import BugRef
from bot.ledger import states
from bot.ledger.db.engine import HOOKS
from bot.ledger.db.tables import bugs
from bot.ledger.index.facets import facets
from bot.ledger.ledger import SYSTEM, Ledger
from bot.ledger.shape import UNFOLDED, shape
from bot.ledger.versions import leads

AT_ONCE = 20
"""Bugs in one transaction: a claim that comes meanwhile waits a few milliseconds at most."""
_LAST = 2**31 - 1

_NEXT = (
    select(bugs.c.number, bugs.c.seq, bugs.c.shape)
    .where(
        bugs.c.team == bindparam("team"),
        bugs.c.status.in_(bindparam("statuses", expanding=True)),
        tuple_(bugs.c.shape, bugs.c.number)
        > tuple_(bindparam("after_shape", type_=String), bindparam("after", type_=Integer)),
    )
    .order_by(bugs.c.shape, bugs.c.number)
    .limit(AT_ONCE)
)
# on either side of our own, so that none of the many that are as we fold them is read
_OTHERS = (_NEXT.where(bugs.c.shape < bindparam("ours")), _NEXT.where(bugs.c.shape > bindparam("ours")))
_SAME = (
    bugs.c.team == bindparam("of_team"),
    bugs.c.number == bindparam("of_number"),
    bugs.c.seq == bindparam("of_seq"),
    bugs.c.shape == bindparam("was"),
)

_COLUMNS = ("state", "shape", *facets(Bug(ref=BugRef(team="", number=0))))
_FOLDED = update(bugs).where(*_SAME).values({name: bindparam(name) for name in _COLUMNS})


async def keep_fresh(ledger: Ledger, statuses: Collection[Status] = tuple(Status)) -> int:
    """As `freshen`, unless a newer version runs beside this one: that one does it."""
    return await freshen(ledger, statuses) if await leads(ledger) else 0


async def freshen(ledger: Ledger, statuses: Collection[Status] = tuple(Status)) -> int:
    """How many states were folded anew. What only a newer version can read is left to it."""
    return sum(
        [await _walk(ledger, query, begin, statuses) for query, begin in zip(_OTHERS, ("", shape()), strict=True)]
    )


async def _walk(ledger: Ledger, query: Any, begin: str, statuses: Collection[Status]) -> int:
    place: tuple[str, int] = (begin, _LAST if begin else -1)
    asked = {"team": ledger.team, "statuses": [status.value for status in statuses], "ours": shape()}
    done = 0
    while rows := await _some(ledger, query, asked | {"after_shape": place[0], "after": place[1]}):
        done += await _fold(ledger, rows)
        place = (rows[-1].shape, rows[-1].number)
    return done


async def _some(ledger: Ledger, query: Any, asked: dict[str, Any]) -> Sequence[Any]:
    async with ledger.db.read() as conn:
        return (await conn.execute(query, asked)).all()


async def _fold(ledger: Ledger, rows: Sequence[Any]) -> int:
    were = {row.number: row for row in rows}
    async with ledger.db.read() as conn:
        folded = [bug async for bug, whole in states.all_anew(conn, ledger.team, list(were)) if whole]
    found = [
        {"of_team": ledger.team, "of_number": bug.ref.number, "of_seq": bug.seq, "was": were[bug.ref.number].shape}
        | states.columns(bug)
        for bug in folded
        # somebody has written since: next time
        if bug.seq == were[bug.ref.number].seq
    ]
    if found:
        async with ledger.db.write(HOOKS) as conn:
            await conn.execute(_FOLDED, found)
    for row in found:
        if row["was"] == UNFOLDED:
            await ledger.record(row["of_number"], lambda bug: consequences(bug, ledger.clock()), by=SYSTEM, rank=HOOKS)
    return len(found)
