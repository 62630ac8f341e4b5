"""Writes the workspace's own trail, under number 0, with the same chain, anchors and private rows as a bug's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.values import Actor
from bot.bug.workspace import Workspace, WorkspaceEvent, follow
from bot.ledger import chain, codec, rows, states
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import entries, private, workspaces
from bot.ledger.ledger import Ledger
from bot.ledger.shape import UNFOLDED, shape

Decide = Callable[[Workspace], WorkspaceEvent | None]

_STATE = select(workspaces.c.state, workspaces.c.shape, workspaces.c.seq, workspaces.c.head).where(
    workspaces.c.team == bindparam("of_team")
)
_LOCK = _STATE.with_for_update()


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceEntry:
    """One fact of the workspace's trail."""

    seq: int
    event: WorkspaceEvent
    at: datetime
    by: Actor
    key: str | None = None


class _Locked(NamedTuple):
    """`whole`: every entry is known here; where not, only what this version understands is in it."""

    now: Workspace
    head: str
    whole: bool


async def load(ledger: Ledger) -> Workspace:
    """As it is now; a workspace of which nobody decided anything yet is blank.

    Raises Newer where a newer version wrote what this one can't read: what may run hangs on it.
    """
    async with ledger.db.read() as conn:
        return await load_in(conn, ledger.team)


async def load_in(conn: AsyncConnection, team: str) -> Workspace:
    """The same inside a transaction."""
    row = (await conn.execute(_STATE, {"of_team": team})).first()
    return _known(await _read(conn, team, row)) if row else Workspace(team=team)


async def _read(conn: AsyncConnection, team: str, row: Any) -> _Locked:
    if row.shape == shape():
        return _Locked(codec.load_workspace(row.state), row.head, whole=True)
    trail = await trail_in(conn, team)
    return _Locked(replace(refold(team, trail), seq=row.seq), row.head, whole=len(trail) == row.seq)


def _known(locked: _Locked) -> Workspace:
    if not locked.whole:
        raise states.newer("This workspace's trail")
    return locked.now


async def record(ledger: Ledger, decide: Decide, *, by: Actor, key: str | None = None) -> Workspace:
    """Decides on the present state and writes what follows; a key that was used before writes nothing."""
    async with ledger.db.write() as conn:
        return await record_in(conn, ledger, decide, by=by, key=key)


async def record_in(
    conn: AsyncConnection, ledger: Ledger, decide: Decide, *, by: Actor, key: str | None = None
) -> Workspace:
    """The same inside a transaction that somebody else opened. Whoever locks a bug too locks it first."""
    locked = await _lock(conn, ledger)
    before, head, whole = locked
    # under the lock, as with a bug: the same key at the same time decides once
    event = decide(before) if not key or await ledger.used(conn, key) is None else None
    if not (event and event.ALWAYS):
        _known(locked)
    if event is None:
        return before
    now = rows.as_stored(ledger.clock())
    after = follow(before, event, now, by)
    place = rows.Place(ledger.team, rows.WORKSPACE, after.seq)
    row, hidden = rows.rows(place, event, now, by, key, head, ledger.keep)
    await conn.execute(rows.APPEND, [row])
    await conn.execute(rows.HIDE, [hidden]) if hidden else None
    mine = workspaces.c.team == ledger.team
    values = {"seq": after.seq, "head": row["hash"], **columns(after)}
    if not whole:  # the state stays as the newer version left it, and says that it lags behind
        values = {"seq": after.seq, "head": row["hash"], "shape": UNFOLDED}
    await conn.execute(update(workspaces).where(mine).values(values))
    return after


def columns(now: Workspace) -> dict[str, str]:
    """What is stored of a workspace that was folded here."""
    return {"state": codec.dump_workspace(now), "shape": shape()}


async def _lock(conn: AsyncConnection, ledger: Ledger) -> _Locked:
    """The row that every writer of this trail waits for; made by the first of them."""
    blank = Workspace(team=ledger.team)
    first = {"team": ledger.team, "seq": 0, "head": chain.START, **columns(blank)}
    # a row that is not there can't be locked
    await conn.execute(upsert(conn, workspaces).values(first).on_conflict_do_nothing())
    row = (await conn.execute(_LOCK, {"of_team": ledger.team})).one()
    return await _read(conn, ledger.team, row)


async def trail(ledger: Ledger, last: int | None = None) -> list[WorkspaceEntry]:
    """All of it, or the newest entries; in order. What only a newer version can read is left out."""
    async with ledger.db.read() as conn:
        return await trail_in(conn, ledger.team, last)


async def trail_in(conn: AsyncConnection, team: str, last: int | None = None) -> list[WorkspaceEntry]:
    """The same inside a transaction."""
    hidden = and_(private.c.team == entries.c.team, private.c.bug == entries.c.bug, private.c.seq == entries.c.seq)
    query = select(entries, private.c.body.label("hidden")).select_from(entries.outerjoin(private, hidden))
    mine = query.where(entries.c.team == team, entries.c.bug == rows.WORKSPACE)
    found = (await conn.execute(mine.order_by(entries.c.seq.desc()).limit(last))).all()
    return [entry for row in reversed(found) if (entry := _entry(row))]


def _entry(row: Any) -> WorkspaceEntry | None:
    event = codec.read_of_workspace(row.kind, row.body, row.hidden)
    if event is None:
        return None
    return WorkspaceEntry(
        seq=row.seq,
        event=event,
        at=datetime.fromisoformat(row.at),
        by=codec.load_actor(row.by),
        key=row.key,
    )


def refold(team: str, trail: list[WorkspaceEntry]) -> Workspace:
    """The workspace as its entries tell it."""
    now = Workspace(team=team)
    for entry in trail:
        now = follow(now, entry.event, entry.at, entry.by)
    return now
