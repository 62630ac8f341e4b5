"""Counts what waits for a system that takes nothing, over all bugs."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db.tables import cursors

TWICE = 2
"""Attempts: once may be chance."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A sink's bugs that wait, because they were tried and not taken, or were given up."""

    sink: str
    bugs: tuple[int, ...]
    gave_up: bool


async def held(conn: AsyncConnection, team: str = "") -> list[Held]:
    """By sink; without a team those of all."""
    waits = or_(cursors.c.gave_up.is_not(None), and_(cursors.c.attempts >= TWICE, cursors.c.due.is_not(None)))
    query = select(cursors.c.sink, cursors.c.bug, cursors.c.gave_up.is_not(None).label("gave_up")).where(waits)
    rows = (await conn.execute(query.where(cursors.c.team == team) if team else query)).all()
    kinds = sorted({(row.sink, bool(row.gave_up)) for row in rows})
    return [
        Held(
            sink=sink,
            gave_up=gave_up,
            bugs=tuple(sorted(r.bug for r in rows if (r.sink, bool(r.gave_up)) == (sink, gave_up))),
        )
        for sink, gave_up in kinds
    ]


def bugs_of(found: Iterable[Held]) -> tuple[int, ...]:
    return tuple(sorted({bug for one in found for bug in one.bugs}))
