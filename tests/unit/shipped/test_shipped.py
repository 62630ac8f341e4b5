"""What is shipped is what the list of digests names; what production imports is known to the linter."""

import hashlib
import tomllib
from pathlib import Path
from shutil import copytree

import pytest

from bot import shipped
from bot.production.catalogue.catalogue import Catalogue
from bot.production.catalogue.scaffold import scaffold

ROOT = Path(__file__).parents[3]
RENEW = "Somebody reviews the change; then `make digests` renews actions/SHA256SUMS."
NEEDS_THE_DEMO = {"bot.demo", "bot.commands.demo"}
LOADS_BY_NAME = {"bot.cli", "bot.__main__", "bot.commands"}


def test_the_list_of_digests_is_the_folder() -> None:
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (ROOT / "actions").glob("[!_]*.py")}
    listed = (ROOT / "actions" / "SHA256SUMS").read_text().splitlines()
    assert {name: sha for sha, name in (line.split() for line in listed)} == there, RENEW


def test_what_came_is_on_without_anybody_allowing_it() -> None:
    assert [entry.name for entry in Catalogue.load(allowed={}).entries.values() if not entry.allowed] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(shipped.ACTIONS, tmp_path / "actions")


def test_a_file_that_was_added_beside_the_shipped_is_off(folder: Path) -> None:
    (folder / "make_free.py").write_text(scaffold("make-free", "sql")[0])
    entries = Catalogue.load([folder], {}).entries
    assert {name for name, entry in entries.items() if not entry.allowed} == {"make-free"}


def test_a_shipped_file_that_was_changed_is_off_until_it_is_allowed(folder: Path) -> None:
    path = folder / "delete_row.py"
    path.write_text(path.read_text() + "\n")
    changed = Catalogue.load([folder], {}).find("delete-row")
    assert not changed.allowed
    assert Catalogue.load([folder], {"delete-row": changed.sha}).find("delete-row").allowed


def test_a_shipped_action_does_not_go_off_because_an_older_one_was_allowed_once() -> None:
    assert Catalogue.load(allowed={"delete-row": "0" * 64}).find("delete-row").allowed


def test_the_bytes_of_one_shipped_action_are_off_under_another_name(folder: Path) -> None:
    (folder / "resend.py").write_bytes((folder / "delete_row.py").read_bytes())
    assert not Catalogue.load([folder], {}).find("resend").allowed


def _modules(folder: Path, name: str) -> set[str]:
    inside = (path for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())
    return {f"{name}.{path.stem}" for path in inside} - {f"{name}.__init__"}


def test_the_linter_watches_every_module_that_production_runs() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (watched,) = [set(c["source_modules"]) for c in contracts if c["name"].startswith("Production code never needs")]
    there = _modules(ROOT / "bot", "bot") | _modules(ROOT / "bot" / "commands", "bot.commands") | {"actions"}
    assert watched == there - NEEDS_THE_DEMO - LOADS_BY_NAME
