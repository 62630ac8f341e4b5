"""What people did themselves counts as what Makegood does: the same debt, the same retro."""

from datetime import datetime
from typing import Any

import pytest

from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat, Fakes
from tests.support.dsl.message import Message


async def waits(house: House, chat: Chat) -> Message:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("Was it my fault?")
    await card.expect_text("Was it my fault?")
    return card


@pytest.mark.parametrize("more", [{"mode": "watch"}, {"mode": "propose"}, {"mode": "run"}], ids=lambda x: x["mode"])
async def test_a_fix_by_hand_is_said_on_the_card_in_every_mode_and_owes_the_proper_one(
    house: House, chat: Chat, more: dict[str, str]
) -> None:
    card, dana = await waits(house, chat), house.person("Dana")
    await card.button("I fixed it…").click(by=dana)
    form = await dana.expect_modal("I fixed BUG-1")
    form.field("I fixed it:").type("deleted the menu 13 in the database")
    await form.submit("It works")
    await card.expect_text("*works* · deleted the menu 13 in the database")
    assert (await house.bug()).owner == "U0DEV", "whoever fixed it has it"
    await card.button("Tell").click(by=dana)
    await (await dana.expect_modal("Tell BUG-1")).submit("Tell")
    await card.expect_text("owed: proper fix · <@U0DEV>")
    await dana.types("/retro story BUG-1", in_=house.errors)
    await card.thread.expect("deleted the menu 13 in the database")


async def test_a_proper_fix_by_hand_owes_nothing(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await card.button("I fixed it…").click(by=dana)
    form = await dana.expect_modal("I fixed BUG-1")
    form.field("I fixed it:").type("rolled out 4.2")
    form.checkbox("It is the proper fix: nothing is owed").tick()
    await form.submit("It works")
    await card.expect_text("closed · fixed properly")


async def test_who_was_told_by_hand_counts_as_told_and_gets_no_second_message(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    card, sam = await waits(house, chat), house.person("Sam")
    await house.person("Dana").types("/bug works BUG-1", in_=house.errors)
    await card.button("I told them…").click(by=sam)
    form = await sam.expect_modal("Copy this, or write your own")
    await form.expect_text("```The problem is solved, you can go on.")
    form.field("What they read").type("Works again, Mia!")
    await form.submit("I told them")
    await card.expect_text("Mia told after")
    await card.thread.expect("was passed on by Sam by hand")
    await card.expect_text("owed: proper fix")
    await house.quiet()
    assert not fakes.chat.messages
    assert (await house.bug()).customers[0].messages[-1].state == "by_hand"
    await sam.types("/bug told BUG-1 again", in_=house.errors)
    await sam.expect_ephemeral("Everybody knows already")


async def test_that_it_was_not_their_fault_is_one_press_also_after_they_were_told(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    card, dana = await waits(house, chat), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    await (await dana.expect_modal("Tell BUG-1")).submit("Tell")
    await card.expect_text("owed: proper fix")
    house.clock.advance(seconds=5)
    await chat.says("Did I do something wrong?")
    await card.button("Not your fault…").click(by=dana)
    form = await dana.expect_modal("Mia: “Did I do something wrong?”")
    assert form.field("What they read").value == "It was not your fault, but ours. "
    form.field("What they read").type("It was not your fault, but ours. A menu lost its name.")
    await form.submit("Send")
    await card.thread.expect("Dana answers Mia: “It was not your fault, but ours. A menu lost its name.”")
    await house.quiet()
    assert [str(m["text"]) for m in fakes.chat.messages.values()][-1].endswith("A menu lost its name.")


async def test_a_reply_has_somebody_to_read_it_and_is_looked_over(house: House, chat: Chat, fakes: Fakes) -> None:
    await house.alarm(email=MIA, name="Mia")
    dana = house.person("Dana")
    await dana.types("/bug reply BUG-1", in_=house.errors)
    await dana.expect_ephemeral("Nobody has written to us about BUG-1")
    await chat.says("Was it me?")
    await house.quiet()
    await dana.types("/bug reply BUG-1 Not you: crud_id was empty.", in_=house.errors)
    form = await dana.expect_modal("Reply BUG-1")
    await form.submit("Send")
    await form.expect_text("Customers need not know this")
    assert not fakes.chat.messages
    await form.submit("Send as it is")
    await (await house.errors.expect_message("BUG-1")).thread.expect("Dana answers Mia")


def tawk(event: str, **more: Any) -> dict[str, Any]:
    base = {"event": event, "time": "2026-11-22T14:03:04.646Z", "property": {"id": "5f00", "name": "Shop"}}
    return {**base, **more}


def transcript(*said: tuple[str, str, datetime]) -> dict[str, Any]:
    """Who ("v" the visitor, "a" an agent), their words, and when."""
    names = {"a": {"t": "a", "n": "Sam"}, "v": {"t": "v"}}
    rows = [{"sender": names[who], "type": "msg", "msg": text, "time": at.isoformat()} for who, text, at in said]
    visitor = {"name": "Mia", "email": MIA}
    return tawk("chat:transcript_created", chat={"id": "c1", "visitor": visitor, "messages": rows})


async def in_tawk(house: House) -> Message:
    """Mia is in a chat that takes no answer from outside."""
    message = {"text": "It fails", "type": "msg", "sender": {"type": "visitor"}}
    start = tawk("chat:start", chatId="c1", visitor={"name": "Mia", "email": MIA}, message=message)
    card = await house.alarm(email=MIA, name="Mia")
    assert await house.hook("tawk", start) == 200
    await card.expect_text("It fails")
    return card


async def test_what_was_pasted_into_the_chat_is_recognised_in_its_transcript(house: House, fakes: Fakes) -> None:
    card, dana = await in_tawk(house), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Tell").click(by=dana)
    await (await dana.expect_modal("Tell BUG-1")).submit("Tell")
    await dana.expect_dm("Please tell Mia yourself")
    (customer,) = (await house.bug()).customers
    now = house.clock()
    said = transcript(("v", "It fails", now), ("a", f"Hi Mia! {customer.messages[-1].text} :)", now))
    assert await house.hook("tawk", said) == 200
    await card.expect_text("Mia told after")
    await card.thread.expect("was passed on by")
    await house.quiet()
    assert not fakes.mails.messages


async def test_other_words_of_an_agent_are_an_answer_and_one_press_makes_them_the_tell(house: House) -> None:
    card, dana = await in_tawk(house), house.person("Dana")
    now = house.clock()
    assert await house.hook("tawk", transcript(("a", "Let me take a look.", now))) == 200
    await card.thread.expect("Sam wrote to Mia outside of Makegood (tawk.to): “Let me take a look.”")
    await card.expect_text("answered")
    house.clock.advance(minutes=2)
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.expect_text("NOT TOLD")
    house.clock.advance(minutes=1)
    later = house.clock()
    said = transcript(("a", "Let me take a look.", now), ("a", "Try again, it is back.", later))
    assert await house.hook("tawk", said) == 200
    asked = await card.thread.expect("Does Mia know by that that")
    assert not (await house.bug()).customers[0].told_at
    await asked.button("They know").click(by=dana)
    await card.expect_text("Mia told after")
    await card.expect_text("owed: proper fix")


async def test_a_vouched_copy_of_our_own_letter_is_an_answer_and_a_forged_one_is_nothing(house: House) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    ours = {"FromFull": {"Email": "support@acme.example", "Name": "Support"}, "ToFull": [{"Email": MIA}]}
    copy = {**ours, "To": f"Mia <{MIA}>", "Subject": "Your menu", "TextBody": "We look into it.", "Headers": []}
    assert await house.hook("email-postmark", {**copy, "MessageID": "forged"}) == 200
    await house.quiet()
    assert "wrote_outside" not in await house.kinds(1)
    vouched = [{"Name": "X-Spam-Tests", "Value": "DKIM_VALID,DKIM_VALID_AU"}]
    assert await house.hook("email-postmark", {**copy, "MessageID": "copy", "Headers": vouched}) == 200
    await card.thread.expect("Support wrote to Mia outside of Makegood (e-mail): “We look into it.”")
