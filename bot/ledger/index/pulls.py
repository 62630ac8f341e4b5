"""Which pull request names which bug, following the entries in their transaction; and how the checks of commits stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course.course import Merged
from bot.bug.debt.pull import Check, Checks, ChecksChange
from bot.bug.debt.pulls import PullSeen
from bot.bug.event import Event
from bot.bug.keys import fit
from bot.ledger.db.engine import HOOKS, Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import bugs, checks, pulls, reverts

KEPT = timedelta(days=60)
"""How long the checks of a commit are known."""
NAMED = 3
"""Failed checks that are named."""


class Linked(NamedTuple):
    """A pull request and a bug that it names."""

    pull: str
    bug: int


async def follow(conn: AsyncConnection, before: Bug, events: Sequence[Event]) -> None:
    """What these entries mean for what the forges tell later."""
    for event in events:
        match event:
            case PullSeen():
                await _link(conn, before, event)
            case Merged(into=into):
                await _merge(conn, before, into)


async def _link(conn: AsyncConnection, bug: Bug, event: PullSeen) -> None:
    place = {"team": bug.ref.team, "pull": fit(event.pull.key, 120), "bug": bug.ref.number}
    head = {"forge": event.forge, "head": event.head[:80]}
    row = upsert(conn, pulls).values(place | head)
    await conn.execute(row.on_conflict_do_update(index_elements=list(place), set_=head))


async def _merge(conn: AsyncConnection, bug: Bug, into: int) -> None:
    """They are the other bug's now; the one that names both is so already."""
    mine = and_(pulls.c.team == bug.ref.team, pulls.c.bug == bug.ref.number)
    both = select(pulls.c.pull).where(pulls.c.team == bug.ref.team, pulls.c.bug == into)
    await conn.execute(delete(pulls).where(mine, pulls.c.pull.in_(both.scalar_subquery())))
    await conn.execute(update(pulls).where(mine).values(bug=into))


async def bugs_of(db: Database, team: str, keys: Iterable[str]) -> set[int]:
    """The bugs that these pull requests are known to name."""
    names = [fit(key, 120) for key in keys]
    async with db.read() as conn:
        found = await conn.execute(select(pulls.c.bug).where(pulls.c.team == team, pulls.c.pull.in_(names)))
        return set(found.scalars())


async def take_back(db: Database, team: str, pull: str, by: str) -> None:
    """A pull request that is merged takes another one back, of which nothing may be known yet."""
    async with db.write(HOOKS) as conn:
        row = upsert(conn, reverts).values(team=team, pull=fit(pull, 120), by=fit(by, 120))
        await conn.execute(row.on_conflict_do_nothing())


async def taken_back(db: Database, team: str, pull: str, beside: frozenset[str] = frozenset()) -> bool:
    """Whether a merged one takes it back that is not taken back itself. `beside`: those that were asked for already."""
    mine = (reverts.c.team == team, reverts.c.pull == fit(pull, 120))
    async with db.read() as conn:
        by = set((await conn.execute(select(reverts.c.by).where(*mine))).scalars()) - beside
    return any([not await taken_back(db, team, one, beside | by) for one in sorted(by)])


async def of_head(db: Database, team: str, forge: str, head: str) -> list[Linked]:
    """The pull requests whose newest commit this is."""
    query = select(pulls.c.pull, pulls.c.bug).where(
        pulls.c.team == team, pulls.c.forge == forge, pulls.c.head == head[:80]
    )
    async with db.read() as conn:
        return [Linked(row.pull, row.bug) for row in (await conn.execute(query.order_by(pulls.c.bug))).all()]


async def there(db: Database, team: str, numbers: Iterable[int]) -> set[int]:
    """Those of these bugs that exist."""
    async with db.read() as conn:
        found = await conn.execute(select(bugs.c.number).where(bugs.c.team == team, bugs.c.number.in_(list(numbers))))
        return set(found.scalars())


async def keep(db: Database, team: str, told: ChecksChange, now: datetime) -> None:
    """Each check as the newest delivery has it: what was delayed on its way changes nothing."""
    async with db.write(HOOKS) as conn:
        for check in told.checks:
            await conn.execute(_kept(conn, team, told, check, now))


def _kept(conn: AsyncConnection, team: str, told: ChecksChange, check: Check, now: datetime) -> Any:
    place = {"team": team, "forge": told.forge, "head": told.head[:80], "name": fit(check.name)}
    stands = {"shown": check.shown[:200], "state": check.state, "at": check.at.timestamp(), "kept": now.timestamp()}
    row = upsert(conn, checks).values(place | stands)
    newer = checks.c.at < row.excluded.at
    # a quick check begins and ends within the same second: what has ended does not run
    ended = and_(checks.c.at == row.excluded.at, or_(row.excluded.state != "running", checks.c.state == "running"))
    return row.on_conflict_do_update(index_elements=list(place), set_=stands, where=or_(newer, ended))


async def stand(db: Database, team: str, forge: str, head: str) -> tuple[Checks, tuple[str, ...]]:
    """How many checks of the commit stand how, and the names of those that failed."""
    mine = (checks.c.team == team, checks.c.forge == forge, checks.c.head == head[:80])
    query = select(checks.c.name, checks.c.shown, checks.c.state).where(*mine).order_by(checks.c.shown)
    async with db.read() as conn:
        rows = (await conn.execute(query)).all()
    alone = {row.name.partition(":")[0] for row in rows if not row.name.endswith(":")}
    # of an app whose runs are known, the sum of its runs says nothing more
    one = [row for row in rows if not (row.name.endswith(":") and row.name[:-1] in alone)]
    failed = tuple(row.shown for row in one if row.state == "failed")
    counted = {state: sum(row.state == state for row in one) for state in ("running", "passed")}
    return Checks(failed=len(failed), **counted), failed


async def tidy(db: Database, team: str, now: datetime) -> None:
    async with db.write(HOOKS) as conn:
        old = checks.c.kept < (now - KEPT).timestamp()
        await conn.execute(delete(checks).where(checks.c.team == team, old))
