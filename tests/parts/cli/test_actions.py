"""`makegood actions`: the catalogue from the command line, and what they decide in the workspace's trail."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.bug.workspace import Workspace
from bot.ledger import workspace
from bot.ledger.db.engine import Database
from bot.ledger.ledger import Ledger
from tests.parts.cli.conftest import TEAM, Shell

SHOP = """
[actions]
paths = ["ours"]

[targets.shop]
url = "sqlite+aiosqlite:///shop.db"
tables = { menus = "id", accounts = "id", jobs = "id" }

[targets.web]
hosts = ["web1.example.com"]
user = "deploy"
known_hosts = "known_hosts"
key = "key"

[targets.app]
base_url = "https://app.example.com"

[targets.github]
base_url = "https://api.github.com"
"""


def present(url: str) -> Workspace:
    async def read() -> Workspace:
        db = Database(url)
        try:
            return await workspace.load(Ledger(db, TEAM, {}))
        finally:
            await db.close()

    return asyncio.run(read())


def test_the_list_says_what_each_does_and_that_shipped_ones_are_on(makegood: Shell) -> None:
    makegood.settings(SHOP)
    lines = makegood("actions", "list").out.splitlines()
    (row,) = [line for line in lines if line.startswith("delete-row ")]
    assert row.split()[:4] == ["delete-row", "sql", "low", "on"]
    assert row.endswith("Delete one row of a table by its key.")
    assert all(" OFF " not in line for line in lines)


def test_the_check_finds_nothing_where_every_target_is_there(makegood: Shell) -> None:
    makegood.settings(SHOP)
    ran = makegood("actions", "check")
    assert (ran.status, ran.out[:26]) == (0, "Nothing to complain about "), ran.out


def test_a_folder_that_the_bot_does_not_read_is_named_wherever_its_actions_are_missed(
    makegood: Shell, story: str
) -> None:
    makegood.settings()
    assert "is not read" not in makegood("actions", "list").out
    makegood("actions", "new", "publish-menu")
    told = 'actions is not read. So that the bot finds it, add to makegood.toml: [actions] paths = ["actions"]'
    checked, refused = makegood("actions", "check"), makegood("actions", "allow", "publish-menu")
    assert (checked.status, refused.status) == (1, 1)
    for said in (checked.out, makegood("actions", "list").out, refused.err):
        assert told in said
    makegood.settings('\n[actions]\npaths = ["actions"]\n')
    assert "is not read" not in makegood("actions", "check").out


def test_shipped_actions_for_targets_that_are_not_there_are_no_complaint(makegood: Shell) -> None:
    makegood.settings()
    assert makegood("actions", "check").status == 0


def test_the_check_finds_what_a_careful_reader_would(makegood: Shell) -> None:
    makegood.settings(SHOP)
    makegood("actions", "new", "publish-menu")
    path = makegood.folder / "ours" / "publish_menu.py"
    path.write_text(path.read_text().replace("    risk = Risk.MEDIUM\n", '    target = "moon"\n'))
    ran = makegood("actions", "check")
    assert ran.status == 1
    assert "publish_menu.py: The risk is not pinned" in ran.out
    assert "publish_menu.py: The target 'moon' is not a sql target" in ran.out


def test_a_new_action_is_off_until_it_is_allowed_and_off_again_once_it_changes(makegood: Shell, story: str) -> None:
    makegood.settings(SHOP)
    made = makegood("actions", "new", "publish-menu", "--kind", "sql")
    path = makegood.folder / "ours" / "publish_menu.py"
    assert made.status == 0
    assert path.exists()
    assert "publish_menu.py: off; `makegood actions allow publish-menu`" in makegood("actions", "check").out
    path.write_text(path.read_text().replace("TODO: ", ""))
    assert makegood("actions", "allow", "publish-menu").status == 0
    assert makegood("actions", "check").status == 0
    path.write_text(path.read_text().replace("draft", "public"))
    (row,) = [x for x in makegood("actions", "list").out.splitlines() if x.startswith("publish-menu")]
    assert " OFF " in row


def test_the_scaffolded_test_passes_as_it_is(makegood: Shell) -> None:
    makegood.settings(SHOP)
    makegood("actions", "new", "publish-menu")
    here = {"PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    ran = subprocess.run(command, cwd=makegood.folder, env=here, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert ran.returncode == 0, ran.stdout


def test_without_a_folder_of_ones_own_it_is_said_how_to_name_one(makegood: Shell) -> None:
    makegood.settings()
    assert 'paths = ["actions"]' in makegood("actions", "new", "publish-menu", "--kind", "look").out


def test_nothing_is_written_over_an_action_that_is_there(makegood: Shell) -> None:
    makegood.settings(SHOP)
    makegood("actions", "new", "publish-menu")
    again = makegood("actions", "new", "publish-menu")
    assert again.status == 1
    assert "is there already" in again.err


def test_a_name_that_is_none_is_refused(makegood: Shell) -> None:
    makegood.settings(SHOP)
    assert "Write it like delete-row" in makegood("actions", "new", "Publish Menu").err
    assert "Did you mean delete-row?" in makegood("actions", "allow", "delete-rwo").err


def test_a_freeze_reaches_every_process_through_the_database(makegood: Shell, story: str) -> None:
    frozen = makegood("actions", "freeze", "deploy", "goes", "on")
    assert frozen.out.startswith("Production is frozen")
    freeze = present(story).freeze
    assert freeze
    assert (freeze.why, freeze.by.partition(":")[0]) == ("deploy goes on", "cli")
    assert makegood("actions", "thaw", "all", "done").out == "Production is thawed: fixes may run again.\n"
    assert present(story).freeze is None
    froze, thawed = makegood("trail", "show", "workspace").out.splitlines()
    assert "froze production: deploy goes on" in froze
    assert "thawed production: all done" in thawed


def test_a_freeze_needs_no_settings_only_the_database(makegood: Shell, story: str) -> None:
    assert not (makegood.folder / "makegood.toml").exists()
    assert makegood("actions", "freeze").status == 0


def filled(path: Path, *changes: tuple[str, str]) -> None:
    """As its author leaves it."""
    text = path.read_text().replace("TODO: ", "")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_an_action_is_begun_checked_and_listed_before_there_are_settings(makegood: Shell) -> None:
    made = makegood("actions", "new", "hide-menu")
    path = makegood.folder / "actions" / "hide_menu.py"
    assert (made.status, path.exists()) == (0, True)
    assert 'paths = ["actions"]' in made.out
    assert "hide_menu.py: Line 1 still has a TODO in it" in makegood("actions", "check").out
    filled(path)
    assert makegood("actions", "check").out.startswith("Nothing to complain about in ")
    (row,) = [line for line in makegood("actions", "list").out.splitlines() if line.startswith("hide-menu ")]
    assert row.split()[:4] == ["hide-menu", "sql", "medium", "OFF"]
    assert list(makegood.folder.glob("makegood*")) == [], "nothing else was made"


def test_settings_that_were_named_and_are_not_there_are_an_error(makegood: Shell) -> None:
    ran = makegood("actions", "list", "--config", "other.toml")
    assert (ran.status, "There is no other.toml" in ran.err) == (1, True)


def test_a_live_check_needs_a_database_and_says_so(makegood: Shell) -> None:
    assert "[targets.NAME]" in makegood("actions", "check", "--live").err


def test_an_action_that_names_a_table_that_is_not_open_is_complained_about(makegood: Shell) -> None:
    makegood.settings(SHOP)
    makegood("actions", "new", "hide-menu")
    filled(makegood.folder / "ours" / "hide_menu.py", ('tables["menus"]', 'tables["meals"]'))
    out = makegood("actions", "check").out
    assert "names the table 'meals', which is not open to actions on shop. These are: menus, accounts, jobs." in out


def test_an_action_that_names_a_hidden_column_is_complained_about(makegood: Shell) -> None:
    makegood.settings(SHOP.replace("jobs = ", 'jobs = "id" }\nhide = ["menus.state"] # '))
    makegood("actions", "new", "hide-menu")
    filled(makegood.folder / "ours" / "hide_menu.py")
    assert "names menus.state, which the settings hide" in makegood("actions", "check").out


@pytest.mark.parametrize("kind", ["sql", "look"])
def test_a_column_that_the_database_does_not_have_is_found_live(kind: str, makegood: Shell) -> None:
    makegood.settings(SHOP)
    with closing(sqlite3.connect(makegood.folder / "shop.db")) as conn:
        for table in ("menus", "accounts", "jobs"):
            conn.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, title TEXT)")
    makegood("actions", "new", "hide-menu", "--kind", kind)
    path = makegood.folder / "ours" / "hide_menu.py"
    filled(path, ('tables.key("menus") == self.id', 'tables["menus"].c.colour == self.id'))
    assert "colour" not in makegood("actions", "check").out
    out = makegood("actions", "check", "--live").out
    assert "names menus.colour, which the database of shop does not have. menus has: id, title." in out
    assert ("menus.state" in out) == (kind == "sql")
    filled(path, ("colour", "id"), *([('state="draft"', 'title="x"')] if kind == "sql" else []))
    assert makegood("actions", "check", "--live").out == "hide_menu.py: off; `makegood actions allow hide-menu`\n"


def test_a_table_that_the_database_does_not_have_is_found_live(makegood: Shell) -> None:
    makegood.settings(SHOP)
    makegood("actions", "new", "hide-menu")
    with closing(sqlite3.connect(makegood.folder / "shop.db")) as conn:
        conn.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY)")
    ran = makegood("actions", "check", "--live")
    assert ran.status == 1
    assert "the database has no table 'menus'" in ran.out + ran.err


def test_an_action_that_does_not_load_is_told_when_it_is_allowed(makegood: Shell, story: str) -> None:
    makegood.settings(SHOP)
    makegood("actions", "new", "hide-menu")
    path = makegood.folder / "ours" / "hide_menu.py"
    path.write_text(path.read_text() + "\n1 / 0\n")
    ran = makegood("actions", "allow", "hide-menu")
    assert ran.status == 1
    assert "hide-menu can't be used. hide_menu.py: The file does not load: ZeroDivisionError" in ran.err
