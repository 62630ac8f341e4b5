"""One person owns a bug at a time, and everybody else knows who."""

import asyncio

import pytest

from tests.slack.house import House

EVERYWHERE = [
    pytest.mark.parametrize("connection", ["socket", "http"]),
    pytest.mark.parametrize("store", ["sqlite", "postgresql"]),
]


class TestEverywhere:
    pytestmark = EVERYWHERE

    async def test_a_click_claims_the_bug_and_the_card_says_who_has_it(self, house: House) -> None:
        card = await house.alarm()
        await card.button("Claim").click(by=house.person("Dana"))
        await card.expect_text("<@U0DEV>")
        await card.expect_no_button("Claim")
        await card.expect_lock_screen("<@U0DEV> has BUG-1")
        await card.thread.expect("Dana has it")
