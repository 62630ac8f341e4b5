"""A PostgreSQL table with broken pages: said in a sentence, with what to do, by whoever meets it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.commands.checks.database import database
from tests.parts.cli.conftest import Shell
from tests.support import postgres

SAID = (
    "PostgreSQL can't read all of {}. Stop the bot, keep the damaged database, and restore the newest backup "
    "(docs/operations.md, “Backups”); a failing disk is the usual cause"
)


@pytest.fixture
def table() -> str:
    return "entries"


@pytest.fixture
def broken(
    makegood: Shell, postgres_server: Path, told: Callable[..., None], monkeypatch: pytest.MonkeyPatch, table: str
) -> Iterator[str]:
    """A story of which one table is noise."""
    with postgres.database(postgres_server) as name:
        told(postgres.url(postgres_server, name, "asyncpg"))
        with postgres.damaged(postgres_server, name, table) as copy:
            url = postgres.url(postgres_server, copy, "asyncpg")
            monkeypatch.setenv("MAKEGOOD_DATABASE_URL", url)
            yield url


@pytest.mark.parametrize("command", [("trail", "verify"), ("trail", "show", "BUG-1"), ("retro", "BUG-1")])
def test_whoever_meets_it_names_the_table_and_the_mend(makegood: Shell, broken: str, command: tuple[str, ...]) -> None:
    makegood.settings()
    ran = makegood(*command)
    assert (ran.status, ran.err) == (1, f"makegood: {SAID.format('entries')}.\n")


@pytest.mark.parametrize("table", ["bugs"])
def test_the_doctor_says_it_of_what_it_reads(broken: str, table: str) -> None:
    (found,) = asyncio.run(database(broken))
    assert (found.state, found.said) == ("wrong", SAID.format(table))
