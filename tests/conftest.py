"""What tests of every cost share: the one PostgreSQL server of a session, started by whoever asks first."""

import gc
import os
import reprlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import memory, postgres

pytest_plugins = ["tests.support.payloads"]


def _short(x: Any, level: int) -> str:
    return f"<{type(x).__name__}>"


# Whenever a loop ends, asyncio asks who handles Ctrl-C; the standard library writes out that handler, with its task and all that
# an async fixture gave, for an error that it drops. Of a whole house that took a third of the time of its story.
reprlib.aRepr.repr_instance = _short  # type: ignore[method-assign]


def pytest_configure() -> None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory.root()))


def pytest_itemcollected(item: pytest.Item) -> None:
    """With `--dist loadgroup` tests that share something of their file stay on one worker, and every other goes where there is room."""
    wanted = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    if any(definition.scope == "module" for definitions in wanted for definition in definitions):
        item.add_marker(pytest.mark.xdist_group(item.location[0]))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long by itself is begun first, so that in the end no worker is left alone with it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


FEW = 50_000
"""New values between two looks for garbage."""


def pytest_collection_finish() -> None:
    """What was collected stays until the end: who looks for garbage need not walk through all tests each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(FEW)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """The folder of its socket; `tests.support.postgres.database` makes databases in it."""
    with postgres.server() as socket:
        yield socket
