"""Where Slack takes a message a second, whoever waits for a card has it before the lines of threads."""

import pytest

from tests.slack.house import House

pytestmark = pytest.mark.parametrize("paced", [True])


async def test_the_card_of_a_customer_who_waits_is_not_behind_the_lines_of_a_thread(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    for minutes in range(1, 31):
        await dana.types(f"/bug estimate BUG-1 {minutes}m", in_=house.errors)
    await house.reported(error="e2", email="mia@studio.example", name="Mia")
    await house.errors.expect_message("BUG-2", within=10)


@pytest.mark.parametrize("given", [{"slack": {"error_channels": ["C0ERRORS"], "cards_per_minute": 3}}])
async def test_the_place_of_a_card_is_paid_once_however_often_it_is_tried(house: House) -> None:
    house.slack.faults.add(kind="error:service_unavailable", method="chat.postMessage", times=3)
    await house.reported(error="e1")
    await house.errors.expect_message("BUG-1", within=30)
    for number in (2, 3):
        await house.reported(error=f"e{number}")
        await house.errors.expect_message(f"BUG-{number}", within=10)
    assert not house.errors.messages("too many at once")
