"""The disk is full, or the file may only be read: it is said in words, nothing that was stored is lost, and it goes on when mended."""

import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.ledger.ledger import Ledger
from bot.ledger.verify import verify
from tests.support.stores import Store, migrated, open_bug, rows, sql


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 1 MiB, which only root can make."""
    if os.geteuid():
        pytest.skip("only root can mount a small disk: run this test as root")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)  # noqa: S603, S607 - the system's own
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)  # noqa: S603, S607 - the system's own


async def fill(ledger: Ledger, stored: list[int]) -> None:
    while True:
        stored.append(await open_bug(ledger, f"error {len(stored)} {'x' * 3000}"))


async def test_on_a_full_disk_nothing_is_lost_and_all_goes_on_once_there_is_room(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(f"sqlite+aiosqlite:///{small_disk / 'makegood.db'}")
    await migrated(store.url)
    ledger = store.ledger()
    stored: list[int] = []
    with pytest.raises(SQLAlchemyError, match="full"):
        await fill(ledger, stored)
    while await ledger.db.alive():
        ledger.db._written = -1e9
    with caplog.at_level(logging.ERROR):
        assert not await ledger.db.alive()
    assert ledger.db.trouble == "its disk is full; make room, and what waits goes on by itself"
    assert await verify(ledger) == len(stored)
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)  # noqa: S603, S607, ASYNC221 - the system's own
    assert await ledger.db.alive()
    assert ledger.db.trouble == ""
    assert await open_bug(ledger, "after it") == len(stored) + 1
    assert await verify(ledger) == len(stored) + 1
    await store.close()


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
async def test_a_server_that_takes_nothing_new_is_said_once_and_its_end_too(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    ledger, admin = store.ledger(), store.database()
    await open_bug(ledger)
    (name,) = (await rows(admin, "SELECT current_database()"))[0]
    await sql(admin, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await ledger.db.engine.dispose()
    with caplog.at_level(logging.WARNING):
        assert [await ledger.db.alive() for _ in range(3)] == [False] * 3
        await sql(admin, f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await ledger.db.engine.dispose()
        assert await ledger.db.alive()
    said = [record.getMessage() for record in caplog.records if record.name == "bot.ledger.db.engine"]
    assert len(said) == 2
    assert "it takes nothing new; is it a standby, or was it set to read only" in said[0]
    assert said[1] == "The database can be written again."
    assert await verify(ledger) == 1
