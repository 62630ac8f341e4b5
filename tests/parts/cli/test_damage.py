"""A file whose bytes were changed by a failing disk: what is damaged is said in a sentence, and a trail that is called whole is whole."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.bug.errors import Misconfigured
from bot.commands.checks.database import database
from bot.ledger.db.opening import opened
from bot.process.closing import Closing
from tests.parts.cli.conftest import Shell

SEEDS = range(60)
KEPT = ("entries", "anchors", "seals")


def dumped(file: Path) -> list[object]:
    """What a plain driver reads of what is for ever."""
    with closing(sqlite3.connect(file)) as conn:
        return [conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in KEPT]


@pytest.fixture
def file(makegood: Shell, told: Callable[..., None], tmp_path: Path) -> Path:
    makegood.settings()
    file = tmp_path / "makegood.db"
    told(f"sqlite+aiosqlite:///{file}")
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
    return file


def spoil(file: Path, seed: int) -> str:
    """A flipped bit, eight bytes of noise, a page of zeros, or a cut end."""
    chance, raw = random.Random(seed), bytearray(file.read_bytes())  # noqa: S311 - a drawn story
    at = chance.randrange(len(raw))
    match kind := ("bit", "noise", "page", "cut")[seed % 4]:
        case "bit":
            raw[at] ^= 1 << chance.randrange(8)
        case "noise":
            raw[at : at + 8] = chance.randbytes(8)[: len(raw) - at]
        case "page":
            page = at // 4096 * 4096
            raw[page : page + 4096] = bytes(4096)
        case "cut":
            del raw[at:]
    file.write_bytes(raw)
    return f"{kind} at {at}"


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_spoilt_is_said_in_a_sentence(makegood: Shell, file: Path, seed: int) -> None:
    before = dumped(file)
    what = spoil(file, seed)
    ran = makegood("trail", "verify")
    assert "Traceback" not in ran.err
    if ran.status == 0:
        assert dumped(file) == before, what
    else:
        assert ran.err.startswith("makegood: "), (what, ran.err)
        assert len(ran.err.splitlines()) == 1, (what, ran.err)
    doctor = makegood("doctor")
    assert "Traceback" not in doctor.err + doctor.out, what


def test_a_damaged_table_is_named_and_how_to_mend_it(makegood: Shell, file: Path) -> None:
    with closing(sqlite3.connect(file)) as conn:
        (root,) = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entries'").fetchone()
    raw = bytearray(file.read_bytes())
    raw[(root - 1) * 4096 + 8 : root * 4096] = b"\xff" * (4096 - 8)
    file.write_bytes(raw)
    ran = makegood("trail", "verify")
    assert "entries" in ran.err
    assert "the newest backup" in ran.err
    (finding,) = asyncio.run(database(f"sqlite+aiosqlite:///{file}"))
    assert (finding.state, "entries" in finding.said) == ("wrong", True)


def test_a_bot_does_not_start_on_a_damaged_file_and_says_why(file: Path) -> None:
    file.write_bytes(bytes(32) + file.read_bytes()[32:])
    with pytest.raises(Misconfigured, match="is damaged so far that no table can be told"):
        asyncio.run(start(f"sqlite+aiosqlite:///{file}"))


async def start(url: str) -> None:
    async with Closing() as closing_:
        await opened(url, closing_)
