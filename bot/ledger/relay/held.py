"""Counts what waits for a system that takes nothing, over all bugs."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db.tables import cursors

TWICE = 2
"""Attempts: once may be chance."""


# each half says what its index says
_WAITS = (
    select(cursors.c.sink, cursors.c.bug, literal(1).label("gave_up")).where(text("gave_up IS NOT NULL")),
    select(cursors.c.sink, cursors.c.bug, literal(0).label("gave_up")).where(
        text(f"attempts >= {TWICE}"), cursors.c.due.is_not(None), cursors.c.gave_up.is_(None)
    ),
)
_HELD = union_all(*(half.where(cursors.c.team == bindparam("team")) for half in _WAITS))
_ALL_HELD = union_all(*_WAITS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A sink's bugs that wait, because they were tried and not taken, or were given up."""

    sink: str
    bugs: tuple[int, ...]
    gave_up: bool


async def held(conn: AsyncConnection, team: str = "") -> list[Held]:
    """By sink; without a team those of all."""
    rows = (await conn.execute(_HELD if team else _ALL_HELD, {"team": team} if team else {})).all()
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
