"""The address of a database as hosts hand it out (postgres://…?sslmode=require), for the drivers that Makegood brings."""

from collections.abc import Mapping
from importlib import import_module
from inspect import signature

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

HIGHEST_PORT = 65535
EXAMPLE = "postgresql+asyncpg://user:password@host/database"
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "mysql": "mysql+aiomysql",
    "mariadb": "mariadb+aiomysql",
}
_LIBPQ = "postgresql+psycopg"
_BROUGHT = frozenset({*_DRIVERS.values(), _LIBPQ})
_BESIDE: Mapping[str, frozenset[str]] = {
    "asyncpg": frozenset({"prepared_statement_cache_size", "prepared_statement_name_func"}),
    "aiomysql": frozenset(f"ssl_{name}" for name in ("ca", "capath", "cert", "key", "cipher", "check_hostname")),
}
"""By driver: what SQLAlchemy reads for it. psycopg takes all that PostgreSQL's own library knows."""


def usable(address: str) -> str:
    """The same, with a driver that is there. Raises ValueError: what to write, without the password."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # whose words would show the password
        raise ValueError(f"write an address: {EXAMPLE}") from None
    if url.port is not None and not 0 < url.port <= HIGHEST_PORT:
        raise ValueError(f"{url.port} is no port; it goes from 1 to {HIGHEST_PORT}")
    chosen = url.set(drivername=_driver(url))
    if chosen.get_driver_name() == "asyncpg" and "sslmode" in chosen.query:
        chosen = _as_asyncpg_says_it(chosen)
    _must_be_understood(chosen)
    return address if chosen == url else chosen.render_as_string(hide_password=False)


def _driver(url: URL) -> str:
    """PostgreSQL's own library reads what stands behind a `?` as the host means it."""
    name = url.drivername
    if url.query and _DRIVERS.get(name) == "postgresql+asyncpg":
        return _LIBPQ
    driver = _DRIVERS.get(name, name)
    if driver not in _BROUGHT:
        raise ValueError(f"there is no driver for {name}://; write it as in {EXAMPLE}")
    return driver


def _as_asyncpg_says_it(url: URL) -> URL:
    return url.update_query_pairs([("ssl", str(url.query["sslmode"]))]).difference_update_query(["sslmode"])


def _must_be_understood(url: URL) -> None:
    """Only an address with a `?` needs its driver loaded."""
    driver = url.get_driver_name()
    if not url.query or driver not in _BESIDE:
        return
    known = _BESIDE[driver] | set(signature(import_module(driver).connect).parameters)
    if strange := sorted(set(url.query) - known):
        instead = f"begin it with {_LIBPQ}://" if driver == "asyncpg" else "leave it out"
        raise ValueError(f"{driver} does not know {strange[0]}= behind the “?”; {instead}")
