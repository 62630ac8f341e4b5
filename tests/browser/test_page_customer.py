"""The demo's page in a real Chromium: the customer's side, the tour, and the page's own frame."""

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.scenes import Json, card
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_board_moves_a_card_by_menu_and_by_keyboard(page: Page, stage: Stage) -> None:
    tile = page.get_by_test_id("board-card")
    await tile.get_by_role("button", name="Move BUG-1").click()
    await page.get_by_role("menuitem", name="Move to Owed").click()
    await expect(page.locator('[data-list="Owed"]').get_by_test_id("board-card")).to_be_visible()

    await tile.focus()
    await tile.press("ArrowRight")

    await expect(page.locator('[data-list="Done"]').get_by_test_id("board-card")).to_be_focused()
    assert stage.outside.acts == [{"do": "board_move", "card": "k1", "list": to} for to in ("Owed", "Done")]


async def test_the_board_moves_a_card_by_dragging(page: Page, stage: Stage) -> None:
    await page.get_by_test_id("board-card").drag_to(page.locator('[data-list="Done"]'))

    await expect(page.locator('[data-list="Done"]').get_by_test_id("board-card")).to_be_visible()
    assert stage.outside.acts == [{"do": "board_move", "card": "k1", "list": "Done"}]


async def test_mail_and_till_say_when_they_have_changed(page: Page, stage: Stage) -> None:
    def told(world: Json) -> None:
        world["inbox"].append({"from": "support@acme.example", "subject": "It works", "text": "5 EUR are yours."})
        world["till"]["customers"][0]["credit"] = 500

    await stage.outside.becomes(told)
    await page.get_by_role("tab", name="Till changed").click()
    await expect(page.get_by_test_id("account")).to_contain_text("€5.00")
    await page.get_by_role("tab", name="Inbox changed").click()

    await expect(page.get_by_test_id("mail")).to_contain_text("5 EUR are yours.")
    await expect(page.get_by_role("tab", name="Till changed")).to_have_count(0)


async def test_the_tour_outlines_what_to_press_and_moves_on_by_itself(
    page: Page, stage: Stage, client: AsyncWebClient
) -> None:
    await card(client)
    await expect(page.get_by_test_id("now")).to_contain_text("In the customer's browser, press Generate.")
    generate = page.frame_locator("iframe").get_by_test_id("generate")
    await expect(generate).to_have_css("outline-style", "solid")

    def pressed(world: Json) -> None:
        first, second, _ = world["tour"]["steps"]
        first |= {"active": False, "done": True}
        second |= {"active": True}

    await stage.outside.becomes(pressed)

    await expect(page.get_by_test_id("now")).to_contain_text("press Claim on the card in #errors")
    await expect(page.get_by_test_id("step-break")).to_have_attribute("data-done", "true")
    await expect(page.get_by_role("button", name="Claim")).to_have_attribute("data-hinted", "")
    await expect(generate).to_have_css("outline-style", "none")


async def test_a_lost_connection_is_told_and_mended(page: Page, stage: Stage) -> None:
    stage.outside.down = True
    await stage.outside.hang_up()
    await expect(page.get_by_test_id("reconnecting")).to_contain_text("Reconnecting")

    stage.outside.down = False

    await expect(page.get_by_test_id("reconnecting")).to_have_count(0)


async def test_a_narrow_window_shows_one_side_at_a_time(page: Page) -> None:
    await page.set_viewport_size({"width": 800, "height": 800})
    await expect(page.get_by_test_id("composer")).to_be_visible()
    await expect(page.get_by_test_id("board")).to_be_hidden()

    await page.get_by_role("tab", name="The customer").click()

    await expect(page.get_by_test_id("board")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_be_hidden()


async def test_the_traffic_drawer_lists_what_went_over_the_wire(page: Page, client: AsyncWebClient) -> None:
    await card(client)
    await page.get_by_test_id("traffic").click()

    call = page.get_by_test_id("inspector").get_by_role("row").filter(has_text="chat.postMessage")
    await expect(call).to_contain_text("Mia waiting 2 min")


async def test_beginning_again_asks_first_and_opens_the_customers_browser_anew(page: Page, stage: Stage) -> None:
    await page.frame_locator("iframe").locator("h1").evaluate("title => title.textContent = 'Something went wrong'")
    await page.get_by_test_id("reset").click()
    assert stage.outside.acts == []
    await page.get_by_role("alertdialog").get_by_role("button", name="Begin again").click()

    await expect(page.frame_locator("iframe").locator("h1")).to_have_text("QuickAdmin")
    assert stage.outside.acts == [{"do": "reset"}]
