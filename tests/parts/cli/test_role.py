"""`makegood targets check` says what the production role may do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.parts.cli.conftest import Ran, Shell, line
from tests.support import postgres


@pytest.fixture
def production(postgres_server: Path) -> Iterator[Callable[..., str]]:
    """A shop on PostgreSQL; gives the address for a role that may change these tables."""
    with postgres.database(postgres_server) as name:
        owner = postgres.url(postgres_server, name)
        with psycopg.connect(owner, autocommit=True) as conn:
            conn.execute("CREATE TABLE menus (id int PRIMARY KEY); CREATE TABLE users (id int PRIMARY KEY)")
            conn.execute("CREATE ROLE clerk LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk")

            def may_change(*tables: str) -> str:
                for table in tables:
                    conn.execute(f"GRANT UPDATE, DELETE ON {table} TO clerk".encode())
                return postgres.url(postgres_server, name, "asyncpg").replace("//postgres:", "//clerk:")

            yield may_change
            conn.execute("DROP OWNED BY clerk; DROP ROLE clerk")


def check(makegood: Shell, url: str, read_url: str = "") -> Ran:
    read = f'read_url = "{read_url}"\n' if read_url else ""
    makegood.settings(f'[targets.shop]\nurl = "{url}"\n{read}tables = {{ menus = "id" }}\n')
    return makegood("targets", "check")


def test_a_role_that_may_change_only_the_tables_is_right(makegood: Shell, production: Callable[..., str]) -> None:
    ran = check(makegood, production("menus"))
    assert (ran.status, line(ran, "target shop role")[:3]) == (0, "ok "), ran.out
    assert "clerk may write menus and nothing else" in ran.out


def test_a_role_that_may_do_more_is_noted(makegood: Shell, production: Callable[..., str]) -> None:
    ran = check(makegood, production("menus", "users"), read_url=production())
    assert ran.status == 0
    assert "may also write users" in line(ran, "target shop role")
    assert line(ran, "target shop read").startswith("note ")


def test_a_superuser_is_wrong(makegood: Shell, production: Callable[..., str]) -> None:
    ran = check(makegood, production().replace("//clerk:", "//postgres:"))
    assert ran.status == 1
    assert "is a superuser" in line(ran, "target shop role")


def test_a_table_that_is_not_there_is_named(makegood: Shell, production: Callable[..., str]) -> None:
    url = production("menus")
    makegood.settings(f'[targets.shop]\nurl = "{url}"\ntables = {{ dishes = "id" }}\n')
    ran = makegood("targets", "check")
    assert ran.status == 1
    assert "the database has no table 'dishes'" in ran.out


def test_a_database_that_is_away_is_one_line(makegood: Shell) -> None:
    ran = check(makegood, "postgresql+asyncpg://clerk:hidden-word@127.0.0.1:9/shop")
    assert ran.status == 1
    assert "can't be reached" in line(ran, "target shop")
    assert "hidden-word" not in ran.out
