"""After a backup came back: what it still wants done outside may have been done already, so a person decides."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select, update

from bot.domain.events import Parked
from bot.domain.values import Actor
from bot.ledger.ledger import Ledger
from bot.ledger.spans import Switches
from bot.ledger.tables import bugs, cursors

OUTBOUND = ("production", "customer", "billing")
SHOWING = ("card", "thread")
"""Where people read of it; a command line wakes no sink by itself."""
WHY = "a backup was restored: look whether this was done before, then try again"
SWITCH = "restored"


async def hold(ledger: Ledger, by: Actor) -> Sequence[int]:
    """Parks every cursor that has something undelivered; the bugs that now wait. No bot may run meanwhile."""
    mine = and_(cursors.c.team == ledger.team, cursors.c.sink.in_(OUTBOUND), cursors.c.parked.is_(None))
    its_bug = and_(bugs.c.team == cursors.c.team, bugs.c.number == cursors.c.bug)
    undone = or_(cursors.c.due.is_not(None), cursors.c.lease > 0)
    query = select(cursors.c.bug, cursors.c.sink).join(bugs, its_bug).where(mine, undone)
    async with ledger.db.read() as conn:
        rows = (await conn.execute(query.order_by(cursors.c.bug, cursors.c.sink))).all()
    for row in rows:
        await _park(ledger, by, row.bug, row.sink)
    await Switches(ledger.db, ledger.team, lambda: ledger.clock().timestamp()).set(SWITCH, WHY, by)
    return sorted({row.bug for row in rows})


async def _park(ledger: Ledger, by: Actor, bug: int, sink: str) -> None:
    """The cursor and the entry that tells of it, together."""
    async with ledger.db.write() as conn:
        await ledger.record_in(conn, bug, lambda _bug: Parked(sink=sink, why=WHY), by=by)
        place = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink == sink)
        await conn.execute(update(cursors).where(place).values(parked=WHY, lease=0))
        shown = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink.in_(SHOWING))
        await conn.execute(update(cursors).where(shown).values(due=ledger.clock().timestamp()))
        await ledger.notify(conn)
