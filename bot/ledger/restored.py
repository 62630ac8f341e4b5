"""After a backup was restored: a person decides about work outside that may have been done already."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.delivery import GaveUp
from bot.bug.values import Actor
from bot.bug.workspace import BackupRestored
from bot.ledger import workspace
from bot.ledger.db.tables import cursors
from bot.ledger.ledger import Ledger

OUTBOUND = ("production", "customer", "billing")
SHOWING = ("card", "thread")
"""Where people read of it; a command line wakes no sink by itself."""
WHY = "a backup was restored: look whether this was done before, then try again"


async def hold(ledger: Ledger, by: Actor, why: str = "") -> Sequence[int]:
    """Gives up every cursor that has something undelivered; the bugs that now wait.

    A bot that runs meanwhile loses its leases on them: it starts nothing more, and stops what it is at within a lease's third.
    """
    await workspace.record(ledger, lambda _now: BackupRestored(why=why), by=by)
    query = select(cursors.c.bug, cursors.c.sink).where(cursors.c.team == ledger.team, _undone())
    async with ledger.db.read() as conn:
        rows = (await conn.execute(query.order_by(cursors.c.bug, cursors.c.sink))).all()
    return sorted({row.bug for row in rows if await _give_up(ledger, by, row.bug, row.sink)})


def _undone() -> Any:
    wanted = or_(cursors.c.due.is_not(None), cursors.c.lease > 0)
    return and_(cursors.c.sink.in_(OUTBOUND), cursors.c.gave_up.is_(None), wanted)


async def _give_up(ledger: Ledger, by: Actor, bug: int, sink: str) -> bool:
    """The cursor and the entry that tells of it, together; not where its work was finished just now."""
    async with ledger.db.write() as conn:
        await ledger.lock(conn, bug)
        place = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink == sink)
        held = {"gave_up": WHY, "lease": 0, "fence": cursors.c.fence + 1}
        found = await conn.execute(update(cursors).where(place, _undone()).values(held))
        if found.rowcount:
            await ledger.record_in(conn, bug, lambda _bug: GaveUp(sink=sink, why=WHY), by=by)
            await _show(ledger, conn, bug)
        return bool(found.rowcount)


async def _show(ledger: Ledger, conn: AsyncConnection, bug: int) -> None:
    shown = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink.in_(SHOWING))
    await conn.execute(update(cursors).where(shown).values(due=ledger.clock().timestamp()))
    await ledger.notify(conn)
