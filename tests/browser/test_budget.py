"""Minutes, not forms: what each story costs the hands, on a desk and on a phone, counted in a real browser."""

from dataclasses import replace

import aiohttp
import pytest
from playwright.async_api import ViewportSize, expect

from bot.demo.server import Demo
from bot.demo.world.crash import Visitor
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


@sizes
async def test_three_who_were_hit_and_a_stranger_in_a_chat_without_an_answer_take_one_sentence(
    hands: Hands, demo: Demo, size: ViewportSize
) -> None:
    await hands.looks_at("customer", size)
    await hands.customer_meets_the_bug()
    await hands.looks_at("slack", size)
    await hands.expect_card("nobody has it")
    hit_too(demo, "otto@example.com", "ida@example.com")
    await stranger_asks(demo, "The menu page is broken. Is it me?")
    await hands.expect_card("3 people")

    await hands.press("same_as")
    await hands.expect_card("Is it me?")
    await hands.press("fix_now")
    await expect(hands.form).to_contain_text("with it go 3 rows of menu_items", timeout=SLOW_MS)
    await hands.form.get_by_role("checkbox", name="Tell V1716").check()
    await hands.form.get_by_role("checkbox", name="Tell also the 3 customers who were only hit").check()
    await hands.types("What they read", "Menus open again, it was us.")
    await hands.submit("Run it")
    await hands.expect_card("the message did not go out")
    await hands.press("by_hand")
    await hands.expect_card("told after")

    budget.must_hold("A stranger, and three who were hit", await budget.cost(hands), most=8, fields=1, seconds=60)


def hit_too(demo: Demo, *emails: str) -> None:
    """The same error meets others."""
    tracker = demo.world.parts.tracker
    (group,) = tracker.groups.values()
    for number, email in enumerate(emails, 70):
        tracker.report(
            replace(group.latest, visitor=Visitor(id=str(number), name=email.partition("@")[0], email=email))
        )


async def stranger_asks(demo: Demo, text: str) -> None:
    """In tawk.to, which nobody can answer from outside; the chat knows no name and no address."""
    body = {
        "event": "chat:start",
        "chatId": "70fe3290-99ad-11e9-a30a-51567162179f",
        "time": "2026-11-25T13:04:05.000Z",
        "message": {"text": text, "type": "msg", "sender": {"type": "visitor"}},
        "visitor": {"name": "V1716", "city": "jelgava", "country": "LV"},
        "property": {"id": "58ca8453b8a7e060cd3b1ecb", "name": "QuickAdmin"},
    }
    hook = f"{demo.world.bot_url}/hooks/tawk/{demo.world.keys.tawk_hook}"
    async with aiohttp.ClientSession() as http, http.post(hook, json=body) as answer:
        assert answer.status == 200, await answer.text()


@sizes
async def test_the_second_story_from_the_mail_to_the_told_customer(hands: Hands, size: ViewportSize) -> None:
    page = hands.page
    await hands.looks_at("slack", size)
    await page.get_by_test_id("story-two").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Begin again").click()
    mail = page.get_by_test_id("message").filter(has_text="add a server")
    await expect(mail.locator('[data-action-id="new_from"]')).to_be_visible(timeout=SLOW_MS)
    begun = await budget.cost(hands)

    await mail.locator('[data-action-id="new_from"]').click()
    await hands.expect_card("BUG-1")
    await hands.looks_at("customer", size)
    await hands.shop.get_by_test_id("add-server").click()
    await hands.looks_at("slack", size)
    await hands.expect_card("IndexError")
    await hands.press("fix")
    await hands.form.get_by_label("What to do").select_option("roll-out")
    await expect(hands.form.get_by_label("Release")).to_be_visible(timeout=SLOW_MS)
    await hands.types("Release", "1.4.2")
    await page.keyboard.press("Tab")
    await page.keyboard.type("1.4.2 mends it")
    await hands.submit("Preview")
    await expect(hands.form).to_contain_text("deploy.yml", timeout=SLOW_MS)
    await hands.form.get_by_role("checkbox", name="Tell Ben Okafor").check()
    await hands.form.get_by_label("They get").select_option("Lost time back and a slight upgrade for a month")
    await hands.submit("Ask for approval")
    await hands.expect_card("waits for")
    await hands.acts_as("U0LEAD")
    await page.get_by_test_id("channel-app").click()
    await page.get_by_role("tab", name="Messages").click()
    await hands.press("approve")
    spent = await budget.cost(hands)
    await page.get_by_test_id("channel-errors").click()
    await hands.expect_card("told after")

    budget.must_hold("67 minutes", spent.since(begun), most=12, fields=2, seconds=60)
