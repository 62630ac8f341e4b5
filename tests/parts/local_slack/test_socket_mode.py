"""Envelopes over sockets: to one connection, acknowledged within three seconds, repeated when they are not."""

import re
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack

from .conftest import Ear, listening


async def test_an_event_is_acknowledged_and_delivered_once(slack: LocalSlack, ear: Ear) -> None:
    await slack.post("U0DEV", "C0ERRORS", "hello")
    (payload,) = await ear.hears(1)
    assert (payload["event"]["text"], payload["event"]["channel_type"]) == ("hello", "channel")
    await slack.wait_for(lambda: slack.deliveries[0].acked_after is not None, why="the delivery is acknowledged")
    assert len(slack.deliveries) == 1


async def test_an_event_nobody_acknowledges_comes_again_at_once_after_a_minute_and_after_five(
    slack: LocalSlack, ear: Ear
) -> None:
    ear.answer = lambda _request: Ear.SILENCE
    await slack.post("U0DEV", "C0ERRORS", "hello")
    for attempt, pause in enumerate((1, 60, 300), 1):
        await ear.hears(attempt)
        slack.clock.advance(3)
        await slack.wait_for(lambda: slack.deliveries[-1].failure == "timeout", why="the three seconds are over")
        slack.clock.advance(pause)
        await ear.hears(attempt + 1)
    heard = await ear.hears(4)
    assert [request.retry_attempt for request in ear.heard] == [0, 1, 2, 3]
    assert len({payload["event_id"] for payload in heard}) == 1


async def test_a_lost_acknowledgement_means_the_event_comes_twice(slack: LocalSlack, ear: Ear) -> None:
    slack.faults.add(kind="drop_ack", method="events_api")
    await slack.post("U0DEV", "C0ERRORS", "hello")
    await slack.wait_for(lambda: slack.deliveries and slack.deliveries[0].failure, why="the ack is lost")
    slack.clock.advance(1)
    first, second = await ear.hears(2)
    assert first["event_id"] == second["event_id"]


async def test_a_duplicated_event_keeps_its_id(slack: LocalSlack, ear: Ear) -> None:
    slack.faults.add(kind="duplicate")
    await slack.post("U0DEV", "C0ERRORS", "hello")
    first, second = await ear.hears(2)
    assert first == second


async def test_a_reordered_event_comes_after_the_next_one(slack: LocalSlack, ear: Ear) -> None:
    slack.faults.add(kind="reorder")
    await slack.post("U0DEV", "C0ERRORS", "first")
    await slack.post("U0DEV", "C0ERRORS", "second")
    await ear.hears(2)
    assert [event["text"] for event in ear.events] == ["second", "first"]


async def test_each_envelope_goes_to_one_of_the_connections(slack: LocalSlack, ear: Ear) -> None:
    async with listening(slack) as other:
        for number in range(4):
            await slack.post("U0DEV", "C0ERRORS", f"message {number}")
        await slack.wait_for(lambda: len(ear.heard) + len(other.heard) >= 4, why="all four are heard")
        assert (len(ear.heard), len(other.heard)) == (2, 2)


async def test_what_happens_while_no_socket_is_open_is_not_kept(slack: LocalSlack) -> None:
    await slack.post("U0DEV", "C0ERRORS", "into the void")
    await slack.wait_for(lambda: slack.deliveries and slack.deliveries[0].failure == "no_connection", why="it failed")
    slack.clock.advance(400)
    async with listening(slack) as ear:
        await slack.post("U0DEV", "C0ERRORS", "heard")
        await ear.hears(1)
        assert [event["text"] for event in ear.events] == ["heard"]


async def test_an_address_of_a_socket_works_once(slack: LocalSlack) -> None:
    opened = await AsyncWebClient(token="xapp-local", base_url=slack.api_url).apps_connections_open(
        app_token="xapp-local"
    )
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(opened["url"]) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])


async def test_the_eleventh_connection_is_sent_away(slack: LocalSlack) -> None:
    client = AsyncWebClient(token="xapp-local", base_url=slack.api_url)
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            opened = await client.apps_connections_open(app_token="xapp-local")
            sockets.append(await session.ws_connect(opened["url"]))
        last = await sockets[-1].receive_json()
        assert (last["type"], last["reason"], slack.connections) == ("disconnect", "too_many_websockets", 10)
        for socket in sockets:
            await socket.close()


async def test_bolt_reconnects_after_a_refresh_and_hears_on(app: AsyncApp, slack: LocalSlack, connected: Any) -> None:
    heard: list[str] = []

    @app.event(re.compile(".*"))
    async def anything(event: dict[str, Any]) -> None:
        heard.append(event["text"])
        slack.world.announce()

    async with connected(app):
        await slack.disconnect("refresh_requested")
        await slack.wait_for(lambda: slack.connections == 1, why="Bolt has come back")
        await slack.post("U0DEV", "C0ERRORS", "still there?")
        await slack.wait_for(lambda: heard, why="Bolt's listener ran")
        await slack.wait_for(lambda: slack.deliveries[-1].acked_after is not None, why="Bolt acknowledged")
    assert heard == ["still there?"]


async def test_a_socket_that_breaks_before_the_acknowledgement_costs_a_retry(slack: LocalSlack, ear: Ear) -> None:
    slack.faults.add(kind="disconnect")
    await slack.post("U0DEV", "C0ERRORS", "hello")
    await slack.wait_for(lambda: slack.deliveries[0].failure == "connection_failed", why="the socket broke")
    async with listening(slack) as other:
        slack.clock.advance(1)
        (again,) = await other.hears(1)
        assert (again["event"]["text"], other.heard[0].retry_attempt) == ("hello", 1)


async def test_a_connection_that_is_refused_by_a_fault_can_be_tried_again(slack: LocalSlack) -> None:
    slack.faults.add(kind="too_many_websockets")
    client = AsyncWebClient(token="xapp-local", base_url=slack.api_url)
    async with aiohttp.ClientSession() as session:
        for expected in ("disconnect", "hello"):
            opened = await client.apps_connections_open(app_token="xapp-local")
            async with session.ws_connect(opened["url"]) as socket:
                assert (await socket.receive_json())["type"] == expected


async def test_a_wrong_app_token_opens_no_socket(slack: LocalSlack) -> None:
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token="xapp-stolen")
