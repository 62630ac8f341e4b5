"""Commands, buttons, shortcuts and response addresses, with a real Bolt app and the SDK's own socket."""

from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.demo.slack.local import LocalSlack
from bot.demo.slack.records import ActError
from tests.support.dsl.workspace import Workspace

from .conftest import MANIFEST, Ear, Payload


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def options(*names: str) -> list[Payload]:
    return [{"text": plain(name.title()), "value": name} for name in names]


async def card(slack: LocalSlack, app: AsyncApp, *elements: Payload) -> str:
    blocks = [{"type": "actions", "block_id": "b", "elements": list(elements)}]
    posted = await app.client.chat_postMessage(channel="C0ERRORS", text="card", blocks=blocks)
    return str(posted["ts"])


CLAIM = {"type": "button", "action_id": "claim", "text": plain("Claim"), "value": "BUG-1"}


async def test_a_click_carries_who_what_and_where(slack: LocalSlack, app: AsyncApp, ear: Ear) -> None:
    ts = await card(slack, app, CLAIM)
    await slack.click("U0DEV", "C0ERRORS", ts, "claim")
    (payload,) = await ear.hears(1, "interactive")
    assert (payload["type"], payload["user"]["id"], payload["channel"]["id"]) == ("block_actions", "U0DEV", "C0ERRORS")
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0ERRORS",
        "is_ephemeral": False,
    }
    assert (payload["message"]["ts"], payload["actions"][0]["value"]) == (ts, "BUG-1")


async def test_an_unanswered_click_says_so_and_is_not_repeated(slack: LocalSlack, app: AsyncApp, ear: Ear) -> None:
    ts = await card(slack, app, CLAIM)
    slack.faults.add(kind="drop_ack", method="interactive")
    act = await slack.click("U0DEV", "C0ERRORS", ts, "claim")
    assert act.error == "makegood didn't respond (timeout)"
    assert [notice.text for notice in slack.world.notices] == ["makegood didn't respond"]
    slack.clock.advance(400)
    await slack.post("U0DEV", "C0ERRORS", "later")
    await ear.hears(2)
    assert len(await ear.hears(1, "interactive")) == 1


async def test_a_command_nobody_answers_tells_the_person(ws: Workspace, slack: LocalSlack, ear: Ear) -> None:
    ear.answer = lambda request: Ear.SILENCE if request.type == "slash_commands" else None
    slack.clock.set_scale(100)
    act = await ws.person("Dana").types("/slow", in_=ws.channel("errors"), answered=False)
    assert not act.ok
    await ws.person("Dana").expect_notice('/slow failed with the error "operation_timeout"')


async def test_a_command_the_manifest_does_not_have_is_not_sent(slack: LocalSlack, ear: Ear) -> None:
    act = await slack.slash("U0DEV", "C0ERRORS", "/nope now")
    assert act.error == "/nope is not a valid command."
    assert slack.deliveries == ()


async def test_names_in_a_command_are_escaped_where_the_manifest_says_so(slack: LocalSlack, ear: Ear) -> None:
    await slack.slash("U0DEV", "C0ERRORS", "/bug give @Lee in #team")
    await slack.slash("U0DEV", "C0ERRORS", "/give @Lee in #team")
    raw, escaped = await ear.hears(2, "slash_commands")
    assert (raw["text"], escaped["text"]) == ("give @Lee in #team", "<@U0LEAD|lee> in <#C0TEAM|team>")


async def test_a_command_may_be_answered_with_blocks_for_all(slack: LocalSlack, ear: Ear) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "three bugs"}}
    ear.answer = lambda _request: {"response_type": "in_channel", "text": "bugs", "blocks": [block]}
    await slack.slash("U0DEV", "C0ERRORS", "/bug list")
    assert slack.messages("C0ERRORS")[0]["blocks"][0]["text"]["text"] == "three bugs"


async def test_a_command_answered_with_bad_blocks_fails_before_the_person(slack: LocalSlack, ear: Ear) -> None:
    ear.answer = lambda _request: {"text": "x", "blocks": [{"type": "nonsense"}]}
    act = await slack.slash("U0DEV", "C0ERRORS", "/bug list")
    assert act.error == '/bug failed with the error "invalid_blocks"'


async def test_menus_and_pickers_tell_what_was_picked(slack: LocalSlack, app: AsyncApp, ear: Ear) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": options("undo", "retro")}
    select = {"type": "static_select", "action_id": "who", "options": options("dana", "lee")}
    ts = await card(slack, app, menu, select, CLAIM)
    await slack.click("U0DEV", "C0ERRORS", ts, "more", selected="Undo")
    await slack.click("U0DEV", "C0ERRORS", ts, "who", selected="lee")
    await slack.click("U0DEV", "C0ERRORS", ts, "claim")
    more, who, claim = await ear.hears(3, "interactive")
    assert more["actions"][0]["selected_option"]["value"] == "undo"
    assert who["actions"][0]["selected_option"]["value"] == "lee"
    assert claim["state"]["values"]["b"]["who"]["selected_option"]["value"] == "lee"


async def test_a_searching_select_in_a_message_asks_the_app(slack: LocalSlack, app: AsyncApp, ear: Ear) -> None:
    ts = await card(slack, app, {"type": "external_select", "action_id": "who", "min_query_length": 1})
    ear.answer = lambda _request: {"option_groups": [{"label": plain("Team"), "options": options("dana")}]}
    act = await slack.suggest("U0DEV", ts, "who", "d", channel="C0ERRORS")
    assert [option["value"] for option in act.options] == ["dana"]
    (payload,) = await ear.hears(1, "interactive")
    assert (payload["type"], payload["value"], payload["message"]["ts"]) == ("block_suggestion", "d", ts)


async def test_what_is_not_there_cannot_be_clicked(slack: LocalSlack, app: AsyncApp) -> None:
    ts = await card(slack, app, CLAIM)
    with pytest.raises(ActError, match=r"nothing with action_id 'fix' here; there is \['claim'\]"):
        await slack.click("U0DEV", "C0ERRORS", ts, "fix")


async def test_without_interactivity_in_the_manifest_a_click_is_not_sent(workspace: Any) -> None:
    quiet = MANIFEST.__class__(name="quiet", scopes=MANIFEST.scopes, interactive=False)
    async with workspace(manifest=quiet) as slack:
        ts = await slack.post_as_app("C0ERRORS", {"text": "x", "blocks": [{"type": "actions", "elements": [CLAIM]}]})
        assert "not enabled" in str((await slack.click("U0DEV", "C0ERRORS", ts, "claim")).error)


async def test_a_message_shortcut_brings_the_message(ws: Workspace, ear: Ear) -> None:
    message = await ws.channel("errors").receives({"text": "New error"})
    await ws.person("Dana").uses_shortcut("Track as a bug", on=message)
    (payload,) = await ear.hears(1, "interactive")
    assert (payload["type"], payload["callback_id"], payload["message"]["text"]) == (
        "message_action",
        "track",
        "New error",
    )


async def test_a_global_shortcut_brings_a_trigger(ws: Workspace, ear: Ear) -> None:
    await ws.person("Dana").uses_shortcut("New bug")
    (payload,) = await ear.hears(1, "interactive")
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "new_bug")
    assert payload["trigger_id"]


async def test_an_ephemeral_message_is_clicked_replaced_and_removed_through_its_response_url(
    ws: Workspace, slack: LocalSlack, app: AsyncApp, ear: Ear
) -> None:
    blocks = [{"type": "actions", "elements": [CLAIM]}]
    await app.client.chat_postEphemeral(channel="C0ERRORS", user="U0DEV", text="sure?", blocks=blocks)
    asked = await ws.person("Dana").expect_ephemeral("sure?")
    await asked.button("Claim").click()
    (payload,) = await ear.hears(1, "interactive")
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    reply = AsyncWebhookClient(payload["response_url"])
    await reply.send(text="claimed", blocks=[], replace_original=True)
    assert ws.person("Dana").ephemerals == ["claimed"]
    await reply.send(delete_original=True)
    assert ws.person("Dana").ephemerals == []


async def test_a_response_url_works_five_times(slack: LocalSlack, ear: Ear) -> None:
    await slack.slash("U0DEV", "C0ERRORS", "/bug list")
    (payload,) = await ear.hears(1, "slash_commands")
    reply = AsyncWebhookClient(payload["response_url"])
    answers = [await reply.send(text=f"answer {number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert len(slack.ephemerals("U0DEV")) == 5


async def test_a_response_url_works_for_half_an_hour(slack: LocalSlack, ear: Ear) -> None:
    await slack.slash("U0DEV", "C0ERRORS", "/bug list")
    (payload,) = await ear.hears(1, "slash_commands")
    slack.clock.advance(30 * 60 + 1)
    answer = await AsyncWebhookClient(payload["response_url"]).send(text="late")
    assert (answer.status_code, answer.body) == (404, '{"ok": false, "error": "expired_url"}')


async def test_a_response_url_refuses_what_is_no_message(slack: LocalSlack, ear: Ear) -> None:
    await slack.slash("U0DEV", "C0ERRORS", "/bug list")
    (payload,) = await ear.hears(1, "slash_commands")
    async with aiohttp.ClientSession() as session, session.post(payload["response_url"], data="no json") as answer:
        assert (answer.status, await answer.text()) == (400, '{"ok": false, "error": "invalid_payload"}')
