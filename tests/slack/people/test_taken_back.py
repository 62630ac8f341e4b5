"""What was given is taken back, and only what was shown."""

from typing import Any

from tests.slack.house import House
from tests.slack.people.conftest import Chat, Fakes
from tests.slack.people.giving import CAPPED, fixed, takes_back, told, told_in_form


async def test_a_makegood_is_taken_back(house: House, chat: Chat, fakes: Fakes) -> None:
    card = await fixed(house, chat)
    await told(house, card, "5")
    await card.thread.expect("Booked: €5 credit")
    sam = house.person("Sam")
    await sam.types("/tell undo BUG-1 wrong customer", in_=house.errors)
    form = await sam.expect_modal("Take back BUG-1")
    assert (form.field("Take back").value, form.field("Why").value) == ("Mia: €5 credit", "wrong customer")
    await form.submit()
    await card.thread.expect("The makegood is taken back")
    assert fakes.credit() == 0


async def test_who_was_shown_one_makegood_takes_no_other_one_back(house: House, chat: Chat, fakes: Fakes) -> None:
    card, sam = await fixed(house, chat), house.person("Sam")
    await told(house, card, "50")
    await card.thread.expect("Booked: €50 credit")
    await sam.types("/tell undo BUG-1", in_=house.errors)
    form = await sam.expect_modal("Take back BUG-1")
    await takes_back(house, "Dana", "five, not fifty")
    await card.thread.expect("The makegood is taken back")
    await house.quiet()
    await house.person("Dana").types("/tell BUG-1 Five it is.", in_=house.errors)
    await told_in_form(house, "5")
    await card.thread.expect("Booked: €5 credit")
    await form.submit()
    await sam.expect_modal("That makegood is not there to take back")
    await house.quiet()
    assert fakes.credit() == 500


async def test_a_word_in_a_thread_takes_nothing_back_and_shows_what_could_be(
    house: House, chat: Chat, fakes: Fakes
) -> None:
    card, sam = await fixed(house, chat), house.person("Sam")
    await told(house, card, "5")
    await card.thread.expect("Booked: €5 credit")
    await sam.says("@makegood tell undo wrong customer", thread=card)
    shown = await sam.expect_ephemeral("Nothing is taken back yet. Given for BUG-1: Mia: €5 credit.")
    assert fakes.credit() == 500
    await shown.button("Take back…").click(by=sam)
    form = await sam.expect_modal("Take back BUG-1")
    assert form.field("Why").value == "wrong customer"
    await form.submit()
    await card.thread.expect("The makegood is taken back")
    assert fakes.credit() == 0


@CAPPED
async def test_what_is_taken_back_may_be_given_again_by_whoever_gave_it(
    house: House, chat: Chat, fakes: Fakes, more: dict[str, Any]
) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await told(house, card, "5")
    await card.thread.expect("Booked: €5 credit")
    await takes_back(house, "Dana", "it was meant for Ben")
    await card.thread.expect("The makegood is taken back")
    await house.alarm(email="ben@shop.example", name="Ben")
    await dana.types("/bug works BUG-2", in_=house.errors)
    await dana.types("/tell BUG-2", in_=house.errors)
    form = await dana.expect_modal("Tell BUG-2")
    await form.field("They get").pick("Other…")
    await form.expect_text("Credit in EUR")
    form.field("Credit in EUR").type("8")
    await form.submit()
    await (await house.errors.expect_message("BUG-2")).thread.expect("Dana tells Ben")
    assert "tell_asked" not in await house.kinds(2)


async def test_after_it_was_taken_back_mia_may_get_what_was_meant(house: House, chat: Chat, fakes: Fakes) -> None:
    card, dana = await fixed(house, chat), house.person("Dana")
    await told(house, card, "50")
    await card.thread.expect("Booked: €50 credit")
    await takes_back(house, "Dana", "five, not fifty")
    await card.thread.expect("The makegood is taken back")
    await house.quiet()
    await dana.types("/tell BUG-1 Sorry, that was meant to be five.", in_=house.errors)
    await told_in_form(house, "5")
    await card.thread.expect("Booked: €5 credit")
    await house.quiet()
    assert (fakes.credit(), len(fakes.chat.messages)) == (500, 2)


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


async def test_who_has_nothing_to_take_back_is_told_so(house: House, chat: Chat) -> None:
    await fixed(house, chat)
    await house.person("Sam").types("/tell undo BUG-1", in_=house.errors)
    await house.person("Sam").expect_ephemeral("Nothing was given for BUG-1")
