"""After a backup was restored: a person decides about work outside that may have been done already."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import LIVE
from bot.bug.delivery import GaveUp
from bot.bug.values import Actor
from bot.bug.workspace import BackupRestored
from bot.ledger import workspace
from bot.ledger.db.tables import bugs, cursors
from bot.ledger.ledger import Ledger
from bot.ledger.relay.subscription import REPEAT

OUTBOUND = ("production", "customer", "billing")
SHOWING = ("card", "thread")
"""Where people read of it; a command line wakes no sink by itself."""
WHY = "a backup was restored: look whether this was done before, then try again"


async def hold(ledger: Ledger, by: Actor, why: str = "") -> Sequence[int]:
    """Gives up every cursor that has something undelivered, and has the cards of all live bugs drawn anew; the bugs that now wait.

    A bot that runs meanwhile loses its leases on them: it starts nothing more, and stops what it is at within a lease's third.
    """
    # the entry first: what it holds back must be explained even where this process dies half-way
    await workspace.record(ledger, lambda _now: BackupRestored(why=why), by=by)
    query = select(cursors.c.bug, cursors.c.sink).where(cursors.c.team == ledger.team, _undone())
    async with ledger.db.read() as conn:
        rows = (await conn.execute(query.order_by(cursors.c.bug, cursors.c.sink))).all()
    held = sorted({row.bug for row in rows if await _give_up(ledger, by, row.bug, row.sink)})
    await _draw_anew(ledger)
    return held


def _undone() -> Any:
    wanted = or_(cursors.c.due.is_not(None), cursors.c.lease > 0)
    return and_(cursors.c.sink.in_(OUTBOUND), cursors.c.gave_up.is_(None), wanted)


async def _give_up(ledger: Ledger, by: Actor, bug: int, sink: str) -> bool:
    """The cursor and the entry that tells of it, together; not where its work was finished just now."""
    async with ledger.db.write() as conn:
        await ledger.lock(conn, bug)
        place = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink == sink)
        # a new fence: whoever holds the lease now finds at the next renewal that it is not theirs any more
        held = {"gave_up": WHY, "lease": 0, "fence": cursors.c.fence + 1}
        found = await conn.execute(update(cursors).where(place, _undone()).values(held))
        if found.rowcount:
            await ledger.record_in(conn, bug, lambda _bug: GaveUp(sink=sink, why=WHY), by=by)
            await _show(ledger, conn, bug)
        return bool(found.rowcount)


async def _draw_anew(ledger: Ledger) -> None:
    """What stands in Slack is from after the backup: each live card looks for itself and is drawn, with time for what is more urgent."""
    live = select(bugs.c.number).where(bugs.c.team == ledger.team, bugs.c.status.in_([status.value for status in LIVE]))
    place = and_(cursors.c.team == ledger.team, cursors.c.sink == "card", cursors.c.bug.in_(live))
    due = func.coalesce(cursors.c.due, ledger.clock().timestamp())
    async with ledger.db.write() as conn:
        # in doubt, so that each card looks for the message that a later process posted, instead of posting a second one
        await conn.execute(update(cursors).where(place).values(due=due, doubt=1, rank=REPEAT))
        await ledger.notify(conn)


async def _show(ledger: Ledger, conn: AsyncConnection, bug: int) -> None:
    shown = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink.in_(SHOWING))
    await conn.execute(update(cursors).where(shown).values(due=ledger.clock().timestamp()))
    await ledger.notify(conn)
