"""Anchors, the file lock, waking, reading, and rows that several bugs share."""

import asyncio
import logging
from pathlib import Path

import pytest

from bot.bug.bug import Status
from bot.bug.conversation import Said
from bot.bug.course import Dismissed, Merged
from bot.bug.errors import Misconfigured
from bot.bug.fixes.run import FixEnded
from bot.bug.intake import AlertPosted, CardPosted
from bot.ledger.anchors import anchor
from bot.ledger.db.file_lock import FileLock
from bot.ledger.db.notify import listen
from bot.ledger.entries import SOME, bug_of_thread, entries_after, list_bugs, trail
from bot.ledger.index.flags import Flags
from bot.ledger.index.locks import take_lock
from bot.ledger.index.names import Names
from bot.ledger.ledger import Ledger
from bot.ledger.relay.relay import Relay
from bot.ledger.verify import verify
from tests.parts.ledger.sinks import Scribe, follows, until
from tests.support.stores import TEAM, Store, open_bug, person, rows, said, seqs, sql

SEVERAL = pytest.mark.parametrize("where", ["postgresql", "psycopg"], indirect=True)


# ---- anchors


async def test_a_day_is_anchored_once_and_names_only_what_went_on(store: Store, ledger: Ledger) -> None:
    first, second = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    await asyncio.gather(anchor(ledger), anchor(ledger))
    await said(ledger, first, "a")
    await anchor(ledger)
    store.clock.advance(86400)
    await anchor(ledger)
    found = await rows(ledger.db, "SELECT day, bugs, seqs FROM anchors ORDER BY day")
    assert found == [
        ("2025-11-24", 2, f"[[{first},1],[{second},1]]"),
        ("2025-11-25", 2, f"[[{first},2]]"),
    ]
    assert await verify(ledger) == 2


@pytest.mark.parametrize(("where", "lines"), [("sqlite", 20), ("postgresql", 60)], indirect=["where"])
async def test_a_trail_that_is_being_written_is_not_called_broken(ledger: Ledger, lines: int) -> None:
    """So many that a look which is no snapshot is found out."""
    bug = await open_bug(ledger)
    writing = asyncio.create_task(said(ledger, bug, *(str(i) for i in range(lines))))
    while not writing.done():
        assert await verify(ledger) == 1
        await asyncio.sleep(0)
    await writing


async def test_an_empty_database_is_whole(ledger: Ledger) -> None:
    assert await verify(ledger) == 0


# ---- one process on SQLite


def test_a_second_process_on_one_sqlite_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'makegood.db'}"
    first, second = FileLock.of(url), FileLock.of(url)
    second.free()
    first.take()
    with pytest.raises(Misconfigured, match="SQLite is for one process"):
        second.take()
    first.free()
    second.take()
    second.free()


def test_a_place_that_can_not_be_written_to_is_said_with_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    lock = FileLock.of(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'makegood.db'}")
    with pytest.raises(Misconfigured, match=r"can't be kept in .*/file: .*Set MAKEGOOD_DATABASE_URL to a place"):
        lock.take()
    lock.free()


# ---- waking


@SEVERAL
async def test_what_another_process_writes_wakes_this_one(store: Store) -> None:
    one, two = store.ledger(), store.ledger()
    bug, woken = await open_bug(one), asyncio.Event()
    listening = asyncio.create_task(listen(two.db, woken.set))

    async def heard() -> bool:
        await said(one, bug, "a")
        return woken.is_set()

    await until(heard)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@SEVERAL
async def test_a_process_that_would_not_look_for_an_hour_serves_at_once_what_another_writes(store: Store) -> None:
    here = Scribe()
    one, two = follows(store, here), follows(store, here)
    bug, listens = await open_bug(one), asyncio.Event()
    relay = Relay(two, {here.name: here}, poll=3600.0)

    def woken() -> None:
        listens.set()
        relay.wake()

    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(listen(two.db, woken))]
    await asyncio.wait_for(listens.wait(), 10)
    for text in ("a", "b", "c"):
        await said(one, bug, text)
        await until(lambda text=text: text in here.read)
    await relay.stop()
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@SEVERAL
async def test_a_connection_that_is_lost_is_made_anew(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    one, two = store.ledger(), store.ledger()
    bug, woken = await open_bug(one), asyncio.Event()
    caplog.set_level(logging.WARNING)
    listening = asyncio.create_task(listen(two.db, woken.set))

    async def heard() -> bool:
        await said(one, bug, "a")
        return woken.is_set()

    await until(heard)
    others = (
        "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
    )
    (before,) = await rows(one.db, f"SELECT pid {others}")
    await rows(one.db, f"SELECT pg_terminate_backend(pid) {others}")

    async def anew() -> bool:
        found = await rows(one.db, f"SELECT pid {others}")
        return bool(found) and found != [before]

    await until(anew)
    woken.clear()
    await until(heard)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


# ---- reading


async def test_a_long_trail_is_read_to_its_end(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    words = [Said(user="U1", ts=str(i), text="x") for i in range(SOME + 20)]
    await ledger.record(bug, lambda _b: words, by=person("U1"))
    assert seqs(await trail(ledger, bug)) == list(range(1, SOME + 22))
    assert len(await entries_after(ledger, bug, 0)) == SOME


async def test_bugs_are_listed_by_their_status_the_newest_first(ledger: Ledger) -> None:
    one, two = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    await ledger.record(one, lambda _b: Dismissed(reason="a crawler"), by=person("U1"))
    three = await open_bug(ledger, "three")
    assert [b.ref.number for b in await list_bugs(ledger)] == [three, two]
    assert [b.ref.number for b in await list_bugs(ledger, [Status.DISMISSED])] == [one]
    assert len(await list_bugs(ledger, limit=1)) == 1


# ---- what several bugs share


async def test_a_message_leads_to_its_bug_and_after_a_merge_to_the_one_that_goes_on(ledger: Ledger) -> None:
    one, two = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    for event in (CardPosted(channel="C1", ts="1.1"), AlertPosted(channel="C1", ts="2.2")):
        await ledger.record(one, lambda _b, event=event: event, by=person("U1"))  # type: ignore[misc] # bound now
    assert await bug_of_thread(ledger, "C1", "1.1") == await bug_of_thread(ledger, "C1", "2.2") == one
    await ledger.record(one, lambda _b: Merged(into=two), by=person("U1"))
    assert await bug_of_thread(ledger, "C1", "2.2") == two
    assert await bug_of_thread(ledger, "C1", "9.9") is None


async def test_a_lock_on_production_is_held_by_one_run_and_freed_by_its_outcome_alone(ledger: Ledger) -> None:
    bug = await open_bug(ledger)

    async def taken(run: int) -> bool:
        async with ledger.db.write() as conn:
            return await take_lock(conn, TEAM, "shop", "menus/13", bug=bug, run=run, now=0)

    async def ended(state: str) -> None:
        event = FixEnded.model_validate({"run": 1, "state": state, "summary": "s"})
        await ledger.record(bug, lambda _b: event, by=person("U1"))

    assert [await taken(1), await taken(1), await taken(2)] == [True, True, False]
    await ended("unknown")
    assert not await taken(2)
    await ended("succeeded")
    assert await taken(2)


async def test_a_flag_is_set_read_and_cleared(store: Store) -> None:
    flags = Flags(store.database(), TEAM, store.clock.seconds)
    await flags.set("name:a", "1", person("U1"))
    await flags.set("name:a", "2", person("U1"))
    await flags.set("board:since", "5", person("U1"))
    assert await flags.get("name:a") == "2"
    assert await flags.starting("name:") == {"a": "2"}
    await flags.clear("board:since")
    assert await flags.get("board:since") is None


async def test_what_people_are_called_is_known_to_whoever_reads_later(store: Store) -> None:
    here = Names(Flags(store.database(), TEAM, store.clock.seconds))
    await here.remember("U1", "Anna")
    await here.remember("U2", "Ben")
    await here.remember("U1", "Anna")
    await here.remember("U2", "Benjamin")
    elsewhere = Names(Flags(store.database(), TEAM, store.clock.seconds))
    assert await elsewhere.known() == {"U1": "Anna", "U2": "Benjamin"}


async def test_a_name_that_is_known_is_not_written_again(store: Store) -> None:
    names = Names(Flags(store.database(), TEAM, store.clock.seconds))
    await names.remember("U1", "Anna")
    first = await rows(names.flags.db, "SELECT at FROM flags")
    store.clock.advance(60)
    await names.remember("U1", "Anna")
    assert await rows(names.flags.db, "SELECT at FROM flags") == first


async def test_numbers_are_each_teams_own(store: Store) -> None:
    other = Ledger(store.database(), "T0OTHER", {}, store.clock)
    assert [await open_bug(store.ledger()), await open_bug(other)] == [1, 1]
    assert await verify(other) == 1
    await sql(other.db, "UPDATE bugs SET head = 'x' WHERE team = 'T0LOCAL'")
    assert await verify(other) == 1
