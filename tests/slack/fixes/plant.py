"""What the fixes of these stories reach: a shop's database and a host, both real, both on this machine."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import asyncssh

from bot.demo.host.host import Host

HERE = Path(__file__).parent
MENUS = 45
SECRET = "hunter2-of-production"
SCHEMA = """
CREATE TABLE accounts (id integer PRIMARY KEY, email text, password text, plan text);
CREATE TABLE menus (id integer PRIMARY KEY, account_id integer, title text NOT NULL);
INSERT INTO accounts VALUES (1, 'ann@example.com', 'hash', 'trial'), (2, 'ben@example.com', 'hash', 'basic');
INSERT INTO menus VALUES (13, 1, 'Breakfast'), (14, 1, 'Lunch');
"""


@dataclass(frozen=True, kw_only=True)
class Plant:
    folder: Path
    host: Host

    @property
    def url(self) -> str:
        return f"sqlite+aiosqlite:///{self.folder / 'shop.db'}"

    @property
    def own(self) -> Path:
        """The team's own actions."""
        return self.folder / "own"

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that a bot with credentials needs to know of it."""
        web = {"hosts": [self.host.address], "user": "deploy", "known_hosts": str(self.folder / "known_hosts")}
        shop = {"url": self.url, "tables": {"menus": "id", "accounts": "id"}, "hide": ["accounts.password"]}
        return {
            "mode": "run",
            "actions": {"paths": [str(self.own)]},
            "targets": {
                "shop": {**shop, "kind": "sql", "name": "shop"},
                "web": {**web, "kind": "ssh", "name": "web", "key": str(self.folder / "key")},
                "app": {"kind": "http", "name": "app", "base_url": "http://127.0.0.1:9", "headers": {"X-Key": SECRET}},
            },
        }

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "shop.db")) as conn:
            return conn.execute(query).fetchall()

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """What no attempt may change: both tables, and how often something ran on the host."""
        tables = {name: self.rows(f"SELECT * FROM {name} ORDER BY id") for name in ("menus", "accounts")}
        return {**tables, "begun": [(self.lines("begun"),)]}

    def meanwhile(self, statement: str) -> None:
        """Somebody else changes production."""
        with closing(sqlite3.connect(self.folder / "shop.db")) as conn:
            conn.execute(statement)
            conn.commit()

    @property
    def menu_13(self) -> bool:
        return bool(self.rows("SELECT 1 FROM menus WHERE id = 13"))

    def lines(self, name: str) -> int:
        """Of a file on the host: how often something was done there."""
        file = self.host.directory / name
        return len(file.read_text().splitlines()) if file.exists() else 0


async def build(folder: Path) -> Plant:
    with closing(sqlite3.connect(folder / "shop.db")) as conn:
        conn.executescript(SCHEMA)
        conn.executemany(
            "INSERT INTO menus VALUES (?, 2, ?)", [(n, f"Menu {n} " + "x" * 200) for n in range(100, 100 + MENUS)]
        )
        conn.commit()
    copytree(HERE / "own_actions", folder / "own", ignore=ignore_patterns("__pycache__"))
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(folder / "key")
    host = Host(folder / "host", authorized_keys=key.export_public_key().decode())
    await host.start()
    (folder / "known_hosts").write_text(host.known_hosts)
    return Plant(folder=folder, host=host)
