"""Connects to the team's database. A failure says whether nothing happened or something may have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchTableError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.bug.errors import Doubtful, Misconfigured, Outside, Rejected, Unavailable


class CustomerDatabase:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._tables: dict[str, sa.Table] = {}

    async def table(self, name: str) -> sa.Table:
        """As the database describes it, asked for once."""
        if name not in self._tables:
            schema, _, bare = name.rpartition(".")
            async with self.reading() as connection:
                try:
                    self._tables[name] = await connection.run_sync(
                        lambda sync: sa.Table(bare, sa.MetaData(), schema=schema or None, autoload_with=sync)
                    )
                except NoSuchTableError as error:
                    raise Misconfigured(
                        f'billing names the table "{name}", which the database does not have.'
                    ) from error
        return self._tables[name]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._connected() as connection:
            try:
                yield connection
            except (SQLAlchemyError, OSError) as error:
                raise Unavailable("The billing database could not be read; it is tried again.") from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end. What is cut off in the commit may have happened."""
        async with self._connected() as connection:
            try:
                yield connection
            except (SQLAlchemyError, OSError) as error:
                raise _undone(error) from error
            try:
                await connection.commit()
            except IntegrityError as error:
                raise _undone(error) from error
            except (SQLAlchemyError, OSError) as error:
                raise Doubtful(
                    "The billing database was cut off while it wrote; it is looked up before it is tried again."
                ) from error

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        connection = self._engine.connect()
        try:
            await connection.start()
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(
                "The billing database can't be reached. Nothing was changed there; it is tried again."
            ) from error
        try:
            yield connection
        finally:
            await connection.close()


def _undone(error: Exception) -> Outside:
    """Before the commit nothing has happened; a lock or a lost connection may be gone next time, a missing right won't."""
    passing = isinstance(error, OSError | OperationalError | IntegrityError) or getattr(
        error, "connection_invalidated", False
    )
    if passing or not isinstance(error, DBAPIError):
        return Unavailable("The billing database did not take the change; it is tried again.")
    return Rejected(
        "The billing database refuses the change: check what its user may do and what billing.account names."
    )
