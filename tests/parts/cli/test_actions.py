"""`makegood actions`: the catalogue from the command line, and what they decide in the workspace's trail."""

import asyncio
import subprocess
import sys
from pathlib import Path

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
