"""Planned messages: within Slack's bounds, posted when their time comes, taken back before."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack


def soon(slack: LocalSlack, seconds: int = 600) -> dict[str, Any]:
    return {"channel": "C0ERRORS", "text": "later", "post_at": int(slack.clock.now()) + seconds}


async def test_a_planned_message_appears_at_its_time(slack: LocalSlack, client: AsyncWebClient) -> None:
    await client.chat_scheduleMessage(**soon(slack))
    assert slack.messages("C0ERRORS") == []
    slack.clock.advance(601)
    await slack.wait_for(lambda: slack.messages("C0ERRORS"), why="the message is posted")
    assert (await client.chat_scheduledMessages_list())["scheduled_messages"] == []


async def test_a_planned_message_can_be_taken_back(slack: LocalSlack, client: AsyncWebClient) -> None:
    planned = await client.chat_scheduleMessage(**soon(slack))
    kept = await client.chat_scheduleMessage(**soon(slack) | {"text": "kept"})
    where = {"channel": "C0ERRORS", "scheduled_message_id": planned["scheduled_message_id"]}
    await client.chat_deleteScheduledMessage(**where)
    listed = (await client.chat_scheduledMessages_list(channel="C0ERRORS"))["scheduled_messages"]
    assert [one["id"] for one in listed] == [kept["scheduled_message_id"]]
    with pytest.raises(SlackApiError, match="invalid_scheduled_message_id"):
        await client.chat_deleteScheduledMessage(**where)
    slack.clock.advance(601)
    await slack.wait_for(lambda: slack.messages("C0ERRORS"), why="the other is posted")
    assert [message["text"] for message in slack.messages("C0ERRORS")] == ["kept"]


@pytest.mark.parametrize(("seconds", "error"), [(-1, "time_in_past"), (121 * 86_400, "time_too_far")])
async def test_the_time_must_be_ahead_but_not_far(
    slack: LocalSlack, client: AsyncWebClient, seconds: int, error: str
) -> None:
    with pytest.raises(SlackApiError, match=error):
        await client.chat_scheduleMessage(**soon(slack, seconds))


async def test_five_minutes_take_thirty_planned_messages(slack: LocalSlack, client: AsyncWebClient) -> None:
    for _ in range(30):
        await client.chat_scheduleMessage(**soon(slack))
    with pytest.raises(SlackApiError, match="restricted_too_many"):
        await client.chat_scheduleMessage(**soon(slack))


async def test_a_planned_message_with_metadata_never_appears_as_in_slack(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "entry", "event_payload": {}}
    await client.chat_scheduleMessage(**soon(slack), metadata=metadata)
    await client.chat_scheduleMessage(**soon(slack, 601) | {"text": "plain"})
    slack.clock.advance(602)
    await slack.wait_for(lambda: slack.messages("C0ERRORS"), why="the other one is posted")
    assert [message["text"] for message in slack.messages("C0ERRORS")] == ["plain"]
