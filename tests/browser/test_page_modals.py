"""The demo's page in a real Chromium: modals and the app's Home."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.gallery import button, options, plain, section
from tests.browser.scenes import Json, fix_form

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_modal_with_a_wrong_field_says_so_and_keeps_what_was_typed(page: Page, bot: AsyncApp) -> None:
    sent: list[Json] = []

    @bot.command("/fix")
    async def fix(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=fix_form())

    @bot.options("row")
    async def rows(ack: Any, payload: Json) -> None:
        await ack(options=options(f"{payload['value']}3", f"{payload['value']}4"))

    @bot.view("fix")
    async def run(ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        if len(values["Reason"]["reason"]["value"]) < len("a good reason"):
            await ack(response_action="errors", errors={"Reason": "Say a little more."})
            return
        sent.append(values)
        await ack()

    await page.get_by_test_id("composer").fill("/fix BUG-1")
    await page.get_by_test_id("composer").press("Enter")
    modal = page.get_by_role("dialog", name="Fix BUG-1")
    await expect(modal.get_by_label("Reason")).to_be_focused()
    await modal.get_by_label("Reason").fill("bad row")
    await modal.get_by_label("Action").select_option("Delete row")
    await modal.get_by_label("Row").type("1")
    await modal.get_by_role("option", name="13").click()
    await modal.get_by_role("group", name="Customers").get_by_label("Mia").check()
    await modal.get_by_role("button", name="Run").click()

    await expect(modal.get_by_role("alert")).to_contain_text("Say a little more.")
    await expect(modal.get_by_label("Reason")).to_be_focused()
    await expect(modal.get_by_label("Reason")).to_have_value("bad row")
    await modal.get_by_label("Reason").fill("a row without a crud")
    await modal.get_by_label("Reason").press("Enter")

    await expect(modal).to_have_count(0)
    assert sent[0]["Action"]["action"]["selected_option"]["value"] == "delete-row"
    assert sent[0]["Row"]["row"]["selected_option"]["value"] == "13"
    assert [one["value"] for one in sent[0]["Customers"]["told"]["selected_options"]] == ["mia"]


async def test_modals_stack_and_escape_closes_the_top_one(page: Page, bot: AsyncApp) -> None:
    preview = {"type": "actions", "elements": [button("Preview", "preview")]}

    @bot.shortcut("new_bug")
    async def begin(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=fix_form(preview))

    @bot.action("preview")
    async def look(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        why = body["view"]["state"]["values"]["Reason"]["reason"]["value"]
        alert = {"type": "alert", "level": "warning", "text": plain(f"4 rows will go: {why}")}
        view = {"type": "modal", "title": plain("Preview"), "close": plain("Back"), "blocks": [alert]}
        await client.views_push(trigger_id=body["trigger_id"], view=view)

    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="New bug").click()
    await page.get_by_label("Reason").fill("a row without a crud")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("dialog", name="Preview")).to_contain_text("4 rows will go: a row without a crud")
    back = await page.get_by_role("dialog").get_by_role("button", name="Back", exact=True).first.bounding_box()
    dialog = await page.get_by_role("dialog", name="Preview").bounding_box()
    assert back
    assert dialog
    assert back["x"] - dialog["x"] < 40, "where everybody looks for it"
    await page.keyboard.press("Escape")

    await expect(page.get_by_role("dialog", name="Fix BUG-1").get_by_label("Reason")).to_have_value(
        "a row without a crud"
    )
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_apps_home_opens(page: Page, bot: AsyncApp) -> None:
    @bot.event("app_home_opened")
    async def publish(event: Json, client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": [section("*Yours*: BUG-1 Menu page fails")]}
        await client.views_publish(user_id=event["user"], view=view)

    await page.get_by_test_id("channel-app").click()

    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("Yours: BUG-1 Menu page fails")
