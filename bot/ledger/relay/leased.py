"""The right to serve a cursor until a set time, and how whoever writes takes it for the sinks of its own process.

What a process writes its own relay serves next: so the lease is taken in the transaction that makes the cursor due. One commit
stands between a webhook and its card then, and nobody has to look for what is due.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db.tables import cursors

# long enough for a renewal (every 4 s) to fail twice; short enough that a customer is not kept waiting after a crash
LEASE = 12.0
"""Seconds; whoever works longer renews it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    bug: int
    sink: str
    done: int
    rank: int
    attempts: int
    fence: int
    doubt: bool
    external: str

    @staticmethod
    def none() -> "Lease":
        return _NONE

    def __bool__(self) -> bool:
        return self is not _NONE


_NONE = Lease(bug=0, sink="", done=0, rank=0, attempts=0, fence=0, doubt=False, external="")
# a lease that ran out was cut off: it is left to whoever looks at what is due, with its doubt
_TAKE = (
    update(cursors)
    .where(
        cursors.c.team == bindparam("of_team"),
        cursors.c.bug == bindparam("of_bug"),
        cursors.c.sink.in_(bindparam("sinks", expanding=True)),
        cursors.c.due <= bindparam("now"),
        # not "or ran out": see above
        cursors.c.lease == 0,
        cursors.c.gave_up.is_(None),
    )
    .values(lease=bindparam("until"), fence=cursors.c.fence + 1)
    .returning(*(cursors.c[name] for name in ("bug", "sink", "done", "rank", "attempts", "fence", "doubt", "external")))
)


async def take_own(
    conn: AsyncConnection, team: str, bug: int, sinks: Collection[str], *, now: float, seconds: float
) -> list[Lease]:
    """Of these sinks the leases that are free, inside the transaction that made their cursors due and holds the bug's lock."""
    asked: dict[str, Any] = {"of_team": team, "of_bug": bug, "sinks": sorted(sinks), "now": now, "until": now + seconds}
    rows = (await conn.execute(_TAKE, asked)).mappings()
    # SQLite has no booleans: it gives back 0 and 1
    return [Lease(**{**row, "doubt": bool(row["doubt"])}) for row in rows]
