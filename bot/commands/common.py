"""What the offline commands share: opening the database without Slack, and finding its workspace."""

import getpass
import os
import shlex
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, union
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import Misconfigured, NotFound, Refused, TrailBroken, Unavailable
from bot.bug.values import Actor, ActorKind
from bot.ledger import workspace
from bot.ledger.db import migrate, tables
from bot.ledger.db.damage import damage, unreadable
from bot.ledger.db.engine import Database, lost
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import Ledger
from bot.production.redaction import Redactor
from bot.settings import environment
from bot.settings.environment import database_url, known_secrets, written_in
from bot.settings.settings import read as read_settings

_KNOWING = (tables.bugs, tables.workspaces, tables.entries, tables.inbox, tables.anchors, tables.flags)
"""Tables that tell which workspaces there are."""


def say(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def called() -> str:
    """The command as whoever typed it can type it again: "makegood" where the shell finds that, else the way to it."""
    typed = Path(sys.argv[0])
    if typed.parts[-2:] == ("bot", "__main__.py"):
        return f"{shlex.quote(sys.executable)} -m bot"
    found = shutil.which("makegood")
    by_name = found is not None and typed.name == "makegood" and os.path.realpath(found) == os.path.realpath(typed)
    return "makegood" if by_name or typed.name != "makegood" else shlex.quote(sys.argv[0])


def me() -> Actor:
    """Whoever has a shell here."""
    return Actor(kind=ActorKind.CLI, id=getpass.getuser())


@asynccontextmanager
async def database(config: Path) -> AsyncIterator[Database]:
    """As it is: neither made nor migrated here. Raises NotFound, Unavailable or Misconfigured."""
    url = database_url(config)
    if is_missing(url):
        raise NotFound(f"There is no database yet at {shown(url)}; the first `makegood run` makes it.")
    db = Database(url)
    try:
        present, wanted = await revision(db)
        if present != wanted:
            raise Misconfigured(
                f"The database is at revision {present or 'none'}, this Makegood needs {wanted}: `makegood migrate`."
            )
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def ledger(config: Path, team: str) -> AsyncIterator[Ledger]:
    async with database(config) as db, said_where_it_went(db):
        yield Ledger(db, await team_of(db, team), {})


@asynccontextmanager
async def said_where_it_went(db: Database) -> AsyncIterator[None]:
    """What is lost or can't be read while a command works is told in a sentence. Raises Unavailable or TrailBroken."""
    try:
        yield
    except SQLAlchemyError as error:
        if not lost(error):
            if broken := await unreadable(db):
                raise TrailBroken(f"{broken}.") from error
            raise
        again = "What was done by then is whole, and the rest was not begun. Once it is back, run this again."
        raise Unavailable(f"The database went away in the middle of this. {again}") from error


def redactor(config: Path) -> Redactor:
    """Knows every secret that can be read from here: of the settings, and of the environment where it is whole."""
    try:
        settings, secrets = read_settings(config)
    except Misconfigured:
        return Redactor()
    try:
        return Redactor(known_secrets(settings, environment.read(config, secrets)))
    except Misconfigured:  # a trail is read also where no token of Slack is
        known = (secret.get_secret_value() for secret in secrets)
        return Redactor((*known, *written_in(settings)))


def flags(of: Ledger) -> Flags:
    return Flags(of.db, of.team, lambda: of.clock().timestamp())


async def allowed(config: Path, team: str) -> Mapping[str, str]:
    """The actions of the team's own that an approver turned on; none where there is no database yet."""
    try:
        async with ledger(config, team) as of:
            return (await workspace.load(of)).allowed
    except NotFound:
        return {}


async def team_of(db: Database, named: str) -> str:
    """The workspace that was named, or the only one. Raises Refused where neither is so."""
    found = await teams(db)
    if named in found or (len(found) == 1 and not named):
        return named or found[0]
    if not found:
        raise NotFound("Nothing is stored yet; the workspace becomes known when `makegood run` first reaches Slack.")
    there = ", ".join(found)
    raise Refused(
        f"There is no workspace {named} here, only {there}." if named else f"Say which workspace: --team ({there})."
    )


async def teams(db: Database) -> list[str]:
    query = union(*(select(table.c.team) for table in _KNOWING))
    async with db.read() as conn:
        return sorted(str(team) for team in (await conn.execute(query)).scalars())


async def revision(db: Database) -> tuple[str | None, str | None]:
    """What the database is at, and what this version needs. Raises Unavailable."""
    try:
        async with db.read() as conn:
            return await conn.run_sync(_revision)
    except Exception as error:  # whatever a driver raises at connect: asyncpg's are no SQLAlchemyError
        if broken := damage(db.url):
            raise TrailBroken(f"{broken[0].upper()}{broken[1:]}.") from error
        raise Unavailable(
            f"The database at {shown(db.url)} can't be read. Is MAKEGOOD_DATABASE_URL right, and does the server run?"
        ) from error


def _revision(connection: Connection) -> tuple[str | None, str | None]:
    head = ScriptDirectory.from_config(migrate.config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision(), head


def is_missing(url: str) -> bool:
    """A SQLite file that is not there: opening it would make it."""
    return url.startswith("sqlite") and not Path(str(make_url(url).database)).exists()


def is_trail(url: str) -> bool:
    """Whether a SQLite file is ours; looked at without a write, for opening it as ours would change another one."""
    if not url.startswith("sqlite"):
        return True
    file = Path(str(make_url(url).database)).resolve().as_uri()
    try:
        with closing(sqlite3.connect(f"{file}?mode=ro", uri=True)) as conn:
            return bool(conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone())
    except sqlite3.Error:
        return False


def shown(url: str) -> str:
    """The address without its password; of SQLite only the file, which is what one looks for."""
    address = make_url(url)
    file = address.database if address.get_backend_name() == "sqlite" else None
    return file or address.render_as_string(hide_password=True)
