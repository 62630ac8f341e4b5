"""Reads bugs and their trail; never writes."""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import LIVE, Bug, Status
from bot.bug.errors import NotFound
from bot.bug.values import BugRef
from bot.ledger import codec
from bot.ledger.db.tables import bugs, cursors, entries, private, threads
from bot.ledger.ledger import Entry, Ledger

SOME = 200

# made once: SQLAlchemy takes twice as long to make a statement as to run it
_STATE = select(bugs.c.state).where(bugs.c.team == bindparam("team"), bugs.c.number == bindparam("number"))
_AFTER = (entries.c.team == bindparam("team"), entries.c.bug == bindparam("bug"), entries.c.seq > bindparam("seq"))
_KINDS = select(entries.c.kind).where(*_AFTER)
_HIDDEN = and_(private.c.team == entries.c.team, private.c.bug == entries.c.bug, private.c.seq == entries.c.seq)
_ENTRIES = (
    select(entries, private.c.body.label("hidden")).select_from(entries.outerjoin(private, _HIDDEN)).where(*_AFTER)
)
_SOME = _ENTRIES.order_by(entries.c.seq).limit(bindparam("most"))
_ALL = _ENTRIES.order_by(entries.c.seq)


async def load(ledger: Ledger, number: int) -> Bug:
    """The bug as it is now. Raises NotFound."""
    async with ledger.db.read() as conn:
        state = (await conn.execute(_STATE, {"team": ledger.team, "number": number})).scalar()
    if state is None:
        raise NotFound(f"There is no BUG-{number}. `/bug list` shows those that are open.")
    return codec.load_bug(state)


async def bug_of_thread(ledger: Ledger, channel: str, ts: str) -> int | None:
    """The bug whose card (or alert) is this message."""
    where = and_(threads.c.team == ledger.team, threads.c.channel == channel, threads.c.ts == ts)
    async with ledger.db.read() as conn:
        return (await conn.execute(select(threads.c.bug).where(where))).scalar()


async def list_bugs(ledger: Ledger, statuses: Iterable[Status] = LIVE, limit: int = SOME) -> list[Bug]:
    """The newest first."""
    where = and_(bugs.c.team == ledger.team, bugs.c.status.in_([s.value for s in statuses]))
    query = select(bugs.c.state).where(where).order_by(bugs.c.number.desc()).limit(limit)
    async with ledger.db.read() as conn:
        return [codec.load_bug(state) for state in (await conn.execute(query)).scalars()]


async def entries_after(ledger: Ledger, bug: int, seq: int, limit: int = SOME) -> list[Entry]:
    """In order; stops before a kind this version does not know, so that no cursor moves over it."""
    async with ledger.db.read() as conn:
        return await entries_in(conn, ledger.team, bug, seq, limit)


async def entries_in(conn: AsyncConnection, team: str, bug: int, seq: int = 0, limit: int | None = None) -> list[Entry]:
    """The same inside a transaction."""
    after = {"team": team, "bug": bug, "seq": seq}
    found = await conn.execute(_SOME, after | {"most": limit}) if limit else await conn.execute(_ALL, after)
    return [_entry(team, row) for row in takewhile(lambda row: codec.knows(row.kind), found)]


async def unknown_after(ledger: Ledger, bug: int, seq: int) -> bool:
    """Whether a newer version wrote something that this one does not know."""
    async with ledger.db.read() as conn:
        found = await conn.execute(_KINDS, {"team": ledger.team, "bug": bug, "seq": seq})
        return not all(map(codec.knows, found.scalars()))


async def behind(ledger: Ledger, bug: int, sinks: Iterable[str]) -> dict[str, frozenset[int]]:
    """The entries that each of these sinks follows and has not served yet."""
    mine = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink.in_(sinks))
    later = and_(entries.c.team == cursors.c.team, entries.c.bug == cursors.c.bug, entries.c.seq > cursors.c.done)
    query = select(cursors.c.sink, entries.c.seq, entries.c.kind).select_from(cursors.join(entries, later)).where(mine)
    followed = {name: {kind.KIND for kind in interest.kinds} for name, interest in ledger.sinks.items()}
    async with ledger.db.read() as conn:
        rows = (await conn.execute(query)).all()
    return {
        sink: frozenset(
            row.seq for row in rows if row.sink == sink and codec.present_kind(row.kind) in followed.get(sink, ())
        )
        for sink in {row.sink for row in rows}
    }


def _entry(team: str, row: Any) -> Entry:
    return Entry(
        bug=BugRef(team=team, number=row.bug),
        seq=row.seq,
        event=codec.load(row.kind, row.body, row.hidden),
        at=datetime.fromisoformat(row.at),
        by=codec.load_actor(row.by),
        key=row.key,
    )


async def trail(ledger: Ledger, bug: int) -> list[Entry]:
    """All of it."""
    await load(ledger, bug)
    found: list[Entry] = []
    while more := await entries_after(ledger, bug, found[-1].seq if found else 0):
        found += more
    return found
