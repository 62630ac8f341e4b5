"""`makegood trail` and `makegood migrate`, on SQLite and on PostgreSQL, without Slack."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.ledger.db.file_lock import FileLock
from bot.ledger.db.migrate import newest
from tests.parts.cli.conftest import Shell


def test_a_trail_that_nobody_touched_is_whole(makegood: Shell, story: str) -> None:
    ran = makegood("trail", "verify")
    assert (ran.status, ran.out, ran.err) == (0, "The trail is whole: 1 bug.\n", "")


def test_a_changed_entry_is_one_line_and_exit_status_one(
    makegood: Shell, told: Callable[..., None], tmp_path: Path
) -> None:
    told(f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}")
    with closing(sqlite3.connect(tmp_path / "makegood.db")) as conn, conn:
        conn.execute("DROP TRIGGER entries_no_update")
        conn.execute("UPDATE entries SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 2")
    ran = makegood("trail", "verify")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "makegood: BUG-1: entry 2 is not what was written.\n"


def test_the_trail_of_a_bug_is_read_from_its_first_line_to_its_last(makegood: Shell, story: str) -> None:
    ran = makegood("trail", "show", "BUG-1")
    lines = ran.out.splitlines()
    assert ran.status == 0
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert "Menu page fails" in lines[0]
    assert "U0DEV" in lines[1]
    assert "<!date" not in ran.out


def test_as_json_the_trail_has_every_field(makegood: Shell, story: str) -> None:
    rows = json.loads(makegood("trail", "show", "1", "--json").out)
    assert [row["kind"] for row in rows][:2] == ["opened", "claimed"]
    assert rows[0]["by"] == "source:bugsnag"
    assert rows[0]["event"]["title"] == "Menu page fails"


def test_a_bug_that_is_not_there_is_said_so(makegood: Shell, story: str) -> None:
    ran = makegood("trail", "show", "BUG-7")
    assert ran.status == 1
    assert ran.err.startswith("makegood: There is no BUG-7.")


def test_of_several_workspaces_one_has_to_be_named(makegood: Shell, story: str, told: Callable[..., None]) -> None:
    told(story, "T0OTHER")
    asked = makegood("trail", "show", "BUG-1")
    assert asked.err == "makegood: Say which workspace: --team (T0LOCAL, T0OTHER).\n"
    assert makegood("trail", "show", "BUG-1", "--team", "T0OTHER").status == 0
    assert "only T0LOCAL, T0OTHER" in makegood("trail", "show", "BUG-1", "--team", "T0NOBODY").err
    assert makegood("trail", "verify").out == "The trail is whole: 2 bugs.\n"


def test_without_a_database_nothing_is_made(makegood: Shell) -> None:
    makegood.settings()
    ran = makegood("trail", "verify")
    assert ran.status == 1
    assert "the first `makegood run` makes it" in ran.err
    assert [made.name for made in makegood.folder.iterdir()] == ["makegood.toml"]


def test_a_database_server_that_is_away_is_one_line_without_the_password(
    makegood: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAKEGOOD_DATABASE_URL", "postgresql+asyncpg://bot:s3cret-word@127.0.0.1:9/makegood")
    ran = makegood("trail", "verify")
    assert ran.status == 1
    assert "can't be read" in ran.err
    assert "s3cret-word" not in ran.err


def test_migrate_makes_the_schema_and_then_has_nothing_to_do(makegood: Shell, url: str) -> None:
    makegood.settings()
    assert makegood("migrate").out == f"The database went from revision none to {newest()}.\n"
    assert makegood("migrate").out == f"Nothing to do: the database is at revision {newest()} already.\n"
    assert makegood("trail", "verify").out == "The trail is whole: 0 bugs.\n"


def test_migrate_leaves_a_database_alone_that_a_bot_uses(makegood: Shell, tmp_path: Path) -> None:
    makegood.settings()
    lock = FileLock.of(f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}")
    lock.take()
    ran = makegood("migrate")
    lock.free()
    assert ran.status == 1
    assert "Another process uses the database" in ran.err


def test_an_older_database_is_told_what_to_do(makegood: Shell, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "makegood.db")) as conn, conn:
        conn.execute("CREATE TABLE something (id INTEGER)")
    assert "`makegood migrate`" in makegood("trail", "verify").err


def test_a_forgotten_customer_is_gone_and_the_trail_is_whole(makegood: Shell, story: str) -> None:
    assert "mia@studio.example" in makegood("trail", "show", "BUG-1", "--json").out
    ran = makegood("forget", "mia@studio.example")
    assert ran.status == 0, ran.err
    assert "deleted" in ran.out
    assert "mia@studio.example" not in makegood("trail", "show", "BUG-1", "--json").out
    assert makegood("trail", "verify").status == 0
    assert makegood("forget", "mia@studio.example").out == "Nothing is stored of mia@studio.example.\n"


def test_a_backup_that_wants_nothing_done_can_simply_be_started(makegood: Shell, story: str) -> None:
    ran = makegood("restored")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.endswith("Start the bot.\n")
