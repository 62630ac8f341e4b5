"""Who writes in somebody's conversation is somebody else until a person says so; one press parts two who were taken for one."""

from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat

BEN = {"email": "ben@studio.example", "name": "Ben"}


async def says(house: House, event: str, text: str, **customer: str) -> None:
    said = {"conversation": "31", "event": event, "text": text, "customer": customer}
    assert await house.hook("customer-generic", said) == 200


async def known(house: House) -> list[str]:
    return sorted(customer.hint.email for customer in (await house.bug()).customers)


async def test_somebody_else_in_the_conversation_is_joined_by_a_persons_word_and_parted_by_one_press(
    house: House, chat: Chat
) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error")
    await says(house, "b1", "Me, too", **BEN)
    asked = await card.thread.expect("Ben wrote in the conversation of Mia")
    assert await known(house) == [BEN["email"], MIA]
    dana = house.person("Dana")
    await asked.button("Same person").click(by=dana)
    joined = await card.thread.expect("Mia and Ben are one customer now")
    assert await known(house) == [MIA]
    await joined.button("Part them").click(by=dana)
    await card.thread.expect("Mia and Ben are two people")
    assert await known(house) == [BEN["email"], MIA]
    await says(house, "b2", "Still broken for me", **BEN)
    await house.quiet()
    assert {c.name: c.said for c in (await house.bug()).customers} == {
        "Mia": "I got an error",
        "Ben": "Still broken for me",
    }
    await joined.button("Part them").click(by=dana)
    await dana.expect_ephemeral("They are two already")


async def test_who_was_joined_by_an_address_is_said_and_parted_by_one_press(house: House) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await says(house, "v1", "It is broken", name="visitor 7")
    line = await house.errors.expect_message("It is broken")
    await line.button("Same as BUG-1").click(by=house.person("Dana"))
    await card.thread.expect("It is broken")
    await says(house, "v2", "And now?", email=MIA)
    joined = await card.thread.expect("are one customer now")
    await joined.button("Part them").click(by=house.person("Dana"))
    await house.quiet()
    assert len((await house.bug()).customers) == 2
