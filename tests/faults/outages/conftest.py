"""A house whose bot is connected with every system of the street."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.slack.conftest import (  # noqa: F401 - the fixtures of a house
    connection,
    database_url,
    empty_postgres,
    empty_sqlite,
    house,
    paced,
    port,
    slack,
    store,
)
from tests.support.street import Street, opened


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with opened() as found:
        yield found


@pytest.fixture
def given(street: Street) -> dict[str, Any]:
    return street.settings
