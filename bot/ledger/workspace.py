"""Writes the workspace's own trail, under number 0, with the same chain, anchors and private rows as a bug's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.values import Actor
from bot.bug.workspace import Workspace, WorkspaceEvent, follow
from bot.ledger import chain, codec, rows
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import entries, private, workspaces
from bot.ledger.ledger import Ledger

Decide = Callable[[Workspace], WorkspaceEvent | None]

_STATE = select(workspaces.c.state, workspaces.c.head).where(workspaces.c.team == bindparam("of_team"))
_LOCK = _STATE.with_for_update()


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceEntry:
    """One fact of the workspace's trail."""

    seq: int
    event: WorkspaceEvent
    at: datetime
    by: Actor
    key: str | None = None


async def load(ledger: Ledger) -> Workspace:
    """As it is now; a workspace of which nobody decided anything yet is blank."""
    async with ledger.db.read() as conn:
        return await load_in(conn, ledger.team)


async def load_in(conn: AsyncConnection, team: str) -> Workspace:
    """The same inside a transaction."""
    row = (await conn.execute(_STATE, {"of_team": team})).first()
    return codec.load_workspace(row.state) if row else Workspace(team=team)


async def record(ledger: Ledger, decide: Decide, *, by: Actor, key: str | None = None) -> Workspace:
    """Decides on the present state and writes what follows; a key that was used before writes nothing."""
    async with ledger.db.write() as conn:
        return await record_in(conn, ledger, decide, by=by, key=key)


async def record_in(
    conn: AsyncConnection, ledger: Ledger, decide: Decide, *, by: Actor, key: str | None = None
) -> Workspace:
    """The same inside a transaction that somebody else opened. Whoever locks a bug too locks it first."""
    before, head = await _lock(conn, ledger)
    # under the lock, as with a bug: the same key at the same time decides once
    event = decide(before) if not key or await ledger.used(conn, key) is None else None
    if event is None:
        return before
    now = rows.as_stored(ledger.clock())
    after = follow(before, event, now, by)
    place = rows.Place(ledger.team, rows.WORKSPACE, after.seq)
    row, hidden = rows.rows(place, event, now, by, key, head)
    await conn.execute(rows.APPEND, [row])
    await conn.execute(rows.HIDE, [hidden]) if hidden else None
    mine = workspaces.c.team == ledger.team
    values = {"seq": after.seq, "head": row["hash"], "state": codec.dump_workspace(after)}
    await conn.execute(update(workspaces).where(mine).values(values))
    return after


async def _lock(conn: AsyncConnection, ledger: Ledger) -> tuple[Workspace, str]:
    """The row that every writer of this trail waits for; made by the first of them."""
    blank = Workspace(team=ledger.team)
    first = {"team": ledger.team, "seq": 0, "head": chain.START, "state": codec.dump_workspace(blank)}
    # a row that is not there can't be locked
    await conn.execute(upsert(conn, workspaces).values(first).on_conflict_do_nothing())
    row = (await conn.execute(_LOCK, {"of_team": ledger.team})).one()
    return codec.load_workspace(row.state), row.head


async def trail(ledger: Ledger, last: int | None = None) -> list[WorkspaceEntry]:
    """All of it, or the newest entries; in order. An entry of a kind that only a newer version knows is left out."""
    async with ledger.db.read() as conn:
        return await trail_in(conn, ledger.team, last)


async def trail_in(conn: AsyncConnection, team: str, last: int | None = None) -> list[WorkspaceEntry]:
    """The same inside a transaction."""
    hidden = and_(private.c.team == entries.c.team, private.c.bug == entries.c.bug, private.c.seq == entries.c.seq)
    query = select(entries, private.c.body.label("hidden")).select_from(entries.outerjoin(private, hidden))
    mine = query.where(entries.c.team == team, entries.c.bug == rows.WORKSPACE)
    found = (await conn.execute(mine.order_by(entries.c.seq.desc()).limit(last))).all()
    return [_entry(row) for row in reversed(found) if codec.knows_of_workspace(row.kind)]


def _entry(row: Any) -> WorkspaceEntry:
    return WorkspaceEntry(
        seq=row.seq,
        event=codec.load_of_workspace(row.kind, row.body, row.hidden),
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
