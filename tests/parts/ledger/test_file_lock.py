"""One SQLite file is for one process, and says so in a sentence."""

from pathlib import Path

import pytest

from bot.bug.errors import Misconfigured
from bot.ledger.db.file_lock import FileLock


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
