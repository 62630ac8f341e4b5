"""Ways through the stories that once ended nowhere, by mouse and by real key strokes."""

import re

import pytest
from playwright.async_api import expect

from bot.demo.server import Demo
from tests.browser.hands import SLOW_MS, Hands

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_row_of_a_look_is_fixed_from_the_look(hands: Hands, demo: Demo) -> None:
    await hands.customer_meets_the_bug()
    await hands.expect_card("nobody has it")
    await hands.press("claim")
    await hands.choose("Look at production")
    await hands.form.get_by_label("What to look at").select_option("rows-behind-page")
    await expect(hands.form.get_by_label("Account")).to_have_value("1", timeout=SLOW_MS)
    await hands.submit("Look")
    row = hands.form.locator("[data-block-type=section]").filter(has_text="Invoices")
    await row.get_by_role("button", name="Fix this").click(timeout=SLOW_MS)

    await expect(hands.form.get_by_label("What to do")).to_have_value("delete-row")
    await expect(hands.form.get_by_label("Table")).to_have_value("menus")
    await expect(hands.form.get_by_label("Key")).to_have_value("13")
    await hands.form.get_by_label("Why").focus()
    await hands.page.keyboard.type("no crud")
    await hands.submit("Preview")
    await hands.submit("Run it")
    await hands.expect_card("was 500, is 200")
    assert not await demo.world.parts.shop.broken(demo.world.customer.email)


async def test_start_over_in_the_second_story_brings_its_mails_again(hands: Hands) -> None:
    page = hands.page
    await page.get_by_test_id("story-two").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Begin again").click()
    mail = page.get_by_test_id("message").filter(has_text="add a server")
    await mail.locator('[data-action-id="new_from"]').click(timeout=SLOW_MS)
    await hands.expect_step("Reproduce it")

    await page.get_by_test_id("reset").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Begin again").click()

    await hands.expect_step("One is a bug")
    await mail.locator('[data-action-id="new_from"]').click(timeout=SLOW_MS)
    await hands.expect_step("Reproduce it")
    await hands.expect_card("BUG-1")


async def test_start_over_leaves_nothing_of_the_day_before(hands: Hands) -> None:
    page = hands.page
    await hands.customer_meets_the_bug()
    await hands.expect_card("nobody has it")
    await page.get_by_test_id("composer").click()
    await page.keyboard.type("half a sentence")
    await hands.acts_as("U0LEAD")
    await page.get_by_test_id("channel-app").click()
    await page.get_by_test_id("reset").click()
    await page.keyboard.press("Enter")
    await hands.expect_step("A customer meets a bug")

    await hands.acts_as("U0DEV")
    await expect(page.get_by_test_id("composer")).to_have_value("")
    await expect(page.get_by_test_id("channel-errors")).to_have_attribute("aria-current", "page")
    await page.wait_for_timeout(3000)  # as long as a change is news
    await expect(page.get_by_test_id("tab-till")).not_to_have_class(re.compile("news"))
