"""The production database of the stories: a small shop on SQLite with one bad row, and a team's own actions."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, password TEXT, plan TEXT);
CREATE TABLE menus (id INTEGER PRIMARY KEY, title TEXT NOT NULL, note TEXT);
CREATE TABLE menu_items (id INTEGER PRIMARY KEY, menu_id INTEGER REFERENCES menus (id) ON DELETE CASCADE, name TEXT);
INSERT INTO accounts VALUES (1, 'mia@studio.example', 'secret-hash', 'trial');
INSERT INTO menus VALUES (12, 'Lunch', NULL), (13, 'Broken', NULL), (14, 'Dinner', NULL);
INSERT INTO menu_items VALUES (1, 13, 'Soup'), (2, 13, 'Bread');
"""

RENAME = '''"""A new title."""

from pydantic import Field
from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables


class RenameMenu(SqlAction):
    """Give a menu another title."""

    risk = Risk.LOW
    from_facts = {"id": ("metaData.crud.id",)}

    id: int = Field(title="Menu", ge=1)
    title: str = Field(title="New title", max_length=40)

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == self.id).values(title=self.title)
'''

DROP = '''"""A menu that can't be saved."""

from pydantic import Field
from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables


class DropMenu(SqlAction):
    """Delete a menu and what is on it."""

    risk = Risk.MEDIUM

    id: int = Field(title="Menu", ge=1)

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == self.id)
'''


@dataclass(frozen=True, kw_only=True)
class Shop:
    path: Path
    actions: Path

    @classmethod
    def opened(cls, folder: Path) -> "Shop":
        """Makes the database and a folder with two actions of the team's own: one harmless, one not."""
        shop = cls(path=folder / "shop.db", actions=folder / "own")
        with closing(sqlite3.connect(shop.path)) as conn:
            conn.executescript(SCHEMA)
        shop.actions.mkdir()
        (shop.actions / "rename_menu.py").write_text(RENAME)
        (shop.actions / "drop_menu.py").write_text(DROP)
        return shop

    def settings(self, **more: Any) -> dict[str, Any]:
        target = {
            "url": f"sqlite+aiosqlite:///{self.path}",
            "tables": {"menus": "id", "menu_items": "id", "accounts": "id"},
            "hide": ["accounts.password"],
        }
        return {"mode": "run", "targets": {"shop": target}, "actions": {"paths": [str(self.actions)]}, **more}

    def ask(self, query: str) -> list[Any]:
        """The first column of each row."""
        with closing(sqlite3.connect(self.path)) as conn:
            return [row[0] for row in conn.execute(query)]

    def do(self, statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.path)) as conn:
            conn.execute("PRAGMA foreign_keys=ON")
            conn.execute(statement, values)
            conn.commit()

    @property
    def menus(self) -> list[int]:
        return self.ask("SELECT id FROM menus ORDER BY id")
