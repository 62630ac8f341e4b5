"""A copy is another database by what both servers say, whatever its address looks like."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bug.errors import Refused
from bot.production.sql.copies import copy_of, must_be_another
from bot.production.sql.samples import first_keys
from bot.production.targets import SqlTarget
from tests.parts.production_sql.shop import Shop
from tests.support import postgres


@pytest.fixture
def branch(postgres_server: Path, postgres_template: str) -> Iterator[str]:
    """Another database of the same server."""
    with postgres.database(postgres_server, postgres_template) as name:
        yield postgres.url(postgres_server, name, "asyncpg")


def on(shop: Shop, copy: str) -> SqlTarget:
    return shop.target(copy_url=copy)


async def test_the_same_database_by_another_address_is_found(
    postgres_shop: Shop, postgres_server: Path, tmp_path: Path
) -> None:
    alias = tmp_path / "socket"
    alias.symlink_to(postgres_server)
    copy = postgres_shop.url.replace(str(postgres_server), str(alias))
    assert copy != postgres_shop.url
    target = on(postgres_shop, copy)
    with pytest.raises(Refused, match="is the production database itself"):
        await must_be_another(target, copy_of(target))


async def test_the_same_database_by_another_driver_or_user_is_found(served_shop: Shop) -> None:
    target = on(served_shop, served_shop.url)
    with pytest.raises(Refused, match="is the production database itself"):
        await must_be_another(target, copy_of(target))


async def test_what_is_read_is_no_copy_either(served_shop: Shop) -> None:
    target = served_shop.target(copy_url=served_shop.url, read_url=served_shop.url)
    with pytest.raises(Refused, match="is the production database itself"):
        await must_be_another(target, copy_of(target))


async def test_another_database_of_the_same_server_is_a_copy(postgres_shop: Shop, branch: str) -> None:
    target = on(postgres_shop, branch)
    await must_be_another(target, copy_of(target))
    assert (await first_keys(copy_of(target)))["menus"]


async def test_while_production_cannot_be_asked_nothing_is_tried(postgres_shop: Shop) -> None:
    away = "postgresql+asyncpg://shop@127.0.0.1:1/shop"
    target = SqlTarget.model_validate(
        {**postgres_shop.target().model_dump(), "url": away, "copy_url": postgres_shop.url}
    )
    with pytest.raises(Refused, match="can't be asked whether its copy is another database"):
        await must_be_another(target, copy_of(target))
