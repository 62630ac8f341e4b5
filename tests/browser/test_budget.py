"""Minutes, not forms: what each story costs the hands, on a desk and on a phone, counted in a real browser."""

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser import budget
from tests.browser.hands import SLOW_MS, Hands

pytestmark = pytest.mark.asyncio(loop_scope="session")

DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
ASKED = "I got an error on this page, what can I do to go on testing and maybe buy premium?"
sizes = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@sizes
async def test_from_the_alert_to_the_told_customer_nobody_types_anything(hands: Hands, size: ViewportSize) -> None:
    await hands.looks_at("customer", size)
    await hands.customer_meets_the_bug()
    await hands.customer_writes(ASKED)
    await hands.looks_at("slack", size)
    await hands.expect_card(ASKED)

    await hands.press("fix_now")
    await expect(hands.form).to_contain_text("with it go 3 rows of menu_items", timeout=SLOW_MS)
    await hands.form.get_by_role("checkbox", name="Tell Mia Lindqvist").check()
    await hands.submit("Run it")
    await hands.expect_card("told after")

    budget.must_hold("Minutes", await budget.cost(hands), most=5, fields=0, seconds=30)
    await hands.looks_at("customer", size)
    await expect(hands.shop.locator(".chat")).to_contain_text("you can go on", timeout=SLOW_MS)
