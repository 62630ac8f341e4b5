"""What tests of every cost share: the one PostgreSQL server of a session, started by whoever asks first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import postgres

pytest_plugins = ["tests.support.payloads"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """The folder of its socket; `tests.support.postgres.database` makes databases in it."""
    with postgres.server() as socket:
        yield socket
