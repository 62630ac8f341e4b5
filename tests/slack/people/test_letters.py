"""A letter waits ten seconds, and whoever wrote it can take it back; a chat's words go at once."""

import asyncio
from typing import Any

import pytest

from bot.demo.slack.dump import texts_of
from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat, Fakes
from tests.slack.people.giving import fixed, told
from tests.slack.people.test_delivery import states
from tests.support.dsl.message import Message

BEN = "ben@fleet.example"


@pytest.fixture
def more() -> dict[str, Any]:
    return {"tell": {"letters_wait": 10}}


async def mia_wrote_by_mail(house: House) -> Message:
    """And it works again."""
    card = await house.alarm(email=MIA, name="Mia")
    await house.person("Dana").types("/bug works BUG-1 the row is gone", in_=house.errors)
    await card.expect_text("works")
    return card


async def back(house: House, by: str = "Dana") -> Message:
    """The line with the button; from here on only the clock has something to do."""
    line = await house.person(by).expect_ephemeral("on the way in")
    await house.quiet()
    return line


async def test_a_letter_waits_and_then_it_leaves_once_with_what_it_promises(house: House, fakes: Fakes) -> None:
    card = await mia_wrote_by_mail(house)
    await told(house, card, "5")
    line = await back(house)
    assert line.thread_ts == line.ts, "beside the card, where whoever pressed looks"
    house.clock.advance(seconds=9)
    await house.quiet()
    assert (len(fakes.mails.messages), fakes.credit()) == (0, 0)
    house.clock.advance(seconds=1.5)
    await card.thread.expect("Booked: €5 credit")
    await card.thread.expect("on its way by mail")
    (mail,) = fakes.mails.messages
    assert mail.recipients == (MIA,)
    assert (mail.text.splitlines()[0], mail.text.rstrip().splitlines()[-1]) == ("Hello Mia,", "Dana")
    assert fakes.credit() == 500
    await line.button("Take back").click(by=house.person("Dana"))
    await house.person("Dana").expect_ephemeral("has left already")


async def test_the_line_shows_the_letter_as_it_then_goes_out(house: House, fakes: Fakes) -> None:
    card = await mia_wrote_by_mail(house)
    await told(house, card, "5")
    await back(house)
    shown = [dump.replace("&gt;", ">") for dump in texts_of(house.slack.world.ephemerals[-1])]
    house.clock.advance(seconds=11)
    await card.thread.expect("on its way by mail")
    (mail,) = fakes.mails.messages
    letter = [f">{line}" for line in mail.text.splitlines() if line]
    assert [line for line in letter if not any(line in text for text in shown)] == []


async def test_the_form_of_a_first_answer_shows_what_stands_around_the_words(house: House, fakes: Fakes) -> None:
    card, dana = await house.alarm(email=MIA, name="Mia"), house.person("Dana")
    await card.button("Answer: looking").click(by=dana)
    form = await dana.expect_modal("Answer BUG-1")
    await form.expect_text("By mail, with your words for the dots")
    await form.expect_text("Hello Mia,")
    await form.expect_text("Dana")
    await form.submit("Write to 1")
    await back(house)
    house.clock.advance(seconds=11)
    await card.thread.expect("on its way by mail")
    (mail,) = fakes.mails.messages
    assert (mail.text.splitlines()[0], mail.text.rstrip().splitlines()[-1]) == ("Hello Mia,", "Dana")


async def test_a_clock_that_is_set_back_holds_no_letter_for_that_long(house: House, fakes: Fakes) -> None:
    card = await mia_wrote_by_mail(house)
    await told(house, card, "5")
    await back(house)
    house.clock.advance(seconds=-3600)
    house.bot.relay.wake()
    for _ in range(3):  # what was to be due by the other time is asked again; then it waits as long as it was to wait
        await asyncio.sleep(0.5)
        assert not fakes.mails.messages
        house.clock.advance(seconds=8)
        house.bot.relay.wake()
    await card.thread.expect("on its way by mail")
    assert (len(fakes.mails.messages), fakes.credit()) == (1, 500)


async def test_a_letter_taken_back_is_never_sent_and_its_gift_never_booked(house: House, fakes: Fakes) -> None:
    card, dana = await mia_wrote_by_mail(house), house.person("Dana")
    await told(house, card, "5", What_they_read="All menus open again.")
    await (await back(house)).button("Take back").click(by=dana)
    await dana.expect_ephemeral("nobody has read it, and nothing was given")
    await card.thread.expect("Dana took the letter to Mia back before it left")
    await card.expect_text("NOT TOLD")
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    assert form.field("What they read").value == "All menus open again.", "nothing is typed twice"
    await form.close()
    house.clock.advance(seconds=30)
    await house.restart()
    await house.quiet()
    assert (len(fakes.mails.messages), fakes.credit()) == (0, 0)


async def test_the_money_of_a_letter_taken_back_may_be_given_again(house: House, fakes: Fakes) -> None:
    """The caps of a day would not let fifty euros pass five times."""
    card, dana = await mia_wrote_by_mail(house), house.person("Dana")
    for _ in range(5):
        await told(house, card, "50")
        await (await back(house)).button("Take back").click(by=dana)
        await card.expect_text("NOT TOLD")
        house.slack.world.ephemerals.clear()
    await told(house, card, "50")
    await back(house)
    house.clock.advance(seconds=11)
    await card.thread.expect("on its way by mail")
    assert fakes.credit() == 5000


async def test_the_chat_reads_it_at_once_while_the_letter_waits(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await house.person("Dana").types(f"/bug customer BUG-1 {BEN}", in_=house.errors)
    await house.quiet()
    await told(house, card)
    await card.thread.expect("reached Mia")
    await house.quiet()
    assert await states(house) == ["delivered", "waiting"]
    line = await back(house)
    assert f"Letter to {BEN}" in line.texts[0]
    await house.person("Sam").types("/tell back BUG-1", in_=house.errors)
    await card.thread.expect(f"Sam took the letter to {BEN} back")
    assert await states(house) == ["delivered", "taken_back"]
    assert not fakes.mails.messages


async def test_a_first_answer_by_mail_waits_too_and_no_promise_is_left_of_it(house: House, fakes: Fakes) -> None:
    card, dana = await house.alarm(email=MIA, name="Mia"), house.person("Dana")
    await dana.types("/bug answer-hit BUG-1", in_=house.errors)
    await (await dana.expect_modal("Mia")).submit()
    await (await back(house)).button("Take back").click(by=dana)
    await card.thread.expect("took the letter to Mia back")
    house.clock.advance(seconds=11)
    await house.quiet()
    assert not fakes.mails.messages
    assert (await house.bug()).back_by is None


async def test_a_restart_in_the_wait_neither_loses_nor_doubles_the_letter(house: House, fakes: Fakes) -> None:
    card = await mia_wrote_by_mail(house)
    await told(house, card, "5")
    await back(house)
    await house.restart()
    house.clock.advance(seconds=11)
    await card.thread.expect("on its way by mail")
    await house.quiet()
    assert len(fakes.mails.messages) == 1
    assert fakes.credit() == 500
