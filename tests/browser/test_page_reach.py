"""The demo's page in a real Chromium: whoever has only a keyboard, a phone, or no emoji font is served as well."""

import inspect
import re
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.views import thread_lines as say
from tests.browser.gallery import plain, section
from tests.browser.scenes import ERRORS, Json, card, fix_form, message
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE: ViewportSize = {"width": 390, "height": 844}
BEYOND = """[...document.querySelectorAll(".tour *, .workspace *")]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".unseen"))
  .map(one => one.outerHTML.slice(0, 120))"""
"""What sticks out of the window."""


async def test_a_menu_is_not_cut_off_by_its_pane_and_is_walked_with_the_keys(page: Page, stage: Stage) -> None:
    await page.set_viewport_size({"width": 1280, "height": 700})
    opener = page.get_by_test_id("board-card").get_by_role("button", name="Move BUG-1")
    await opener.focus()
    await opener.press("Enter")
    await expect(page.get_by_role("menuitem", name="Move to Inbox")).to_be_focused()
    await page.get_by_role("menuitem", name="Move to Inbox").hover()  # nothing lies over it

    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(opener).to_be_focused()
    await opener.press("Enter")
    await page.keyboard.press("ArrowUp")  # round to the last
    await page.keyboard.press("Enter")

    await expect(page.locator('[data-list="Done"]').get_by_test_id("board-card")).to_be_visible()
    assert stage.outside.acts == [{"do": "board_move", "card": "k1", "list": "Done"}]


async def test_a_form_that_becomes_its_preview_puts_no_other_button_under_the_finger(page: Page, bot: AsyncApp) -> None:
    @bot.command("/fix")
    async def fix(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=fix_form() | {"submit": plain("Preview")})

    @bot.view("fix")
    async def preview(ack: Any) -> None:
        shown = {"type": "modal", "callback_id": "run", "title": plain("Fix BUG-1"), "submit": plain("Run it")}
        await ack(response_action="update", view=shown | {"blocks": [section("4 rows will go")]})

    await page.get_by_test_id("composer").fill("/fix BUG-1")
    await page.get_by_test_id("composer").press("Enter")
    form = page.get_by_role("dialog", name="Fix BUG-1")
    await form.get_by_label("Reason").fill("a row without a crud")
    await form.get_by_label("Action").select_option("Delete row")
    await form.get_by_role("button", name="Preview").press("Enter")

    await expect(form).to_contain_text("4 rows will go")
    await expect(form).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("composer")).to_be_focused()


@pytest.mark.usefixtures("bot")
async def test_the_tabs_are_walked_with_the_arrow_keys(page: Page) -> None:
    await page.get_by_test_id("channel-app").click()
    home = page.get_by_role("tab", name="Home")
    await expect(home).to_have_attribute("aria-selected", "true")
    await home.focus()
    await home.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Messages")).to_be_focused()
    await expect(page.get_by_text("This is where makegood writes to you alone.")).to_be_visible()


async def test_on_a_phone_all_fits_and_the_side_that_is_not_shown_is_pointed_at(
    page: Page, client: AsyncWebClient
) -> None:
    await page.set_viewport_size(PHONE)
    await expect(page.get_by_role("tab", name="The customer")).to_have_attribute("data-hinted", "")
    await page.get_by_role("tab", name="The customer").click()
    for number in range(12):
        await client.chat_postMessage(channel=ERRORS, text=f"line {number}")
    await card(client)
    await page.get_by_role("tab", name="Slack").click()

    await expect(message(page, "BUG-1").get_by_role("button", name="Claim")).to_be_in_viewport()
    assert await page.evaluate(BEYOND) == []


async def test_a_line_in_a_thread_does_not_light_up_the_phone(page: Page, client: AsyncWebClient) -> None:
    ts = await card(client)
    await client.chat_postMessage(channel=ERRORS, thread_ts=ts, text="Made a board card")
    await expect(page.get_by_test_id("thread-bar")).to_contain_text("1 reply")

    await expect(page.get_by_test_id("lock-screen")).to_contain_text("Mia waiting 2 min · BUG-1")


async def test_a_step_that_may_be_left_out_is_told_while_it_is_its_time(page: Page, stage: Stage) -> None:
    aside = page.get_by_test_id("aside-step")
    await expect(aside).to_have_count(0)

    def skipped(world: Json) -> None:
        first, look, _ = world["tour"]["steps"]
        first |= {"active": False, "done": True}
        look |= {"optional": True, "title": "Look at production"}
        world["tour"]["steps"].insert(2, first | {"id": "fix", "done": False, "active": True})

    await stage.outside.becomes(skipped)
    await expect(aside).to_contain_text("Before that, if you like: Look at production")


async def test_every_sign_of_the_trail_is_drawn(page: Page, client: AsyncWebClient) -> None:
    signs = sorted(set(re.findall(r":[a-z]+(?:_[a-z]+)*:", inspect.getsource(say))))
    await client.chat_postMessage(channel=ERRORS, text="all signs " + " ".join(signs))

    shown = message(page, "all signs")
    await expect(shown.locator(".text .emoji svg")).to_have_count(len(signs))
    await expect(shown.locator(".text")).not_to_contain_text(":")
