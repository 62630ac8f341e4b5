"""Two relays serve one bug while people write, the clock jumps past leases and heartbeats come late, in whatever order their steps come.

Each entry has its outcome once, whoever calls out a second time knows that somebody may have done so before, and nothing is forgotten.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.debt.board import BoardCardMade
from bot.ledger.db import sqlite_driver
from bot.ledger.db.tables import cursors
from bot.ledger.ledger import Ledger
from bot.ledger.relay import lease as leases
from bot.ledger.relay.leased import Lease
from bot.ledger.relay.relay import Relay
from bot.ledger.relay.sink import Served, Work
from tests.parts.ledger.sinks import SAID, Scribe, follows
from tests.support.steps import LONG, Cue, Disk, Explored, Play, Strike, explore, hasty
from tests.support.stores import Store, cursor, of_kind, open_bug, said

Plant = Callable[[Any, str, Any], None]


@dataclass
class Caller:
    """Calls out for each thing said, and tells of it."""

    name: str = "scribe"
    interest = SAID
    slots: int = 4
    calls: list[tuple[int, bool]] = field(default_factory=list)
    """Which entry, and whether an earlier call was feared."""

    async def serve(self, work: Work) -> Served:
        assert work.entry
        self.calls.append((work.entry.seq, work.doubt))
        await asyncio.sleep(0)
        return Served(outcomes=(BoardCardMade(id=f"{work.entry.seq}", url="https://board.test"),))


class Relays:
    """On PostgreSQL each has connections of its own, as two processes have; a SQLite file belongs to one."""

    def __init__(self, url: str) -> None:
        self.store, self.caller, self.plays = Store(url), Caller(), 0
        self.ledgers = [self._ledger()] * 2 if self.store.sqlite else [self._ledger(), self._ledger()]

    def _ledger(self) -> Ledger:
        found = self.store.ledger({self.caller.name: self.caller.interest})
        if self.store.sqlite:
            hasty(found.db)
        return found

    async def play(self) -> Play:
        self.plays += 1
        self.caller.calls.clear()
        self.bug = await open_bug(self.ledgers[0], f"The menu fails {self.plays}")
        await said(self.ledgers[0], self.bug, "a")
        sinks = {self.caller.name: self.caller}
        self.relays = [Relay(ledger, sinks) for ledger in self.ledgers]
        early, late, again, beat, news = Cue(), Cue(), Cue(), Cue(), Cue()
        first, second = self.relays
        tasks = [
            early.begins(self._serves(first)),
            late.begins(self._serves(second)),
            again.begins(self._serves(second)),
            beat.begins(first._holding._renew_all()),
            news.begins(said(self.ledgers[1], self.bug, "b")),
        ]
        comes: list[Strike] = [early, news, self._jumps(13), late, self._jumps(7), again, beat]
        return Play(tasks=tasks, judge=self._judge, comes=comes, sockets=not self.store.sqlite)

    async def _serves(self, relay: Relay) -> None:
        await relay._begin()
        while relay._tasks:
            await asyncio.wait(list(relay._tasks))

    def _jumps(self, seconds: float) -> Callable[[object], None]:
        def jump(_tasks: object) -> None:
            self.store.clock.advance(seconds)

        return jump

    async def _judge(self, told: Sequence[object]) -> None:
        broke = [one for one in told if isinstance(one, BaseException)]
        assert not broke, f"{broke}"
        await self._comes_to_rest()
        made = Counter(x.event.id for x in await of_kind(self.ledgers[0], self.bug, BoardCardMade))  # type: ignore[attr-defined]
        assert set(made.values()) == {1}, f"An outcome is written twice: {made}"
        assert len(made) == 2, f"Something said was forgotten: {made}"
        for seq in {seq for seq, _ in self.caller.calls}:
            doubts = [doubt for one, doubt in self.caller.calls if one == seq]
            assert all(doubts[1:]), f"Called twice without a doubt: {self.caller.calls}"

    async def _comes_to_rest(self) -> None:
        for _ in range(6):
            where = await cursor(self.ledgers[0], self.bug, self.caller.name)
            if (where["lease"], where["due"]) == (0, None):
                return
            self.store.clock.advance(20)
            await self._serves(self.relays[1])
        raise AssertionError(f"It never comes to rest: {dict(where)}")

    async def close(self) -> None:
        await self.store.close()


class Resting:
    """Somebody writes while the cursor is put to rest: whichever is first, what was written is due."""

    def __init__(self, url: str) -> None:
        self.store, self.plays = Store(url), 0
        self.ledger = follows(self.store, Scribe())
        if self.store.sqlite:
            hasty(self.ledger.db)

    async def play(self) -> Play:
        self.plays += 1
        self.bug = await open_bug(self.ledger, f"The menu fails {self.plays}")
        await said(self.ledger, self.bug, "a")
        (lease,) = (await leases.take(self.ledger, {"scribe": 1}, {}, 12)).leases
        tasks = [leases.rest(self.ledger, lease, done=2), said(self.ledger, self.bug, "b")]
        return Play(tasks=tasks, judge=self._judge, sockets=not self.store.sqlite)

    async def _judge(self, told: Sequence[object]) -> None:
        assert list(told) == [None, None]
        where = await cursor(self.ledger, self.bug, "scribe")
        assert where["due"] is not None, f"What was said is forgotten: {dict(where)}"
        async with self.ledger.db.write() as conn:  # another bug's turn
            await conn.execute(update(cursors).values(due=None))

    async def close(self) -> None:
        await self.store.close()


def resting(url: str, most: int = 25) -> Explored:
    return explore(Resting(url), departures=3 if LONG else 2, most=2_000 if LONG else most, walks=500 if LONG else 5)


def serving(url: str) -> Explored:
    if url.startswith("sqlite"):
        return explore(
            Relays(url), departures=3 if LONG else 2, most=5_000 if LONG else 70, walks=1_000 if LONG else 20
        )
    # how fast it answers is not ours to choose, so that an order may come out a little different there
    return explore(Relays(url), departures=2 if LONG else 1, most=1_000 if LONG else 10, walks=1_000 if LONG else 4)


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_driver._COMMITTER, "commit", Disk().commit)


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    return monkeypatch.setattr


def test_each_entry_has_its_outcome_once_and_none_is_forgotten(url: str) -> None:
    serving(url).holds()


SQLITE = pytest.mark.parametrize("where", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("where", ["postgresql"], indirect=True)


@SQLITE
def test_planted_a_fence_that_is_not_asked_is_found(plant: Plant, url: str) -> None:
    async def held(_conn: AsyncConnection, _ledger: Ledger, _lease: Lease) -> bool:
        return True

    plant(leases, "held", held)
    assert "An outcome is written twice" in serving(url).broken


@SQLITE
def test_planted_a_lease_that_is_not_written_is_found(plant: Plant, url: str) -> None:
    none: dict[str, Any] = {"lease": bindparam("lease") * 0, "fence": bindparam("fence")}
    plant(leases, "_LEASE", update(cursors).where(*leases._CURSOR).values(none))
    assert serving(url).broken


@SQLITE
def test_planted_a_takeover_without_a_doubt_is_found(plant: Plant, url: str) -> None:
    later = {**leases._CUT_OFF, "doubt": 0, "due": bindparam("later")}
    plant(leases, "_TAKE_AWAY", update(cursors).where(*leases._CURSOR).values(later))
    assert "Called twice without a doubt" in serving(url).broken


def test_what_is_written_while_a_cursor_comes_to_rest_is_due(url: str) -> None:
    resting(url).holds()


@SQLITE
def test_planted_a_cursor_that_comes_to_rest_without_a_look_is_found(plant: Plant, url: str) -> None:
    async def rest(ledger: Ledger, lease: Lease, *, done: int) -> None:
        async with ledger.db.write() as conn:
            await leases._set(conn, ledger, lease, {"done": done, "lease": 0, "attempts": 0, "doubt": 0, "due": None})

    plant(leases, "rest", rest)
    assert "forgotten" in resting(url).broken


@POSTGRES
def test_planted_a_look_without_a_lock_is_found(plant: Plant, url: str) -> None:
    plant(leases, "_HEAD_LOCKED", leases._HEAD)
    # it ends at the first that is found; which one that is differs with how fast the server answers
    assert "forgotten" in resting(url, most=1_000).broken
