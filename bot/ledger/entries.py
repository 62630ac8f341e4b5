"""Reads bugs and their trail; never writes."""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import LIVE, Bug, Status
from bot.bug.errors import NotFound, TrailBroken
from bot.bug.lifecycle import KINDS
from bot.bug.values import BugRef
from bot.ledger import chain, codec
from bot.ledger.anchors import Anchored
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
    return [_entry(team, row) for row in takewhile(lambda row: row.kind in KINDS, found)]


async def unknown_after(ledger: Ledger, bug: int, seq: int) -> bool:
    """Whether a newer version wrote something that this one does not know."""
    async with ledger.db.read() as conn:
        found = await conn.execute(_KINDS, {"team": ledger.team, "bug": bug, "seq": seq})
        return not set(found.scalars()) <= KINDS.keys()


async def behind(ledger: Ledger, bug: int, sinks: Iterable[str]) -> dict[str, frozenset[int]]:
    """The entries that each of these sinks follows and has not served yet."""
    mine = and_(cursors.c.team == ledger.team, cursors.c.bug == bug, cursors.c.sink.in_(sinks))
    later = and_(entries.c.team == cursors.c.team, entries.c.bug == cursors.c.bug, entries.c.seq > cursors.c.done)
    query = select(cursors.c.sink, entries.c.seq, entries.c.kind).select_from(cursors.join(entries, later)).where(mine)
    followed = {name: {kind.KIND for kind in interest.kinds} for name, interest in ledger.sinks.items()}
    async with ledger.db.read() as conn:
        rows = (await conn.execute(query)).all()
    return {
        sink: frozenset(row.seq for row in rows if row.sink == sink and row.kind in followed.get(sink, ()))
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


async def verify(ledger: Ledger) -> int:
    """Checks every chain, commitment, head and anchor; returns how many bugs there are. Raises TrailBroken."""
    query = select(bugs.c.number, bugs.c.seq, bugs.c.head).where(bugs.c.team == ledger.team).order_by(bugs.c.number)
    async with ledger.db.snapshot() as conn:
        anchored = await Anchored.read(conn, ledger.team)
        found = (await conn.execute(query)).all()
        for bug in found:
            await _verify_bug(conn, ledger.team, bug, anchored)
        its_bug = and_(bugs.c.team == entries.c.team, bugs.c.number == entries.c.bug)
        strays = select(entries.c.bug).outerjoin(bugs, its_bug).where(entries.c.team == ledger.team)
        stray = (await conn.execute(strays.where(bugs.c.number.is_(None)).limit(1))).scalar()
    if stray is not None:
        raise TrailBroken(f"BUG-{stray} has a trail, but the bug itself is gone.")
    anchored.check(len(found))
    return len(found)


async def _verify_bug(conn: AsyncConnection, team: str, bug: Any, anchored: Anchored) -> None:
    where = and_(entries.c.team == team, entries.c.bug == bug.number)
    rows = [dict(r) for r in (await conn.execute(select(entries).where(where).order_by(entries.c.seq))).mappings()]
    broken = chain.broken_at(rows)
    if broken is not None or len(rows) != bug.seq or (rows[-1]["hash"] if rows else chain.START) != bug.head:
        raise TrailBroken(f"BUG-{bug.number}: entry {broken or len(rows) + 1} is not what was written.")
    for row in rows:
        anchored.see(bug.number, row["seq"], row["hash"])
    commitments = {r["seq"]: r["commitment"] for r in rows}
    secrets = await conn.execute(select(private).where(and_(private.c.team == team, private.c.bug == bug.number)))
    for secret in secrets:
        if chain.commit(secret.salt, secret.body) != commitments.get(secret.seq):
            raise TrailBroken(f"BUG-{bug.number}: the private part of entry {secret.seq} is not what was written.")
