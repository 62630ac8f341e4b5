"""Nobody waits unnoticed: clocks call whoever can do something, once, and not while they want quiet."""

from datetime import timedelta
from typing import Any

import pytest

from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat
from tests.support.dsl.workspace import ChannelPage

WEDNESDAY = 2


async def test_a_customer_who_is_online_and_whom_nobody_serves_is_called_out_in_the_channel(
    house: House, chat: Chat
) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.comes()
    await chat.says("I got an error, what can I do?")
    await card.expect_text("online")
    house.clock.advance(minutes=2)
    line = await card.thread.expect("nobody has")
    assert "Mia is online" in line.texts[0]
    await line.button("Claim").click(by=house.person("Dana"))
    await card.expect_text("<@U0DEV>")


async def test_whoever_claimed_and_says_nothing_is_reminded_in_private_and_answers_with_one_press(
    house: House, chat: Chat
) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error, what can I do?")
    await card.button("Claim").click(by=house.person("Dana"))
    await card.thread.expect("Dana has it")
    await house.quiet()
    house.clock.advance(minutes=10)
    reminder = await house.person("Dana").expect_dm("Mia has heard nothing")
    await reminder.button("Answer: looking").click(by=house.person("Dana"))
    await card.thread.expect("Dana answers Mia")


async def test_a_reminder_is_not_said_again_by_the_next_process(house: House, chat: Chat) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error, what can I do?")
    await card.button("Claim").click(by=house.person("Dana"))
    await house.quiet()
    house.clock.advance(minutes=10)
    await house.person("Dana").expect_dm("Mia has heard nothing")
    await house.restart()
    await house.quiet()
    assert (await house.kinds()).count("reminded") == 1


async def test_a_snooze_keeps_the_clocks_quiet(house: House, chat: Chat) -> None:
    card, dana = await house.alarm(email=MIA, name="Mia"), house.person("Dana")
    await chat.says("I got an error, what can I do?")
    await card.button("Claim").click(by=dana)
    await dana.types("/bug snooze BUG-1 30m", in_=house.errors)
    await dana.expect_ephemeral("No reminders of BUG-1 for 30 min")
    await house.quiet()
    house.clock.advance(minutes=20)
    await house.quiet()
    assert "reminded" not in await house.kinds()
    house.clock.advance(minutes=11)
    await dana.expect_dm("Mia has heard nothing")


@pytest.mark.parametrize("more", [{"clocks": {"on_call": ["U0SUP"]}}])
async def test_whoever_is_on_call_is_named(house: House, chat: Chat, more: dict[str, Any]) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error", "started")
    await house.quiet()
    house.clock.advance(minutes=2)
    await card.thread.expect("<@U0SUP>")


async def test_a_debt_is_remembered_the_day_before_it_is_due(house: House) -> None:
    now = house.clock()
    noon = now.replace(hour=12, minute=0) + timedelta(days=(WEDNESDAY - now.weekday()) % 7 or 7)
    house.clock.advance(seconds=(noon - now).total_seconds())  # due on a Wednesday: all are at work the day before
    card, dana = await house.alarm(), house.person("Dana")
    await dana.types("/bug works BUG-1 the row is gone", in_=house.errors)
    await card.expect_text("owed")
    await house.quiet()
    debt = (await house.bug()).debt
    assert debt
    house.clock.advance(days=(debt.due - house.clock()).days, seconds=1)
    reminder = await dana.expect_dm("The proper fix of")
    await reminder.button("Fix merged").click(by=dana)
    await card.expect_text("closed")


async def test_a_reminder_whose_answer_was_lost_is_not_said_twice(house: House, chat: Chat) -> None:
    card, dana = await house.alarm(email=MIA, name="Mia"), house.person("Dana")
    await chat.says("I got an error, what can I do?")
    await card.button("Claim").click(by=dana)
    await house.quiet()
    house.slack.faults.add(kind="after_500", method="chat.postMessage")
    house.clock.advance(minutes=10)
    await dana.expect_dm("Mia has heard nothing")
    await house.quiet()
    house.clock.advance(seconds=30)
    await house.quiet()
    said = ChannelPage(house.slack, house.slack.dm("U0DEV")).lines
    assert len([line for line in said if "Mia has heard nothing" in line]) == 1


async def test_a_call_into_the_channel_whose_answer_was_lost_stands_once(house: House, chat: Chat) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error", "started")
    await chat.comes()
    await house.quiet()
    house.slack.faults.add(kind="after_500", method="chat.postMessage")
    house.clock.advance(minutes=2)
    await card.thread.expect("nobody has")
    await house.quiet()
    house.clock.advance(seconds=30)
    await house.quiet()
    assert len([line for line in card.thread.lines if "nobody has" in line]) == 1
