"""The Web API says no where Slack says no."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person

OTHER = "C0OTHER"
TEXT = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


async def refusal(client: AsyncWebClient, method: str, **args: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=args)
    return str(caught.value.response["error"])


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0ERRORS"}, "no_text"),
        ({"channel": "C0ERRORS", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "C0ERRORS", "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": "C0ERRORS", "text": "x", "blocks": {"type": "section"}}, "invalid_blocks_format"),
        ({"channel": "C0ERRORS", "text": "x", "blocks": [TEXT] * 51}, "invalid_blocks"),
        ({"channel": "C0ERRORS", "text": "x", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
        ({"channel": "C0ERRORS", "text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
        (
            {"channel": "C0ERRORS", "text": "x", "metadata": {"event_type": "e", "event_payload": {"v": "x" * 17_000}}},
            "metadata_too_large",
        ),
        ({"channel": "C0ERRORS", "markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"channel": "C0ERRORS", "text": "x", "markdown_text": "x"}, "markdown_text_conflict"),
    ],
)
async def test_a_message_slack_would_refuse_is_refused(
    client: AsyncWebClient, args: dict[str, Any], error: str
) -> None:
    assert await refusal(client, "chat.postMessage", **args) == error


async def test_blocks_with_too_much_text_together_are_too_long(client: AsyncWebClient) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}
    assert (
        await refusal(client, "chat.postMessage", channel="C0ERRORS", text="x", blocks=[section] * 4)
        == "msg_blocks_too_long"
    )
    await client.chat_postMessage(channel="C0ERRORS", text="x", blocks=[section] * 3)


async def test_refused_blocks_say_where_they_are_wrong(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0ERRORS", text="x", blocks=[{"type": "header"}])
    assert caught.value.response["errors"] == ["blocks[0].text: must be an object"]


async def test_text_over_forty_thousand_characters_is_cut(client: AsyncWebClient, slack: LocalSlack) -> None:
    await client.chat_postMessage(channel="C0ERRORS", text="x" * 40_001)
    assert len(slack.messages("C0ERRORS")[0]["text"]) == 40_000


async def test_an_answer_is_no_parent_of_a_thread(client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel="C0ERRORS", text="parent")
    answer = await client.chat_postMessage(channel="C0ERRORS", text="answer", thread_ts=parent["ts"])
    args = {"channel": "C0ERRORS", "text": "x", "thread_ts": answer["ts"]}
    assert await refusal(client, "chat.postMessage", **args) == "cannot_reply_to_message"


async def test_a_channel_the_app_is_not_in_takes_no_message(client: AsyncWebClient, slack: LocalSlack) -> None:
    slack.seed(channels={OTHER: "other"}, members={OTHER: ["U0DEV"]})
    assert await refusal(client, "chat.postMessage", channel=OTHER, text="x") == "not_in_channel"
    assert await refusal(client, "conversations.history", channel=OTHER) == "not_in_channel"
    await client.conversations_join(channel=OTHER)
    await client.chat_postMessage(channel=OTHER, text="x")


async def test_a_private_channel_without_the_app_does_not_exist_for_it(
    client: AsyncWebClient, slack: LocalSlack
) -> None:
    slack.seed(channels={OTHER: "other"}, members={OTHER: ["U0DEV"]}, private=[OTHER])
    assert await refusal(client, "conversations.info", channel=OTHER) == "channel_not_found"


async def test_an_archived_channel_takes_no_message(workspace: Any) -> None:
    manifest = AppManifest(scopes=frozenset({"chat:write", "channels:manage"}))
    async with workspace(manifest=manifest) as slack:
        client = AsyncWebClient(token="xoxb-local", base_url=slack.api_url)
        await client.conversations_archive(channel="C0ERRORS")
        assert await refusal(client, "chat.postMessage", channel="C0ERRORS", text="x") == "is_archived"


async def test_only_own_messages_can_be_changed_or_deleted(client: AsyncWebClient, slack: LocalSlack) -> None:
    ts = await slack.post("U0DEV", "C0ERRORS", "mine")
    assert await refusal(client, "chat.update", channel="C0ERRORS", ts=ts, text="x") == "cant_update_message"
    assert await refusal(client, "chat.delete", channel="C0ERRORS", ts=ts) == "cant_delete_message"
    assert await refusal(client, "chat.update", channel="C0ERRORS", ts="1.000001", text="x") == "message_not_found"


async def test_an_update_takes_four_thousand_characters_at_most(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0ERRORS", text="x")
    args = {"channel": "C0ERRORS", "ts": posted["ts"]}
    assert await refusal(client, "chat.update", **args, text="x" * 4_001) == "msg_too_long"
    await client.chat_update(**args, text="x" * 4_000)


async def test_an_update_keeps_the_parts_it_does_not_name(client: AsyncWebClient, slack: LocalSlack) -> None:
    metadata = {"event_type": "entry", "event_payload": {"seq": 1}}
    posted = await client.chat_postMessage(channel="C0ERRORS", text="old", blocks=[TEXT], metadata=metadata)
    await client.chat_update(channel="C0ERRORS", ts=posted["ts"], text="new")
    message = slack.messages("C0ERRORS")[0]
    assert (message["text"], message["blocks"][0]["type"], message["metadata"]) == ("new", "section", metadata)
    await client.chat_update(channel="C0ERRORS", ts=posted["ts"], text="bare", blocks=[])
    assert slack.messages("C0ERRORS")[0]["blocks"] == []


async def test_metadata_is_shown_only_to_who_asks_for_it(client: AsyncWebClient) -> None:
    metadata = {"event_type": "entry", "event_payload": {"seq": 1}}
    posted = await client.chat_postMessage(channel="C0ERRORS", text="x", metadata=metadata)
    where = {"channel": "C0ERRORS", "ts": posted["ts"]}
    assert "metadata" not in (await client.conversations_replies(**where))["messages"][0]
    told = await client.conversations_replies(**where, include_all_metadata=True)
    assert told["messages"][0]["metadata"] == metadata


async def test_an_ephemeral_message_needs_a_person_in_the_channel(client: AsyncWebClient, slack: LocalSlack) -> None:
    slack.leave("U0GUEST", "C0TEAM")
    args = {"channel": "C0TEAM", "text": "psst", "user": "U0GUEST"}
    assert await refusal(client, "chat.postEphemeral", **args) == "user_not_in_channel"
    told = await client.chat_postEphemeral(channel="C0TEAM", text="psst", user="U0DEV")
    assert [message["text"] for message in slack.ephemerals("U0DEV")] == ["psst"]
    assert slack.ephemerals("U0LEAD") == slack.messages("C0TEAM") == []
    assert (
        await refusal(client, "chat.update", channel="C0TEAM", ts=told["message_ts"], text="x") == "message_not_found"
    )


async def test_a_method_nobody_wrote_is_unknown(client: AsyncWebClient) -> None:
    assert await refusal(client, "canvases.create") == "unknown_method"


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        (None, "auth.test", "not_authed"),
        ("xoxb-stolen", "auth.test", "invalid_auth"),
        ("xapp-local", "chat.postMessage", "not_allowed_token_type"),
        ("xoxb-local", "apps.connections.open", "not_allowed_token_type"),
    ],
)
async def test_the_token_must_be_there_and_fit(slack: LocalSlack, token: str | None, method: str, error: str) -> None:
    assert (
        await refusal(AsyncWebClient(token=token, base_url=slack.api_url), method, channel="C0ERRORS", text="x")
        == error
    )


@pytest.mark.parametrize(
    ("method", "args", "needed"),
    [
        ("chat.postMessage", {"channel": "C0ERRORS", "text": "x"}, "chat:write"),
        ("users.info", {"user": "U0DEV"}, "users:read"),
        ("users.lookupByEmail", {"email": "dana@acme.example"}, "users:read.email"),
        ("conversations.history", {"channel": "C0ERRORS"}, "channels:history"),
        ("usergroups.users.list", {"usergroup": "S0ADMINS"}, "usergroups:read"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 1}, "files:write"),
    ],
)
async def test_what_the_manifest_does_not_ask_for_is_missing(
    workspace: Any, method: str, args: Any, needed: str
) -> None:
    async with workspace(manifest=AppManifest()) as slack:
        client = AsyncWebClient(token="xoxb-local", base_url=slack.api_url)
        with pytest.raises(SlackApiError) as caught:
            await client.api_call(method, params=args)
        assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", needed)


async def test_private_channels_need_their_own_history_scope(workspace: Any) -> None:
    async with workspace(manifest=AppManifest(scopes=frozenset({"channels:history"}))) as slack:
        slack.seed(channels={OTHER: "other"}, private=[OTHER])
        client = AsyncWebClient(token="xoxb-local", base_url=slack.api_url)
        with pytest.raises(SlackApiError) as caught:
            await client.conversations_history(channel=OTHER)
        assert caught.value.response["needed"] == "groups:history"


async def test_listing_private_channels_needs_their_scope(client: AsyncWebClient) -> None:
    listed = await client.conversations_list()
    assert [channel["name"] for channel in listed["channels"]] == ["errors", "team"]
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_list(types="public_channel,private_channel")
    assert caught.value.response["needed"] == "groups:read"


async def test_people_are_told_as_what_they_are(client: AsyncWebClient, slack: LocalSlack) -> None:
    slack.seed(people=[Person(id="U0FAR", name="Fay", email="fay@far.example", stranger=True, deleted=True)])
    users = {user["id"]: user for user in (await client.users_list())["members"]}
    assert (users["U0GUEST"]["is_restricted"], users["U0GUEST"]["is_ultra_restricted"]) == (True, False)
    assert (users["U0FAR"]["is_stranger"], users["U0FAR"]["deleted"], users["U0FAR"]["team_id"]) == (
        True,
        True,
        "T0STRANGE",
    )
    assert (users["U0BOT"]["is_bot"], users["USLACKBOT"]["is_bot"]) == (True, False)
    assert users["U0DEV"]["profile"]["email"] == "dana@acme.example"
    assert await refusal(client, "users.lookupByEmail", email="fay@far.example") == "users_not_found"
    assert await refusal(client, "users.info", user="U0NONE") == "user_not_found"
    assert await refusal(client, "conversations.open", users="U0FAR") == "user_disabled"


async def test_lists_come_in_pages(client: AsyncWebClient) -> None:
    first = await client.users_list(limit=4)
    rest = await client.users_list(limit=4, cursor=first["response_metadata"]["next_cursor"])
    assert [len(first["members"]), len(rest["members"])] == [4, 1]
    assert not rest["response_metadata"]["next_cursor"]
    assert await refusal(client, "users.list", cursor="elsewhere") == "invalid_cursor"


async def test_history_has_no_answers_and_replies_have_all(client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel="C0ERRORS", text="parent")
    await client.chat_postMessage(channel="C0ERRORS", text="answer", thread_ts=parent["ts"])
    await client.chat_postMessage(channel="C0ERRORS", text="loud", thread_ts=parent["ts"], reply_broadcast=True)
    told = (await client.conversations_history(channel="C0ERRORS"))["messages"]
    assert [message["text"] for message in told] == ["loud", "parent"]
    assert told[1]["reply_count"] == 2
    thread = (await client.conversations_replies(channel="C0ERRORS", ts=parent["ts"]))["messages"]
    assert [message["text"] for message in thread] == ["parent", "answer", "loud"]


async def test_a_file_is_there_once_its_bytes_are(client: AsyncWebClient, slack: LocalSlack) -> None:
    asked = await client.files_getUploadURLExternal(filename="trail.txt", length=5)
    files = [{"id": asked["file_id"]}]
    assert await refusal(client, "files.completeUploadExternal", files=files, channel_id="C0ERRORS") == "file_not_found"
    await client.files_upload_v2(channel="C0ERRORS", filename="trail.txt", content="hello", initial_comment="the trail")
    message = slack.messages("C0ERRORS")[0]
    assert (message["text"], message["files"][0]["name"]) == ("the trail", "trail.txt")
    assert slack.snapshot("U0DEV")["files"][message["files"][0]["id"]]["content"] == "hello"
