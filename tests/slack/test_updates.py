"""Slack takes about 50 changes of messages a minute: a card is changed only where somebody would see another card."""

import asyncio
from typing import Any

import pytest

from bot.bug.debt.board import BoardCardCommented
from bot.bug.values import Actor, ActorKind
from bot.ledger.relay.relay import DOUBT_PAUSE
from bot.sinks.card import REFRESH
from bot.sinks.digest import PAUSE
from tests.slack.house import House

NEW = 240
MIA = {"email": "mia@studio.example", "name": "Mia"}
BOARD = Actor(kind=ActorKind.SYSTEM, id="board")


def calls(house: House, method: str) -> int:
    """How often the bot asked Slack for this."""
    return sum(call.method == method for call in house.slack.calls)


def cards(house: House) -> int:
    """Messages that were posted into the channel itself."""
    return sum(call.method == "chat.postMessage" and "thread_ts" not in call.args for call in house.slack.calls)


async def bookkeeping(house: House) -> None:
    """An entry that the card shows nothing of."""
    await house.bot.ledger.record(1, lambda _bug: BoardCardCommented(text="on the board"), by=BOARD)


async def test_240_new_cards_are_240_posts_and_no_update(house: House) -> None:
    for first in range(0, NEW, 24):
        await asyncio.gather(*(house.reported(error=f"e{n}", title=f"Broken {n}") for n in range(first, first + 24)))
    await house.slack.wait_for(lambda: cards(house) == NEW, timeout=60, why="every bug has its card")
    await house.quiet()
    assert (cards(house), calls(house, "chat.update")) == (NEW, 0)


async def test_a_new_card_of_a_waiting_customer_is_not_updated_either(house: House) -> None:
    await house.alarm(**MIA)
    await house.quiet()
    assert calls(house, "chat.update") == 0


async def test_a_click_on_a_card_that_was_never_updated_is_taken(house: House) -> None:
    card = await house.alarm()
    await card.button("Claim").click(by=house.person("Dana"))
    await card.expect_text("<@U0DEV>")
    await house.quiet()
    assert calls(house, "chat.update") == 1


async def test_whatever_changes_the_card_updates_it(house: House) -> None:
    card, dana = await house.alarm(occurrences=1), house.person("Dana")
    for line, seen in (
        ("/bug claim BUG-1", "🟠"),
        ("/bug estimate BUG-1 10m", "about 10 min"),
        ("/bug release BUG-1", "nobody has it"),
        ("/bug works BUG-1", "🔵"),
        ("/bug reopen BUG-1 it is back", "🟠"),
    ):
        before = calls(house, "chat.update")
        await dana.types(line, in_=house.errors)
        await card.expect_text(seen)
        await house.quiet()
        assert calls(house, "chat.update") > before, line


async def test_an_entry_that_the_card_says_nothing_of_changes_nothing(house: House) -> None:
    await house.alarm()
    await bookkeeping(house)
    await house.person("Dana").types("/bug show BUG-1", in_=house.errors)
    await house.quiet()
    assert calls(house, "chat.update") == 0


async def test_the_minutes_of_who_waits_go_on_by_themselves_once_a_minute(house: House) -> None:
    card = await house.alarm(**MIA)
    house.clock.advance(seconds=REFRESH + 1)
    await card.expect_text("1 min ago", within=10)
    await house.quiet()
    assert calls(house, "chat.update") == 1


async def test_an_entry_in_between_does_not_bring_the_next_minute_forward(house: House) -> None:
    await house.alarm(**MIA)
    house.clock.advance(seconds=REFRESH / 2)
    await bookkeeping(house)
    await house.quiet()
    assert calls(house, "chat.update") == 0


@pytest.mark.parametrize("kind", ["after_500", "drop_after"])
async def test_a_change_whose_answer_was_lost_is_shown_again_even_where_it_was_taken_back(
    house: House, kind: str
) -> None:
    """The card there may say what holds no more: that what we showed last would be right again proves nothing."""
    card, dana = await house.alarm(), house.person("Dana")
    house.slack.faults.add(kind=kind, method="chat.update")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await card.expect_text("<@U0DEV>")
    await dana.types("/bug release BUG-1", in_=house.errors)
    await house.doubted()
    house.clock.advance(seconds=DOUBT_PAUSE)
    await card.expect_text("nobody has it", within=10)


@pytest.mark.parametrize("kind", ["after_500", "drop_after"])
async def test_a_card_that_was_found_after_its_lost_answer_shows_the_present(house: House, kind: str) -> None:
    """It was posted as the bug was then."""
    house.slack.faults.add(kind=kind, method="chat.postMessage")
    await house.reported(error="e1")
    card = await house.errors.expect_message("BUG-1")
    await house.person("Dana").types("/bug claim BUG-1", in_=house.errors)
    await house.doubted()
    await card.expect_text("<@U0DEV>", within=10)
    assert len(house.errors.messages("BUG-1")) == 1


class TestADigest:
    """One message stands for the new errors of a storm."""

    @pytest.fixture
    def paced(self) -> bool:
        return True

    @pytest.fixture
    def given(self) -> dict[str, Any]:
        return {"slack": {"error_channels": ["C0ERRORS"], "cards_per_minute": 1}}

    async def test_that_lists_an_error_already_is_not_changed_by_its_repeats(self, house: House) -> None:
        for name in ("first", "second", "third"):
            await house.reported(error=name, title=f"Broken {name}")
        digest = await house.errors.expect_message("BUG-3")
        await digest.expect_text("2 more new errors")
        changes = calls(house, "chat.update")
        await house.reported(error="third", title="Broken third", occurrences=7)
        house.clock.advance(seconds=5)
        await house.quiet()
        await asyncio.sleep(PAUSE + 0.5)
        assert "repeated" in await house.kinds(3)
        assert calls(house, "chat.update") == changes
