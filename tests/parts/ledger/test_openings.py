"""The database of a running bot: opened once, told apart from one that is away, and what waits in it counted."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import Mendable, Misconfigured
from bot.bug.fixes.asking import FixAsked, FixSecrets
from bot.bug.fixes.run import FixCancelled
from bot.ledger.db.away import DatabaseAway
from bot.ledger.db.engine import lost
from bot.ledger.db.leader import Leader
from bot.ledger.db.opening import opened
from bot.ledger.freed import Freed, dropped
from bot.ledger.index.flags import Flags
from bot.ledger.index.names import Sights
from bot.ledger.ledger import Ledger
from bot.ledger.relay import lease
from bot.ledger.relay.held import bugs_of, held
from bot.ledger.relay.sink import Served
from bot.process.closing import Closing
from tests.parts.ledger.sinks import Scribe, follows, relaying, until
from tests.support.stores import TEAM, Store, open_bug, person, said


async def test_a_new_file_is_nobody_else_s_to_read(tmp_path: Path) -> None:
    async with Closing() as closing:
        await opened(f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}", closing)
        assert _others_may(tmp_path) == {"makegood.db": 0, "makegood.db-shm": 0, "makegood.db-wal": 0}


def _others_may(folder: Path) -> dict[str, int]:
    """What each file that holds data grants to others than its owner."""
    data = [file for file in folder.glob("makegood.db*") if file.suffix != ".lock"]
    return {file.name: file.stat().st_mode & 0o077 for file in data}


async def test_a_file_is_one_process_s(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}"
    async with Closing() as closing:
        db = await opened(url, closing)
        assert await db.alive()
        assert await db.alive(), "known from a moment ago"
        assert Ledger(db, TEAM, {}, lambda: datetime.fromtimestamp(7, UTC)).seconds() == 7
        with pytest.raises(Misconfigured):
            async with Closing() as second:
                await opened(url, second)
    async with Closing() as closing:
        assert await (await opened(url, closing)).alive(), "it is free again"


async def test_a_server_needs_no_lock(store: Store) -> None:
    if store.database().sqlite:
        return
    async with Closing() as closing:
        assert await (await opened(store.url, closing)).alive()


def test_only_a_lost_connection_leaves_a_decision_for_another_try() -> None:
    assert lost(DatabaseAway("gone"))
    assert lost(OSError())
    assert not lost(ValueError())
    assert not lost(SQLAlchemyError("a wrong statement"))


async def test_somebody_is_first_seen_once(store: Store) -> None:
    flags = Flags(store.database(), TEAM, store.clock.seconds)
    first = await Sights(flags).first("U0ANNA")
    store.clock.advance(60)
    again = Sights(flags)
    assert await again.first("U0ANNA") == first, "another process reads what was written down"
    assert await again.first("U0ANNA") == first, "and keeps it"


async def test_what_waits_is_counted_by_system(ledger: Ledger, store: Store) -> None:
    followed = follows(store, Scribe())
    bug = await open_bug(followed)
    await said(followed, bug, "a")
    async with followed.db.write() as conn:
        await conn.execute(text("UPDATE cursors SET attempts = 3, due = 1"))
    async with followed.db.read() as conn:
        found = await held(conn, TEAM)
        everybody = await held(conn)
    assert bugs_of(found) == bugs_of(everybody) == (bug,)
    assert [(x.sink, x.gave_up) for x in found] == [("scribe", False)]


async def test_each_process_is_its_own_candidate_on_a_server_and_the_same_one_on_a_file(store: Store) -> None:
    db = store.database()
    one, two = (Leader.of(db, TEAM, store.clock.seconds) for _ in range(2))
    assert (one.me == two.me) is db.sqlite


async def test_secrets_leave_the_log_of_the_file_at_the_outcome(store: Store, ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    freed = Freed(ledger.db)
    asked = FixAsked(run=1, action="resend", params={}, reason="bad row")
    secret = FixSecrets(run=1, values={"token": "s3cret-token"})
    freed.follow(await ledger.record(bug, lambda _b: (asked, secret), by=person("U0ANNA")))
    over = await ledger.record(bug, lambda _b: FixCancelled(run=1), by=person("U0ANNA"))
    assert dropped(over)
    freed.follow(over)
    freed.follow(over)
    await freed.stop()
    if ledger.db.sqlite:
        path = Path(str(ledger.db.engine.url.database))
        stored = b"".join(x.read_bytes() for x in path.parent.glob(f"{path.name}*"))
        assert b"s3cret-token" not in stored


async def test_a_log_that_cannot_be_emptied_keeps_nobody_waiting_for_ever(
    store: Store, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not ledger.db.sqlite:
        return
    tries: list[bool] = []

    async def busy() -> bool:
        tries.append(True)
        if len(tries) == 1:
            raise sqlite3.OperationalError("database is locked")
        return False

    monkeypatch.setattr("bot.ledger.freed.PAUSE", 0)
    monkeypatch.setattr("bot.ledger.freed.TRIES", 3)
    monkeypatch.setattr(ledger.db, "forget_freed", busy)
    await Freed(ledger.db)._empty(None)
    assert len(tries) == 3


async def test_what_is_done_is_kept_while_somebody_mends_the_rest(store: Store) -> None:
    scribe = Scribe(answers=[Served(external={"sent": 1}, stuck=Mendable("invite the bot"))])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe, attempts=1):

        async def kept() -> bool:
            return await lease.external(ledger, bug, "scribe") == {"sent": 1}

        await until(kept)
    async with ledger.db.read() as conn:
        assert not [x for x in await held(conn, TEAM) if x.gave_up], "what can be mended is never given up"
