"""`makegood migrate`: brings the database to the present schema; only ever forward."""

import argparse
import asyncio
from contextlib import ExitStack
from pathlib import Path

from bot.bug.errors import Misconfigured, Refused
from bot.commands import common
from bot.commands.options import config_option
from bot.ledger.db import migrate as schema
from bot.ledger.db.engine import Database
from bot.ledger.db.file_lock import FileLock
from bot.ledger.db.guards import FOREVER, grants
from bot.ledger.db.tables import SEARCH, metadata
from bot.settings.environment import database_url


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--grants", metavar="ROLE", help="prints the SQL for a role that runs the bot and can change no entry"
    )
    config_option(sub)


def run(args: argparse.Namespace) -> int:
    url = database_url(Path(args.config))
    if args.grants:
        if url.startswith("sqlite"):
            raise Refused(
                "SQLite knows no roles: --grants is for PostgreSQL, with MAKEGOOD_DATABASE_URL of the tables' owner."
            )
        common.say("\n".join(grants(args.grants, sorted({*metadata.tables, SEARCH} - set(FOREVER)))))
        return 0
    with ExitStack() as stack:
        if url.startswith("sqlite"):  # never under a bot that runs
            lock = FileLock.of(url)
            try:
                lock.take()
            except Misconfigured as error:
                raise Refused(
                    f"{error} A bot that starts migrates by itself; to migrate by hand, stop it first."
                ) from None
            stack.callback(lock.free)
        asyncio.run(_migrate(url))
    return 0


async def _migrate(url: str) -> None:
    db = Database(url)
    try:
        before, wanted = await common.revision(db)
        await schema.migrate(db)
    finally:
        await db.close()
    if before == wanted:
        common.say(f"Nothing to do: the database is at revision {wanted} already.")
    else:
        common.say(f"The database went from revision {before or 'none'} to {wanted}.")
