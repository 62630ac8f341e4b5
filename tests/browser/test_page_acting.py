"""The demo's page in a real Chromium: what people do in the workspace."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.gallery import button, mrkdwn, plain, section
from tests.browser.scenes import ERRORS, Json, card, message
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_enter_sends_shift_enter_begins_a_line_and_a_name_becomes_a_mention(page: Page, stage: Stage) -> None:
    composer = page.get_by_test_id("composer")
    await composer.fill("@Sam look")
    await composer.press("Shift+Enter")
    await composer.type("at this")
    await composer.press("Enter")

    await expect(message(page, "@Sam look")).to_be_visible()
    await expect(composer).to_have_value("")
    assert stage.slack.messages(ERRORS)[-1]["text"] == "<@U0SUP> look\nat this"


async def test_a_slash_lists_the_commands_and_the_chosen_one_reaches_the_app(page: Page, bot: AsyncApp) -> None:
    heard: list[str] = []

    @bot.command("/bug")
    async def answer(ack: Any, command: Json) -> None:
        heard.append(command["text"])
        await ack("BUG-1 is yours")

    composer = page.get_by_test_id("composer")
    await composer.fill("/")
    await expect(page.get_by_role("option")).to_have_count(3)
    await expect(page.get_by_role("option").first).to_contain_text("Claim, list and close bugs")
    await composer.type("b")
    await composer.press("Tab")
    await composer.type("claim BUG-1")
    await composer.press("Enter")

    await expect(page.get_by_test_id("ephemeral")).to_contain_text("BUG-1 is yours")
    assert heard == ["claim BUG-1"]


async def test_what_only_one_person_sees_can_be_put_away(page: Page, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel=ERRORS, user="U0DEV", text="Sam already has it")
    only_mine = page.get_by_test_id("ephemeral")
    await expect(only_mine).to_contain_text("Only visible to you")

    await only_mine.get_by_role("button", name="Dismiss message").click()

    await expect(only_mine).to_have_count(0)


async def test_a_press_changes_the_card_and_an_app_that_stays_silent_is_told_of(page: Page, bot: AsyncApp) -> None:
    client = bot.client
    await card(client)

    @bot.action("claim")
    async def claim(ack: Any, body: Json) -> None:
        await ack()
        blocks = [section("🟠 *BUG-1 Menu page fails* · Dana")]
        await client.chat_update(channel=ERRORS, ts=body["message"]["ts"], text="Dana has BUG-1", blocks=blocks)

    await message(page, "BUG-1").get_by_role("button", name="Claim").click()
    await expect(message(page, "BUG-1 Menu page fails · Dana")).to_be_visible()
    # Slack notifies nobody of a message that was changed
    await expect(page.get_by_test_id("lock-screen")).to_contain_text("Mia waiting 2 min · BUG-1")

    await page.get_by_test_id("composer").fill("/tell BUG-1")
    await page.get_by_test_id("composer").press("Enter")  # nothing in this app answers /tell
    await expect(page.get_by_test_id("notice")).to_contain_text("makegood didn't respond")


async def test_a_press_is_heard_though_the_card_changes_before_the_release(page: Page, bot: AsyncApp) -> None:
    client = bot.client

    @bot.action("fix")
    async def fix(ack: Any, action: Json) -> None:
        await ack()
        await client.chat_postMessage(channel=ERRORS, text=f"Heard of {action['value'][:5]}")

    def row(value: str) -> list[Json]:
        buttons = {"type": "actions", "block_id": "row", "elements": [button("Fix", "fix") | {"value": value}]}
        return [section(f"Seen {value}"), buttons]

    posted = await client.chat_postMessage(channel=ERRORS, text="open", blocks=row("BUG-1 @1"))
    await message(page, "Seen BUG-1 @1").get_by_role("button", name="Fix").hover()
    await page.mouse.down()
    await client.chat_update(channel=ERRORS, ts=posted["ts"], text="open", blocks=row("BUG-1 @2"))
    await page.wait_for_timeout(300)  # the page has the new card by now, and may not show it yet
    await page.mouse.up()

    await expect(message(page, "Seen BUG-1 @2")).to_be_visible()
    await expect(message(page, "Heard of BUG-1")).to_be_visible()


async def test_a_button_that_asks_first_does_nothing_until_it_is_confirmed(page: Page, bot: AsyncApp) -> None:
    pressed: list[str] = []

    @bot.action("undo")
    async def undo(ack: Any, action: Json) -> None:
        await ack()
        pressed.append(action["value"])
        await bot.client.chat_postMessage(channel=ERRORS, text="Undone")

    asks = {
        "title": plain("Undo?"),
        "text": mrkdwn("*4 rows* come back"),
        "confirm": plain("Undo"),
        "deny": plain("Keep"),
    }
    row = {"type": "actions", "elements": [button("Undo", "undo", confirm=asks)]}
    await bot.client.chat_postMessage(channel=ERRORS, text="fixed", blocks=[section("Fixed"), row])

    await message(page, "Fixed").get_by_role("button", name="Undo").click()
    await page.get_by_test_id("confirm").get_by_role("button", name="Keep").click()
    await expect(page.get_by_test_id("confirm")).to_have_count(0)
    assert pressed == []
    await message(page, "Fixed").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("alertdialog")).to_contain_text("4 rows come back")
    await page.get_by_role("alertdialog").get_by_role("button", name="Undo").click()

    await expect(message(page, "Undone")).to_be_visible()
    assert pressed == ["BUG-1"]


async def test_an_overflow_menu_offers_its_options(page: Page, bot: AsyncApp) -> None:
    await card(bot.client)

    @bot.action("more")
    async def more(ack: Any, action: Json) -> None:
        await ack()
        await bot.client.chat_postMessage(channel=ERRORS, text=f"chosen: {action['selected_option']['value']}")

    await message(page, "BUG-1").get_by_role("button", name="More choices").click()
    await page.get_by_role("menuitem", name="Mute").click()

    await expect(message(page, "chosen: mute")).to_be_visible()
    await expect(page.get_by_role("menu")).to_have_count(0)


async def test_options_are_plain_text_with_emoji_in_every_menu(page: Page, bot: AsyncApp) -> None:
    options = [{"text": {"type": "plain_text", "text": ":white_check_mark: 2 * 3 works"}, "value": "works"}]
    kinds = ("overflow", "static_select", "multi_static_select")
    elements = [{"type": kind, "action_id": kind, "options": options} for kind in kinds]
    await bot.client.chat_postMessage(
        channel=ERRORS, text="three menus", blocks=[{"type": "actions", "block_id": "three", "elements": elements}]
    )

    await expect(page.locator("select option[value=works]")).to_have_text("✅ 2 * 3 works")
    await page.get_by_role("button", name="More choices").click()
    await expect(page.get_by_role("menuitem", name="2 * 3 works")).to_contain_text("✅")
    await page.keyboard.press("Escape")
    await page.locator("button.tokens").click()
    await page.get_by_label("2 * 3 works").check()
    await expect(page.locator(".token")).to_contain_text("✅")


async def test_a_message_shortcut_is_in_the_menu_over_the_message(page: Page, bot: AsyncApp, stage: Stage) -> None:
    @bot.shortcut("track")
    async def track(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.chat_postMessage(channel=ERRORS, text=f"tracked: {body['message']['text']}")

    await stage.slack.post("U0SUP", ERRORS, "Mia cannot log in")
    said = message(page, "Mia cannot log in").first
    await said.hover()
    await said.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Track as a bug").click()

    await expect(message(page, "tracked: Mia cannot log in")).to_be_visible()


async def test_the_thread_pane_shows_the_trail_and_takes_an_answer(page: Page, client: AsyncWebClient) -> None:
    ts = await card(client)
    await client.chat_postMessage(channel=ERRORS, thread_ts=ts, text="Dana claimed BUG-1")
    await expect(message(page, "Dana claimed")).to_have_count(0)

    await page.get_by_test_id("thread-bar").click()
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("Dana claimed BUG-1")
    await thread.get_by_test_id("thread-composer").fill("I see it too")
    await thread.get_by_test_id("thread-composer").press("Enter")
    await expect(thread).to_contain_text("2 replies")
    await expect(page.get_by_test_id("thread-bar")).to_contain_text("2 replies")

    await page.keyboard.press("Escape")
    await expect(thread).to_have_count(0)
