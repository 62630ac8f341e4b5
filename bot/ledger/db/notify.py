"""Wakes this process when another one writes (PostgreSQL's NOTIFY). While the connection is lost, the poll serves."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from bot.ledger.db.engine import Database
from bot.text import sentence

log = logging.getLogger(__name__)

CHANNEL = "makegood"
AGAIN = 2.0


async def listen(db: Database, woken: Callable[[], None]) -> None:
    """Until cancelled. Wakes once whenever it begins to listen: what came before that was heard by nobody."""
    while True:
        try:
            await _listen(db, woken)
        except Exception as error:  # noqa: BLE001 - each driver has errors of its own; until it works again the poll serves
            log.warning("Not listening to the database: %s Trying again.", sentence(error))
        await asyncio.sleep(AGAIN)


async def _listen(db: Database, woken: Callable[[], None]) -> None:
    """On a connection of its own: one that listens never goes back to the pool."""
    async with db.read() as conn:
        raw = await conn.get_raw_connection()
        try:
            await _wait(db.engine.dialect.driver, raw.driver_connection, woken)
        finally:
            # given back to the pool, it would go on listening and pile up notifications that nobody reads
            await conn.invalidate()


async def _wait(driver: str, connection: Any, woken: Callable[[], None]) -> None:
    if driver == "asyncpg":
        ended = asyncio.Event()
        await connection.add_listener(CHANNEL, lambda *_: woken())
        connection.add_termination_listener(lambda *_: ended.set())
        woken()
        await ended.wait()
        return
    # psycopg opens a transaction by itself, and PostgreSQL delivers no notification inside of one
    await connection.set_autocommit(True)
    await connection.execute(f"LISTEN {CHANNEL}")
    woken()
    async for _ in connection.notifies():
        woken()
