"""Limits answer 429 with the seconds to wait; faults strike as often as asked and leave what they promise."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.clock import Clock
from bot.demo.slack.local import LocalSlack

from .conftest import Workspaces, client_of


async def post(client: AsyncWebClient, channel: str = "C0ERRORS") -> tuple[int, str | None]:
    """The status of one more message, and how long Slack says to wait."""
    try:
        answer = await client.chat_postMessage(channel=channel, text="x")
    except SlackApiError as error:
        return int(error.response.status_code), error.response.headers.get("Retry-After")
    return int(answer.status_code), None


DONE, WAIT = (200, None), (429, "1")


async def test_a_channel_takes_a_small_burst_then_one_message_a_second(workspace: Workspaces) -> None:
    async with workspace(clock=Clock(scale=0)) as slack:
        client = client_of(slack)
        assert [await post(client) for _ in range(6)] == [DONE] * 5 + [WAIT]
        assert await post(client, "C0TEAM") == DONE
        slack.clock.advance(1)
        assert [await post(client), await post(client)] == [DONE, WAIT]


async def test_a_tier_counts_calls_of_the_last_minute(workspace: Workspaces) -> None:
    async with workspace(clock=Clock(scale=0)) as slack:
        client = client_of(slack)
        for _ in range(20):
            await client.users_list()
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.users_list()
        slack.clock.advance(60)
        await client.users_list()


async def test_limits_can_be_left_out(workspace: Workspaces) -> None:
    async with workspace(rate_limits=False) as slack:
        client = client_of(slack)
        assert {await post(client) for _ in range(20)} == {DONE}


async def test_the_sdk_waits_as_long_as_it_is_told(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", kind="429", retry_after=0)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await client.chat_postMessage(channel="C0ERRORS", text="x")
    assert [call.status for call in slack.calls] == [429, 200]


async def test_a_fault_strikes_its_method_as_often_as_asked(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", kind="error:internal_error", times=2)
    await client.auth_test()
    for _ in range(2):
        with pytest.raises(SlackApiError, match="internal_error"):
            await client.chat_postMessage(channel="C0ERRORS", text="x")
    await client.chat_postMessage(channel="C0ERRORS", text="x")
    assert slack.faults.pending == ()


@pytest.mark.parametrize(("kind", "done"), [("500", False), ("after_500", True), ("drop_after", True)])
async def test_a_broken_call_has_happened_or_not(
    slack: LocalSlack, client: AsyncWebClient, kind: str, *, done: bool
) -> None:
    slack.faults.add(method="chat.postMessage", kind=kind)
    with pytest.raises((SlackApiError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await client.chat_postMessage(channel="C0ERRORS", text="x")
    assert bool(slack.messages("C0ERRORS")) == done


@pytest.mark.parametrize(("kind", "done"), [("hang", False), ("after_hang", True)])
async def test_a_call_that_hangs_ends_with_the_workspace(workspace: Workspaces, kind: str, *, done: bool) -> None:
    async with workspace() as slack:
        slack.faults.add(method="chat.postMessage", kind=kind)
        impatient = AsyncWebClient(token="xoxb-local", base_url=slack.api_url, timeout=1, retry_handlers=[])
        with pytest.raises(TimeoutError):
            await impatient.chat_postMessage(channel="C0ERRORS", text="x")
        assert bool(slack.messages("C0ERRORS")) == done


async def test_a_fault_that_does_not_exist_is_refused(slack: LocalSlack) -> None:
    with pytest.raises(ValueError, match="no such fault: 'earthquake'"):
        slack.faults.add(kind="earthquake")
