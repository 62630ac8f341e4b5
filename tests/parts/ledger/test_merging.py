"""Two bugs become one in one transaction; where nobody asked for it, only what nobody has begun on."""

from bot.bug.bug import Status
from bot.bug.course.news import Opened
from bot.bug.course.ownership import claim
from bot.ledger.entries import load
from bot.ledger.ledger import SYSTEM, Ledger
from bot.ledger.merging import merge
from tests.support.stores import Store, kinds, open_bug, person

TOLD = Opened(source="chatwoot", title="Menu is empty", admitted="a customer waits")


async def _told(ledger: Ledger) -> int:
    """A bug that a customer told of, before any tracker did."""
    async with ledger.db.write() as conn:
        recorded = await ledger.open(conn, [TOLD], by=person("U0DEV"))
    return recorded.bug.ref.number


async def _stay_apart(ledger: Ledger, ending: int, into: int) -> bool:
    before = [await kinds(ledger, number) for number in (ending, into)]
    merged = await merge(ledger, ending, into, by=SYSTEM, key="same", untouched=True)
    return merged is None and before == [await kinds(ledger, number) for number in (ending, into)]


async def test_an_error_that_nobody_has_begun_on_goes_on_as_the_bug_that_was_told_of(store: Store) -> None:
    ledger = store.ledger()
    ending, into = await open_bug(ledger), await _told(ledger)
    grown = await merge(ledger, ending, into, by=SYSTEM, key="same", untouched=True)
    assert grown
    assert grown.bug.ref.number == into
    assert (await load(ledger, ending)).status is Status.MERGED


async def test_an_error_that_somebody_has_begun_on_stays_a_bug(store: Store) -> None:
    ledger = store.ledger()
    ending, into = await open_bug(ledger), await _told(ledger)
    await ledger.record(ending, lambda bug: claim(bug, "U0DEV"), by=person("U0DEV"))
    assert await _stay_apart(ledger, ending, into)


async def test_a_bug_that_has_its_error_takes_no_other_one_by_itself(store: Store) -> None:
    ledger = store.ledger()
    assert await _stay_apart(ledger, await open_bug(ledger), await open_bug(ledger, "Page of orders fails"))
