"""What a customer told of and what a tracker reports are one bug: joined where it is sure, asked about where it is not."""

from typing import Any

from tests.slack import alerts
from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat
from tests.support.dsl.message import Message

ERROR, EVENT = "6b10000000000000000000f1", "5f0000000000000000000001"
LATER = "5f0000000000000000000002"


async def mia_told(house: House, chat: Chat, text: str = "I got an error on this page") -> Message:
    """BUG-1, by a person's choice."""
    await chat.says(text)
    line = await house.errors.expect_message(text)
    await line.button("New bug").click(by=house.person("Dana"))
    card = await house.errors.expect_message("nobody has it")
    await house.quiet()
    return card


async def bugsnag_says(house: House) -> Message:
    """Its app's message comes first, and knows no customer."""
    await house.errors.receives(alerts.message(ERROR, event=EVENT))
    card = await house.errors.expect_message("BUG-2")
    await house.quiet()
    return card


async def hit(house: House, **more: Any) -> None:
    await house.reported(error=ERROR, event=EVENT, email=MIA, name="Mia", **more)


async def test_a_message_before_its_webhook_is_one_bug_with_the_mail_that_came_before_both(
    house: House, chat: Chat
) -> None:
    card = await mia_told(house, chat)
    second = await bugsnag_says(house)
    await hit(house)
    await second.expect_text("goes on as BUG-1")
    await card.thread.expect("BUG-2 is the same and goes on here")
    await house.quiet()
    bug = await house.bug()
    assert bug.groups == (f"bugsnag:{ERROR}",)
    assert bug.frames
    assert [c.hint.email for c in bug.customers] == [MIA]
    await house.reported(error=ERROR, event=LATER, email=MIA, name="Mia", occurrences=7)
    await card.expect_text("7×")


async def test_a_bug_on_which_somebody_is_at_work_is_not_merged_without_asking(house: House, chat: Chat) -> None:
    card, dana = await mia_told(house, chat), house.person("Dana")
    second = await bugsnag_says(house)
    await second.button("Claim").click(by=dana)
    await second.thread.expect("Dana has it")
    await hit(house)
    line = await second.thread.expect("A customer whom it hit told of BUG-1")
    await line.button("Same as BUG-1").click(by=dana)
    await second.expect_text("goes on as BUG-1")
    await card.thread.expect("BUG-2 is the same")


async def test_the_same_page_alone_is_only_a_proposal(house: House, chat: Chat) -> None:
    await mia_told(house, chat, "On /cruds/generate I see an error")
    await house.reported(error=ERROR)
    second = await house.errors.expect_message("BUG-2")
    line = await second.thread.expect("On the same page happened BUG-1")
    assert line.buttons == ["Same as BUG-1"]
    assert "merged" not in await house.kinds(2)
