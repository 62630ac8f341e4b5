"""Any one system is away for an hour: nothing is lost, no other waits for it, all is caught up with in order, and the card says so."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.bug.bug import Bug
from bot.bug.course.course import Fixed
from bot.bug.course.news import Opened
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.event import Event
from bot.bug.fixes import rules
from bot.bug.fixes.fix import RunState
from bot.bug.money import Credit, Money
from bot.bug.telling.messages import Answered, Told
from bot.bug.values import CustomerHint, Inbound
from bot.ledger.relay.relay import FIRST_PAUSE, LONGEST_PAUSE, MAX_ATTEMPTS
from bot.ledger.verify import verify
from bot.slack.views.thread_lines import line
from tests.slack.house import House
from tests.support.dsl.message import Message
from tests.support.dsl.workspace import PersonPage
from tests.support.stores import BUGSNAG, person
from tests.support.street import DI, FIRST, ISSUE, Street

FIVE = Credit(money=Money(amount=500, currency="EUR"))
WORKS, SEEN = "It works again.", "We see it and are looking."
BUGS = {1: "mail", 2: "chatwoot", 3: "crisp", 4: "intercom"}
"""How the customer of each bug is answered."""
HOUR, PATIENCE = 3600, 0.5
STEP = 10
"""Minutes that pass at once: more than the longest pause between two tries."""


@dataclass(frozen=True, kw_only=True)
class System:
    """`has` asserts that everything reached it; `needed` by others, which wait for it with good reason."""

    name: str
    called: str
    """As the card calls it; empty for what only comes in."""
    has: Callable[[House, Street], Awaitable[None]]
    needed: tuple[str, ...] = ()
    late: bool = False
    """A promise was over when it came back: a person is asked rather than the customer misled."""


async def trello(house: House, street: Street) -> None:
    board = street.comments()
    assert sorted(board) == [f"BUG-{number}" for number in BUGS]
    for ref, said in board.items():
        assert [text.partition(" (")[0] for text in said] == [f"{WORKS} mended", "1 customer told that it works."], ref


async def bugsnag(house: House, street: Street) -> None:
    known = street.tracker.groups[street.error]
    assert (known.status, known.linked[:4], len(known.comments)) == ("fixed", "http", 1)


async def sentry(house: House, street: Street) -> None:
    issue = street.sentry.issues[ISSUE]
    assert (issue.status, [note.split()[0] for note in issue.notes]) == ("resolved", ["Board", "It"])


async def stripe(house: House, street: Street) -> None:
    assert street.credit() == FIVE.money.amount


async def webhook(house: House, street: Street) -> None:
    for number in BUGS:
        got = [entry["seq"] for entry in street.entries if entry["bug"] == f"BUG-{number}"]
        assert got == [entry.seq for entry in await house.trail(number)]


async def in_slack(house: House, _street: Street) -> None:
    for number in BUGS:
        bug = await house.bug(number)
        assert bug.card
        thread = house.slack.thread(bug.card.channel, bug.card.ts)
        told = [
            m["metadata"]["event_payload"]["seq"] for m in thread if m["metadata"]["event_type"] == "makegood_entry"
        ]
        bug = await house.bug(number)
        assert told == [entry.seq for entry in await house.trail(number) if line(entry, bug, str(entry.by))]
        assert len(house.errors.messages(f"BUG-{number}")) == 1


async def imap(house: House, _street: Street) -> None:
    wrote = [entry.event.text for entry in await house.trail(1) if isinstance(entry.event, CustomerWrote)]
    assert wrote == ["I can't add servers", "And now?", "Still there?"]


async def smtp(_house: House, street: Street) -> None:
    assert [mail.text.strip() for mail in street.smtp.messages][-1] == f"Hello Di,\n\n{WORKS}\n\nDana"


def chat(name: str) -> Callable[[House, Street], Awaitable[None]]:
    async def has(_house: House, street: Street) -> None:
        assert street.said_in(name)[-1] == WORKS

    return has


OF_CUSTOMERS = "The customer's channel"
SYSTEMS = (
    System(name="trello", called="Trello", has=trello, needed=("bugsnag", "sentry")),
    System(name="bugsnag", called="Bugsnag", has=bugsnag),
    System(name="sentry", called="Sentry", has=sentry),
    System(name="stripe", called="The billing", has=stripe, needed=("smtp", "webhook")),
    System(name="webhook", called="The webhook “metrics”", has=webhook),
    System(name="smtp", called=OF_CUSTOMERS, has=smtp, late=True),
    System(name="imap", called="", has=imap),
    System(name="chatwoot", called=OF_CUSTOMERS, has=chat("chatwoot"), late=True),
    System(name="crisp", called=OF_CUSTOMERS, has=chat("crisp"), late=True),
    System(name="intercom", called=OF_CUSTOMERS, has=chat("intercom"), late=True),
    System(name="slack", called="", has=in_slack),
)


async def shut(house: House, street: Street, name: str) -> None:
    if name == "slack":
        house.slack.faults.add(kind="500", times=1_000_000)
    await street.close(name)


async def back(house: House, street: Street, name: str) -> None:
    house.slack.faults.clear()
    await street.open(name)


async def begin(house: House, street: Street) -> None:
    """Four errors, each with a customer who writes in a channel of their own."""
    groups = {1: f"bugsnag:{street.error}", 2: f"sentry:{ISSUE}", 3: "rollbar:3", 4: "rollbar:4"}
    for number, source in BUGS.items():
        tracker, _, group = groups[number].partition(":")
        first = Opened(source=tracker, group=group, title=f"Page {number} fails", project="Shop", admitted="error")
        async with house.bot.ledger.db.write() as conn:
            recorded = await house.bot.ledger.open(conn, [first], by=BUGSNAG)
        house.bot.ledger.committed(recorded)
        if source != "mail":
            hint = CustomerHint(name=source.capitalize(), email=f"{source}@studio.example")
            place = street.chats[source]
            joined = CustomerJoined(customer="c1", hint=hint, via=source, source=source, conversation=place)
            await record(house, number, joined)
    di = CustomerHint(name="Di", email=DI)
    first_mail = Inbound(
        source="email_postmark", conversation=FIRST, event="m1", text="I can't add servers", customer=di
    )
    await house.bot.people.arrive(1, first_mail)


async def record(house: House, bug: int, *events: Event) -> Bug:
    return (await house.bot.ledger.record(bug, lambda _bug: events, by=person("U0DEV"))).bug


async def story(house: House, street: Street) -> None:
    """Each customer is answered with a promise, each bug is mended, each customer told; Di gets five euros."""
    soon = house.clock() + timedelta(minutes=15)
    street.writes("And now?", 2)
    for number in BUGS:
        await record(house, number, Claimed(owner="U0DEV"), Answered(customers=("c1",), text=SEEN, promised=soon))
    await hour(house, minutes=1)
    for number in BUGS:
        grants = (FIVE,) if number == 1 else ()
        await record(house, number, Fixed(how="word", said="mended"))
        await record(house, number, Told(customers=("c1",), text=WORKS, grants=grants))
    street.writes("Still there?", 3)


async def hour(house: House, minutes: int = 60) -> None:
    await house.quiet()  # a lease that runs out under somebody's work is another story
    for _ in range(0, minutes, STEP):
        house.clock.advance(minutes=min(STEP, minutes))
        house.bot.relay.wake()
        await house.quiet()


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
async def test_an_hour_without_it_loses_nothing_and_holds_up_no_other(
    house: House,
    street: Street,
    system: System,
) -> None:
    await begin(house, street)
    await house.quiet()
    await shut(house, street, system.name)
    await story(house, street)
    await hour(house)
    for other in SYSTEMS:
        if other.name not in {system.name, "webhook", "slack", *system.needed}:
            await at_last(other, house, street)
    await expect_said(house, system)
    await back(house, street, system.name)
    await hour(house, minutes=20)
    for each in SYSTEMS:
        await at_last(each, house, street)
    await expect_calm(house, system)


async def at_last(system: System, house: House, street: Street) -> None:
    """What comes by a poll comes with its next look."""
    for _ in range(100):
        try:
            return await system.has(house, street)
        except AssertionError:
            await asyncio.sleep(0.05)
    return await system.has(house, street)


@pytest.mark.parametrize("name", ["trello", "chatwoot"])
async def test_one_that_takes_calls_and_never_answers_holds_up_no_other(
    house: House, street: Street, name: str
) -> None:
    (system,) = [each for each in SYSTEMS if each.name == name]
    street.timeout = PATIENCE
    await house.restart(**street.settings)
    await begin(house, street)
    await house.quiet()
    street.hung.add(name)
    await story(house, street)
    await hour(house, minutes=1)
    for other in SYSTEMS:
        if other.name not in {name, "webhook", "slack", *system.needed}:
            await at_last(other, house, street)
    street.hung.clear()
    await hour(house, minutes=20)
    for each in SYSTEMS:
        await at_last(each, house, street)


async def expect_said(house: House, system: System) -> None:
    """Some card names what does not answer, and how much waits for it."""
    cards = [m["text"] + str(m.get("blocks")) for m in house.slack.messages("C0ERRORS")]
    if system.called:
        assert any(f"{system.called} is not answering, " in card for card in cards), cards


async def expect_calm(house: House, system: System) -> None:
    """Nothing waits any more, nobody gave up, and only where a promise was over is a person asked."""
    bugs = [await house.bug(number) for number in BUGS]
    assert [(bug.delayed, bug.gave_up) for bug in bugs] == [((), ())] * len(BUGS)
    answers = [customer.messages[0].state for bug in bugs for customer in bug.customers]
    assert ("failed" in answers) is system.late, answers
    assert await verify(house.bot.ledger) == len(BUGS)
    assert not any(" is not answering" in str(m.get("blocks")) for m in house.slack.messages("C0ERRORS"))


async def rolls_out(house: House) -> tuple[PersonPage, Message]:
    """Dana asks for a roll-out; Lee, who may approve it, reads so."""
    await house.alarm()
    dana = house.person("Dana")
    await dana.types("/fix BUG-1 roll-out release=1.4.2 -- it mends the page", in_=house.errors)
    preview = await dana.expect_ephemeral("Risk: ")
    await preview.button("Ask for approval").click()
    request = await house.person("Lee").expect_dm("wants to run")
    await house.quiet()
    return house.person("Lee"), request


def test_even_the_shortest_pauses_fill_more_than_an_hour_before_anybody_gives_up() -> None:
    assert sum(min(FIRST_PAUSE * 2.0**n, LONGEST_PAUSE) / 2 for n in range(MAX_ATTEMPTS - 1)) > HOUR


async def test_where_github_is_away_nothing_is_sent_now_or_later(house: House, street: Street) -> None:
    lee, request = await rolls_out(house)
    await street.close("github")
    await request.button("Approve").click(by=lee)
    async with asyncio.timeout(60):
        while (fix := (await house.bug()).fix(1)) is None or fix.state is not RunState.LAPSED:
            await asyncio.sleep(0.05)
    assert "Nothing was sent" in fix.why
    await hour(house)
    await street.open("github")
    await hour(house, minutes=20)
    assert ("github" in street.calls, street.github.runs) == (True, {})


async def test_an_approval_that_comes_an_hour_late_runs_nothing(house: House, street: Street) -> None:
    lee, request = await rolls_out(house)
    await shut(house, street, "slack")
    await hour(house)
    await back(house, street, "slack")
    await request.button("Approve").click(by=lee)
    await hour(house, minutes=20)
    fix = rules.find(await house.bug(), 1)
    assert (fix.state, street.github.runs) == (RunState.LAPSED, {})


async def test_a_billing_that_is_away_at_the_start_costs_its_plans_only_until_it_is_back(
    house: House, street: Street
) -> None:
    await street.close("stripe")
    await house.restart()
    assert "starter" not in house.bot.outside.plans.value
    await street.open("stripe")
    house.clock.advance(minutes=11)
    async with asyncio.timeout(20):
        while "starter" not in house.bot.outside.plans.value:
            await asyncio.sleep(0.05)
