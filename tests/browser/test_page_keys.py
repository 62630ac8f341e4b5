"""The demo's page by real key strokes: what is typed lands where the keyboard was, whatever opens meanwhile."""

import pytest
from playwright.async_api import Locator, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.gallery import options, plain
from tests.browser.scenes import card, message
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def box_of(page: Page, client: AsyncWebClient, place: str) -> Locator:
    """The message box of the channel, or of a card's thread."""
    if place == "thread-composer":
        ts = await card(client)
        await client.chat_postMessage(channel="C0ERRORS", thread_ts=ts, text="Dana claimed BUG-1")
        await page.get_by_test_id("thread-bar").click()
    return page.get_by_test_id(place)


@pytest.mark.parametrize("place", ["composer", "thread-composer"])
@pytest.mark.parametrize("said", ["/bug list", "@makegood help", "see @sam and @lee", "12:30 :+1: a@b.example /x @"])
async def test_what_is_typed_key_by_key_stands_in_the_box(
    page: Page, client: AsyncWebClient, place: str, said: str
) -> None:
    box = await box_of(page, client, place)
    await box.click()
    await page.keyboard.type(said, delay=15)

    await expect(box).to_have_value(said)
    await expect(box).to_be_focused()
    for _ in said:
        await page.keyboard.press("Backspace")
        await page.wait_for_timeout(5)
    await expect(box).to_have_value("")
    await expect(box).to_be_focused()


@pytest.mark.parametrize("place", ["composer", "thread-composer"])
async def test_a_name_chosen_with_the_mouse_leaves_the_keyboard_in_the_box(
    page: Page, client: AsyncWebClient, place: str
) -> None:
    box = await box_of(page, client, place)
    await box.click()
    await page.keyboard.type("@s")
    await page.get_by_role("option", name="@Sam").click()
    await page.keyboard.type("look")

    await expect(box).to_have_value("@Sam look")


async def test_whoever_sends_with_the_mouse_goes_on_writing(page: Page, stage: Stage) -> None:
    box = page.get_by_test_id("composer")
    await box.click()
    await page.keyboard.type("one")
    await page.get_by_role("button", name="Send").click()
    await expect(message(page, "one")).to_be_visible()
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")

    await expect(message(page, "two")).to_be_visible()
    assert [said["text"] for said in stage.slack.messages("C0ERRORS")] == ["one", "two"]


async def test_the_keys_of_the_list_choose_and_leave_it_and_the_box_keeps_the_keyboard(page: Page) -> None:
    box = page.get_by_test_id("composer")
    await box.click()
    await page.keyboard.type("/")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("option", selected=True)).to_contain_text("/fix")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("/fix ")

    await page.keyboard.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(0)
    await page.keyboard.type("BUG-1")
    await expect(box).to_have_value("/fix BUG-1")


async def test_a_word_of_an_input_method_is_not_sent_by_the_enter_that_ends_it(page: Page, stage: Stage) -> None:
    box = page.get_by_test_id("composer")
    await box.click()
    keys = await page.context.new_cdp_session(page)
    await keys.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    ends_a_word = {"key": "Enter", "windowsVirtualKeyCode": 229}
    await keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **ends_a_word})
    assert stage.slack.messages("C0ERRORS") == []
    await keys.send("Input.insertText", {"text": "日本"})
    await expect(box).to_have_value("日本")
    await page.keyboard.type(" @s")
    await page.keyboard.press("Tab")

    await expect(box).to_have_value("日本 @Sam ")


async def test_a_thread_takes_the_keyboard_and_gives_it_back(page: Page, client: AsyncWebClient) -> None:
    ts = await card(client)
    await client.chat_postMessage(channel="C0ERRORS", thread_ts=ts, text="Dana claimed BUG-1")
    await page.get_by_test_id("thread-bar").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("thread-composer")).to_be_focused()
    await page.keyboard.type("half a thought")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("thread")).to_have_count(0)
    await expect(page.get_by_test_id("composer")).to_be_focused()

    await page.get_by_test_id("thread-bar").click()
    await expect(page.get_by_test_id("thread-composer")).to_have_value("half a thought")


async def test_what_the_page_says_does_not_cover_the_box_that_it_is_about(page: Page, client: AsyncWebClient) -> None:
    box = await box_of(page, client, "thread-composer")
    await box.click()
    await page.keyboard.type("/bug list")
    await page.keyboard.press("Enter")

    said, there = await page.get_by_test_id("toast").bounding_box(), await box.bounding_box()
    assert said is not None
    assert there is not None
    assert said["y"] + said["height"] < there["y"]
    await expect(box).to_be_focused()


async def test_several_are_ticked_by_key_and_the_keyboard_goes_back_to_its_field(
    page: Page, client: AsyncWebClient
) -> None:
    element = {"type": "multi_static_select", "action_id": "causes", "options": options("No test", "No review", "Data")}
    causes = {"type": "input", "block_id": "causes", "label": plain("Causes"), "element": element}
    await client.chat_postMessage(channel="C0ERRORS", text="causes", blocks=[causes])
    field = page.locator("[data-action-id=causes]")
    await field.focus()
    for key in ("Enter", "Enter", "End", "Space", "ArrowUp", "Space", "Home", "Escape"):
        await page.keyboard.press(key)

    await expect(field).to_be_focused()
    await expect(page.get_by_role("checkbox")).to_have_count(0)
    await expect(field.locator(".token")).to_have_text(["No test", "No review", "Data"])
