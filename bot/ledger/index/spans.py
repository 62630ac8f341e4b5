"""Rows that span bugs and follow from an entry, in its transaction: whose thread a message is, who holds a lock, the switches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.board import BoardCardMade
from bot.bug.bug import Bug
from bot.bug.course import Merged
from bot.bug.event import Event
from bot.bug.fixes.approval import FixRejected
from bot.bug.fixes.asking import FixRefused, FixSecrets
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.run import FixCancelled, FixEnded, FixLapsed, FixReportedDone
from bot.bug.intake import AlertPosted, CardPosted
from bot.bug.keys import fit
from bot.bug.values import Actor
from bot.ledger.codec import canonical, dump_actor
from bot.ledger.db.engine import Database
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import conversations, entries, groups, locks, private, switches, threads
from bot.ledger.index import caps

ENDS = (FixCancelled, FixEnded, FixLapsed, FixRefused, FixRejected, FixReportedDone, FixSettled)

BOARD = "board"
"""In place of a channel: the board's card of a bug."""
RESTORED = "restored"
"""The switch that says when a backup came back."""


async def follow(conn: AsyncConnection, before: Bug, events: Sequence[Event]) -> None:
    """What these entries mean for rows that several bugs share."""
    team, bug = before.ref.team, before.ref.number
    for event in events:
        await caps.give_back(conn, before, event)
        if isinstance(event, AlertPosted | CardPosted):
            row = {"team": team, "channel": event.channel, "ts": event.ts, "bug": bug}
            await conn.execute(upsert(conn, threads).values(row).on_conflict_do_nothing())
        elif isinstance(event, BoardCardMade):
            row = {"team": team, "channel": BOARD, "ts": fit(event.id, 32), "bug": bug}
            await conn.execute(upsert(conn, threads).values(row).on_conflict_do_nothing())
        elif isinstance(event, Merged):
            await _merge(conn, team, bug, event.into)
        elif isinstance(event, FixSettled | FixReportedDone | FixLapsed) or (
            isinstance(event, FixEnded) and event.state != "unknown"
        ):
            await conn.execute(delete(locks).where(locks.c.team == team, locks.c.bug == bug, locks.c.run == event.run))
        if isinstance(event, ENDS) and getattr(event, "state", "") != "unknown":
            await _drop_secrets(conn, team, bug, event.run)


async def _drop_secrets(conn: AsyncConnection, team: str, bug: int, run: int) -> None:
    """Nobody needs them after the outcome; the entry itself says only that there were some."""
    said = and_(entries.c.kind == FixSecrets.KIND, entries.c.body == canonical({"run": run}))
    mine = select(entries.c.seq).where(entries.c.team == team, entries.c.bug == bug, said)
    await conn.execute(delete(private).where(private.c.team == team, private.c.bug == bug, private.c.seq.in_(mine)))


async def _merge(conn: AsyncConnection, team: str, bug: int, into: int) -> None:
    """What arrives for the one goes on to the other."""
    for table in (groups, conversations, threads):
        await conn.execute(update(table).where(table.c.team == team, table.c.bug == bug).values(bug=into))


async def take_lock(conn: AsyncConnection, team: str, target: str, key: str, *, bug: int, run: int, now: float) -> bool:
    """Whether this run now holds that piece of production; one at a time, until its outcome."""
    row = {"team": team, "target": target, "key": fit(key), "bug": bug, "run": run, "at": now}
    await conn.execute(upsert(conn, locks).values(row).on_conflict_do_nothing())
    return await lock_holder(conn, team, target, key) == (bug, run)


async def lock_holder(conn: AsyncConnection, team: str, target: str, key: str) -> tuple[int, int]:
    """(bug, run) that has it."""
    where = and_(locks.c.team == team, locks.c.target == target, locks.c.key == fit(key))
    held = (await conn.execute(select(locks.c.bug, locks.c.run).where(where))).one()
    return held.bug, held.run


@dataclass(frozen=True, slots=True)
class Flags:
    """Named values that people set: freeze, allowed sources of actions."""

    db: Database
    team: str
    clock: Callable[[], float]

    async def set(self, name: str, value: str, by: Actor) -> None:
        row = {"team": self.team, "name": name, "value": value, "by": dump_actor(by), "at": self.clock()}
        async with self.db.write() as conn:
            statement = upsert(conn, switches).values(row)
            changed = {k: row[k] for k in ("value", "by", "at")}
            await conn.execute(statement.on_conflict_do_update(index_elements=["team", "name"], set_=changed))

    async def first(self, name: str, value: str, by: Actor) -> float:
        """When it was set first, in Unix seconds; set now where it never was, and never changed by this."""
        now = self.clock()
        row = {"team": self.team, "name": name, "value": value, "by": dump_actor(by), "at": now}
        async with self.db.read() as conn:
            known = await self.since_in(conn, name)
        if known is not None:
            return known
        async with self.db.write() as conn:
            await conn.execute(upsert(conn, switches).values(row).on_conflict_do_nothing())
            return await self.since_in(conn, name) or now

    async def clear(self, name: str) -> None:
        async with self.db.write() as conn:
            await conn.execute(delete(switches).where(switches.c.team == self.team, switches.c.name == name))

    async def get(self, name: str) -> str | None:
        async with self.db.read() as conn:
            return await self.get_in(conn, name)

    async def get_in(self, conn: AsyncConnection, name: str) -> str | None:
        query = select(switches.c.value).where(switches.c.team == self.team, switches.c.name == name)
        value: str | None = (await conn.execute(query)).scalar()
        return value

    async def since_in(self, conn: AsyncConnection, name: str) -> float | None:
        """When it was set, in Unix seconds."""
        query = select(switches.c.at).where(switches.c.team == self.team, switches.c.name == name)
        at: float | None = (await conn.execute(query)).scalar()
        return at

    async def starting(self, prefix: str) -> dict[str, str]:
        query = select(switches.c.name, switches.c.value).where(
            switches.c.team == self.team, switches.c.name.startswith(prefix)
        )
        async with self.db.read() as conn:
            return {r.name.removeprefix(prefix): r.value for r in await conn.execute(query)}
