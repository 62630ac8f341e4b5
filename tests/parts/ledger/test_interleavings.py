"""Whoever writes, hangs up or is refused, in whatever order their steps come: what was answered is stored, what was not stored is said."""

import asyncio
import heapq
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.ledger.db import sqlite_driver
from bot.ledger.db import writer as writers
from bot.ledger.db.engine import HOOKS, Database
from bot.ledger.db.tables import inbox as table
from bot.ledger.db.turnstile import Turnstile, _Waiter
from bot.ledger.db.writer import Outcome, Together, Writer
from bot.ledger.inbox.inbox import OWN_TURN, Inbox, Item
from tests.support.steps import LONG, Cue, Disk, Explored, Play, Strike, cancel, explore, hasty

Plant = Callable[[Any, str, Any], None]
INSERT = text("INSERT INTO said VALUES (:who)")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    found = Disk()
    monkeypatch.setattr(sqlite_driver._COMMITTER, "commit", found.commit)
    return found


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE said (who TEXT PRIMARY KEY)")
    return path


def stored(path: Path) -> set[str]:
    """As another process sees it."""
    with closing(sqlite3.connect(path)) as conn:
        return {who for (who,) in conn.execute("SELECT who FROM said")}


@dataclass(kw_only=True)
class Door:
    """The turnstile alone."""

    ranks: Sequence[int] = (1, 0, 1)

    async def play(self) -> Play:
        turnstile, inside, crowd = Turnstile[Together](), list[int](), list[int]()

        async def passes(rank: int) -> None:
            async with turnstile.hold(rank):
                inside.append(rank)
                crowd.append(len(inside))
                try:
                    await asyncio.sleep(0)
                finally:
                    inside.remove(rank)

        async def judge(_told: Sequence[object]) -> None:
            assert set(crowd) <= {1}, "Two were inside."
            async with turnstile.hold(0):
                pass

        strikes = [cancel(nth) for nth in range(len(self.ranks))]
        return Play(tasks=[passes(rank) for rank in self.ranks], judge=judge, strikes=strikes)

    async def close(self) -> None:
        pass


@dataclass(kw_only=True)
class Sayers:
    """Each says one thing; what follows from it (`after_commit`) is to happen if, and only if, it is stored."""

    path: Path
    disk: Disk
    refused: Sequence[int] = ()
    followed: set[str] = field(default_factory=set)
    durable: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.db = hasty(Database(f"sqlite+aiosqlite:///{self.path}"))

    async def play(self) -> Play:
        async with self.db.write() as conn:
            await conn.execute(text("DELETE FROM said"))
        self.followed.clear()
        self.durable.clear()
        strikes = [*(cancel(nth) for nth in range(3)), lambda _tasks: self.disk.fill()]
        return Play(tasks=[self._says(nth) for nth in range(3)], judge=self._judge, strikes=strikes)

    async def _says(self, nth: int) -> None:
        who = f"{nth}"
        async with self.db.write() as conn:
            await conn.execute(INSERT, {"who": who})
            self.db.after_commit(conn, lambda: self.followed.add(who))
            await asyncio.sleep(0)
            if nth in self.refused:
                raise Refused("Not now.")
        if who in stored(self.path):
            self.durable.add(who)

    async def _judge(self, told: Sequence[object]) -> None:
        self.disk.full = False
        there = stored(self.path)
        went = {f"{nth}" for nth, one in enumerate(told) if one is None}
        assert went == self.durable, "Somebody went on before it was stored."
        failed = {f"{nth}" for nth, one in enumerate(told) if isinstance(one, Exception)}
        assert not failed & there, "Somebody was told that it failed, and it is stored."
        assert self.followed == there, f"{there} is stored, and {self.followed} was followed."
        async with self.db.write() as conn:
            await conn.execute(INSERT, {"who": "afterwards"})
        assert "afterwards" in stored(self.path)

    async def close(self) -> None:
        await self.db.close()


@dataclass(kw_only=True)
class Deliveries:
    """The same one twice and another one, taken up by two who look for what was left."""

    path: Path
    now: float = 1000.0
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.db = hasty(Database(f"sqlite+aiosqlite:///{self.path}"))

    async def play(self) -> Play:
        async with self.db.write() as conn:
            await conn.execute(delete(table))
        self.inbox = Inbox(self.db, "T", lambda: self.now)
        self.taken.clear()
        first, other = Item(key="a", source="hook", body="1"), Item(key="b", source="hook", body="2")
        again, look, other_look = Cue(), Cue(), Cue()
        stores = [self.inbox.store(first), again.begins(self.inbox.store(first)), self.inbox.store(other)]
        looks = [look.begins(self._sweeps()), other_look.begins(self._sweeps())]
        comes: list[Strike] = [again, self._time_goes_by, look, other_look]
        return Play(tasks=[*stores, *looks], judge=self._judge, strikes=[cancel(0), cancel(2)], comes=comes)

    async def _sweeps(self) -> None:
        self.taken.extend(item.key for item in await self.inbox.take(["hook"]))

    async def _judge(self, told: Sequence[object]) -> None:
        new = [one for one in told[:2] if one is True]
        assert len(new) <= 1, "One delivery was new twice."
        assert new or any(isinstance(one, BaseException) for one in told[:2]), "It was new to nobody."
        assert len(self.taken) == len(set(self.taken)), f"Taken up twice: {self.taken}"
        for nth, key in enumerate(("a", "a", "b")):
            if isinstance(told[nth], bool):
                assert await self.inbox.stored_since(key, 0), f"{key} was answered, and is not stored."

    def _time_goes_by(self, _tasks: Sequence[object]) -> None:
        self.now += OWN_TURN + 1

    async def close(self) -> None:
        await self.db.close()


def door() -> Explored:
    return explore(Door(), departures=4 if LONG else 2, most=50_000 if LONG else 400)


def writing(book: Path, disk: Disk, *, refused: Sequence[int] = ()) -> Explored:
    story = Sayers(path=book, disk=disk, refused=refused)
    return explore(story, departures=3 if LONG else 2, most=5_000 if LONG else 120, walks=500 if LONG else 30)


def arriving(empty: Path, folder: Path) -> Explored:
    story = Deliveries(path=Path(copy(empty, folder / "arriving.db")))
    return explore(story, departures=3 if LONG else 2, most=5_000 if LONG else 80, walks=500 if LONG else 30)


def test_one_is_inside_and_no_turn_is_lost_whoever_hangs_up() -> None:
    found = door()
    found.holds()
    assert found.struck > 50
    assert LONG or found.whole


def test_what_was_answered_is_stored_whoever_hangs_up_and_whatever_the_disk_does(book: Path, disk: Disk) -> None:
    found = writing(book, disk)
    found.holds()
    assert found.struck > 50


@pytest.mark.parametrize("who", range(2))
def test_a_refusal_among_others_takes_back_its_own_alone(book: Path, disk: Disk, who: int) -> None:
    writing(book, disk, refused=[who]).holds()


def test_a_delivery_is_new_once_and_taken_up_once(empty_sqlite: Path, tmp_path: Path, disk: Disk) -> None:
    arriving(empty_sqlite, tmp_path).holds()


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    return monkeypatch.setattr


def test_planted_a_turn_that_nobody_gives_back_is_found(plant: Plant) -> None:
    def kept(self: Turnstile[Together]) -> None:
        self._busy = bool(self._waiting)

    plant(Turnstile, "leave", kept)
    assert "Nobody can go on." in door().broken


def test_planted_a_turn_that_was_given_to_somebody_who_hung_up_is_found(plant: Plant) -> None:
    async def enter(self: Turnstile[Together], rank: int, *, shares: bool = False) -> Together | None:
        if not self._busy:
            self._busy = True
            return None
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiter(rank, next(self._count), shares, turn))
        host: Together | None = await turn
        return host

    plant(Turnstile, "enter", enter)
    assert "Nobody can go on." in door().broken


def test_planted_a_door_that_is_not_locked_is_found(plant: Plant) -> None:
    async def enter(self: Turnstile[Together], rank: int, *, shares: bool = False) -> None:
        await asyncio.sleep(0)

    plant(Turnstile, "enter", enter)
    assert "Two were inside." in door().broken


def test_planted_a_guest_who_does_not_wait_for_the_commit_is_found(plant: Plant, book: Path, disk: Disk) -> None:
    async def at_once(_self: Together) -> None: ...

    plant(Together, "until_ended", at_once)
    assert "Somebody went on before it was stored." in writing(book, disk).broken


def test_planted_a_guest_without_a_savepoint_is_found(plant: Plant, book: Path, disk: Disk) -> None:
    plant(writers, "_savepoint", nullcontext)
    assert "Somebody was told that it failed, and it is stored." in writing(book, disk, refused=[1]).broken


def test_planted_a_writer_that_keeps_its_turn_when_the_disk_is_full_is_found(
    plant: Plant, book: Path, disk: Disk
) -> None:
    async def end_alone(self: Writer, conn: AsyncConnection, outcome: Outcome) -> None:
        await self._commit(conn)
        outcome.durable = True
        self._turnstile.leave()

    plant(Writer, "_end_alone", end_alone)
    assert "go on" in writing(book, disk).broken


def test_planted_what_is_stored_and_nobody_follows_is_found(plant: Plant, book: Path, disk: Disk) -> None:
    """Whoever was cancelled while the disk worked left leases that stood idle until they ran out."""

    async def end_alone(self: Writer, conn: AsyncConnection, outcome: Outcome) -> None:
        try:
            await self._commit(conn)
            outcome.durable = True
        finally:
            self._turnstile.leave()

    plant(Writer, "_end_alone", end_alone)
    assert "was followed" in writing(book, disk).broken


def test_planted_a_delivery_that_is_new_to_everybody_is_found(
    plant: Plant, empty_sqlite: Path, tmp_path: Path, disk: Disk
) -> None:
    insert = Inbox._insert

    async def all_new(self: Inbox, conn: AsyncConnection, items: Iterable[Item]) -> set[str]:
        await insert(self, conn, items)
        return {item.key for item in items}

    plant(Inbox, "_insert", all_new)
    assert "One delivery was new twice." in arriving(empty_sqlite, tmp_path).broken


def test_planted_a_take_that_looks_first_and_marks_later_is_found(
    plant: Plant, empty_sqlite: Path, tmp_path: Path, disk: Disk
) -> None:
    async def take(self: Inbox, sources: Iterable[str]) -> list[Item]:
        due = (table.c.state == "new") & (table.c.due <= self.clock())
        async with self.db.read() as conn:
            keys = list((await conn.execute(select(table.c.key).where(due))).scalars())
        async with self.db.write(HOOKS) as conn:
            await conn.execute(update(table).where(table.c.key.in_(keys)).values(due=self.clock() + OWN_TURN))
        return [Item(key=key, source="hook", body="") for key in keys]

    plant(Inbox, "take", take)
    assert "Taken up twice" in arriving(empty_sqlite, tmp_path).broken


async def taken_back(db: Database, *then: str) -> None:
    """SQLite ends the transaction by itself, and nobody minds."""
    async with db.write() as conn:
        await conn.execute(INSERT, {"who": "a"})
        with suppress(IntegrityError):
            await conn.execute(text("INSERT OR ROLLBACK INTO said VALUES ('a')"))
        for who in then:
            await conn.execute(INSERT, {"who": who})


@pytest.mark.parametrize("then", [["b"], []])
async def test_who_goes_on_after_the_database_took_back_what_was_written_is_refused(
    book: Path, then: Sequence[str]
) -> None:
    """Each further statement would be stored by itself, and what came before it would not."""
    db = Database(f"sqlite+aiosqlite:///{book}")
    with pytest.raises(OperationalError, match="took back what was being written"):
        await taken_back(db, *then)
    async with db.write() as conn:
        await conn.execute(INSERT, {"who": "d"})
    assert stored(book) == {"d"}
    await db.close()


async def test_a_transaction_that_was_taken_back_takes_its_guests_with_it(book: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{book}")

    async def minds(who: str) -> None:
        async with db.write() as conn:
            await conn.execute(INSERT, {"who": who})
            await asyncio.sleep(0)
            with suppress(IntegrityError):
                await conn.execute(text("INSERT OR ROLLBACK INTO said VALUES (:who)"), {"who": who})

    async def says(who: str) -> None:
        async with db.write() as conn:
            await conn.execute(INSERT, {"who": who})

    told = await asyncio.gather(minds("a"), says("b"), says("c"), return_exceptions=True)
    failed = {who for who, one in zip("abc", told, strict=True) if isinstance(one, Exception)}
    assert "a" in failed
    assert stored(book) == set("abc") - failed
    told = await asyncio.gather(says("d"), minds("e"), says("f"), return_exceptions=True)
    failed = {who for who, one in zip("def", told, strict=True) if isinstance(one, Exception)}
    assert "e" in failed
    assert stored(book) & set("def") == set("def") - failed
    await db.close()
