"""Reads bugs and their trail; never writes."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import LIVE, Bug, Status
from bot.bug.errors import NotFound
from bot.bug.event import Event
from bot.bug.values import BugRef
from bot.ledger import codec, states
from bot.ledger.db.tables import bugs, cursors, entries, private, threads
from bot.ledger.ledger import Entry, Ledger

SOME = 200
PORTION = 500
"""Bugs that are read at once where there are many."""
ALL = 1_000_000
"""As many as there are: where one person is alone, nobody ever sees what they did."""

# made once: SQLAlchemy takes twice as long to make a statement as to run it
_STATE = select(*states.STATE).where(bugs.c.team == bindparam("team"), bugs.c.number == bindparam("number"))
_AT = select(entries.c.at).where(
    entries.c.team == bindparam("team"), entries.c.bug == bindparam("bug"), entries.c.seq == bindparam("seq")
)
_AFTER = (entries.c.team == bindparam("team"), entries.c.bug == bindparam("bug"), entries.c.seq > bindparam("seq"))
_HIDDEN = and_(private.c.team == entries.c.team, private.c.bug == entries.c.bug, private.c.seq == entries.c.seq)
_ENTRIES = (
    select(entries, private.c.body.label("hidden")).select_from(entries.outerjoin(private, _HIDDEN)).where(*_AFTER)
)
_SOME = _ENTRIES.order_by(entries.c.seq).limit(bindparam("most"))
_ALL = _ENTRIES.order_by(entries.c.seq)
_OF_THREAD = select(threads.c.bug).where(
    threads.c.team == bindparam("team"), threads.c.channel == bindparam("channel"), threads.c.ts == bindparam("ts")
)
_LATER_THAN = and_(entries.c.team == cursors.c.team, entries.c.bug == cursors.c.bug, entries.c.seq > cursors.c.done)
_BEHIND = (
    select(cursors.c.sink, entries.c.seq, entries.c.kind)
    .select_from(cursors.join(entries, _LATER_THAN))
    .where(
        cursors.c.team == bindparam("team"),
        cursors.c.bug == bindparam("bug"),
        cursors.c.sink.in_(bindparam("sinks", expanding=True)),
    )
)
_MINE = bugs.c.team == bindparam("team")
_NEWEST = select(*states.STATE).where(_MINE).order_by(bugs.c.number.desc()).limit(bindparam("most"))
# each says what its index says
_TOLD = _NEWEST.where(text("told > 0"))
_UNSEEN = _NEWEST.where(text("unseen > 0"))
_WAITING = select(*states.STATE).where(_MINE, text("waits IS NOT NULL"))
_OWNED = select(*states.STATE).where(_MINE, bugs.c.owner == bindparam("user"))
_OWED = select(*states.STATE).where(_MINE, text("debtor IS NOT NULL"))
_LISTS: Mapping[str, Any] = {
    "waiting": _WAITING.order_by(bugs.c.waits, bugs.c.number),
    "mine": _OWNED.order_by(bugs.c.number.desc()),
    "owed": _OWED.order_by(bugs.c.number),
}
_PAGES = {name: query.limit(bindparam("most")).offset(bindparam("past")) for name, query in _LISTS.items()}
_SIZES = {name: select(func.count()).select_from(query.order_by(None).subquery()) for name, query in _LISTS.items()}
_COUNT = select(func.count()).select_from(bugs).where(_MINE, bugs.c.status.in_(bindparam("statuses", expanding=True)))
_BEGAN, _LATER = bugs.c.began < bindparam("until"), bugs.c.touched >= bindparam("since")
_WITHIN = (
    select(bugs.c.number)
    .where(_MINE, _BEGAN, _LATER, or_(bugs.c.began >= bindparam("since"), bugs.c.gave > 0))
    .order_by(bugs.c.number)
)
_STATES = (
    select(*states.STATE).where(_MINE, bugs.c.number.in_(bindparam("bugs", expanding=True))).order_by(bugs.c.number)
)
_OF_KINDS = (
    select(entries, private.c.body.label("hidden"))
    .select_from(entries.outerjoin(private, _HIDDEN))
    .where(
        entries.c.team == bindparam("team"),
        entries.c.bug.in_(bindparam("bugs", expanding=True)),
        entries.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(entries.c.bug, entries.c.seq)
)


async def load(ledger: Ledger, number: int) -> Bug:
    """The bug as it is now. Raises NotFound; Newer where a newer version wrote what this one can't read."""
    async with ledger.db.read() as conn:
        return await states.known(conn, ledger.team, await _row(conn, ledger, number))


async def roughly(ledger: Ledger, number: int) -> Bug:
    """The same, and where a newer version wrote to it as far as this one understands. Raises NotFound."""
    async with ledger.db.read() as conn:
        return (await states.read(conn, ledger.team, await _row(conn, ledger, number))).bug


async def _row(conn: AsyncConnection, ledger: Ledger, number: int) -> states.Stored:
    row: Any = (await conn.execute(_STATE, {"team": ledger.team, "number": number})).first()
    if row is None:
        raise NotFound(f"There is no BUG-{number}. `/bug list` shows those that are open.")
    found: states.Stored = row
    return found


async def written_at(ledger: Ledger, bug: int, seq: int) -> datetime | None:
    """When this entry was written; None where there is none. After a restored backup its number comes again, its time does not."""
    async with ledger.db.read() as conn:
        at = (await conn.execute(_AT, {"team": ledger.team, "bug": bug, "seq": seq})).scalar()
    return datetime.fromisoformat(at) if at else None


async def bug_of_thread(ledger: Ledger, channel: str, ts: str) -> int | None:
    """The bug whose card (or alert) is this message."""
    async with ledger.db.read() as conn:
        asked = {"team": ledger.team, "channel": channel, "ts": ts}
        return (await conn.execute(_OF_THREAD, asked)).scalar()


async def list_bugs(ledger: Ledger, statuses: Iterable[Status] = LIVE, limit: int = SOME, past: int = 0) -> list[Bug]:
    """The newest first, `past` of them left out."""
    asked = {"team": ledger.team, "most": limit + past}
    async with ledger.db.read() as conn:
        found = await conn.execute(_newest(tuple(sorted(statuses))), asked)
        return await states.shown(conn, ledger.team, found.all()[past:])


@lru_cache(maxsize=64)
def _newest(statuses: tuple[Status, ...]) -> Any:
    """The newest of each status by its index, and of these the newest: nothing else is read, however many bugs there are."""
    mine = bugs.c.team == bindparam("team")
    each = (
        select(bugs.c.number)
        .where(mine, bugs.c.status == status.value)
        .order_by(bugs.c.number.desc())
        .limit(bindparam("most"))
        .subquery()
        for status in statuses
    )
    numbers = union_all(*(select(one.c.number) for one in each))
    return (
        select(*states.STATE)
        .where(mine, bugs.c.number.in_(numbers))
        .order_by(bugs.c.number.desc())
        .limit(bindparam("most"))
    )


async def some_of(ledger: Ledger, which: str, user: str, limit: int, past: int = 0) -> tuple[list[Bug], int]:
    """Live bugs, and how many there are.

    "waiting": whose customer waits longest first; "mine": the newest first; "owed": the oldest first.
    """
    asked = {"team": ledger.team, "user": user, "most": limit, "past": past}
    async with ledger.db.read() as conn:
        found = await states.shown(conn, ledger.team, await conn.execute(_PAGES[which], asked))
        return found, int((await conn.execute(_SIZES[which], asked)).scalar_one())


async def told_of(ledger: Ledger) -> list[Bug]:
    """Those that are worked on and of which people told, not a tracker; the newest first."""
    return await _found(ledger, _TOLD)


async def unseen(ledger: Ledger, most: int = SOME) -> list[Bug]:
    """Those with something that was done alone and that nobody else has seen yet, whatever became of them; the newest first."""
    return await _found(ledger, _UNSEEN, most=most)


async def _found(ledger: Ledger, query: Any, most: int = SOME) -> list[Bug]:
    async with ledger.db.read() as conn:
        found = await conn.execute(query, {"team": ledger.team, "most": most})
        return await states.shown(conn, ledger.team, found)


async def count(ledger: Ledger, statuses: Iterable[Status]) -> int:
    """How many bugs there are in these states."""
    async with ledger.db.read() as conn:
        asked = {"team": ledger.team, "statuses": [status.value for status in statuses]}
        return int((await conn.execute(_COUNT, asked)).scalar_one())


async def trails_within(
    ledger: Ledger, since: datetime, until: datetime, kinds: Collection[type[Event]]
) -> AsyncIterator[tuple[Bug, list[Entry]]]:
    """Each bug that began between the two, or that was alive then and promised something to a customer; by number.

    With its entries of these kinds: a bug has many others, and to read them is most of the time.
    """
    asked = {"team": ledger.team, "since": since.timestamp(), "until": until.timestamp()}
    wanted = codec.stored_kinds(kinds)
    async with ledger.db.snapshot() as conn:
        numbers = (await conn.execute(_WITHIN, asked)).scalars().all()
        for first in range(0, len(numbers), PORTION):
            some = {"team": ledger.team, "bugs": numbers[first : first + PORTION]}
            found = await states.shown(conn, ledger.team, await conn.execute(_STATES, some))
            rows = await conn.execute(_OF_KINDS, some | {"kinds": wanted})
            its = {number: list(of) for number, of in groupby(rows, key=lambda row: row.bug)}
            for bug in found:
                every = (_entry(ledger.team, row) for row in its.get(bug.ref.number, ()))
                yield bug, [entry for entry in every if entry]


async def entries_after(ledger: Ledger, bug: int, seq: int, limit: int = SOME) -> list[Entry]:
    """In order; stops before what only a newer version can read, so that no cursor moves over it."""
    async with ledger.db.read() as conn:
        return await entries_in(conn, ledger.team, bug, seq, limit)


async def entries_in(conn: AsyncConnection, team: str, bug: int, seq: int = 0, limit: int | None = None) -> list[Entry]:
    """The same inside a transaction."""
    after = {"team": team, "bug": bug, "seq": seq}
    found = await conn.execute(_SOME, after | {"most": limit}) if limit else await conn.execute(_ALL, after)
    known: list[Entry] = []
    for row in found:
        entry = _entry(team, row)
        if entry is None:
            break
        known.append(entry)
    return known


async def behind(ledger: Ledger, bug: int, sinks: Iterable[str]) -> dict[str, frozenset[int]]:
    """The entries that each of these sinks follows and has not served yet."""
    followed = {name: {kind.KIND for kind in interest.kinds} for name, interest in ledger.sinks.items()}
    async with ledger.db.read() as conn:
        asked = {"team": ledger.team, "bug": bug, "sinks": list(sinks)}
        rows = (await conn.execute(_BEHIND, asked)).all()
    return {
        sink: frozenset(
            row.seq for row in rows if row.sink == sink and codec.present_kind(row.kind) in followed.get(sink, ())
        )
        for sink in {row.sink for row in rows}
    }


@lru_cache(maxsize=1024)
def _ref(team: str, number: int) -> BugRef:
    return BugRef(team=team, number=number)


def _entry(team: str, row: Any) -> Entry | None:
    """None where only a newer version can read it."""
    event = codec.read(row.kind, row.body, row.hidden)
    if event is None:
        return None
    return Entry(
        bug=_ref(team, row.bug),
        seq=row.seq,
        event=event,
        at=datetime.fromisoformat(row.at),
        by=codec.load_actor(row.by),
        key=row.key,
    )


async def trail(ledger: Ledger, bug: int) -> list[Entry]:
    """All of it."""
    await load(ledger, bug)
    found: list[Entry] = []
    while more := await entries_after(ledger, bug, found[-1].seq if found else 0):
        found += more
    return found
