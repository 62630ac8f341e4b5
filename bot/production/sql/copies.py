"""Whether a copy of a database is another database: what is tried on the copy must never reach production."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import MakegoodError, Misconfigured, Refused
from bot.production.sql.session import TargetDatabase
from bot.production.targets import SqlTarget

_SAME = (
    "is the production database itself, so nothing was tried. Write the address of a restored backup or of a branch."
)
_SILENT = "can't be asked whether its copy is another database, so nothing was tried"


def copy_of(target: SqlTarget) -> SqlTarget:
    """The target as it stands on its copy. Raises Misconfigured where it has none."""
    if target.copy_url is None:
        raise Misconfigured(
            f"targets.{target.name} has no copy. Write copy_url = in it: the address of a restored backup or of a branch."
        )
    kept = {name: getattr(target, name) for name in type(target).model_fields if name not in _ADDRESSES}
    return SqlTarget(**kept, url=target.copy_url)


_ADDRESSES = frozenset({"url", "read_url", "copy_url"})


async def must_be_another(target: SqlTarget, copy: SqlTarget) -> None:
    """Raises Refused where the copy is production by its address, or by what both databases say; and where nobody can tell."""
    for url in (target.url, target.read_url):
        if url and _place(url) == _place(copy.url):
            raise Refused(f"copy_url of targets.{target.name} {_SAME}")
    if make_url(copy.url.get_secret_value()).get_backend_name() == "sqlite":
        return
    try:
        same = await _sees_the_others_lock(target, copy)
    except (MakegoodError, SQLAlchemyError, OSError) as error:
        raise Refused(f"targets.{target.name} {_SILENT}.") from error
    if same:
        raise Refused(f"copy_url of targets.{target.name} {_SAME}")


def _place(url: SecretStr) -> tuple[str, ...]:
    """Where a database is, whoever logs in there and however."""
    made: URL = make_url(url.get_secret_value())
    if made.get_backend_name() == "sqlite":
        path = (made.database or "").removeprefix("file:").partition("?")[0]
        found = Path(path)
        return ("sqlite", *_file(found))
    host = (made.host or str(made.query.get("host", ""))).lower()
    local = {"localhost": "127.0.0.1", "::1": "127.0.0.1"}
    return (made.get_backend_name(), local.get(host, host), str(made.port or ""), made.database or "")


def _file(path: Path) -> tuple[str, ...]:
    """A link, hard or soft, is the same file."""
    try:
        there = path.stat()
    except OSError:
        return (str(path.resolve()),)
    return (str(there.st_dev), str(there.st_ino))


async def _sees_the_others_lock(target: SqlTarget, copy: SqlTarget) -> bool:
    """An address may be an alias: a lock that is taken in the copy and seen in production says that they are one."""
    number = secrets.randbelow(2**31)
    async with _reading(copy) as held, _reading(_alone(target)) as asked:
        if held.dialect.name != asked.dialect.name:
            return False
        if held.dialect.name == "postgresql":
            await held.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})
            free = await asked.scalar(sa.text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": number})
            return not free
        name = f"makegood try {number}"
        await held.execute(sa.text("SELECT GET_LOCK(:name, 0)"), {"name": name})
        taken = await asked.scalar(sa.text("SELECT IS_USED_LOCK(:name)"), {"name": name})
        names = [await conn.scalar(sa.text("SELECT DATABASE()")) for conn in (held, asked)]
        await held.execute(sa.text("SELECT RELEASE_LOCK(:name)"), {"name": name})
        return taken is not None and names[0] == names[1]


def _alone(target: SqlTarget) -> SqlTarget:
    """Where its runs go, not where it is read."""
    kept = {name: getattr(target, name) for name in type(target).model_fields if name not in _ADDRESSES}
    return SqlTarget(**kept, url=target.url)


@asynccontextmanager
async def _reading(target: SqlTarget) -> AsyncIterator[AsyncConnection]:
    database = TargetDatabase(target)
    try:
        async with database.reading("makegood try") as session:
            yield session.conn
    finally:
        await database.close()
