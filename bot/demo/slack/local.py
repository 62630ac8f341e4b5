"""The local Slack as a whole: one workspace with its Web API, its deliveries to the app, and the people in it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.demo.slack.clock import Clock
from bot.demo.slack.control import Control, Do
from bot.demo.slack.courier import Courier, Tasks
from bot.demo.slack.dump import dump
from bot.demo.slack.events import Events
from bot.demo.slack.faults import Faults
from bot.demo.slack.gestures import Gestures
from bot.demo.slack.http_mode import HttpMode
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import App, Call, Channel, Delivery, Json, Person, UserGroup
from bot.demo.slack.snapshot import snapshot
from bot.demo.slack.socket_mode import SocketMode
from bot.demo.slack.speech import Speech
from bot.demo.slack.submits import Submits
from bot.demo.slack.transfers import Transfers
from bot.demo.slack.webapi import Tokens, WebApi
from bot.demo.slack.world import World

Found = TypeVar("Found")
UPLOAD_BYTES = 64 << 20
STOP_SECONDS = 2.0


class LocalSlack:
    """`start()` serves it alone; `routes()` mounts it elsewhere, and `stop()` ends what it runs in both cases."""

    def __init__(
        self,
        *,
        people: Iterable[Person],
        channels: Mapping[str, str],
        manifest: AppManifest,
        team: str = "T0LOCAL",
        domain: str = "acme",
        bot_token: str = "xoxb-local",  # noqa: S107 - opens nothing but this
        app_token: str = "xapp-local",  # noqa: S107 - opens nothing but this
        signing_secret: str = "local-secret",  # noqa: S107 - opens nothing but this
        request_url: str | None = None,
        rate_limits: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self.clock, self.faults = clock or Clock(), Faults()
        self.world = World(team=team, domain=domain, manifest=manifest, clock=self.clock)
        self._seed = (tuple(people), dict(channels))
        self._tasks = Tasks()
        self._runner: web.AppRunner | None = None
        self._callers: set[tuple[str, int]] = set()
        tokens = Tokens(bot=bot_token, app=app_token, signing_secret=signing_secret)
        self.socket_mode = SocketMode(self.world, self.faults)
        self.http_mode = HttpMode(self.world, request_url, signing_secret) if request_url else None
        courier = Courier(self.world, self.faults, self.http_mode or self.socket_mode, self._tasks)
        self._api = WebApi(self.world, tokens, self.faults, rate_limits=rate_limits)
        self._transfers = Transfers(self.world, tokens)
        self._adopt(courier)
        self._control = Control(
            acts=self._acts(),
            world=self.world,
            clock=self.clock,
            faults=self.faults,
            snapshot=self.snapshot,
            subscribe=self.subscribe,
            reset=self.reset,
        )
        self.seed(people=self._seed[0], channels=self._seed[1])

    def _adopt(self, courier: Courier) -> None:
        """Connects what happens in the workspace with its deliveries, and the people's acts with both."""
        self.world.emit = Events(self.world, courier.event).publish
        speech = Speech(self.world)
        gestures = Gestures(self.world, courier, speech)
        submits = Submits(self.world, courier, gestures)
        self.post, self.edit, self.delete, self.react = speech.post, speech.edit, speech.delete, speech.react
        self.pin = speech.pin
        self.open_home, self.post_as_app, self.change_person = (
            speech.open_home,
            speech.post_as_app,
            speech.change_person,
        )
        self.join, self.leave = speech.join, speech.leave
        self.slash, self.click, self.click_in_view = gestures.slash, gestures.click, gestures.click_in_view
        self.message_shortcut, self.global_shortcut = gestures.message_shortcut, gestures.global_shortcut
        self.suggest, self.fill, self.submit, self.close_view = (
            gestures.suggest,
            submits.fill,
            submits.submit,
            submits.close_view,
        )

    def _acts(self) -> dict[str, Do]:
        """What people can do from outside, by its name there."""

        async def fill(user: str, view_id: str, values: Json) -> None:
            self.fill(user, view_id, values)

        async def post_as_app(_user: str | None, **message: Any) -> Any:
            return await self.post_as_app(**message)

        return {
            "post": self.post,
            "edit": self.edit,
            "delete": self.delete,
            "react": self.react,
            "pin": self.pin,
            "slash": self.slash,
            "click": self.click,
            "click_in_view": self.click_in_view,
            "fill": fill,
            "submit": self.submit,
            "close_view": self.close_view,
            "message_shortcut": self.message_shortcut,
            "global_shortcut": self.global_shortcut,
            "open_home": self.open_home,
            "suggest": self.suggest,
            "post_as_app": post_as_app,
        }

    # -- serving

    @property
    def app(self) -> App:
        return self.world.app

    @property
    def api_url(self) -> str:
        return f"{self.world.base_url}/api/"

    @property
    def connections(self) -> int:
        """How many sockets of the app are open."""
        return self.socket_mode.connections

    @property
    def accepted(self) -> int:
        """Over how many connections calls have come in; sockets are not among them."""
        return len(self._callers)

    def routes(self) -> list[web.RouteDef]:
        parts = (self._api, self._transfers, self.socket_mode, self._control)
        return [route for part in parts for route in part.routes()]

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=UPLOAD_BYTES, middlewares=[self._counting])
        app.add_routes(self.routes())
        self._runner = runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.world.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    @web.middleware
    async def _counting(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.transport is not None and "Upgrade" not in request.headers:
            self._callers.add(request.transport.get_extra_info("peername"))
        return await handler(request)

    async def stop(self) -> None:
        self._api.release()
        await self._tasks.stop()
        await self._control.close()
        await self.socket_mode.close()
        if self.http_mode:
            await self.http_mode.close()
        if self._runner:
            await self._runner.cleanup()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Slack's regular recycling of sockets, now."""
        await self.socket_mode.disconnect(reason)

    # -- preparing

    def reset(self) -> None:
        """Back to the people and channels of the beginning; sockets stay open, faults are gone."""
        self.faults.clear()
        self.world.clear()
        self.seed(people=self._seed[0], channels=self._seed[1])

    def seed(
        self,
        *,
        people: Iterable[Person] = (),
        channels: Mapping[str, str] | None = None,
        usergroups: Iterable[UserGroup] = (),
        members: Mapping[str, Iterable[str]] | None = None,
        private: Iterable[str] = (),
    ) -> None:
        """Adds without a word to the app. `members` names who is in a channel, where that is not everybody and the app."""
        world, told, groups = self.world, dict(members or {}), set(private)
        world.people |= {person.id: person for person in people}
        everybody = frozenset({*world.people, world.app.user_id})
        for channel_id, name in (channels or {}).items():
            kind = "group" if channel_id in groups else "channel"
            inside = frozenset(told.get(channel_id, everybody))
            world.channels[channel_id] = Channel(id=channel_id, name=name, members=inside, kind=kind)
        world.groups |= {group.id: group for group in usergroups}
        world.announce()

    # -- looking

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(self.world.calls)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        return tuple(self.world.deliveries.values())

    def messages(self, channel: str) -> list[Json]:
        """Everything in a channel, answers in threads too, oldest first."""
        return sorted(self.world.messages[channel].values(), key=lambda message: str(message["ts"]))

    def thread(self, channel: str, ts: str) -> list[Json]:
        """The answers in a thread, oldest first, without the message they answer."""
        return self.world.replies(channel, ts)

    def ephemerals(self, user: str, channel: str | None = None) -> list[Json]:
        return [one for one in self.world.ephemerals if one["for"] == user and channel in {None, one["channel"]}]

    def views(self, user: str) -> list[Json]:
        """This person's modals, the one on top last."""
        return [self.world.views[view_id] for view_id in self.world.stacks[user]]

    def home(self, user: str) -> Json | None:
        return self.world.views.get(self.world.homes.get(user, ""))

    def dm(self, user: str) -> str:
        return self.world.dm(user).id

    def snapshot(self, as_user: str) -> Json:
        return snapshot(self.world, as_user)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls back after each change; returns the way to stop that."""
        return self.world.changes.subscribe(callback)

    async def wait_for(
        self,
        predicate: Callable[[], Found],
        timeout: float = 10,  # noqa: ASYNC109 - part of the contract, and the message needs it
        why: str = "what the test waits for",
    ) -> Found:
        """The predicate's first truthy value, looked at after every change."""
        found = await self.world.changes.until(predicate, timeout)
        if not found:
            raise AssertionError(f"not within {timeout} s: {why}\n{dump(self.world)}")
        return found
