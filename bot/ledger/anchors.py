"""Once a day: one hash over every bug's head and their number, chained to the day before."""

from sqlalchemy import select

from bot.ledger import chain
from bot.ledger.ledger import Ledger
from bot.ledger.numbers import upsert
from bot.ledger.tables import anchors, bugs


async def anchor(ledger: Ledger) -> None:
    """Today's anchor, unless it is there."""
    day = ledger.clock().date().isoformat()
    async with ledger.db.write() as conn:
        last = (
            await conn.execute(
                select(anchors).where(anchors.c.team == ledger.team).order_by(anchors.c.day.desc()).limit(1)
            )
        ).first()
        if last and last.day >= day:
            return
        heads = (await conn.execute(select(bugs.c.number, bugs.c.head).where(bugs.c.team == ledger.team))).all()
        row = {"team": ledger.team, "day": day, "bugs": len(heads), "prev": last.heads if last else chain.START}
        row["heads"] = chain.heads((h.number, h.head) for h in heads)
        await conn.execute(upsert(conn, anchors).values(row).on_conflict_do_nothing())
