"""Leases a cursor to one process, guarded by a fencing token. What was cut off is served again after a pause, in doubt."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db.engine import SINKS
from bot.ledger.db.tables import bugs, cursors
from bot.ledger.ledger import Ledger
from bot.ledger.relay.leased import Lease
from bot.ledger.relay.subscription import WAITED

AGEING = 15.0
"""Seconds of waiting that weigh as much as one rank: whatever is urgent, the rest comes too."""
SOON = 60.0
"""Seconds: what is due later is asked again, where the clock may have been set back."""


# made once: SQLAlchemy takes twice as long to make a statement as to run it
_BUG = (bugs.c.team == bindparam("of_team"), bugs.c.number == bindparam("of_bug"))
_HEAD = select(bugs.c.seq).where(*_BUG)
_HEAD_LOCKED = _HEAD.with_for_update()
_CURSOR = (
    cursors.c.team == bindparam("of_team"),
    cursors.c.bug == bindparam("of_bug"),
    cursors.c.sink == bindparam("of_sink"),
)
_FENCE = select(cursors.c.fence).where(*_CURSOR).with_for_update()
_LEASE = update(cursors).where(*_CURSOR).values(lease=bindparam("lease"), fence=bindparam("fence"))
_PLACE = tuple_(cursors.c.bug, cursors.c.sink)
_STILL = (
    cursors.c.team == bindparam("of_team"),
    tuple_(cursors.c.bug, cursors.c.sink, cursors.c.fence).in_(bindparam("held", expanding=True)),
    # not one of 0: see `renew`
    cursors.c.lease > 0,
)
# nobody is waited for: who writes several cursors of a bug locks them in another order, and that would be a deadlock
_FREE = select(cursors.c.bug, cursors.c.sink).where(*_STILL).with_for_update(skip_locked=True)
_RENEW = (
    update(cursors)
    .where(cursors.c.team == bindparam("of_team"), _PLACE.in_(_FREE))
    .values(lease=bindparam("until"))
    .returning(cursors.c.bug, cursors.c.sink)
)
# in doubt: the one who had it may have posted, mailed or booked just before it went silent. The fence rises with it, so
# that the old holder, if it still lives, can move nothing any more.
_CUT_OFF = {"lease": 0, "doubt": 1, "fence": cursors.c.fence + 1, "attempts": cursors.c.attempts + 1}
_TAKE_AWAY = update(cursors).where(*_CURSOR).values(**_CUT_OFF, due=bindparam("later"))


@dataclass(frozen=True, slots=True)
class Taken:
    """`more`: sinks of which more was due than there were places, or may have been."""

    leases: tuple[Lease, ...] = ()
    more: frozenset[str] = frozenset()
    late: tuple[str, ...] = ()
    """The sinks of leases that ran out and were taken away, one for each."""


async def take(ledger: Ledger, free: Mapping[str, int], below: Mapping[str, int], seconds: float) -> Taken:
    """The most urgent due cursors, at most as many as there are free places.

    A lease that ran out is only taken away: whoever had it may have called out a moment ago, or not know yet that it is over (a
    clock that jumped). It is due half a lease later, when they have asked for it in vain, and what they sent has arrived.
    `below`: of this sink only what is more urgent than this rank, for the rest has to wait.
    """
    now = ledger.clock().timestamp()
    ranks = {f"below_{name}": below[name] for name in free if name in below}
    named = {"of_team": ledger.team, "now": now, "longest": now + SOON + seconds}
    asked = {**named, "sinks": list(free), **ranks}
    is_due, due = _due(tuple(name for name in free if name in below))
    # a read first: on SQLite a write would take the turn of somebody's press, once a second and mostly for nothing
    if not free or not await _any(ledger, is_due, asked):
        return Taken()
    most = sum(free.values())
    async with ledger.db.write(SINKS) as conn:
        rows = (await conn.execute(due, asked | {"most": most})).all()
        chosen, over, left = [], set(free if len(rows) == most else ()), dict(free)
        # a row with a lease among those that are due is one whose holder let it run out
        late = [{**_of(ledger, row), "later": now + seconds / 2} for row in rows if row.lease > 0]
        await conn.execute(_TAKE_AWAY, late) if late else None
        for row in rows:
            if row.lease:
                continue
            if left[row.sink]:
                left[row.sink] -= 1
                chosen.append(row)
            else:
                over.add(row.sink)
        leased = [{**_of(ledger, row), "lease": now + seconds, "fence": row.fence + 1} for row in chosen]
        await conn.execute(_LEASE, leased) if leased else None
    gone = tuple(row.sink for row in rows if row.lease)
    return Taken(leases=tuple(_lease(row) for row in chosen), more=frozenset(over), late=gone)


async def _any(ledger: Ledger, is_due: Any, asked: Mapping[str, Any]) -> bool:
    async with ledger.db.read() as conn:
        return (await conn.execute(is_due, asked)).first() is not None


@lru_cache(maxsize=64)
def _due(scarce: tuple[str, ...]) -> tuple[Any, Any]:
    """Whether any cursor is due, and those that are; of a scarce sink only what is more urgent."""
    # said so, the index of what is due tells it all: however many wait for what is scarce, none of their rows is read
    urgent = (or_(cursors.c.sink != name, cursors.c.rank < bindparam(f"below_{name}")) for name in scarce)
    due = (
        cursors.c.team == bindparam("of_team"),
        cursors.c.sink.in_(bindparam("sinks", expanding=True)),
        cursors.c.due <= bindparam("now"),
        *urgent,
        # nobody holds a lease for so long: it is from before the clock was set back
        or_(cursors.c.lease <= bindparam("now"), cursors.c.lease > bindparam("longest")),
        cursors.c.gave_up.is_(None),
    )
    aged = cursors.c.due + AGEING * cursors.c.rank
    first = select(cursors).where(*due).order_by(cursors.c.rank > WAITED, aged).limit(bindparam("most"))
    return select(cursors.c.bug).where(*due).limit(1), first.with_for_update(skip_locked=True)


def _lease(row: Any) -> Lease:
    return Lease(
        bug=row.bug,
        sink=row.sink,
        done=row.done,
        rank=row.rank,
        attempts=row.attempts,
        fence=row.fence + 1,
        doubt=bool(row.doubt),
        external=row.external,
    )


def _place(ledger: Ledger, bug: int, sink: str) -> Any:
    return and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink == sink)


def _of(ledger: Ledger, cursor: Any) -> dict[str, Any]:
    """A row or a lease, as the statements above name it."""
    return {"of_team": ledger.team, "of_bug": cursor.bug, "of_sink": cursor.sink}


def _mine(ledger: Ledger, lease: Lease) -> Any:
    return and_(_place(ledger, lease.bug, lease.sink), cursors.c.fence == lease.fence)


async def held(conn: AsyncConnection, ledger: Ledger, lease: Lease) -> bool:
    """Whether nobody has taken over; locks the bug, then the cursor (the order of every writer) until the transaction ends."""
    await _head(conn, ledger, lease.bug, lock=True)
    row = (await conn.execute(_FENCE, _of(ledger, lease))).first()
    return row is not None and row.fence == lease.fence


async def move(
    conn: AsyncConnection,
    ledger: Ledger,
    lease: Lease,
    done: int,
    external: Mapping[str, Any] | None,
    again_in: float | None,
    seconds: float,
    *,
    doubt: bool = False,
) -> Lease:
    """The cursor stands at `done`; the lease goes on for the next entry, or ends where the sink asked for a pause.

    `doubt`: it is served by half, and what an earlier attempt may have done is not known yet.
    """
    values: dict[str, Any] = {"done": done, "attempts": 0, "doubt": int(doubt)}
    text = lease.external if external is None else json.dumps(external)
    if text != lease.external:
        values["external"] = text
    now = ledger.clock().timestamp()
    values["lease"] = now + seconds
    if again_in is not None:
        # something came while the sink was at work, and made nothing due because the lease was held
        behind = await _head(conn, ledger, lease.bug) > done
        values |= {"lease": 0, "due": now if behind else now + again_in}
    await _set(conn, ledger, lease, values)
    return replace(lease, done=done, attempts=0, doubt=doubt, external=text)


async def _head(conn: AsyncConnection, ledger: Ledger, bug: int, *, lock: bool = False) -> int:
    this = {"of_team": ledger.team, "of_bug": bug}
    return int((await conn.execute(_HEAD_LOCKED if lock else _HEAD, this)).scalar_one())


async def renew(ledger: Ledger, lease: Lease, seconds: float) -> bool:
    """Renew the lease; False if somebody has taken it over. One row in a transaction, so that it waits for nobody but its own."""
    values = {"lease": ledger.clock().timestamp() + seconds}
    async with ledger.db.write(SINKS) as conn:
        # a lease of 0 was given back by its own task a moment ago: to renew it would keep the bug from everybody for 12
        # s
        result = await conn.execute(update(cursors).where(_mine(ledger, lease), cursors.c.lease > 0).values(values))
    return bool(result.rowcount)


async def renew_all(ledger: Ledger, held: Collection[Lease], seconds: float) -> set[tuple[int, str]]:
    """Which bugs and sinks were renewed, all in one statement. What is missing was taken over, or somebody writes it just now."""
    asked = {
        "of_team": ledger.team,
        "held": [(lease.bug, lease.sink, lease.fence) for lease in held],
        "until": ledger.clock().timestamp() + seconds,
    }
    async with ledger.db.write(SINKS) as conn:
        return {(row.bug, row.sink) for row in await conn.execute(_RENEW, asked)}


async def awaken(ledger: Ledger, pause: float) -> None:
    """The clock may have been set back: what is due later than soon is asked again after a pause. Whoever is early waits again."""
    now = ledger.clock().timestamp()
    async with ledger.db.write(SINKS) as conn:
        far = and_(cursors.c.team == ledger.team, cursors.c.due > now + SOON)
        # no harm where a sink is asked too early: it says again when it wants to be asked
        await conn.execute(update(cursors).where(far).values(due=now + pause))
        held = and_(cursors.c.team == ledger.team, cursors.c.lease > now + SOON)
        await conn.execute(update(cursors).where(held).values(lease=now + pause))


async def lost(ledger: Ledger, lease: Lease, pause: float) -> None:
    """Whoever held this lease stood still and may have sent something after it was over: whoever has it by now looks once more."""
    soon = ledger.clock().timestamp() + pause
    # one more than the present holder knows of, so that its end does not take the doubt with it
    doubt = case((cursors.c.lease > 0, cursors.c.doubt + 1), else_=1)
    gone = and_(_place(ledger, lease.bug, lease.sink), cursors.c.fence > lease.fence, cursors.c.gave_up.is_(None))
    async with ledger.db.write(SINKS) as conn:
        await conn.execute(update(cursors).where(gone).values(doubt=doubt, due=soon))


async def abandoned(ledger: Ledger, pause: float) -> None:
    """The only process starts: whatever is leased was cut off, and what it sent last may still be on its way."""
    now = ledger.clock().timestamp()
    async with ledger.db.write(SINKS) as conn:
        mine = and_(cursors.c.team == ledger.team, cursors.c.lease > 0)
        await conn.execute(update(cursors).where(mine).values(**_CUT_OFF, due=now + pause))


async def rest(ledger: Ledger, lease: Lease, *, done: int) -> None:
    """Nothing left to do: not due until something new is written (which may be just now)."""
    async with ledger.db.write(SINKS) as conn:
        # locked: an entry that is being written just now would find the cursor still leased, and nobody would come back
        # for it
        head = await _head(conn, ledger, lease.bug, lock=True)
        # a cut-off was about what came next; nothing did, so whatever is written from now on was never begun
        values = {"done": done, "lease": 0, "attempts": 0, "doubt": 0}
        await _set(conn, ledger, lease, values if head > done else values | {"due": None})


async def later(
    ledger: Ledger,
    lease: Lease,
    pause: float | None,
    *,
    failed: bool = False,
    forgiven: bool = False,
    doubt: bool = False,
    seen: int | None = None,
) -> None:
    """Due again after the pause; at once where the trail has gone on past `seen` meanwhile. None: it keeps its place.

    `forgiven`: failures before it hold it back no more, so that what is written next makes it due.
    """
    values: dict[str, Any] = {"lease": 0, "doubt": int(doubt or lease.doubt)}
    if pause is not None:
        values["due"] = ledger.clock().timestamp() + pause
    if failed or forgiven:
        values["attempts"] = lease.attempts + 1 if failed else 0
    async with ledger.db.write(SINKS) as conn:
        if seen is not None and await _head(conn, ledger, lease.bug, lock=True) > seen:
            values["due"] = ledger.clock().timestamp()
        await _set(conn, ledger, lease, values)


async def keep(ledger: Ledger, lease: Lease, external: Mapping[str, Any]) -> None:
    """What the sink has done so far of one entry; the cursor stays."""
    async with ledger.db.write(SINKS) as conn:
        await _set(conn, ledger, lease, {"external": json.dumps(external)})


async def give_up(conn: AsyncConnection, ledger: Ledger, lease: Lease, why: str) -> None:
    # the doubt stays: whoever tries again in a month still looks first
    await _set(conn, ledger, lease, {"lease": 0, "gave_up": why[:1000], "doubt": int(lease.doubt)})


async def _set(conn: AsyncConnection, ledger: Ledger, lease: Lease, values: dict[str, Any]) -> None:
    """Unless somebody has taken over."""
    mine = {**_of(ledger, lease), "of_fence": lease.fence}
    known = {"known": int(lease.doubt)} if _KEPT.keys() & values.keys() else {}
    await conn.execute(_setting(tuple(sorted(values))), mine | known | values)


# a doubt of which the holder of the lease knows nothing came meanwhile (`lost`): it stays, and so does its time
_NEWS = cursors.c.doubt > bindparam("known")
_KEPT = {
    "doubt": case((_NEWS, 1), else_=bindparam("doubt")),
    "due": case((_NEWS, cursors.c.due), else_=bindparam("due")),
}


@lru_cache(maxsize=64)
def _setting(names: tuple[str, ...]) -> Any:
    mine = update(cursors).where(*_CURSOR, cursors.c.fence == bindparam("of_fence"))
    return mine.values({name: _KEPT.get(name, bindparam(name)) for name in names})


async def try_again_in(conn: AsyncConnection, ledger: Ledger, bug: int, sink: str) -> None:
    """Another try, from where it stopped; it looks first."""
    values = {"gave_up": None, "attempts": 0, "doubt": 1, "due": ledger.clock().timestamp(), "lease": 0}
    await conn.execute(update(cursors).where(_place(ledger, bug, sink)).values(values))
    ledger.wake_others(conn)
    ledger.db.after_commit(conn, ledger.wakes.wake)


async def external(ledger: Ledger, bug: int, sink: str) -> dict[str, Any]:
    """What the sink keeps of the world: the card's channel and ts, the board card's id."""
    query = select(cursors.c.external).where(_place(ledger, bug, sink))
    async with ledger.db.read() as conn:
        text = (await conn.execute(query)).scalar()
    found: dict[str, Any] = json.loads(text) if text else {}
    return found
