"""The retro's question after a bug is closed: one line with Skip, in the owner's direct messages."""

from tests.slack.house import House
from tests.support.dsl.message import Message

QUESTION = "How did it get into production?"


async def closed(house: House) -> Message:
    """Dana's bug, fixed and paid; ten minutes later the work is put away."""
    card, dana = await house.alarm(), house.person("Dana")
    await card.button("Claim").click(by=dana)
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.button("Fix merged").click(by=dana)
    await card.expect_text("closed")
    await house.quiet()  # a sink that is at work counts its next time from the clock as it is then
    house.clock.advance(minutes=11)
    return await dana.expect_dm(QUESTION, within=15)


async def test_one_line_answers_it_and_the_thread_says_so(house: House) -> None:
    asked, dana = await closed(house), house.person("Dana")
    await asked.button("Answer…").click(by=dana)
    form = await dana.expect_modal("Retro of BUG-1")
    assert QUESTION in form.fields
    form.field("In your words").type("nobody tests menus without a crud")
    await form.submit("Save")
    await form.expect_closed()
    await house.quiet()
    assert (await house.bug()).lesson == "nobody tests menus without a crud"


async def test_skip_ends_it(house: House) -> None:
    asked, dana = await closed(house), house.person("Dana")
    await asked.button("Skip").click(by=dana)
    await house.quiet()
    skipped = await house.bug()
    assert skipped.lesson_skipped
    house.clock.advance(days=2)
    await house.quiet()
    assert (await house.bug()).reminded == skipped.reminded
