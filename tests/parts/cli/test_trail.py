"""`makegood trail` and `makegood migrate`, on SQLite and on PostgreSQL, without Slack."""

import csv
import io
import json
import re
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
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("The trail is whole: 1 bug.\nT0LOCAL: nothing is sealed yet")


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
    assert not re.search(r":[a-z]\w*:|\b[a-z]+_[a-z]+\b|[*`]", ran.out), "no emoji, no name of a kind, no markup"


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
    assert makegood("trail", "verify").out.startswith("The trail is whole: 2 bugs.\n")


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
    assert makegood("trail", "verify").out.startswith("The trail is whole: 0 bugs.\n")


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


@pytest.mark.parametrize("nobody", ["", "  "])
def test_to_forget_nobody_is_answered_with_what_to_write(makegood: Shell, story: str, nobody: str) -> None:
    ran = makegood("forget", nobody)
    assert ran.status == 1
    assert ran.err == (
        "makegood: Name the customer's address, as in: makegood forget mia@example.com. Nothing was deleted.\n"
    )


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


def test_what_belongs_to_no_bug_is_read_in_the_workspace_s_own_trail(makegood: Shell, story: str) -> None:
    assert makegood("restored", "the", "disk", "was", "full").status == 0
    assert makegood("trail", "show", "workspace").out.endswith("said that a backup came back: the disk was full\n")
    (row,) = json.loads(makegood("trail", "show", "workspace", "--json").out)
    assert (row["bug"], row["kind"], row["event"]) == ("workspace", "backup_restored", {"why": "the disk was full"})
    assert makegood("trail", "verify").out.startswith("The trail is whole: 1 bug.\n")


def test_an_export_is_every_trail_in_the_wanted_form(makegood: Shell, story: str) -> None:
    makegood("actions", "freeze", "=1+1")
    lines = [json.loads(line) for line in makegood("trail", "export").out.splitlines()]
    assert (lines[0]["bug"], lines[0]["kind"], lines[1]["bug"]) == ("workspace", "production_frozen", "BUG-1")
    assert len(lines) == 1 + len(makegood("trail", "show", "BUG-1").out.splitlines())
    table = list(csv.reader(io.StringIO(makegood("trail", "export", "--format", "csv").out.rstrip("\n"))))
    assert table[0] == ["trail", "seq", "at", "by", "kind", "said"]
    assert len(table) == 1 + len(lines)
    assert makegood("trail", "export", "--format", "md").out.count("\n") == 2 + len(lines)


def test_an_export_may_be_of_one_trail_one_person_and_some_days(makegood: Shell, story: str) -> None:
    def kinds(*words: str) -> list[str]:
        return [json.loads(line)["kind"] for line in makegood("trail", "export", *words).out.splitlines() if line]

    assert kinds("BUG-1", "--by", "source:bugsnag") == ["opened"]
    assert kinds("workspace") == []
    assert kinds("--from", "2026-11-22", "--to", "2026-11-22", "--by", "U0DEV")[0] == "claimed"
    assert kinds("--from", "2026-11-23") == []
    assert makegood("trail", "export", "--from", "yesterday").status == 2


def test_changes_of_production_are_an_export_of_their_own(
    makegood: Shell, story: str, names: Callable[..., None]
) -> None:
    names(story, U0DEV="Dana Smith")
    for form in ("jsonl", "csv", "md"):
        ran = makegood("trail", "export", "--kind", "production", "--by", "dana", "--format", form)
        assert (ran.status, ran.err) == (0, "")
    unknown = makegood("trail", "export", "--kind", "production", "--by", "dan")
    assert unknown.status == 1
    assert unknown.err.startswith("makegood: Nobody here is called dan. Known here: Dana Smith.")


def test_without_a_token_the_threads_are_not_read(makegood: Shell, story: str) -> None:
    ran = makegood("trail", "verify", "--slack")
    assert (ran.status, ran.err.startswith("makegood: SLACK_BOT_TOKEN is not set")) == (1, True)


def test_a_table_that_is_gone_is_said_in_a_sentence(makegood: Shell, told: Callable[..., None], tmp_path: Path) -> None:
    told(f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}")
    with closing(sqlite3.connect(tmp_path / "makegood.db")) as conn, conn:
        conn.execute("DROP TABLE private")
    ran = makegood("trail", "verify")
    assert (ran.status, ran.err[:10], "Traceback" in ran.err) == (1, "makegood: ", False)
