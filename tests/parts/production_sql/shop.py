"""A small shop's production database, on SQLite, PostgreSQL or MariaDB, and somebody who follows a run."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.production.action import RunRef
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import SqlTarget

SCHEMA = """
CREATE TABLE accounts (id integer PRIMARY KEY, email text UNIQUE, password text, plan text, trial_ends date, updated_at timestamp);
CREATE TABLE menus (id integer PRIMARY KEY, account_id integer REFERENCES accounts (id), title text NOT NULL,
  price numeric(10, 2), hits integer NOT NULL DEFAULT 0);
CREATE TABLE menu_items (id integer PRIMARY KEY, menu_id integer REFERENCES menus (id) ON DELETE CASCADE, name text);
CREATE TABLE item_photos (id integer PRIMARY KEY, item_id integer REFERENCES menu_items (id) ON DELETE CASCADE);
CREATE TABLE notes (id integer PRIMARY KEY, menu_id integer REFERENCES menus (id) ON DELETE SET NULL, said text);
CREATE TABLE orders (id integer PRIMARY KEY, menu_id integer REFERENCES menus (id));
CREATE TABLE visits (id integer PRIMARY KEY, menu_id integer REFERENCES menus (id) ON DELETE CASCADE);
CREATE TABLE jobs (id integer PRIMARY KEY, status text, updated_at timestamp);
INSERT INTO accounts VALUES (1, 'ann@example.com', 'hunter2hash', 'trial', '2026-11-30', '2026-11-01 09:00:00');
INSERT INTO accounts VALUES (2, 'ben@example.com', 'tr0ub4dor', 'basic', NULL, NULL);
INSERT INTO menus VALUES (13, 1, 'Breakfast', 5.50, 3), (14, 1, 'Lunch', NULL, 0), (15, 2, 'Dinner', 9.00, 0);
INSERT INTO menu_items VALUES (1, 13, 'Eggs'), (2, 13, NULL), (3, 14, 'Soup');
INSERT INTO item_photos VALUES (1, 1), (2, 1);
INSERT INTO notes VALUES (1, 13, 'call back');
INSERT INTO orders VALUES (1, 15);
INSERT INTO visits VALUES (1, 14);
INSERT INTO jobs VALUES (1, 'stuck', '2026-11-01 09:00:00'), (2, 'sent', NULL);
"""
TABLES = dict.fromkeys(("accounts", "menus", "menu_items", "item_photos", "notes", "orders", "jobs"), "id")
"""Not visits: the settings don't open that one."""


class Shop:
    """The database, with a second way in for what happens meanwhile."""

    def __init__(self, url: str, direct: str) -> None:
        self.url = url
        self._direct = direct

    @property
    def kind(self) -> str:
        """ "sqlite", "postgresql" or "mysql"."""
        return sa.make_url(self.url).get_backend_name()

    def by(self, driver: str) -> "Shop":
        """The same database by another driver."""
        return Shop(self.url.replace("asyncpg", driver), self._direct)

    def target(self, **changes: Any) -> SqlTarget:
        told = {"name": "shop", "url": self.url, "tables": TABLES, "hide": ("accounts.password",), "lock_timeout": 0.2}
        return SqlTarget.model_validate({**told, **changes})

    def engine(self, *folders: Path, **changes: Any) -> Engine:
        catalogue = Catalogue.trusting(folders) if folders else Catalogue.load()
        return Engine(catalogue, {"shop": self.target(**changes)})

    def meanwhile(self, *statements: str) -> None:
        with self._connection() as conn:
            for statement in statements:
                conn.exec_driver_sql(statement)
            conn.commit()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._connection() as conn:
            return [tuple(row) for row in conn.exec_driver_sql(query)]

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        with self._connection() as conn:
            every = {
                name: conn.exec_driver_sql(f"SELECT * FROM {name} ORDER BY id").all() for name in (*TABLES, "visits")
            }
            return {name: [tuple(row) for row in found] for name, found in every.items()}

    @contextmanager
    def holding(self, statement: str) -> Iterator[sa.Connection]:
        """Somebody else's transaction stays open meanwhile."""
        with self._connection() as conn:
            conn.exec_driver_sql("BEGIN IMMEDIATE" if self.kind == "sqlite" else "SELECT 1")
            conn.exec_driver_sql(statement)
            yield conn
            conn.rollback()

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        plain = (
            {"ssl_disabled": True} if self._direct.startswith("mysql") else {}
        )  # else it reads all certificates each time
        engine = sa.create_engine(self._direct, poolclass=sa.NullPool, connect_args=plain)
        with engine.connect() as conn:
            yield conn
        engine.dispose()


class Follower:
    """Follows a run: remembers what it was given to keep and what it was told."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        self.kept: list[bytes] = []
        self.told: list[str] = []

    async def progress(self, text: str) -> None:
        self.told.append(text)

    async def begin(self, image: bytes) -> None:
        await self.keep(image)

    async def keep(self, image: bytes) -> None:
        self.kept.append(image)


def run_ref(number: int = 3, **more: Any) -> RunRef:
    return RunRef(bug="BUG-17", run=number, owner="U1", salt="pepper", **more)


Values = Mapping[str, str]
MENU_13: Values = {"table": "menus", "id": "13"}
