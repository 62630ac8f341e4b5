"""`makegood try`: the allowed actions on a copy, in words; production itself is never a copy."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.parts.cli.conftest import Shell

TABLES = """
CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, trial_ends TEXT);
CREATE TABLE menus (id INTEGER PRIMARY KEY, title TEXT, account_id INTEGER REFERENCES accounts (id));
INSERT INTO accounts VALUES (1, 'mia@example.com', '2026-01-01');
INSERT INTO menus VALUES (13, 'Lunch', 1);
"""
SETTINGS = """
[targets.shop]
url = "sqlite+aiosqlite:///{production}"
copy_url = "sqlite+aiosqlite:///{copy}"
tables = {{ menus = "id", accounts = "id" }}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("shop.db", "copy.db"):
        with closing(sqlite3.connect(tmp_path / name)) as db:
            db.executescript(TABLES)
    return tmp_path / "shop.db", tmp_path / "copy.db"


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as db:
        return list(db.iterdump())


def on(makegood: Shell, production: Path, copy: Path) -> None:
    makegood.settings(SETTINGS.format(production=production, copy=copy))


def test_every_allowed_action_is_tried_on_rows_of_the_copy_and_taken_back(
    makegood: Shell, files: tuple[Path, Path]
) -> None:
    before = [dump(file) for file in files]
    on(makegood, *files)
    ran = makegood("try", "shop")
    assert "delete-row table=menus id=13" in ran.out
    assert "would do: delete 1 row of menus (id 13)" in ran.out
    assert "would ask: nobody else; risk low" in ran.out
    assert "undone: succeeded" in ran.out
    assert "set-column: say with what: makegood try shop set-column table=menus id=13 column=…" in ran.out
    assert ran.status == 0
    assert [dump(file) for file in files] == before


def test_one_action_is_tried_as_it_is_typed(makegood: Shell, files: tuple[Path, Path]) -> None:
    on(makegood, *files)
    ran = makegood("try", "shop", "set-column", "table=menus", "id=13", "column=title", "value=Brunch")
    assert "would ask: one other person; risk medium" in ran.out
    assert "delete-row" not in ran.out
    assert ran.status == 0
    ran = makegood("try", "shop", "delete-row", "table=menus", "id=99")
    assert "refused: " in ran.out


def test_what_cannot_be_undone_is_said_and_stays_in_the_copy(makegood: Shell, files: tuple[Path, Path]) -> None:
    production, copy = files
    with closing(sqlite3.connect(copy)) as db:
        db.executescript(
            "CREATE TABLE log (x); CREATE TRIGGER t AFTER DELETE ON menus BEGIN INSERT INTO log VALUES (1); END;"
        )
    on(makegood, production, copy)
    ran = makegood("try", "shop", "delete-row", "table=menus", "id=13")
    assert "Cannot be undone: menus has a trigger" in ran.out
    assert "The copy keeps this: it can't be undone." in ran.out
    assert "  undone: " not in ran.out
    assert len(dump(copy)) != len(dump(production))


@pytest.mark.parametrize("alias", ["shop.db", "soft.db", "hard.db", "./x/../shop.db"])
def test_production_itself_is_never_tried_on_by_whatever_name(
    makegood: Shell, files: tuple[Path, Path], tmp_path: Path, alias: str
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "soft.db").symlink_to(files[0])
    (tmp_path / "hard.db").hardlink_to(files[0])
    before = dump(files[0])
    on(makegood, files[0], tmp_path / alias)
    ran = makegood("try", "shop")
    assert ran.status == 1
    assert "is the production database itself, so nothing was tried" in ran.err
    assert dump(files[0]) == before


def test_a_target_without_a_copy_says_what_to_write(makegood: Shell, files: tuple[Path, Path]) -> None:
    makegood.settings(f'[targets.shop]\nurl = "sqlite+aiosqlite:///{files[0]}"\ntables = {{ menus = "id" }}\n')
    assert "copy_url =" in makegood("try", "shop").err
    assert "databases there: shop" in makegood("try", "blog").err


def test_an_action_that_there_is_not_is_one_line_and_fails(makegood: Shell, files: tuple[Path, Path]) -> None:
    on(makegood, *files)
    ran = makegood("try", "shop", "delete-rows", "id=13")
    assert ran.status == 1
    assert "There is no action" in ran.err
    assert "Tried" not in ran.out


def test_a_word_that_is_no_parameter_is_refused(makegood: Shell, files: tuple[Path, Path]) -> None:
    on(makegood, *files)
    assert "is not name=value" in makegood("try", "shop", "delete-row", "menus").err
