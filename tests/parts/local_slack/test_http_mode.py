"""Signed deliveries to a real Bolt app over HTTP: acknowledged by the response, repeated with Slack's headers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack

from .conftest import open_workspace


class Endpoint:
    """A web server that notes what comes and hands it to `answer`."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.answer: Any = None

    async def start(self) -> str:
        application = web.Application()
        application.router.add_post("/slack/events", self._handle)
        self.runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/slack/events"

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.requests.append(request)
        response: web.StreamResponse = await self.answer(request)
        return response


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    one = Endpoint()
    yield one
    await one.runner.cleanup()


@pytest.fixture
async def over_http(endpoint: Endpoint) -> AsyncIterator[LocalSlack]:
    async with open_workspace(request_url=await endpoint.start()) as slack:
        yield slack


@pytest.fixture
def bolt(over_http: LocalSlack, endpoint: Endpoint) -> AsyncApp:
    client = AsyncWebClient(token="xoxb-local", base_url=over_http.api_url)
    app = AsyncApp(client=client, signing_secret="local-secret")
    endpoint.answer = app.server(port=1).handle_post_requests
    return app


async def test_bolt_gives_the_challenge_back(over_http: LocalSlack, bolt: AsyncApp) -> None:
    assert over_http.http_mode is not None
    assert await over_http.http_mode.verify()


async def test_bolt_accepts_the_signature_and_hears_the_event(over_http: LocalSlack, bolt: AsyncApp) -> None:
    heard: list[str] = []

    @bolt.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])
        over_http.world.announce()

    await over_http.post("U0DEV", "C0ERRORS", "hello")
    await over_http.wait_for(lambda: over_http.deliveries[0].acked_after is not None, why="the event is acknowledged")
    await over_http.wait_for(lambda: heard, why="Bolt's listener ran")
    assert heard == ["hello"]


async def test_a_command_is_answered_in_the_response(over_http: LocalSlack, bolt: AsyncApp) -> None:
    @bolt.command("/bug")
    async def bug(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"{command['user_name']} wants {command['text']}")

    act = await over_http.slash("U0DEV", "C0ERRORS", "/bug list all")
    assert act.ok
    assert [message["text"] for message in over_http.ephemerals("U0DEV")] == ["dana wants list all"]


async def test_a_button_is_clicked_over_http(over_http: LocalSlack, bolt: AsyncApp) -> None:
    button = {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}, "value": "BUG-1"}
    posted = await bolt.client.chat_postMessage(
        channel="C0ERRORS", text="card", blocks=[{"type": "actions", "elements": [button]}]
    )
    clicked: list[str] = []

    @bolt.action("claim")
    async def claim(ack: Any, action: dict[str, Any]) -> None:
        await ack()
        clicked.append(action["value"])

    assert (await over_http.click("U0DEV", "C0ERRORS", posted["ts"], "claim")).ok
    assert clicked == ["BUG-1"]


async def test_a_failing_app_gets_the_event_again_with_number_and_reason(
    over_http: LocalSlack, endpoint: Endpoint
) -> None:
    async def fail(_request: web.Request) -> web.Response:
        return web.Response(status=500)

    endpoint.answer = fail
    await over_http.post("U0DEV", "C0ERRORS", "hello")
    await over_http.wait_for(lambda: over_http.deliveries[0].failure == "http_error", why="the app failed")
    over_http.clock.advance(1)
    await over_http.wait_for(
        lambda: len(over_http.deliveries) > 1 and over_http.deliveries[1].failure, why="it failed again"
    )
    headers = endpoint.requests[1].headers
    assert (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"]) == ("1", "http_error")


async def test_an_app_may_say_that_it_wants_no_retry(over_http: LocalSlack, endpoint: Endpoint) -> None:
    async def decline(_request: web.Request) -> web.Response:
        return web.Response(status=400, headers={"X-Slack-No-Retry": "1"})

    endpoint.answer = decline
    await over_http.post("U0DEV", "C0ERRORS", "hello")
    await over_http.wait_for(lambda: over_http.deliveries[0].failure, why="the app declined")
    over_http.clock.advance(400)
    await over_http.post("U0DEV", "C0ERRORS", "another")
    await over_http.wait_for(lambda: len(endpoint.requests) == 2, why="the next event is there")
    assert "X-Slack-Retry-Num" not in endpoint.requests[1].headers


async def test_an_app_that_is_down_is_tried_again(over_http: LocalSlack, endpoint: Endpoint) -> None:
    await endpoint.runner.cleanup()
    await over_http.post("U0DEV", "C0ERRORS", "hello")
    await over_http.wait_for(lambda: over_http.deliveries[0].failure == "connection_failed", why="nobody is there")
    over_http.clock.advance(1)
    await over_http.wait_for(lambda: len(over_http.deliveries) == 2, why="it is tried again")
