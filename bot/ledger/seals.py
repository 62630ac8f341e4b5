"""Seals the trails: a running hash over all of them, carried on within two seconds of each entry (five after the process died that did it).

Nobody who writes waits for it: entries are written first, and sealed by the one process whose turn it is. What was sealed can't be cut
from the end of a trail, nor a whole bug left out, without the seals showing it. What is younger than the newest seal can.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import chain
from bot.ledger.db.engine import HOOKS
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import bugs, entries, seals, workspaces
from bot.ledger.heads import Head, Statement, heads
from bot.ledger.ledger import Ledger
from bot.ledger.rows import WORKSPACE, as_stored

MARGIN = 60.0
"""Seconds before the last seal in which is looked again: a transaction may commit late, and clocks of processes differ.
Whatever slips through is named by the next daily anchor, which looks at every bug."""
NEAR = 120
"""So many of the newest seals say what is sealed already. A place that is sealed twice does no harm."""


async def seal(ledger: Ledger) -> None:
    """The next seal, if anything was written since the last. Where two processes do so at once, one of them has made it."""
    async with ledger.db.read() as conn:
        # asked without a write first: this runs every second, and mostly nothing is new
        if await _next(conn, ledger) is None:
            return
    # by the lowest rank: nobody waits for a seal
    async with ledger.db.write(HOOKS) as conn:
        row = await _next(conn, ledger)
        if row:
            # two processes may have made the same number; the loser's entries are younger than that seal, so the next
            # one has them
            await conn.execute(upsert(conn, seals).values(row).on_conflict_do_nothing())


async def _next(conn: AsyncConnection, ledger: Ledger) -> dict[str, Any] | None:
    team, now = ledger.team, as_stored(ledger.clock())
    newest = select(seals).where(seals.c.team == team).order_by(seals.c.number.desc()).limit(NEAR)
    near = (await conn.execute(newest)).all()
    known: dict[int, int] = {}
    for row in reversed(near):
        known |= dict(_statement(row).places)
    # the clock may have been set back since the last seal
    since = min(datetime.fromisoformat(near[0].at), now).timestamp() - MARGIN if near else None
    moved = [head for head in await _touched(conn, team, since) if known.get(head.number) != head.seq]
    if not moved:
        return None
    count = (await conn.execute(select(func.max(bugs.c.number)).where(bugs.c.team == team))).scalar() or 0
    number, at = (near[0].number + 1 if near else 1), now.isoformat(timespec="milliseconds")
    made = Statement.of(f"{number} {at}", near[0].heads if near else chain.START, count, moved)
    stored = {"bugs": made.bugs, "seqs": made.seqs, "prev": made.prev, "heads": made.heads}
    return {"team": team, "number": number, "at": at, **stored}


async def _touched(conn: AsyncConnection, team: str, since: float | None) -> list[Head]:
    """The heads of the trails that went on since then, in Unix seconds; all of them where that is None."""
    if since is None:
        return await heads(conn, team)
    mine = select(bugs.c.number, bugs.c.seq, bugs.c.head).where(bugs.c.team == team, bugs.c.touched >= since)
    found = [Head(*row) for row in await conn.execute(mine.order_by(bugs.c.number))]
    last = and_(entries.c.team == team, entries.c.bug == WORKSPACE, entries.c.seq == workspaces.c.seq)
    own = select(workspaces.c.seq, workspaces.c.head, entries.c.at).join(entries, last).where(workspaces.c.team == team)
    row = (await conn.execute(own)).first()
    recent = row is not None and datetime.fromisoformat(row.at).timestamp() >= since
    return [Head(WORKSPACE, row.seq, row.head), *found] if row is not None and recent else found


async def stated(conn: AsyncConnection, team: str) -> list[Statement]:
    """All seals, in order."""
    found = await conn.execute(select(seals).where(seals.c.team == team).order_by(seals.c.number))
    return [_statement(row) for row in found]


def _statement(row: Any) -> Statement:
    return Statement(f"{row.number} {row.at}", f"Seal {row.number} ({row.at})", row.bugs, row.seqs, row.prev, row.heads)
