"""On SQLite those who write at the same time share one commit: all of it is stored, or none, and nobody goes on before it is."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.course.ownership import claim
from bot.bug.errors import MakegoodError, Refused
from bot.ledger.db import sqlite_driver
from bot.ledger.db.engine import PEOPLE, SINKS, Database
from bot.ledger.db.writer import MOST
from bot.ledger.ledger import Ledger
from tests.parts.ledger.sinks import SAID, Blocked, follows, relaying, until
from tests.support.stores import Store, cursor, open_bug, person, said

Commits = list[None]
SQLITE = pytest.mark.parametrize("where", ["sqlite"], indirect=True)
INSERT = text("INSERT INTO said VALUES (:who)")


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}")
    async with database.write() as conn:
        await conn.execute(text("CREATE TABLE said (who TEXT PRIMARY KEY)"))
    yield database
    await database.close()


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Commits:
    """Those that wait for the disk."""
    found: Commits = []
    commit = sqlite_driver._COMMITTER.commit

    def counted(connection: sqlite3.Connection) -> "asyncio.Future[None]":
        found.append(None)
        return commit(connection)

    monkeypatch.setattr(sqlite_driver._COMMITTER, "commit", counted)
    return found


def stored(db: Database) -> set[str]:
    """As another process sees it."""
    with closing(sqlite3.connect(str(db.engine.url.database))) as conn:
        return {who for (who,) in conn.execute("SELECT who FROM said")}


async def say(db: Database, who: str, rank: int = PEOPLE, then: Callable[[], None] = lambda: None) -> None:
    async with db.write(rank) as conn:
        await conn.execute(INSERT, {"who": who})
        await asyncio.sleep(0)  # so that others come meanwhile
        then()
    assert who in stored(db)


def refuse() -> None:
    raise Refused("Not now.")


@SQLITE
async def test_claims_of_several_bugs_that_come_while_one_is_written_share_a_commit(
    ledger: Ledger, commits: Commits
) -> None:
    bugs = [await open_bug(ledger, f"g{nth}") for nth in range(20)]
    commits.clear()
    claims = (ledger.record(bug, lambda b: claim(b, "UDANA"), by=person("UDANA")) for bug in bugs)
    recorded = await asyncio.gather(*claims)
    assert [one.bug.owner for one in recorded] == ["UDANA"] * 20
    assert len(commits) == 2


@SQLITE
async def test_one_claim_wins_among_those_that_share_it(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    people = [f"U{nth}" for nth in range(10)]
    claims = (ledger.record(bug, partial(claim, by=user), by=person(user)) for user in people)
    answers = await asyncio.gather(*claims, return_exceptions=True)
    assert [type(one) for one in answers].count(Refused) == 9


async def test_nobody_goes_on_before_the_commit(db: Database, commits: Commits) -> None:
    await asyncio.gather(*(say(db, f"{nth}") for nth in range(30)))
    assert len(commits) == 1


async def test_whoever_is_refused_takes_back_their_own_alone(db: Database) -> None:
    told = await asyncio.gather(
        say(db, "a"), say(db, "b", then=refuse), say(db, "c"), say(db, "a"), return_exceptions=True
    )
    assert [type(one).__name__ for one in told] == ["NoneType", "Refused", "NoneType", "IntegrityError"]
    assert stored(db) == {"a", "c"}


async def test_a_refusal_of_the_first_leaves_the_others(db: Database) -> None:
    told = await asyncio.gather(say(db, "a", then=refuse), say(db, "b"), say(db, "c"), return_exceptions=True)
    assert isinstance(told[0], Refused)
    assert stored(db) == {"b", "c"}


async def test_people_do_not_wait_for_the_commit_of_sinks(db: Database, commits: Commits) -> None:
    await asyncio.gather(say(db, "a", SINKS), say(db, "b", SINKS), say(db, "c"), say(db, "d"), say(db, "e", SINKS))
    assert stored(db) == {"a", "b", "c", "d", "e"}
    assert len(commits) == 3  # the first alone, then the people, then the other sinks


@pytest.mark.parametrize("heard", [False, True])
async def test_a_commit_that_is_cut_off_is_carried_to_its_end_and_the_next_works(db: Database, heard: bool) -> None:
    """Where somebody listens, SQLAlchemy gives the connection up."""
    if heard:
        event.listen(db.engine.sync_engine, "commit", lambda _conn: None)
    for nth in range(20):
        writing = asyncio.create_task(say(db, f"{nth}"))
        for _ in range(nth // 4 + 1):
            await asyncio.sleep(0)
        writing.cancel()
        assert isinstance((await asyncio.gather(writing, return_exceptions=True))[0], asyncio.CancelledError)
        await asyncio.wait_for(say(db, f"after {nth}"), 5)


@pytest.mark.parametrize("leaves", range(4))
async def test_whoever_hangs_up_takes_nothing_from_the_others(db: Database, leaves: int) -> None:
    for rounds in range(8):
        names = [f"{rounds}.{nth}" for nth in range(4)]
        writing = [asyncio.create_task(say(db, name)) for name in names]
        for _ in range(rounds):
            await asyncio.sleep(0)
        writing[leaves].cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        assert {name for nth, name in enumerate(names) if nth != leaves} <= stored(db)
    await asyncio.wait_for(say(db, "after"), 5)


async def test_a_commit_that_fails_fails_for_all_and_the_next_works(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_connection: sqlite3.Connection) -> "asyncio.Future[None]":
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(sqlite3.OperationalError("database or disk is full"))
        return failed

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_driver._COMMITTER, "commit", full)
        told = await asyncio.gather(
            say(db, "a"), say(db, "b"), say(db, "c", then=refuse), say(db, "d"), return_exceptions=True
        )
    assert [type(one) for one in told] == [OperationalError] * 4
    assert stored(db) == set()
    await say(db, "again")


async def test_what_the_database_takes_back_in_the_middle_is_stored_for_nobody(db: Database) -> None:
    async def taken_back() -> None:
        async with db.write() as conn:
            await _ended_by_the_database(conn)

    told = await asyncio.gather(say(db, "a"), say(db, "b"), taken_back(), say(db, "c"), return_exceptions=True)
    assert [isinstance(one, MakegoodError) for one in told[:3]] == [True, True, True]
    assert stored(db) == {"c"}


async def _ended_by_the_database(conn: AsyncConnection) -> None:
    """As a full disk does it."""
    await asyncio.sleep(0)
    await conn.execute(text("ROLLBACK"))


async def test_a_refusal_after_the_database_took_all_back_is_no_second_fault(db: Database) -> None:
    async def taken_back() -> None:
        async with db.write() as conn:
            await _ended_by_the_database(conn)
            refuse()

    told = await asyncio.gather(say(db, "a"), taken_back(), say(db, "b"), return_exceptions=True)
    assert all(isinstance(one, MakegoodError) for one in told[:2])
    await say(db, "again")


async def test_so_many_share_a_commit_and_no_more(db: Database, commits: Commits) -> None:
    await asyncio.gather(*(say(db, f"{nth}") for nth in range(MOST + 11)))
    assert len(commits) == 2


async def test_who_cannot_begin_is_told_so_and_the_next_can(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_driver, "PATIENCE", 0.05)
    with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OperationalError, match="locked"):
            await say(db, "a")
        other.execute("ROLLBACK")
    await say(db, "b")


async def test_a_connection_that_cannot_take_back_is_not_used_again(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_conn: sqlite_driver.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_driver.Connection, "rollback", broken)
        with pytest.raises(Refused):
            await say(db, "a", then=refuse)
    await say(db, "b")
    assert stored(db) == {"b"}


async def test_a_stop_that_is_asked_for_is_not_lost_in_what_the_commit_met(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = asyncio.Event()

    def full(_connection: sqlite3.Connection) -> "asyncio.Future[None]":
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(sqlite3.OperationalError("database or disk is full"))
        return failed

    async def guest() -> None:
        async with db.write() as conn:
            await conn.execute(INSERT, {"who": "guest"})
            inside.set()
            await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_driver._COMMITTER, "commit", full)
        first, second = asyncio.create_task(say(db, "host")), asyncio.create_task(guest())
        await inside.wait()
        second.cancel()
        told = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(one) for one in told] == [OperationalError, asyncio.CancelledError]
    await say(db, "again")


@pytest.mark.parametrize("heard", [False, True])
async def test_whoever_comes_after_one_that_was_taken_back_begins_anew(db: Database, heard: bool) -> None:
    if heard:
        event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *_sent: None)

    async def taken_back() -> None:
        async with db.write() as conn:
            await _ended_by_the_database(conn)

    told = await asyncio.gather(say(db, "a"), taken_back(), return_exceptions=True)
    assert all(isinstance(one, MakegoodError) for one in told)
    await say(db, "next")
    assert stored(db) == {"next"}


@SQLITE
async def test_a_shared_commit_takes_no_more_places_of_a_sink_than_there_are(store: Store) -> None:
    busy = Blocked(name="busy", interest=SAID, slots=1, on=frozenset(range(1, 9)))
    ledger = follows(store, busy)
    bugs = [await open_bug(ledger, f"g{nth}") for nth in range(8)]
    together = asyncio.Event()

    async def host() -> None:
        async with ledger.db.write():
            await together.wait()

    async with relaying(ledger, busy):
        await until(lambda: ledger.wakes.server is not None and "busy" in ledger.wakes.server.free())
        writers = [asyncio.create_task(host()), *(asyncio.create_task(said(ledger, bug, "x")) for bug in bugs)]
        await asyncio.sleep(0.05)
        together.set()
        await asyncio.gather(*writers)
        await until(lambda: busy.served)
        leased = sum([(await cursor(ledger, bug, "busy"))["lease"] > 0 for bug in bugs])
        served = len(busy.served)
        busy.go.set()
    assert (served, leased) == (1, 1)
