"""What QuickAdmin asks of its database."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, event, insert, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.demo.world import tables as t
from bot.demo.world.crash import Visitor

Row = dict[str, Any]


def _on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """SQLite checks foreign keys only when told to; WAL lets the pages be read while a fix writes."""
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class ShopDatabase:
    def __init__(self, file: Path, *, with_bad_row: bool) -> None:
        self.file = file
        self._with_bad_row = with_bad_row
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
        event.listen(self._engine.sync_engine, "connect", _on_connect)

    async def start(self) -> None:
        """Make and fill the tables, unless an earlier run did: what a fix deleted stays deleted."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        async with self._begin() as connection:
            await connection.run_sync(t.metadata.create_all)
            if (await connection.execute(select(t.plans.c.id).limit(1))).first() is None:
                await t.seed(connection, with_bad_row=self._with_bad_row)

    async def stop(self) -> None:
        await self._engine.dispose()

    async def reset(self) -> None:
        """Everything as on the first day."""
        async with self._begin() as connection:
            for table in reversed(t.metadata.sorted_tables):
                await connection.execute(table.delete())
            await t.seed(connection, with_bad_row=self._with_bad_row)

    async def visitor(self, email: str) -> Visitor | None:
        return await self._visitor(t.accounts.c.email == email)

    async def account(self, number: int) -> Visitor | None:
        return await self._visitor(t.accounts.c.id == number)

    async def _visitor(self, who: ColumnElement[bool]) -> Visitor | None:
        row = await self._one(select(t.accounts, t.plans.c.name.label("plan")).join(t.plans).where(who))
        if row is None:
            return None
        return Visitor(id=str(row["id"]), name=row["name"], email=row["email"], plan=row["plan"])

    async def trial_ends(self, visitor: Visitor) -> date | None:
        row = await self._one(select(t.accounts.c.trial_ends).where(t.accounts.c.id == int(visitor.id)))
        until: date | None = row["trial_ends"] if row else None
        return until

    async def project(self, visitor: Visitor) -> Row:
        return await self._one(select(t.projects).where(t.projects.c.account_id == int(visitor.id))) or {}

    async def menus(self, visitor: Visitor) -> list[Row]:
        """The menus of the visitor's project, each with its crud where it has one."""
        query = (
            select(t.menus.c.id, t.menus.c.name, t.cruds.c.model, t.cruds.c.fields)
            .outerjoin(t.cruds, t.menus.c.crud_id == t.cruds.c.id)
            .where(t.menus.c.account_id == int(visitor.id))
            .order_by(t.menus.c.id)
        )
        return [_with_crud(row) for row in await self._all(query)]

    async def servers(self, visitor: Visitor) -> list[Row]:
        return await self._all(
            select(t.servers).where(t.servers.c.account_id == int(visitor.id)).order_by(t.servers.c.id)
        )

    async def add_server(self, visitor: Visitor, name: str, slot: str) -> None:
        async with self._begin() as connection:
            await connection.execute(insert(t.servers).values(account_id=int(visitor.id), name=name, slot=slot))

    async def add_job(self, visitor: Visitor, kind: str) -> None:
        row = {"account_id": int(visitor.id), "kind": kind, "status": "done", "made_at": datetime.now(UTC)}
        async with self._begin() as connection:
            await connection.execute(insert(t.jobs).values(**row))

    async def break_once_more(self) -> None:
        """A second customer gets a row like the first one's."""
        async with self._begin() as connection:
            await t.add_second_bad_row(connection)

    def _begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.begin()

    async def _all(self, query: Any) -> list[Row]:
        async with self._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def _one(self, query: Any) -> Row | None:
        rows = await self._all(query)
        return rows[0] if rows else None


def _with_crud(row: Mapping[str, Any]) -> Row:
    menu = {"id": row["id"], "name": row["name"]}
    return menu if row["model"] is None else {**menu, "crud": {"model": row["model"], "fields": row["fields"]}}
