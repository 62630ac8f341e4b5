"""The story words wait for what they expect, and say what was there when it never came."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack
from tests.support.dsl.workspace import Workspace

from .conftest import Ear


def undo_menu() -> dict[str, Any]:
    option = {"text": {"type": "plain_text", "text": "Undo"}, "value": "undo"}
    return {"type": "actions", "elements": [{"type": "overflow", "action_id": "more", "options": [option]}]}


async def test_a_message_that_never_comes_is_told_with_those_that_did(ws: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0ERRORS", text="BUG-1 Menu page fails")
    with pytest.raises(AssertionError) as caught:
        await ws.channel("errors").expect_message("BUG-2", within=0.01)
    told = str(caught.value)
    assert "expected a message in #errors by app that shows 'BUG-2'" in told
    assert "makegood: BUG-1 Menu page fails" in told


async def test_by_default_only_our_own_messages_are_expected(ws: Workspace, client: AsyncWebClient) -> None:
    errors = ws.channel("#errors")
    await errors.receives({"text": "BUG-1 says Bugsnag"})
    own = await client.chat_postMessage(channel="C0ERRORS", text="BUG-1 says the app")
    await ws.person("Dana").says("BUG-1 says Dana", in_=errors)
    assert (await errors.expect_message("BUG-1")).ts == own["ts"]
    assert (await errors.expect_message("BUG-1", by="Bugsnag")).lock_screen == "BUG-1 says Bugsnag"
    assert (await errors.expect_message("BUG-1", by="anyone")).lock_screen == "BUG-1 says Dana"


async def test_a_text_is_found_wherever_a_person_reads_it(ws: Workspace) -> None:
    attachment = {"color": "#E45F58", "fields": [{"title": "Location", "value": "menus.py:13"}]}
    message = await ws.channel("errors").receives({"text": "New error", "attachments": [attachment]})
    await message.expect_text("menus.py:13")
    with pytest.raises(AssertionError, match="E45F58"):
        await message.expect_text("E45F58", within=0.01)


async def test_a_missing_button_is_told_with_those_there(ws: Workspace, client: AsyncWebClient) -> None:
    button = {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}}
    await client.chat_postMessage(channel="C0ERRORS", text="card", blocks=[{"type": "actions", "elements": [button]}])
    card = await ws.channel("errors").expect_message("card")
    with pytest.raises(AssertionError, match=r"a button 'Fix'[^\n]*\n[^\n]*buttons \['Claim'\]"):
        await card.expect_button("Fix", within=0.01)
    with pytest.raises(AssertionError, match="say who clicks"):
        await card.button("Claim").click()


async def test_a_choice_in_a_menu_is_made_by_its_label(ws: Workspace, client: AsyncWebClient, ear: Ear) -> None:
    await client.chat_postMessage(channel="C0ERRORS", text="card", blocks=[undo_menu()])
    card = await ws.channel("errors").expect_message("card")
    assert card.choices == ["Undo"]
    await card.choose("Undo", by=ws.person("Dana"))
    (payload,) = await ear.hears(1, "interactive")
    assert payload["actions"][0]["selected_option"]["value"] == "undo"


async def test_an_app_that_stays_silent_fails_the_story(ws: Workspace) -> None:
    with pytest.raises(AssertionError, match="makegood didn't respond"):
        await ws.person("Dana").types("/bug list", in_=ws.channel("errors"))


async def test_names_become_mentions_and_threads_are_kept(ws: Workspace, slack: LocalSlack) -> None:
    errors, dana = ws.channel("errors"), ws.person("Dana")
    parent = await dana.says("look @Lee", in_=errors)
    await dana.says("@makegood claim, mail@lee.example", thread=parent)
    assert parent.lock_screen == "look <@U0LEAD>"
    assert parent.thread.lines == [f"<@{slack.app.user_id}> claim, <mailto:mail@lee.example|mail@lee.example>"]
    assert errors.lines == ["look <@U0LEAD>"]
    await dana.edits(parent, "looked")
    await dana.reacts(parent, "eyes")
    await parent.expect_reaction("eyes")
    await parent.expect_lock_screen("looked")
    await dana.deletes(parent)
    await parent.expect_gone()


async def test_waiting_wakes_on_a_change_and_tells_why_it_waited(slack: LocalSlack) -> None:
    ts = await slack.post("U0DEV", "C0ERRORS", "hello")
    assert await slack.wait_for(lambda: slack.messages("C0ERRORS")[0]["ts"]) == ts
    with pytest.raises(AssertionError, match=r"not within 0.01 s: the moon rises\n[^$]*Dana: hello"):
        await slack.wait_for(lambda: False, timeout=0.01, why="the moon rises")


async def test_who_and_what_is_not_there_is_named(ws: Workspace) -> None:
    with pytest.raises(AssertionError, match=r"no person 'Nobody' among \['Dana', 'Lee', 'Gil'\]"):
        ws.person("Nobody")
    with pytest.raises(AssertionError, match=r"no channel 'void' among \['errors', 'team'\]"):
        ws.channel("void")
    with pytest.raises(AssertionError, match=r"no global shortcut 'Dance' among \['New bug'\]"):
        await ws.person("Dana").uses_shortcut("Dance")
