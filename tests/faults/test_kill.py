"""kill -9 at any moment, start again: nothing that was answered is lost, nothing that was decided happens twice."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from bot.bug.bug import Bug
from bot.bug.course import ownership
from bot.bug.course.news import Opened, Repeated
from bot.bug.fixes import approval, asking, rules
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.run import FixStarted
from bot.bug.gifts import gifts
from bot.bug.money import Credit, Money
from bot.ledger.entries import load
from bot.ledger.ledger import utcnow
from bot.ledger.verify import verify
from tests.faults.conftest import alive
from tests.faults.process import Makegood
from tests.faults.town import FIRST_ROW, Town, until
from tests.support.stores import person

BUGS, SEED, PATIENCE = 4, 17, 3.0
TELL = "It works again. It was our fault, not yours."
CREDIT = Credit(money=Money(amount=500, currency="EUR"))

Moment = Callable[[Town], object]

MOMENTS: Mapping[str, Moment] = {
    "posted": lambda town: town.slack.faults.add(kind="after_hang", method="chat.postMessage"),
    "posting": lambda town: town.slack.faults.add(kind="hang", method="chat.postMessage"),
    "updated": lambda town: town.slack.faults.add(kind="after_hang", method="chat.update"),
    "card made": lambda town: town.world.parts.board.faults.add("after_hang", "POST /1/cards"),
    "chatted": lambda town: town.world.parts.chat.faults.add("after_hang"),
    "mailed": lambda town: town.world.parts.mail.faults.add("after_hang"),
    "credited": lambda town: town.world.parts.till.faults.add(
        "after_hang", "POST /v1/customers/{id}/balance_transactions"
    ),
}
AT_ANY: tuple[str, ...] = ()
"""While it starts, too."""
KILLS = (("posted", "card made"), ("chatted", "credited"), AT_ANY, ("mailed", "updated"), ("posting",), AT_ANY)
ALL_AT_ONCE = ("posted", "card made", "chatted", "credited", "mailed")


async def tell_of(town: Town, number: int) -> None:
    """One bug from its alert to the tell; every decision is in the trail before anything comes of it."""
    hint = town.customer(number)
    await town.report(number, 1, hint.email)
    bug = (await town.bug_of(number)).ref.number
    if number % 2:
        chat = town.world.parts.chat
        await chat.visitor_says(None, hint.name, hint.email, "What can I do?", "https://shop.example.com/")
        await until(partial(wrote, town, bug), f"the chat of BUG-{bug}")
    record = partial(town.ledger.record, bug, by=person("U0DEV"))
    await record(lambda now: ownership.claim(now, "U0DEV"))
    await record(lambda now: gifts.tell(now, ["c1"], TELL, [CREDIT], anyway=True))
    await record(lambda now: asking.ask(now, "U0DEV", "delete-row", row(number), "the bad row"))
    fix = await until(partial(previewed, town, bug), f"a preview for BUG-{bug}", 90)
    await record(lambda now: approval.confirm(now, "U0DEV", 1, fix.digest, now=utcnow()))


def row(number: int) -> dict[str, str]:
    return {"table": "menus", "id": str(FIRST_ROW + number)}


async def wrote(town: Town, bug: int) -> bool:
    return any(c.said_at for c in (await load(town.ledger, bug)).customers)


async def previewed(town: Town, bug: int) -> Fix | None:
    fix = (await load(town.ledger, bug)).fix(1)
    return fix if fix and fix.state is RunState.PREVIEWED else None


async def cut_off(town: Town, bot: Makegood, moments: tuple[str, ...], chance: random.Random) -> None:
    """At moments that hurt: while things were just done, and before we know; where they don't come soon, at any."""
    await asyncio.sleep(chance.uniform(0.02, 0.8))  # a warm one is ready in tenths of a second
    for moment in moments:
        MOMENTS[moment](town)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while town.unmet():
                await asyncio.sleep(0.01)
    await bot.kill()


@pytest.mark.long
async def test_after_six_kills_everything_happened_once_and_in_order(town: Town) -> None:
    chance, bot = random.Random(SEED), town.bot()  # noqa: S311 - repeatable, not secret
    async with alive(bot), town.unhurried(), asyncio.TaskGroup() as stories:
        for round_, moments in enumerate(KILLS):
            await bot.start(ready=moments is not AT_ANY)
            if round_ < BUGS:
                stories.create_task(tell_of(town, round_ + 1))
            stories.create_task(town.report(1, 100 + round_))
            await cut_off(town, bot, moments, chance)
        await expect_all(town, bot, BUGS)


@pytest.mark.parametrize("store", ["postgresql"])
async def test_where_leases_must_run_out_what_was_cut_off_all_at_once_is_done_once_as_well(town: Town) -> None:
    bot = town.bot()
    async with alive(bot), town.unhurried(), asyncio.TaskGroup() as stories:
        await bot.start()
        for number in (1, 2):
            stories.create_task(tell_of(town, number))
        await cut_off(town, bot, ALL_AT_ONCE, random.Random(SEED))  # noqa: S311 - as above
        await expect_all(town, bot, 2)


async def expect_all(town: Town, bot: Makegood, count: int) -> None:
    """Begun once more, it comes to an end by itself."""
    town.heal()
    await bot.start()
    bugs = [await town.bug_of(number + 1) for number in range(count)]
    await until(lambda: _confirmed(town, bugs), "all is decided", 120)
    await town.settled(180)
    for bug in bugs:
        await expect_whole(town, await load(town.ledger, bug.ref.number))
    await expect_nothing_lost(town, count)
    expect_nothing_twice(town, count)
    assert await verify(town.ledger) == count
    assert await bot.terminate() == 0


async def _confirmed(town: Town, bugs: list[Bug]) -> bool:
    now = [await load(town.ledger, bug.ref.number) for bug in bugs]
    return all(fix and fix.confirmed_at for fix in (bug.fix(1) for bug in now))


async def expect_whole(town: Town, bug: Bug) -> None:
    """Its thread tells the whole trail in order; its fix ran at most once, and production agrees with the trail."""
    assert town.lines(bug) == await town.worth_a_line(bug.ref.number), bug.ref
    assert bug.gave_up == (), bug.ref
    kinds = [x.event for x in await town.entries(bug.ref.number)]
    assert sum(isinstance(event, FixStarted) for event in kinds) == 1, [event.KIND for event in kinds]
    fix = rules.find(bug, 1)
    assert fix.state in {RunState.SUCCEEDED, RunState.FAILED, RunState.UNKNOWN}, fix.state
    number = int(bug.groups[0].rpartition("-")[2])
    if fix.state is not RunState.UNKNOWN:
        assert town.row_is_there(number) is (fix.state is RunState.FAILED)
    expect_known(town, bug, number)


def expect_known(town: Town, bug: Bug, number: int) -> None:
    """The tell is out, once; or it was a mail that was cut off, nobody can look, and a person is asked."""
    (customer,) = bug.customers
    (message,) = (m for m in customer.messages if m.kind == "told")
    reached = sum(count for text, count in (town.bubbles() + town.mails()).items() if f"ada{number}@" in text)
    assert message.state in ({"delivered"} if number % 2 else {"handed_off", "doubtful"}), bug.ref
    assert reached == 1 or (reached == 0 and message.state == "doubtful"), bug.ref


async def expect_nothing_lost(town: Town, count: int) -> None:
    """Each occurrence that was answered 200 is in a trail, once."""
    found: list[str] = []
    for number in range(1, count + 1):
        for entry in await town.entries(number):
            if isinstance(entry.event, Opened):
                found.append(entry.event.event)
            elif isinstance(entry.event, Repeated):
                found += entry.event.events
    assert sorted(found) == sorted({body["error"]["id"] for body in town.reported})


def expect_nothing_twice(town: Town, count: int) -> None:
    assert set(town.cards().values()) == {1}
    assert len(town.cards()) == count
    assert town.board_cards() == {f"BUG-{n + 1}": 1 for n in range(count)}
    assert town.credits() == {f"ada{n + 1}@studio.example": 1 for n in range(count)}
    reached = town.bubbles() + town.mails()
    assert set(reached.values()) <= {1}, reached
