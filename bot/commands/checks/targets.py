"""Checks production targets as a look reaches them, and what a database role may do beyond its need."""

from collections.abc import Awaitable

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from yarl import URL

from bot.bug.errors import Unavailable
from bot.commands.checks.finding import Finding, checked, note, ok, wrong
from bot.commands.checks.listening import nobody
from bot.outgoing import sessions
from bot.outgoing.client import Client
from bot.production.sql.reflection import read_schema
from bot.production.sql.session import TargetDatabase
from bot.production.ssh import host as ssh_host
from bot.production.targets import Elsewhere, HttpTarget, SqlTarget, SshTarget, Target

PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}
NOT_ACCEPTED = frozenset({401, 403})
_SUPER = sa.text("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
_MAY_WRITE = sa.text("""
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))
ORDER BY 1""")
SHOWN = 5


def where(target: Target) -> str:
    """Where it is, without secrets."""
    if isinstance(target, SqlTarget):
        return make_url(target.url.get_secret_value()).render_as_string(hide_password=True)
    if isinstance(target, Elsewhere):
        return "held by another process"
    return target.base_url if isinstance(target, HttpTarget) else f"{target.user}@{', '.join(target.hosts)}"


async def target(name: str, what: Target) -> list[Finding]:
    system = f"target {name}"
    if isinstance(what, SqlTarget):
        url = make_url(what.url.get_secret_value())
        port = url.port or PORTS.get(url.get_backend_name(), 0)
        return await checked(system, _reached(_sql(system, what), url.host or "", port))
    if isinstance(what, HttpTarget):
        base = URL(what.base_url)
        return await checked(system, _reached(_http(system, what), base.host or "", base.port or 0))
    if isinstance(what, Elsewhere):
        return [ok(system, where(what))]
    found = [
        await checked(f"{system} {host}", _reached(_host(f"{system} {host}", what, host), *_place(host)))
        for host in what.hosts
    ]
    return [finding for each in found for finding in each]


def _place(host: str) -> tuple[str, int]:
    name, _, port = host.rpartition(":")
    return (name, int(port)) if name and port.isdecimal() else (host, 22)


async def _reached(findings: Awaitable[list[Finding]], host: str, port: int) -> list[Finding]:
    """What can't be reached says whether anybody listens there. Raises Unavailable."""
    try:
        return await findings
    except (Unavailable, SQLAlchemyError, OSError):
        if host and port and (why := await nobody(host, port)):
            raise Unavailable(f"{host} can't be reached: {why}") from None
        raise


async def _sql(system: str, target: SqlTarget) -> list[Finding]:
    read = TargetDatabase(target)
    try:
        async with read.reading("makegood doctor") as session:
            schema = await read_schema(session.conn, target, session.facts)
            there = (
                f"its {len(target.tables)} tables are there"
                if not schema.refused
                else f"{len(schema.tables)} of its {len(target.tables)} tables work"
            )
            findings = [ok(system, f"{where(target)}; {there}")]
            findings += [wrong(system, why) for why in schema.refused.values()]
            findings += [wrong(system, session.facts.blind)] if session.facts.blind else []
            if target.read_url:
                findings += await _reader(session.conn, system)
    finally:
        await read.close()
    return [*findings, *await _writer(system, target)]


async def _reader(conn: AsyncConnection, system: str) -> list[Finding]:
    """`read_url` is there to be harmless."""
    if conn.dialect.name != "postgresql":
        return []
    tables = [row[0] for row in await conn.execute(_MAY_WRITE)]
    return [note(f"{system} read", f"read_url may write too ({_some(tables)}): grant it SELECT only")] if tables else []


async def _writer(system: str, target: SqlTarget) -> list[Finding]:
    """What the role that runs fixes may do; asked in a read-only transaction."""
    own = TargetDatabase(target, read_url=target.url)
    try:
        async with own.reading("makegood doctor") as session:
            conn = session.conn
            if conn.dialect.name == "postgresql":
                return [await _postgres_role(conn, f"{system} role", target)]
            return await _mysql_role(conn, f"{system} role") if conn.dialect.name == "mysql" else []
    finally:
        await own.close()


async def _postgres_role(conn: AsyncConnection, system: str, target: SqlTarget) -> Finding:
    role, superuser = (await conn.execute(_SUPER)).one()
    if superuser:
        return wrong(
            system,
            f"{role} is a superuser: it may do anything there. Make a role of its own; docs/security.md says how",
        )
    tables = [row[0] for row in await conn.execute(_MAY_WRITE)]
    beyond = [name for name in tables if name not in target.tables and f"public.{name}" not in target.tables]
    if beyond:
        return note(system, f"{role} may also write {_some(beyond)}: only `tables` need it")
    return ok(system, f"{role} may write {_some(tables)} and nothing else")


async def _mysql_role(conn: AsyncConnection, system: str) -> list[Finding]:
    grants = [str(row[0]) for row in await conn.execute(sa.text("SHOW GRANTS FOR CURRENT_USER"))]
    everywhere = [grant for grant in grants if " ON *.* " in grant and not grant.startswith("GRANT USAGE ")]
    if everywhere:
        return [note(system, "has rights on every database (ON *.*): only `tables` need any")]
    return [ok(system, f"has {len(grants)} grants, none on every database")]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (", ".join(names[:SHOWN]) or "nothing") + more


async def _host(system: str, target: SshTarget, host: str) -> list[Finding]:
    """Logs in and leaves."""
    connection = await ssh_host.connect(target, host)
    await ssh_host.hang_up(connection)
    return [ok(system, f"{target.user} can log in, and the host's key is the known one")]


async def _http(system: str, target: HttpTarget) -> list[Finding]:
    """A GET of the base address: whatever it answers, it is there."""
    headers = {name: value.get_secret_value() for name, value in target.headers.items()}
    async with sessions.pooled() as http:
        there = Client(session=http, who=target.base_url, headers=headers, timeout=target.timeout)
        status = (await there.exchange("GET", target.base_url)).status
    if status in NOT_ACCEPTED:
        return [wrong(system, f"{target.base_url} does not accept our headers ({status}): renew the token in them")]
    return [ok(system, f"{target.base_url} is there (it answers {status})")]
