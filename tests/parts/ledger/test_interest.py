"""What an unpaid debt has cost since: counted in the ledger, against a count by hand."""

from datetime import UTC, datetime, timedelta

from bot.bug.bug import Bug
from bot.bug.course.course import Fixed
from bot.bug.customers.customers import CustomerJoined
from bot.bug.debt.debt import DebtChanged
from bot.bug.event import Event
from bot.bug.money import Credit, Days, Grant, Money
from bot.bug.telling.messages import Delivered, Told
from bot.bug.values import CustomerHint
from bot.ledger.entries import load, some_of
from bot.ledger.interest import Interest, interest
from bot.ledger.ledger import Ledger
from bot.slack.views import debts
from tests.parts.ledger.test_helped import run
from tests.support.stores import BUGSNAG, Store, open_bug, person

FIVE, NINE = (Credit(money=Money(amount=amount, currency="EUR")) for amount in (500, 900))
DUE = datetime(2026, 11, 30, 17, tzinfo=UTC)


async def quick(ledger: Ledger, title: str, *given: Grant, action: str = "delete-row") -> int:
    """A bug that a quick fix has ended, and what its customer got."""
    hint = CustomerHint(name="Mia", email="mia@studio.example")
    joined = CustomerJoined(customer="c1", hint=hint, via="chat", source="chatwoot", conversation="1")
    bug = await open_bug(ledger, title, joined)
    await run(ledger, bug, action)
    await ledger.record(bug, lambda _b: Fixed(how="word"), by=person("U0DEV"))
    told = Told(customers=("c1",), text="It works.", grants=given)
    await ledger.record(bug, lambda _b: told, by=person("U0DEV"))
    return bug


async def of(ledger: Ledger, number: int) -> Interest:
    return (await interest(ledger, [await load(ledger, number)]))[number]


async def test_each_time_the_same_quick_fix_is_needed_counts_with_what_customers_got(
    ledger: Ledger, store: Store
) -> None:
    before = await quick(ledger, "Menu 10 fails", FIVE)
    store.clock.advance(60)
    first = await quick(ledger, "Menu 11 fails", FIVE)
    await quick(ledger, "Menu 12 fails", NINE, Days(days=7, until=DUE))
    await quick(ledger, "Menu 13 fails", FIVE, action="clear-cache")
    await quick(ledger, "Login fails", FIVE)
    store.clock.advance(60)
    last = await quick(ledger, "Menu 14 fails")
    found = await of(ledger, first)
    assert (found.runs, found.others, found.credit, found.days) == (
        3,
        (3, 6),
        (Money(amount=1400, currency="EUR"),),
        7,
    )
    assert (await of(ledger, last)).runs == 1
    assert (await of(ledger, before)).runs == 4


async def test_a_bug_that_nothing_quick_fixed_has_only_its_own_cost(ledger: Ledger) -> None:
    bug = await open_bug(ledger, "By hand")
    assert await of(ledger, bug) == Interest()
    assert await interest(ledger, []) == {}


async def test_a_line_says_what_is_owed_and_what_it_has_cost(ledger: Ledger) -> None:
    numbers = [await quick(ledger, f"Menu {n} fails", FIVE) for n in range(6)]
    bug = await load(ledger, numbers[0])
    owed = await ledger.record(bug.ref.number, _agrees, by=person("U0DEV"))
    assert owed.bug.debt
    cost = (await interest(ledger, [owed.bug]))[1]
    line = debts.line(owed.bug, cost, "BUG-1", owed.bug.debt.due + timedelta(days=3))
    assert "*quick-fixed 6 times*, also in BUG-4, BUG-5, BUG-6 and 2 more · €30 given" in line
    assert "*overdue for 3 days*" in line
    assert debts.line(bug, cost, "BUG-1", DUE) == ""
    assert bug.debt is None


def _agrees(bug: Bug) -> tuple[Event, ...]:
    """Everybody knows, and somebody owes it."""
    reached = [m for c in bug.customers for m in c.messages if m.kind == "told"]
    heard = tuple(Delivered(message=m.seq, customer="c1", state="delivered") for m in reached)
    return (*heard, *((DebtChanged(owner="U0DEV", due=DUE),) if heard else ()))


async def test_the_oldest_debts_come_first(ledger: Ledger) -> None:
    for title in ("One", "Two"):
        await ledger.record(await open_bug(ledger, title), lambda _b: Fixed(how="word"), by=BUGSNAG)
    owed, all_ = await some_of(ledger, "owed", "U0DEV", 10)
    assert ([bug.ref.number for bug in owed], all_) == ([1, 2], 2)
