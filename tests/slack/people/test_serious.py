"""How serious a bug is stands on its card: guessed from the customer's words, or said by somebody."""

from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat


async def test_it_is_guessed_from_the_customers_words_until_somebody_says_it(house: House, chat: Chat) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I can't add servers")
    await card.expect_text("probably blocks a customer")
    await house.person("Dana").types("/bug serious BUG-1 degrades there is a way around", in_=house.errors)
    await card.expect_text("degrades · 1×")
    await card.thread.expect("says how serious it is: degrades")


async def test_without_a_word_a_form_asks(house: House) -> None:
    card = await house.alarm()
    dana = house.person("Dana")
    await dana.types("/bug serious BUG-1", in_=house.errors)
    form = await dana.expect_modal("How serious")
    form.field("How serious is it?").choose("It is cosmetic")
    await form.submit("Say it")
    await card.expect_text("cosmetic")
    await dana.types("/bug serious BUG-1 terrible", in_=house.errors)
    await dana.expect_ephemeral("blocks, degrades or cosmetic")
