"""The demo's page in a real Chromium: what people see and press there, on the real local Slack."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.gallery import CARD, GALLERY, button, mrkdwn, options, plain, section
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, Any]
ERRORS, TEAM = "C0ERRORS", "C0TEAM"


def message(page: Page, text: str) -> Locator:
    return page.get_by_test_id("messages").get_by_test_id("message").filter(has_text=text)


def fix_form(*more: Json) -> Json:
    reason = {"type": "plain_text_input", "action_id": "reason"}
    rows = {"type": "static_select", "action_id": "action", "options": options("Delete row", "Restart")}
    who = {"type": "external_select", "action_id": "row", "min_query_length": 1}
    told = {"type": "checkboxes", "action_id": "told", "options": options("Mia", "Ben")}
    fields = {"Reason": reason, "Action": rows, "Row": who, "Customers": told}
    optional = {"Row", "Customers"}
    inputs = [
        {"type": "input", "block_id": name, "label": plain(name), "element": element, "optional": name in optional}
        for name, element in fields.items()
    ]
    shown = {"type": "modal", "callback_id": "fix", "title": plain("Fix BUG-1"), "submit": plain("Run")}
    return shown | {"blocks": [*inputs, *more]}


async def card(client: AsyncWebClient) -> str:
    return str((await client.chat_postMessage(channel=ERRORS, **CARD))["ts"])


# -- reading


async def test_a_card_shows_its_lines_its_buttons_and_its_lock_screen(page: Page, client: AsyncWebClient) -> None:
    await card(client)

    shown = message(page, "BUG-1 Menu page fails")
    await expect(shown).to_contain_text("🔴 BUG-1 Menu page fails · nobody has it")
    await expect(shown.get_by_role("button", name="Claim")).to_be_visible()
    await expect(shown.get_by_role("link", name="Bugsnag")).to_have_attribute("href", "https://app.bugsnag.com/e/1")
    await expect(page.get_by_test_id("lock-screen")).to_contain_text("Mia waiting 2 min · BUG-1 Menu page fails")


async def test_every_type_of_block_is_drawn(page: Page, client: AsyncWebClient) -> None:
    await page.get_by_test_id("channel-team").click()
    for blocks in GALLERY:
        await client.chat_postMessage(channel=TEAM, text="gallery", blocks=blocks)

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


# -- acting in Slack


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
    await expect(page.get_by_test_id("lock-screen")).to_contain_text("Dana has BUG-1")

    await page.get_by_test_id("composer").fill("/tell BUG-1")
    await page.get_by_test_id("composer").press("Enter")  # nothing in this app answers /tell
    await expect(page.get_by_test_id("notice")).to_contain_text("makegood didn't respond")


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


# -- modals and Home


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
        alert = {"type": "alert", "level": "warning", "text": plain("4 rows will go")}
        view = {"type": "modal", "title": plain("Preview"), "close": plain("Back"), "blocks": [alert]}
        await client.views_push(trigger_id=body["trigger_id"], view=view)

    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="New bug").click()
    await page.get_by_label("Reason").fill("a row without a crud")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("dialog", name="Preview")).to_contain_text("4 rows will go")
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


# -- people


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


# -- the customer's side


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


async def test_the_tour_outlines_what_to_press_and_moves_on_by_itself(page: Page, stage: Stage) -> None:
    await card(stage_client(stage))
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


def stage_client(stage: Stage) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-local", base_url=stage.slack.api_url, retry_handlers=[])


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
