"""Reads bugs and their trail; never writes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from bot.domain.bug import LIVE, Bug, Status
from bot.domain.errors import NotFound, TrailBroken
from bot.domain.kinds import KINDS
from bot.domain.values import BugRef
from bot.ledger import chain, codec
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.tables import anchors, bugs, entries, private, threads

SOME = 200


async def load(ledger: Ledger, number: int) -> Bug:
    """The bug as it is now. Raises NotFound."""
    query = select(bugs.c.state).where(bugs.c.team == ledger.team, bugs.c.number == number)
    async with ledger.db.read() as conn:
        state = (await conn.execute(query)).scalar()
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
    joined = entries.outerjoin(
        private, and_(private.c.team == entries.c.team, private.c.bug == entries.c.bug, private.c.seq == entries.c.seq)
    )
    where = and_(entries.c.team == ledger.team, entries.c.bug == bug, entries.c.seq > seq)
    query = select(entries, private.c.body.label("hidden")).select_from(joined).where(where)
    found = []
    async with ledger.db.read() as conn:
        for row in await conn.execute(query.order_by(entries.c.seq).limit(limit)):
            if row.kind not in KINDS:
                break
            found.append(_entry(ledger.team, row))
    return found


async def unknown_after(ledger: Ledger, bug: int, seq: int) -> bool:
    """Whether a newer version wrote something that this one does not know."""
    where = and_(entries.c.team == ledger.team, entries.c.bug == bug, entries.c.seq > seq)
    async with ledger.db.read() as conn:
        return not set((await conn.execute(select(entries.c.kind).where(where))).scalars()) <= KINDS.keys()


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
    async with ledger.db.read() as conn:
        rows = (
            await conn.execute(
                select(bugs.c.number, bugs.c.head).where(bugs.c.team == ledger.team).order_by(bugs.c.number)
            )
        ).all()
        for bug in rows:
            await _verify_bug(conn, ledger.team, bug.number, bug.head)
        newest = (
            await conn.execute(
                select(anchors).where(anchors.c.team == ledger.team).order_by(anchors.c.day.desc()).limit(1)
            )
        ).first()
    if newest and newest.bugs > len(rows):
        raise TrailBroken(
            f"The anchor of {newest.day} counts {newest.bugs} bugs, there are {len(rows)}: some are gone."
        )
    return len(rows)


async def _verify_bug(conn: Any, team: str, number: int, head: str) -> None:
    where = and_(entries.c.team == team, entries.c.bug == number)
    rows = [dict(r._mapping) for r in await conn.execute(select(entries).where(where).order_by(entries.c.seq))]  # noqa: SLF001 - SQLAlchemy's public name
    broken = chain.broken_at(rows)
    if broken is not None or (rows[-1]["hash"] if rows else chain.START) != head:
        raise TrailBroken(f"BUG-{number}: entry {broken or len(rows)} is not what was written.")
    commitments = {r["seq"]: r["commitment"] for r in rows}
    secrets = await conn.execute(select(private).where(and_(private.c.team == team, private.c.bug == number)))
    for row in secrets:
        if chain.commit(row.salt, row.body) != commitments.get(row.seq):
            raise TrailBroken(f"BUG-{number}: the private part of entry {row.seq} is not what was written.")
