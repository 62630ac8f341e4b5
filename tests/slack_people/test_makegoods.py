"""What customers get for their trouble: within the caps, above them by an approver's word, and back again."""

from typing import Any

import pytest

from bot.sandbox.slack.dsl_message import Message
from tests.slack.house import House
from tests.slack_people.conftest import MIA, Chat, Fakes

CAPPED = pytest.mark.parametrize("more", [{"makegood": {"per_day": {"EUR": 800}}}])


async def fixed(house: House, chat: Chat) -> Message:
    """Mia waits in the chat, and it works again."""
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error, what can I do?")
    await card.expect_text("what can I do?")
    await house.person("Dana").types("/bug works BUG-1 the row is gone", in_=house.errors)
    await card.expect_text("works")
    return card


async def told(house: House, card: Message, credit: str = "", **fields: str) -> None:
    """Dana tells Mia, with what the form is filled with."""
    dana = house.person("Dana")
    await card.button("Tell").click(by=dana)
    form = await dana.expect_modal("Tell BUG-1")
    form.field("Credit in EUR").type(credit)
    for label, value in fields.items():
        field = form.field(label.replace("_", " "))
        field.choose(value) if label == "Upgrade_to" else field.type(value)
    await form.submit()


async def test_mia_gets_five_euros_and_then_reads_that_it_works(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await told(house, card, "5")
    await card.thread.expect("Booked: €5 credit")
    await card.expect_text("told")
    assert fakes.credit() == 500
    assert len(fakes.chat.messages) == 1


@CAPPED
async def test_above_the_cap_an_approver_is_asked_and_mia_is_told_after_their_word(
    house: House, chat: Chat, fakes: Fakes, more: dict[str, Any]
) -> None:
    card = await fixed(house, chat)
    await told(house, card, "9")
    request = await house.person("Lee").expect_dm("passes €8 a day and person")
    await house.quiet()
    assert (fakes.credit(), fakes.chat.messages) == (0, {})
    await request.button("Let it pass").click(by=house.person("Lee"))
    await card.thread.expect("Booked: €9 credit")
    await request.expect_text("let pass by")
    await house.quiet()
    assert (fakes.credit(), len(fakes.chat.messages)) == (900, 1)


@CAPPED
async def test_an_approver_says_no_and_why(house: House, chat: Chat, fakes: Fakes, more: dict[str, Any]) -> None:
    card = await fixed(house, chat)
    await told(house, card, "9")
    lee = house.person("Lee")
    request = await lee.expect_dm("passes €8")
    await request.button("No…").click(by=lee)
    form = await lee.expect_modal("Why not?")
    form.field("Why not?").type("It was a typo")
    await form.submit()
    await card.thread.expect("It was a typo")
    await house.quiet()
    assert (fakes.credit(), (await house.bug()).tell_asks) == (0, ())


@pytest.mark.parametrize(
    "more", [{"makegood": {"per_day": {"EUR": 800}}, "policy": {"approvers": ["U0LEAD", "U0DEV"]}}]
)
async def test_nobody_lets_their_own_makegood_pass(
    house: House, chat: Chat, fakes: Fakes, more: dict[str, Any]
) -> None:
    card = await fixed(house, chat)
    await told(house, card, "9")
    request = await house.person("Lee").expect_dm("passes €8")
    await house.quiet()
    await (
        (await house.forged("approve_tell", request.button("Let it pass").value))
        .button("approve_tell")
        .click(by=house.person("Dana"))
    )
    await house.person("Dana").expect_ephemeral("somebody else has to let it pass")
    assert fakes.credit() == 0


@CAPPED
async def test_two_bugs_together_never_pass_one_cap(house: House, chat: Chat, more: dict[str, Any]) -> None:
    card = await fixed(house, chat)
    await told(house, card, "5")
    await card.thread.expect("Booked: €5 credit")
    other = await house.alarm(email="ben@shop.example", name="Ben")
    await house.person("Dana").types("/bug works BUG-2", in_=house.errors)
    await other.button("Tell").click(by=house.person("Dana"))
    form = await house.person("Dana").expect_modal("Tell BUG-2")
    form.field("Credit in EUR").type("4")
    await form.submit()
    await house.person("Lee").expect_dm("passes €8 a day and person")


async def test_a_makegood_is_taken_back(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await told(house, card, "5")
    await card.thread.expect("Booked: €5 credit")
    await house.person("Sam").types("/tell undo BUG-1 wrong customer", in_=house.errors)
    await card.thread.expect("The makegood is taken back")
    assert fakes.credit() == 0


async def test_of_several_makegoods_one_is_chosen(house: House, chat: Chat, fakes: Fakes) -> None:
    card, sam = await fixed(house, chat), house.person("Sam")
    await told(house, card, "5", Upgrade_to="pro")
    await card.thread.expect("Booked: pro until")
    await card.thread.expect("Booked: €5 credit")
    await sam.types("/tell undo BUG-1", in_=house.errors)
    form = await sam.expect_modal("Take back BUG-1")
    form.field("Take back").choose("Mia: €5 credit")
    await form.submit()
    await card.thread.expect("The makegood is taken back")
    assert (fakes.credit(), fakes.plan()) == (0, "pro")


async def test_when_an_upgrade_is_over_the_plan_is_what_it_was(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await told(house, card, "", Upgrade_to="pro")
    await card.thread.expect("Booked: pro until")
    await house.quiet()
    assert fakes.plan() == "pro"
    house.clock.advance(days=31)
    await card.thread.expect("The upgrade is over")
    await house.quiet()
    assert fakes.plan() == "starter"
    assert (await house.kinds()).count("grant_undo_asked") == 1


async def test_who_has_nothing_to_take_back_is_told_so(house: House, chat: Chat) -> None:
    await fixed(house, chat)
    await house.person("Sam").types("/tell undo BUG-1", in_=house.errors)
    await house.person("Sam").expect_ephemeral("Nothing was given for BUG-1")
