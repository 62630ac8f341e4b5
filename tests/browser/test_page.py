"""The demo's page in a real Chromium: what people read there, and as whom."""

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.gallery import CHARTS, GALLERY, section
from tests.browser.scenes import ERRORS, TEAM, card, message
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_card_shows_its_lines_its_buttons_and_its_lock_screen(page: Page, client: AsyncWebClient) -> None:
    await card(client)

    shown = message(page, "BUG-1 Menu page fails")
    await expect(shown).to_contain_text("🔴 BUG-1 Menu page fails · nobody has it")
    await expect(shown.get_by_role("button", name="Claim")).to_be_visible()
    await expect(shown.get_by_role("link", name="Bugsnag")).to_have_attribute("href", "https://app.bugsnag.com/e/1")
    await expect(page.get_by_test_id("lock-screen")).to_contain_text("Mia waiting 2 min · BUG-1 Menu page fails")


async def test_every_type_of_block_is_drawn(page: Page, client: AsyncWebClient, stage: Stage) -> None:
    await page.get_by_test_id("channel-team").click()
    for blocks in (blocks for blocks in GALLERY if blocks is not CHARTS):
        await client.chat_postMessage(channel=TEAM, text="gallery", blocks=blocks)
    # Slack documents charts, its published types lack them, and Makegood sends none: they come from another app.
    await stage.slack.post_as_app(TEAM, {"text": "gallery", "blocks": CHARTS})

    for block in (block for blocks in GALLERY for block in blocks):
        drawn = page.locator(f'[data-block-type="{block["type"]}"]').first
        await expect(drawn).to_be_visible()
        await expect(drawn).not_to_contain_text("(a block of type")
    await expect(page.get_by_role("img", name="Minutes to tell: minutes")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="second")).to_be_visible()


async def test_a_folded_container_opens(page: Page, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=ERRORS, text="trace", blocks=GALLERY[1])

    await expect(page.get_by_text("shop.py:34 generate")).to_have_count(0)
    await page.get_by_role("button", name="Stack trace").click()

    await expect(page.get_by_text("shop.py:34 generate")).to_be_visible()


async def test_the_alert_of_another_app_shows_its_colour_bar_and_fields(page: Page, stage: Stage) -> None:
    field = {"title": "Location", "value": "shop.py:34 generate"}
    alert = {"text": "", "attachments": [{"fallback": "KeyError", "color": "#E45F58", "fields": [field]}]}
    await stage.slack.post_as_app(ERRORS, alert)

    shown = page.get_by_test_id("message").filter(has_text="Bugsnag")
    await expect(shown).to_contain_text("shop.py:34 generate")
    await expect(shown.locator(".bar")).to_have_css("border-left-color", "rgb(228, 95, 88)")


async def test_a_file_is_downloaded_as_it_is(page: Page, client: AsyncWebClient) -> None:
    """What a post-mortem's message asks for: Slack shows such a page as its source alone."""
    whole = "<!DOCTYPE html><title>Äpfel</title>" + "<p>7</p>" * 2000
    await client.files_upload_v2(channel=ERRORS, filename="BUG-1.html", content=whole)

    async with page.expect_download() as coming:
        await page.get_by_role("button", name="BUG-1.html").click()
    kept = await coming.value
    assert kept.suggested_filename == "BUG-1.html"
    assert (await kept.path()).read_text() == whole


async def test_a_link_to_a_message_of_this_slack_opens_its_thread_here(page: Page, client: AsyncWebClient) -> None:
    ts = await card(client)
    said = await client.chat_postMessage(channel=ERRORS, thread_ts=ts, text="Dana has it")
    for to in (ts, str(said["ts"])):
        found = await client.chat_getPermalink(channel=ERRORS, message_ts=to)
        await client.chat_postMessage(channel=TEAM, text=f"look at <{found['permalink']}|{to}>")

    for to in (ts, str(said["ts"])):
        await page.get_by_test_id("channel-team").click()
        await page.get_by_role("link", name=to).click()
        await expect(page.get_by_test_id("thread")).to_contain_text("Dana has it")
    assert len(page.context.pages) == 1


async def test_hostile_text_stays_text(page: Page, client: AsyncWebClient, stage: Stage) -> None:
    evil = "<img src=x onerror=alert(1)><script>document.title='owned'</script>"
    await client.chat_postMessage(channel=ERRORS, text="evil", blocks=[section("&lt;img src=x onerror=alert(1)&gt;")])
    await client.chat_postMessage(channel=ERRORS, text="links", blocks=[section("<javascript:alert(1)|press me>")])
    await stage.slack.post("U0SUP", ERRORS, evil)
    await stage.outside.becomes(lambda world: world["inbox"].append({"from": evil, "subject": evil, "text": evil}))
    await page.get_by_test_id("tab-inbox").click()

    await expect(page.get_by_test_id("mail")).to_contain_text("onerror=alert(1)")
    await expect(message(page, "document.title=")).to_be_visible()
    await expect(message(page, "press me").get_by_role("link")).to_have_count(0)
    await expect(page.locator("[onerror], article script")).to_have_count(0)
    assert await page.title() == "Makegood: the demo"


async def test_another_person_sees_their_own_messages_and_acts_as_themselves(
    page: Page, client: AsyncWebClient, stage: Stage
) -> None:
    opened = await client.conversations_open(users="U0LEAD")
    await client.chat_postMessage(channel=opened["channel"]["id"], text="Dana wants to run delete-row")
    await expect(page.get_by_test_id("sidebar")).not_to_contain_text("1")

    await page.get_by_test_id("as-U0LEAD").click()
    await expect(page.get_by_test_id("channel-app").get_by_label("1 unread")).to_be_visible()
    await page.get_by_test_id("channel-app").click()
    await expect(message(page, "Dana wants to run delete-row")).to_be_visible()
    await page.get_by_test_id("channel-errors").click()
    await page.get_by_test_id("composer").fill("I agree")
    await page.get_by_test_id("composer").press("Enter")

    await expect(message(page, "I agree")).to_contain_text("Lee")
    assert stage.slack.messages(ERRORS)[-1]["user"] == "U0LEAD"


async def test_an_unread_channel_is_counted_until_it_is_opened(page: Page, stage: Stage) -> None:
    await stage.slack.post("U0SUP", TEAM, "lunch?")
    await stage.slack.post("U0SUP", TEAM, "at one?")

    await expect(page.get_by_test_id("channel-team").get_by_label("2 unread")).to_be_visible()
    await page.get_by_test_id("channel-team").click()
    await page.get_by_test_id("channel-errors").click()
    await expect(page.get_by_test_id("channel-team").get_by_label("2 unread")).to_have_count(0)


async def test_a_new_snapshot_leaves_focus_typed_text_and_open_menus_alone(page: Page, client: AsyncWebClient) -> None:
    await card(client)
    await message(page, "BUG-1").get_by_role("button", name="More choices").click()
    composer = page.get_by_test_id("composer")
    await composer.focus()
    await composer.type("half a sen")
    for number in range(5):
        await client.chat_postMessage(channel=ERRORS, text=f"line {number}")
    await expect(message(page, "line 4")).to_be_visible()

    await expect(composer).to_be_focused()
    await composer.type("tence")
    await expect(composer).to_have_value("half a sentence")
    await expect(page.get_by_role("menuitem", name="Mute")).to_be_visible()
