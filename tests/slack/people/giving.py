"""How a customer is told with something that costs, in the stories about makegoods."""

import pytest

from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat, Fakes
from tests.support.dsl.message import Message

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
    await card.button("Tell").click(by=house.person("Dana"))
    await told_in_form(house, credit, **fields)


async def told_in_form(house: House, credit: str = "", **fields: str) -> None:
    """The same in the form that is open already."""
    form = await house.person("Dana").expect_modal("Tell BUG-1")
    await form.field("They get").pick("Other…")
    await form.expect_text("Credit in EUR")
    form.field("Credit in EUR").type(credit)
    for label, value in fields.items():
        field = form.field(label.replace("_", " "))
        field.choose(value) if label == "Upgrade_to" else field.type(value)
    await form.submit()


async def takes_back(house: House, who: str, why: str) -> None:
    """The form says what goes, also where it is the only one."""
    somebody = house.person(who)
    await somebody.types(f"/tell undo BUG-1 {why}", in_=house.errors)
    await (await somebody.expect_modal("Take back BUG-1")).submit()


async def read(card: Message, fakes: Fakes) -> str:
    """What the one message says that Mia has in the chat."""
    await card.thread.expect("reached Mia")
    (message,) = fakes.chat.messages.values()
    return str(message["text"])
