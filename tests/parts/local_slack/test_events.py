"""What the app hears: where it is a member, what it subscribed to, what its scopes cover, in the shapes Slack uses."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack
from bot.demo.slack.records import ActError, Person

from .conftest import MANIFEST, Ear, listening


async def test_an_old_integration_speaks_as_a_bot_message(slack: LocalSlack, ear: Ear) -> None:
    attachment = {"fallback": "Boom", "color": "#E45F58", "fields": [{"title": "Error", "value": "Undefined index"}]}
    await slack.post_as_app("C0ERRORS", {"text": "New error", "attachments": [attachment]})
    event = (await ear.hears(1))[0]["event"]
    assert (event["subtype"], event["username"], event["bot_id"]) == ("bot_message", "Bugsnag", "B0BUGSNAG")
    assert "user" not in event
    assert event["attachments"] == [attachment]


async def test_a_present_day_app_speaks_with_a_user_and_a_profile(
    slack: LocalSlack, ear: Ear, client: AsyncWebClient
) -> None:
    await slack.post_as_app("C0ERRORS", {"text": "New error"}, app="Sentry", shape="app")
    event = (await ear.hears(1))[0]["event"]
    assert "subtype" not in event
    assert (event["user"], event["app_id"], event["bot_profile"]["name"]) == ("U0SENTRYBOT", "A0SENTRY", "Sentry")
    assert (await client.bots_info(bot=event["bot_id"]))["bot"]["name"] == "Sentry"
    assert (await client.users_info(user=event["user"]))["user"]["is_bot"]


async def test_own_messages_are_heard_again(slack: LocalSlack, ear: Ear, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0ERRORS", text="me")
    event = (await ear.hears(1))[0]["event"]
    assert (event["bot_id"], event["user"]) == (slack.app.bot_id, slack.app.user_id)


async def test_a_mention_is_heard_twice_under_different_ids(slack: LocalSlack, ear: Ear) -> None:
    await slack.post("U0DEV", "C0ERRORS", f"<@{slack.app.user_id}> claim")
    message, mention = await ear.hears(2)
    assert [message["event"]["type"], mention["event"]["type"]] == ["message", "app_mention"]
    assert message["event"]["ts"] == mention["event"]["ts"]
    assert message["event_id"] != mention["event_id"]


async def test_edits_and_deletions_are_hidden_events(slack: LocalSlack, ear: Ear) -> None:
    ts = await slack.post("U0DEV", "C0ERRORS", "befor")
    await slack.edit("U0DEV", "C0ERRORS", ts, "before")
    await slack.delete("U0DEV", "C0ERRORS", ts)
    await ear.hears(3)
    _, changed, deleted = sorted(ear.events, key=lambda event: event["event_ts"])
    assert (changed["subtype"], changed["hidden"], changed["channel"]) == ("message_changed", True, "C0ERRORS")
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("before", "befor")
    assert changed["message"]["edited"]["user"] == "U0DEV"
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["previous_message"]["text"]) == (
        "message_deleted",
        ts,
        "before",
    )


async def test_a_deleted_parent_leaves_a_tombstone_for_its_thread(slack: LocalSlack) -> None:
    ts = await slack.post("U0DEV", "C0ERRORS", "parent")
    await slack.post("U0LEAD", "C0ERRORS", "answer", thread_ts=ts)
    await slack.delete("U0DEV", "C0ERRORS", ts)
    assert slack.messages("C0ERRORS")[0]["subtype"] == "tombstone"
    assert [message["text"] for message in slack.thread("C0ERRORS", ts)] == ["answer"]


async def test_a_reaction_is_heard_and_taken_back(slack: LocalSlack, ear: Ear) -> None:
    ts = await slack.post("U0DEV", "C0ERRORS", "look")
    await slack.react("U0LEAD", "C0ERRORS", ts, ":eyes:")
    event = (await ear.hears(2))[1]["event"]
    assert (event["type"], event["reaction"], event["item"]["ts"], event["item_user"]) == (
        "reaction_added",
        "eyes",
        ts,
        "U0DEV",
    )
    await slack.react("U0LEAD", "C0ERRORS", ts, "eyes")
    assert slack.messages("C0ERRORS")[0]["reactions"] == []


async def test_where_the_app_is_no_member_it_hears_nothing(slack: LocalSlack, ear: Ear) -> None:
    slack.seed(channels={"C0OTHER": "other"}, members={"C0OTHER": ["U0DEV"]})
    await slack.post("U0DEV", "C0OTHER", "secret")
    slack.join(slack.app.user_id, "C0OTHER")
    await slack.post("U0DEV", "C0OTHER", "public")
    await ear.hears(2)
    assert [event.get("text", event["type"]) for event in ear.events] == ["member_joined_channel", "public"]


async def test_what_is_not_subscribed_or_not_covered_is_not_sent(workspace: Any) -> None:
    deaf = MANIFEST.__class__(
        name="deaf", scopes=MANIFEST.scopes - {"channels:history"}, events=MANIFEST.events - {"app_mention"}
    )
    async with workspace(manifest=deaf) as slack:
        await slack.post("U0DEV", "C0ERRORS", f"<@{slack.app.user_id}> hello")
        assert slack.deliveries == ()


async def test_typed_text_is_escaped_and_links_are_wrapped(slack: LocalSlack, ear: Ear) -> None:
    await slack.post("U0DEV", "C0ERRORS", "a < b & see https://acme.example/x?a=1&b=2, mail dana@acme.example")
    await ear.hears(2)
    assert ear.events[0]["text"] == (
        "a &lt; b &amp; see <https://acme.example/x?a=1&amp;b=2>, mail <mailto:dana@acme.example|dana@acme.example>"
    )
    assert (ear.events[1]["type"], ear.events[1]["links"][0]["domain"]) == ("link_shared", "acme.example")


async def test_a_posted_file_can_be_read_with_the_token(slack: LocalSlack, ear: Ear) -> None:
    await slack.post("U0DEV", "C0ERRORS", "log", files=[{"name": "a.log", "content": "boom"}])
    event = (await ear.hears(1))[0]["event"]
    assert (event["subtype"], event["files"][0]["name"]) == ("file_share", "a.log")


async def test_somebody_from_elsewhere_is_marked(slack: LocalSlack, ear: Ear) -> None:
    slack.change_person(Person(id="U0FAR", name="Fay", stranger=True))
    slack.join("U0FAR", "C0ERRORS")
    await slack.post("U0FAR", "C0ERRORS", "hi")
    await ear.hears(3)
    assert [event["type"] for event in ear.events] == ["team_join", "member_joined_channel", "message"]
    assert ear.events[2]["user_team"] == "T0STRANGE"


async def test_somebody_who_becomes_a_guest_is_told(slack: LocalSlack, ear: Ear) -> None:
    slack.change_person(Person(id="U0LEAD", name="Lee", guest=True))
    event = (await ear.hears(1))[0]["event"]
    assert (event["type"], event["user"]["is_restricted"]) == ("user_change", True)


async def test_opening_home_tells_the_app(slack: LocalSlack, ear: Ear) -> None:
    await slack.open_home("U0DEV")
    event = (await ear.hears(1))[0]["event"]
    assert (event["type"], event["tab"], event["user"], event["channel"]) == (
        "app_home_opened",
        "home",
        "U0DEV",
        "D0DEV",
    )


async def test_nobody_posts_where_they_are_not(slack: LocalSlack) -> None:
    slack.leave("U0GUEST", "C0TEAM")
    with pytest.raises(ActError, match="U0GUEST is not in C0TEAM"):
        await slack.post("U0GUEST", "C0TEAM", "hello?")


async def test_times_are_unique_and_names_go_on_over_a_reset(slack: LocalSlack) -> None:
    before = [await slack.post("U0DEV", "C0ERRORS", str(number)) for number in range(50)]
    async with listening(slack):
        slack.reset()
        assert (slack.messages("C0ERRORS"), slack.connections) == ([], 1)
    after = await slack.post("U0DEV", "C0ERRORS", "new")
    assert len({*before, after}) == 51
    assert sorted([*before, after]) == [*before, after]
