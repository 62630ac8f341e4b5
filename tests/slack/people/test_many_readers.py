"""A bug that hit more customers than a form has boxes for: all of them are told at once, or some who are searched for."""

import pytest

from bot.bug.course.course import Fixed
from bot.bug.customers.customers import CustomerJoined
from bot.bug.values import Actor, ActorKind, CustomerHint
from tests.slack.house import House
from tests.support.dsl.modal import Modal

COUNT = 47
DANA = Actor(kind=ActorKind.PERSON, id="U0DEV")
SEARCHED = "Or only these"


@pytest.fixture
async def form(house: House) -> Modal:
    """Dana is about to tell everybody."""
    await house.alarm()
    joined = tuple(_joined(n) for n in range(1, COUNT + 1))
    await house.bot.ledger.record(1, lambda _bug: (*joined, Fixed(how="word")), by=DANA)
    await house.quiet()
    await house.person("Dana").types("/tell BUG-1", in_=house.errors)
    return await house.person("Dana").expect_modal(f"{COUNT} customers can be told.")


def _joined(n: int) -> CustomerJoined:
    hint = CustomerHint(email=f"c{n}@studio{n % 3}.example", name=f"Customer Number{n}")
    return CustomerJoined(customer=f"c{n}", hint=hint, via="by hand")


async def _told(house: House) -> list[str]:
    return [c.name for c in (await house.bug()).customers if c.messages]


async def test_those_who_are_searched_for_are_told_and_nobody_else(house: House, form: Modal) -> None:
    assert len(await form.field(SEARCHED).search("")) == COUNT
    assert len(await form.field(SEARCHED).search("studio1")) == 16
    (found,) = await form.field(SEARCHED).search("STUDIO1 number46")
    assert found.startswith("Customer Number46")
    assert await form.field(SEARCHED).search("nobody") == []
    option = {"text": {"type": "plain_text", "text": found}, "value": "c46"}
    form.field(SEARCHED).put([option])
    await form.submit("Tell")
    assert await _told(house) == ["Customer Number46"]


async def test_everybody_is_all_who_stood_in_the_form_and_whoever_joins_meanwhile_is_not(
    house: House, form: Modal
) -> None:
    await house.bot.ledger.record(1, lambda _bug: _joined(COUNT + 1), by=DANA)
    await form.submit("Tell")
    await form.expect_text(f"*This goes to {COUNT} customers*")
    await form.submit("Send as it is")
    told = await _told(house)
    assert len(told) == COUNT
    assert f"Customer Number{COUNT + 1}" not in told


async def test_who_wants_to_tell_nobody_hears_that_nobody_is_chosen(house: House, form: Modal) -> None:
    form.checkbox(f"All {COUNT} who do not know yet").untick()
    await form.submit("Tell", answered=False)
    assert await _told(house) == []
    assert not form.closed
