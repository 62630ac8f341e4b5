"""A workspace with three people and two channels, the real Slack SDK, and a real Bolt app over sockets."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from tests.support.dsl.workspace import Workspace

MANIFEST = AppManifest.load(Path(__file__).with_name("manifest.yml"))
PEOPLE = (
    Person(id="U0DEV", name="Dana", email="dana@acme.example", title="developer", tz="Europe/Berlin"),
    Person(id="U0LEAD", name="Lee", email="lee@acme.example", title="lead"),
    Person(id="U0GUEST", name="Gil", email="gil@agency.example", guest=True),
)
CHANNELS = {"C0ERRORS": "errors", "C0TEAM": "team"}
Payload = dict[str, Any]
Connect = Callable[[AsyncApp], AbstractAsyncContextManager[AsyncSocketModeHandler]]
Workspaces = Callable[..., AbstractAsyncContextManager[LocalSlack]]


@asynccontextmanager
async def open_workspace(**options: Any) -> AsyncIterator[LocalSlack]:
    local = LocalSlack(people=PEOPLE, channels=CHANNELS, **{"manifest": MANIFEST, **options})
    await local.start()
    try:
        yield local
    finally:
        await local.stop()


@pytest.fixture
def workspace() -> Workspaces:
    """Opens a workspace with other options than the usual ones."""
    return open_workspace


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with open_workspace() as local:
        yield local


def client_of(slack: LocalSlack) -> AsyncWebClient:
    """The official client, without retries: each test sees what Slack answers."""
    return AsyncWebClient(token="xoxb-local", base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return client_of(slack)


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client)


@pytest.fixture
def ws(slack: LocalSlack) -> Workspace:
    return Workspace(slack)


@pytest.fixture
def connected(slack: LocalSlack) -> Connect:
    """Connects a Bolt app over Socket Mode, and ends it."""

    @asynccontextmanager
    async def connect(app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
        before = slack.connections
        handler = AsyncSocketModeHandler(app, "xapp-local")
        await handler.connect_async()  # type: ignore[no-untyped-call]  # not annotated by the SDK
        await slack.wait_for(lambda: slack.connections > before, why="the app's socket is open")
        try:
            yield handler
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # not annotated by the SDK

    return connect


class Ear:
    """The SDK's own socket, which hears every envelope and answers as the test says."""

    SILENCE = object()

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack
        self.heard: list[SocketModeRequest] = []
        self.answer: Callable[[SocketModeRequest], Any] = lambda _request: None
        self.client = SocketModeClient(app_token="xapp-local", web_client=client_of(slack))
        self.client.socket_mode_request_listeners.append(self._hear)

    async def _hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        answer = self.answer(request)
        if answer is not Ear.SILENCE:
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=answer))
        self.heard.append(request)
        self._slack.world.announce()

    @property
    def events(self) -> list[Payload]:
        return [request.payload["event"] for request in self.heard if request.type == "events_api"]

    async def hears(self, count: int, kind: str = "events_api") -> list[Payload]:
        """The payloads of that kind, once there are so many."""

        def found() -> list[Payload]:
            return [request.payload for request in self.heard if request.type == kind]

        return (await self._slack.wait_for(lambda: len(found()) >= count and found(), why=f"{count} of {kind}")) or []


@asynccontextmanager
async def listening(slack: LocalSlack) -> AsyncIterator[Ear]:
    before = slack.connections
    ear = Ear(slack)
    await ear.client.connect()  # type: ignore[no-untyped-call]  # not annotated by the SDK
    await slack.wait_for(lambda: slack.connections > before, why="the ear's socket is open")
    try:
        yield ear
    finally:
        await ear.client.close()  # type: ignore[no-untyped-call]  # not annotated by the SDK


@pytest.fixture
async def ear(slack: LocalSlack) -> AsyncIterator[Ear]:
    async with listening(slack) as one:
        yield one
