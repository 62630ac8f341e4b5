"""The stories by hand, in the demo as `make demo` serves it."""

import socket
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.bug.errors import Misconfigured
from bot.demo.server import Demo
from tests.browser.hands import SLOW_MS, Hands

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = "I got an error on this page, what can I do to go on testing and maybe buy premium?"
REASON = "menu 13 has no crud"
AT_MOST = 8
"""Clicks of the team from the alert to the told customer."""
OF_ONES_OWN = '''
"""A menu that breaks its page is taken off the site."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables


class HideMenu(SqlAction):
    """Set one menu aside, so that its page no longer shows it."""

    risk = Risk.LOW

    id: int

    def lock_key(self) -> str:
        return f"menus/{self.id}"

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == self.id).values(name="hidden")
'''


@pytest.fixture
def own_action(tmp_path: Path) -> None:
    """There before the demo is."""
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "hide_menu.py").write_text(OF_ONES_OWN)


async def test_from_the_alert_to_the_told_customer_it_takes_few_clicks_and_one_typed_reason(hands: Hands) -> None:
    await hands.customer_meets_the_bug()
    await hands.customer_writes(ASKED)
    await hands.expect_card(ASKED)
    assert await hands.clicks() == 0

    await hands.press("claim")
    await hands.press("answer")
    await expect(hands.shop.locator(".chat")).to_contain_text("We see the problem", timeout=SLOW_MS)
    await hands.press("fix")
    await hands.form.get_by_label("Why").fill(REASON)
    await hands.submit("Preview")
    await expect(hands.form).to_contain_text("with it go 3 rows of menu_items", timeout=SLOW_MS)
    await hands.submit("Run it")
    await hands.expect_card("was 500, is 200")
    await hands.press("tell")
    await hands.form.get_by_label("They get").select_option("€5 credit")
    await expect(hands.form).to_contain_text("once it is booked", timeout=SLOW_MS)
    await hands.submit("Tell")
    await hands.expect_card("€5")

    await expect(hands.shop.locator(".chat")).to_contain_text("you can go on", timeout=SLOW_MS)
    assert await hands.clicks() <= AT_MOST
    assert await hands.typed() == [REASON]
    await hands.customer_tries_again()
    await expect(hands.shop.get_by_test_id("generated")).to_be_visible()

    await hands.expect_step("Pay the debt")
    tile = hands.page.locator('[data-list="Owed"]').get_by_test_id("board-card")
    await tile.focus()
    await tile.press("ArrowRight")
    await hands.expect_card("closed")
    await hands.press("retro")
    await hands.form.get_by_label("In your words").fill("nobody tests a menu without a crud")
    await hands.submit("Save")
    await hands.expect_step("That is the whole story")


async def test_a_fix_over_ssh_that_gives_the_same_however_often_it_runs_needs_nobody_else(hands: Hands) -> None:
    await hands.customer_meets_the_bug()
    await hands.customer_writes(ASKED)
    await hands.expect_card(ASKED)
    await hands.press("claim")

    await hands.press("fix")
    await hands.form.get_by_label("What to do").select_option("regenerate-files")
    await expect(hands.form.get_by_label("Menu", exact=True)).to_have_value("13", timeout=SLOW_MS)
    await hands.form.get_by_label("Why").fill("its file is missing")
    await hands.submit("Preview")
    await hands.submit("Run it")
    await hands.expect_card("was 500, is 200")
    await hands.customer_tries_again()
    await expect(hands.shop.get_by_test_id("generated")).to_be_visible()


async def test_an_undo_puts_the_row_back(hands: Hands, demo: Demo) -> None:
    await hands.customer_meets_the_bug()
    await hands.expect_card("nobody has it")
    await hands.press("claim")
    await hands.press("fix")
    await hands.form.get_by_label("Why").fill(REASON)
    await hands.submit("Preview")
    await hands.submit("Run it")
    await hands.expect_card("was 500, is 200")
    assert not await demo.world.parts.shop.broken(demo.world.customer.email)

    await hands.card.locator('[data-action-id="undo"]').click()
    await expect(hands.form).to_contain_text("menus", timeout=SLOW_MS)
    await hands.submit("Run it")
    await hands.expect_card("undo of delete-row menus 13 · done")
    assert await demo.world.parts.shop.broken(demo.world.customer.email)


@pytest.mark.usefixtures("own_action")
async def test_an_action_of_ones_own_is_tried_in_the_demo(hands: Hands) -> None:
    await hands.customer_meets_the_bug()
    await hands.expect_card("nobody has it")

    await hands.acts_as("U0LEAD")
    await hands.writes("/fix allow hide-menu")
    await expect(hands.page.get_by_test_id("messages")).to_contain_text("hide-menu is on", timeout=SLOW_MS)
    await hands.acts_as("U0DEV")
    await hands.writes("/fix BUG-1 hide-menu id=13 -- trying it out")
    await expect(hands.page.get_by_test_id("ephemeral")).to_contain_text("in BUG-1's thread", timeout=SLOW_MS)
    await hands.card.get_by_test_id("thread-bar").click()
    await expect(hands.page.get_by_test_id("thread")).to_contain_text("Invoices → hidden", timeout=SLOW_MS)


async def test_start_over_begins_a_new_day(hands: Hands) -> None:
    await hands.customer_meets_the_bug()
    await hands.expect_card("nobody has it")
    await hands.page.get_by_test_id("reset").click()
    await hands.page.get_by_role("alertdialog").get_by_role("button", name="Begin again").click()
    await hands.expect_step("A customer meets a bug")
    await expect(hands.page.get_by_test_id("board-card")).to_have_count(0, timeout=SLOW_MS)
    await expect(hands.page.get_by_text("Nothing has been said")).to_be_visible(timeout=SLOW_MS)
    await hands.customer_meets_the_bug()
    await hands.expect_card("BUG-1")


async def test_of_the_mails_of_the_second_story_one_becomes_a_bug(hands: Hands) -> None:
    page = hands.page
    await page.get_by_test_id("story-two").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Begin again").click()
    mail = page.get_by_test_id("message").filter(has_text="add a server")
    await expect(mail.locator('[data-action-id="new_from"]')).to_have_attribute("data-hinted", "", timeout=SLOW_MS)
    await expect(page.locator('[data-action-id="new_from"][data-hinted]')).to_have_count(1)
    await mail.locator('[data-action-id="new_from"]').click()
    await hands.expect_step("Reproduce it")
    await hands.shop.get_by_test_id("add-server").click()
    await hands.expect_card("IndexError")
    await hands.expect_step("Roll out the fix")
    assert await page.get_by_test_id("messages").get_by_text("BUG-2").count() == 0


async def test_switching_people_keeps_what_was_typed(hands: Hands) -> None:
    await hands.page.get_by_test_id("composer").fill("one moment, I am")
    await hands.acts_as("U0SUP")
    await hands.acts_as("U0DEV")
    await expect(hands.page.get_by_test_id("composer")).to_have_value("one moment, I am")


async def test_a_taken_port_is_told_in_one_line_and_the_demo_that_runs_there_keeps_its_files(tmp_path: Path) -> None:
    files = tmp_path / "demo" / "world" / "shop.db"
    files.parent.mkdir(parents=True)
    files.write_bytes(b"of the demo that runs")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = Demo(port, tmp_path / "demo")
        with pytest.raises(Misconfigured, match=rf"^Port {port} is taken\. Choose another: make demo PORT=\d+\.$"):
            await demo.start()
        await demo.stop()
    assert files.read_bytes() == b"of the demo that runs"
