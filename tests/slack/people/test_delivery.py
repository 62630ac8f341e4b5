"""Letters to several customers: each reads it once, in their own place, and only who is in doubt is asked about."""

import asyncio

from tests.slack.house import House
from tests.slack.people.conftest import Chat, Fakes
from tests.slack.people.giving import fixed
from tests.support.dsl.message import Message

BEN, CID = "ben@fleet.example", "cid@fleet.example"


async def three_are_told(house: House, chat: Chat) -> Message:
    """Mia in the chat, then Ben and Cid by mail."""
    dana = house.person("Dana")
    card = await fixed(house, chat)
    for address in (BEN, CID):
        await dana.types(f"/bug customer BUG-1 {address}", in_=house.errors)
    await house.quiet()
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    await form.submit()
    return card


async def states(house: House) -> list[str]:
    return [c.messages[-1].state for c in (await house.bug()).customers]


async def test_a_mail_that_was_cut_off_is_asked_about_and_the_others_go_on(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    fakes.mails.faults.add("after_cut")
    await three_are_told(house, chat)
    await house.person("Dana").expect_dm(f"Please tell {BEN} yourself")
    await house.quiet()
    assert await states(house) == ["delivered", "doubtful", "handed_off"]
    assert [mail.recipients for mail in fakes.mails.messages] == [(BEN,), (CID,)]


async def test_a_process_that_dies_over_the_second_letter_leaves_that_one_alone_in_doubt(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    fakes.mails.faults.add("after_hang")
    await three_are_told(house, chat)
    async with asyncio.timeout(10):
        while not fakes.mails.messages:  # it is out, and nobody has heard that it is
            await asyncio.sleep(0.02)
    await house.bot.relay.stop(0)
    await house.restart()
    house.clock.advance(seconds=3)
    await house.person("Dana").expect_dm(f"Please tell {BEN} yourself")
    await house.quiet()
    assert await states(house) == ["delivered", "doubtful", "handed_off"]
    assert [mail.recipients for mail in fakes.mails.messages] == [(BEN,), (CID,)]
    assert len(fakes.chat.messages) == 1
