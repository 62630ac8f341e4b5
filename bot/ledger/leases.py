"""A lease on a cursor: who serves it now, guarded by a fencing token; an expired one is taken over with doubt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db import SINKS
from bot.ledger.ledger import Ledger
from bot.ledger.tables import bugs, cursors

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


async def take(ledger: Ledger, free: Mapping[str, int], below: Mapping[str, int], seconds: float) -> list[Lease]:
    """The most urgent due cursors, at most as many as there are free places; a lease that ran out was cut off: doubt.

    `below`: of this sink only what is more urgent than this rank, for the rest has to wait.
    """
    now = ledger.clock().timestamp()
    ours = (and_(cursors.c.sink == name, cursors.c.rank < below[name]) for name in free if name in below)
    due = and_(
        cursors.c.team == ledger.team,
        or_(cursors.c.sink.in_([name for name in free if name not in below]), *ours),
        cursors.c.due <= now,
        cursors.c.lease <= now,
        cursors.c.parked.is_(None),
    )
    if not free or not await _any(ledger, due):
        return []
    query = select(cursors).where(due).order_by(cursors.c.rank, cursors.c.due).limit(sum(free.values()))
    async with ledger.db.write(SINKS) as conn:
        rows = (await conn.execute(query.with_for_update(skip_locked=True))).all()
        chosen, left = [], dict(free)
        for row in rows:
            if left[row.sink]:
                left[row.sink] -= 1
                chosen.append(row)
        for row in chosen:
            values = {"lease": now + seconds, "fence": row.fence + 1}
            await conn.execute(update(cursors).where(_place(ledger, row.bug, row.sink)).values(values))
    return [_lease(row) for row in chosen]


async def _any(ledger: Ledger, due: Any) -> bool:
    async with ledger.db.read() as conn:
        return (await conn.execute(select(cursors.c.bug).where(due).limit(1))).first() is not None


def _lease(row: Any) -> Lease:
    return Lease(
        bug=row.bug,
        sink=row.sink,
        done=row.done,
        rank=row.rank,
        attempts=row.attempts,
        fence=row.fence + 1,
        doubt=bool(row.doubt) or row.lease > 0,
        external=row.external,
    )


def _place(ledger: Ledger, bug: int, sink: str) -> Any:
    return and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink == sink)


def _mine(ledger: Ledger, lease: Lease) -> Any:
    return and_(_place(ledger, lease.bug, lease.sink), cursors.c.fence == lease.fence)


async def held(conn: AsyncConnection, ledger: Ledger, lease: Lease) -> bool:
    """Whether nobody has taken over; locks the bug, then the cursor (the order of every writer) until the transaction ends."""
    await _head(conn, ledger, lease.bug, lock=True)
    row = (
        await conn.execute(select(cursors.c.fence).where(_place(ledger, lease.bug, lease.sink)).with_for_update())
    ).first()
    return row is not None and row.fence == lease.fence


async def move(
    conn: AsyncConnection,
    ledger: Ledger,
    lease: Lease,
    done: int,
    external: Mapping[str, Any] | None,
    again_in: float | None,
    seconds: float,
) -> Lease:
    """The cursor stands at `done`; the lease goes on for the next entry, or ends where the sink asked for a pause."""
    values: dict[str, Any] = {"done": done, "attempts": 0, "doubt": 0}
    text = lease.external if external is None else json.dumps(external)
    if text != lease.external:
        values["external"] = text
    now = ledger.clock().timestamp()
    values["lease"] = now + seconds
    if again_in is not None:
        behind = await _head(conn, ledger, lease.bug) > done
        values |= {"lease": 0, "due": now if behind else now + again_in}
    await conn.execute(update(cursors).where(_mine(ledger, lease)).values(values))
    return replace(lease, done=done, attempts=0, doubt=False, external=text)


async def _head(conn: AsyncConnection, ledger: Ledger, bug: int, *, lock: bool = False) -> int:
    query = select(bugs.c.seq).where(bugs.c.team == ledger.team, bugs.c.number == bug)
    return int((await conn.execute(query.with_for_update() if lock else query)).scalar_one())


async def renew(ledger: Ledger, lease: Lease, seconds: float) -> bool:
    """Whoever is still at it keeps it; False for one that was taken over meanwhile. One row a transaction: nobody waits in a ring."""
    values = {"lease": ledger.clock().timestamp() + seconds}
    async with ledger.db.write(SINKS) as conn:
        result = await conn.execute(update(cursors).where(_mine(ledger, lease), cursors.c.lease > 0).values(values))
    return bool(result.rowcount)


async def abandoned(ledger: Ledger, pause: float) -> None:
    """The only process starts: whatever is leased was cut off, and what it sent last may still be on its way."""
    now = ledger.clock().timestamp()
    async with ledger.db.write(SINKS) as conn:
        mine = and_(cursors.c.team == ledger.team, cursors.c.lease > now + pause)
        await conn.execute(update(cursors).where(mine).values(lease=now + pause))


async def rest(ledger: Ledger, lease: Lease, *, done: int) -> None:
    """Nothing left to do: not due until something new is written (which may be just now)."""
    async with ledger.db.write(SINKS) as conn:
        head = await _head(conn, ledger, lease.bug, lock=True)
        more = case((or_(cursors.c.done < head), cursors.c.due), else_=None) if head > done else None
        values = {"done": done, "lease": 0, "attempts": 0, "due": more}
        await conn.execute(update(cursors).where(_mine(ledger, lease)).values(values))


async def later(
    ledger: Ledger, lease: Lease, pause: float, *, failed: bool = False, doubt: bool = False, seen: int | None = None
) -> None:
    """Due again after the pause; at once where the trail has gone on past `seen` meanwhile."""
    values: dict[str, Any] = {"lease": 0, "due": ledger.clock().timestamp() + pause, "doubt": int(doubt or lease.doubt)}
    if failed:
        values["attempts"] = lease.attempts + 1
    async with ledger.db.write(SINKS) as conn:
        if seen is not None and await _head(conn, ledger, lease.bug, lock=True) > seen:
            values["due"] = ledger.clock().timestamp()
        await conn.execute(update(cursors).where(_mine(ledger, lease)).values(values))


async def park(conn: AsyncConnection, ledger: Ledger, lease: Lease, why: str) -> None:
    values = {"lease": 0, "parked": why[:1000], "doubt": int(lease.doubt)}
    await conn.execute(update(cursors).where(_mine(ledger, lease)).values(values))


async def unpark_in(conn: AsyncConnection, ledger: Ledger, bug: int, sink: str) -> None:
    """Another try, from where it stopped; it looks first."""
    values = {"parked": None, "attempts": 0, "doubt": 1, "due": ledger.clock().timestamp(), "lease": 0}
    await conn.execute(update(cursors).where(_place(ledger, bug, sink)).values(values))


async def external(ledger: Ledger, bug: int, sink: str) -> dict[str, Any]:
    """What the sink keeps of the world: the card's channel and ts, the board card's id."""
    query = select(cursors.c.external).where(_place(ledger, bug, sink))
    async with ledger.db.read() as conn:
        text = (await conn.execute(query)).scalar()
    found: dict[str, Any] = json.loads(text) if text else {}
    return found
