"""A trail worth tampering with, on both databases; the attacker has the database's password."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.bug.course import ownership
from bot.bug.customers.customers import CustomerJoined
from bot.bug.values import CustomerHint
from bot.bug.workspace import ProductionFrozen, allow
from bot.ledger import workspace
from bot.ledger.anchors import anchor
from bot.ledger.ledger import Ledger
from bot.ledger.seals import seal
from tests.support import stores
from tests.support.stores import Store, open_bug, person, said

ADA = CustomerJoined(customer="c1", hint=CustomerHint(name="Ada", email="ada@example.com"), via="bugsnag")


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stores.make_empty(tmp_path_factory.mktemp("empty") / "makegood.db")


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: Path) -> Iterator[str]:
    with stores.postgres_template(postgres_server) as name:
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        with stores.sqlite_file(request.getfixturevalue("empty_sqlite"), tmp_path) as found:
            yield found
        return
    socket, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("empty_postgres")
    with stores.postgres_database(socket, template) as found:
        yield found


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


@pytest.fixture
async def ledger(store: Store) -> Ledger:
    """A freeze and an allowed action; BUG-1 with a customer, a claim and two lines; BUG-2; anchored and sealed on two days."""
    ledger = store.ledger()
    await workspace.record(ledger, lambda _now: ProductionFrozen(why="deploy"), by=person("U0LEAD"))
    await workspace.record(ledger, partial(allow, action="hide-menu", sha="0f3a9c"), by=person("U0LEAD"))
    bug = await open_bug(ledger, "Menu page fails", ADA)
    await ledger.record(bug, lambda b: ownership.claim(b, "U0DEV"), by=person("U0DEV"), key="click-1")
    await anchor(ledger)
    await seal(ledger)
    store.clock.advance(86400)
    await said(ledger, bug, "the row is gone", "it works")
    await open_bug(ledger, "Servers can't be added")
    await anchor(ledger)
    await seal(ledger)
    return ledger
