"""After a backup was restored: a person decides about work outside that may have been done already, and each thread says so."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import LIVE
from bot.bug.course.delivery import GaveUp, came_back
from bot.bug.values import Actor
from bot.bug.workspace import BackupRestored
from bot.ledger import workspace
from bot.ledger.db.tables import bugs, cursors
from bot.ledger.ledger import Ledger
from bot.ledger.relay.subscription import REPEAT

OUTBOUND = ("production", "customer", "billing", "letters", "when_works")
"""What acts outside, and what only waits for its time to let something go: the backup may be from within that time."""
SHOWING = ("card", "thread")
"""Where people read of it; a command line wakes no sink by itself."""
WHY = "a backup was restored: look whether this was done before, then try again"


async def hold(ledger: Ledger, by: Actor, why: str = "") -> Sequence[int]:
    """Gives up what is undelivered outside, and says in each thread that goes on from where on it does; the bugs that now wait.

    Cards of live bugs are drawn anew. A bot that runs meanwhile loses its leases on what is given up: it starts nothing more, and
    stops what it is at within a lease's third.
    """
    # the entry first: what it holds back must be explained even where this process dies half-way
    await workspace.record(ledger, lambda _now: BackupRestored(why=why), by=by)
    held = [bug for bug in await _going_on(ledger) if await _hold(ledger, by, bug)]
    await _draw_anew(ledger)
    return held


def _live(ledger: Ledger) -> Any:
    live = bugs.c.status.in_([status.value for status in LIVE])
    return select(bugs.c.number).where(bugs.c.team == ledger.team, live)


def _undone() -> Any:
    return and_(cursors.c.gave_up.is_(None), or_(cursors.c.due.is_not(None), cursors.c.lease > 0))


def _outbound() -> Any:
    return and_(cursors.c.sink.in_(OUTBOUND), _undone())


async def _going_on(ledger: Ledger) -> list[int]:
    """Bugs that are live, and those of which anything is still to be done or shown."""
    waiting = select(cursors.c.bug).where(cursors.c.team == ledger.team, _undone())
    async with ledger.db.read() as conn:
        return sorted((await conn.execute(_live(ledger).union(waiting))).scalars())


async def _hold(ledger: Ledger, by: Actor, bug: int) -> bool:
    """The cursors and the entries that tell of it, together. Whether anything waits now that was not finished just before."""
    place = and_(cursors.c.team == ledger.team, cursors.c.bug == bug)
    async with ledger.db.write() as conn:
        planned = (await ledger.lock(conn, bug)).planned is not None
        # a planned tell waits for an entry, so nothing is due: all the same the lost trail may have let it go
        waits = and_(cursors.c.sink == "when_works", cursors.c.gave_up.is_(None)) if planned else false()
        outbound = select(cursors.c.sink).where(place, or_(_outbound(), waits)).order_by(cursors.c.sink)
        sinks = (await conn.execute(outbound)).scalars().all()
        # a new fence: whoever holds the lease now finds at the next renewal that it is not theirs any more
        given_up = {"gave_up": WHY, "lease": 0, "fence": cursors.c.fence + 1}
        await conn.execute(update(cursors).where(place, cursors.c.sink.in_(sinks)).values(given_up))
        told = [GaveUp(sink=sink, why=WHY) for sink in sinks]
        kept = await _last(conn, ledger, bug)
        await ledger.record_in(conn, bug, lambda now: (*told, *came_back(now, kept)), by=by)
        await _show(ledger, conn, bug)
    return bool(sinks)


async def _last(conn: AsyncConnection, ledger: Ledger, bug: int) -> datetime:
    """When the last entry was written that the backup holds."""
    touched = select(bugs.c.touched).where(bugs.c.team == ledger.team, bugs.c.number == bug)
    return datetime.fromtimestamp((await conn.execute(touched)).scalar_one(), UTC)


async def _draw_anew(ledger: Ledger) -> None:
    """What stands in Slack is from after the backup: each live card looks for itself and is drawn, with time for what is more urgent."""
    place = and_(cursors.c.team == ledger.team, cursors.c.sink == "card", cursors.c.bug.in_(_live(ledger)))
    due = func.coalesce(cursors.c.due, ledger.clock().timestamp())
    async with ledger.db.write() as conn:
        # in doubt, so that each card looks for the message that a later process posted, instead of posting a second one
        await conn.execute(update(cursors).where(place).values(due=due, doubt=1, rank=REPEAT))
        ledger.wake_others(conn)
        await ledger.notify(conn)


async def _show(ledger: Ledger, conn: AsyncConnection, bug: int) -> None:
    shown = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink.in_(SHOWING))
    await conn.execute(update(cursors).where(shown).values(due=ledger.clock().timestamp()))
    ledger.wake_others(conn)
    await ledger.notify(conn)
