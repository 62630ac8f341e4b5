"""Anchors the trail once a day: the heads of all trails and one hash over them, chained to the day before."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import chain
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import anchors
from bot.ledger.heads import Statement, heads
from bot.ledger.ledger import Ledger
from bot.ledger.rows import WORKSPACE


async def anchor(ledger: Ledger) -> None:
    """Today's anchor, unless it is there; it names the trails that went on since the one before."""
    day = ledger.clock().date().isoformat()
    async with ledger.db.write() as conn:
        before = await stated(conn, ledger.team)
        # a clock that was set back must not make a second anchor for a day that has one
        if before and before[-1].label >= day:
            return
        row = await _next(conn, ledger.team, before, day)
        values = {"day": day, "bugs": row.bugs, "seqs": row.seqs, "prev": row.prev, "heads": row.heads}
        await conn.execute(upsert(conn, anchors).values(team=ledger.team, **values).on_conflict_do_nothing())


async def _next(conn: AsyncConnection, team: str, before: list[Statement], day: str) -> Statement:
    now = await heads(conn, team)
    # only what went on since: a workspace with thousands of closed bugs keeps small anchors
    known = {number: seq for row in before for number, seq in row.places}
    moved = [head for head in now if known.get(head.number) != head.seq]
    count = sum(head.number != WORKSPACE for head in now)
    return Statement.of(day, before[-1].heads if before else chain.START, count, moved)


async def stated(conn: AsyncConnection, team: str) -> list[Statement]:
    """All anchors, in order."""
    found = await conn.execute(select(anchors).where(anchors.c.team == team).order_by(anchors.c.day))
    return [Statement(r.day, f"The anchor of {r.day}", r.bugs, r.seqs, r.prev, r.heads) for r in found]
