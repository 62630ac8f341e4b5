"""The real bot beside the local Slack, and what happens around it: errors, mails, the passing of time, restarts."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import Services, build
from bot.bug.bug import Bug
from bot.bug.workspace import allow
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.ledger.db.tables import cursors, inbox
from bot.ledger.entries import load, trail
from bot.ledger.ledger import Entry
from bot.ledger.relay.pace import Budget, Pace
from bot.ledger.relay.relay import DOUBT_PAUSE
from bot.ledger.workspace import record_in
from bot.settings.environment import Environment
from bot.settings.settings import Settings
from bot.settings.validation import validate
from tests.slack.alerts import Json, bugsnag
from tests.support.dsl.message import Message
from tests.support.dsl.workspace import ChannelPage, PersonPage, Workspace
from tests.support.stores import person

MANIFEST = Path(__file__).parents[2] / "app_manifest.yml"
APP = AppManifest.load(MANIFEST)
HOOK = "hook-token"
PEOPLE = (
    Person(id="U0DEV", name="Dana", email="dana@acme.example", title="developer", tz="Europe/Berlin"),
    Person(id="U0SUP", name="Sam", email="sam@acme.example", title="support"),
    Person(id="U0LEAD", name="Lee", email="lee@acme.example", title="lead"),
    Person(id="U0LEAD2", name="Max", email="max@acme.example", title="lead"),
    Person(id="U0GUEST", name="Gil", email="gil@agency.example", guest=True),
    Person(id="U0STRANGE", name="Zoe", email="zoe@partner.example", stranger=True),
)
CHANNELS = {"C0ERRORS": "errors", "C0TEAM": "team"}


class Watch:
    """A clock that a story may set forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self.heard: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, **span: float) -> None:
        self._ahead += timedelta(**span)
        self.heard()


class Unhurried(Pace):
    """No budgets: where the pace is not the subject, a story does not wait a second for each of its lines."""

    async def take(self, *wanted: Budget) -> None:
        return


@dataclass(kw_only=True)
class House:
    """Started by its fixture; `restart` is the same house, with a new process."""

    slack: LocalSlack
    runtime: Environment
    folder: Path
    given: Mapping[str, Any] = field(default_factory=dict)
    paced: bool = False
    clock: Watch = field(default_factory=Watch)
    bot: Services = field(init=False)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)
    _said: int = 0

    @property
    def settings(self) -> Settings:
        least: Json = {
            "slack": {"error_channels": ["C0ERRORS"], "cards_per_minute": 1000},
            "hooks": {"bugsnag": {"token": HOOK}, "chatwoot": {"token": HOOK}, "email-postmark": {"token": HOOK}},
            "policy": {"approvers": ["U0LEAD", "max@acme.example"]},
        }
        tell = {"letters_wait": 0, **self.given.get("tell", {})}  # stories that are not about it do not wait
        return validate(Settings, {**least, **self.given, "tell": tell}, "the story's settings")

    async def start(self) -> None:
        pace = Pace if self.paced else Unhurried
        bot = build(self.settings, self.runtime, self.folder, clock=self.clock, pace=pace)
        self.bot = await self._running.enter_async_context(bot)
        # the relay sleeps until what is due next by the clock as it was
        self.clock.heard = self.bot.ledger.wakes.wake
        if self.runtime.app_token:
            await self.slack.wait_for(lambda: self.slack.connections, why="the bot's sockets are open")

    async def stop(self) -> None:
        await self._running.aclose()

    async def restart(self, **given: Any) -> None:
        """Stops and begins again on the same database, perhaps with other settings."""
        await self.stop()
        self.given = {**self.given, **given}
        await self.start()

    # -- who and where

    @property
    def ws(self) -> Workspace:
        return Workspace(self.slack)

    @property
    def errors(self) -> ChannelPage:
        return self.ws.channel("errors")

    def person(self, name: str) -> PersonPage:
        return self.ws.person(name)

    # -- what happens

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.runtime.port}"

    async def hook(self, source: str, body: Json) -> int:
        """What a service delivers; returns the answer's status."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/hooks/{source}/{HOOK}", json=body) as answer,
        ):
            return answer.status

    async def alarm(self, **about: Any) -> Message:
        """Bugsnag reports an error: its card, once it stands there and its trail has begun."""
        self._said += 1
        await self.reported(**{"error": f"error-{self._said}", **about})
        card = await self.errors.expect_message(f"BUG-{self._said}")
        await card.thread.expect("admitted:")
        return card

    async def reported(self, **about: Any) -> None:
        """Bugsnag reports an error, and whatever comes of it."""
        status = await self.hook("bugsnag", bugsnag(**about))
        assert status == 200

    async def allow(self, *actions: str) -> None:
        """Lee, an approver, turns on actions of the team's own."""
        team = self.ws.channel("team")
        for name in actions:
            await self.person("Lee").types(f"/fix allow {name}", in_=team)
            await team.expect_message(f"`{name}` is on")

    async def trust(self, *actions: str) -> None:
        """The same where it is not what the story is about: decided by Lee, without a word in Slack."""
        ledger, allowed = self.bot.ledger, self.bot.dispatcher.context.allowed
        async with ledger.db.write() as conn:
            for name in actions:
                entry = allowed.catalogue.find(name)
                decide = partial(allow, action=entry.name, sha=entry.sha)
                await record_in(conn, ledger, decide, by=person("U0LEAD"))
        await allowed.refresh()

    async def app_says(self, text: str, card: Message, shape: str = "bot_message", app: str = "Robot") -> Message:
        """Another app writes into a card's thread; `@makegood` in it is a real mention."""
        said = text.replace("@makegood", f"<@{self.slack.app.user_id}>")
        return await self.errors.receives({"text": said, "thread_ts": card.thread_ts}, app=app, shape=shape)

    async def forged(self, verb: str, value: str) -> Message:
        """A button that carries whatever its maker wanted, as only our own app could have posted it."""
        client = self.bot.slack.client
        button = {"type": "button", "action_id": verb, "text": {"type": "plain_text", "text": verb}, "value": value}
        posted = await client.chat_postMessage(
            channel="C0ERRORS", text="forged", blocks=[{"type": "actions", "elements": [button]}]
        )
        return Message(self.slack, "C0ERRORS", posted["ts"])

    async def quiet(self) -> None:
        """Until all that was said is delivered, all that was stored is worked off, and no sink has anything left to do."""
        calm = 0
        while calm < 3:  # what somebody just did may not even be on its way yet
            await asyncio.sleep(0.02)
            calm = 0 if self._undelivered() or await self._unfinished() else calm + 1

    async def doubted(self) -> None:
        """Until a sink does not know whether its call happened; the pause before it looks is then skipped."""
        unsure = select(cursors.c.bug).where(cursors.c.doubt == 1)
        found = None
        while found is None:
            await asyncio.sleep(0.02)
            async with self.bot.ledger.db.read() as conn:
                found = (await conn.execute(unsure)).first()
        self.clock.advance(seconds=DOUBT_PAUSE + 0.5)

    def _undelivered(self) -> bool:
        """Whether an event is still on its way, or its answer."""
        last = {str(one.payload.get("event_id", one.envelope_id)): one for one in self.slack.deliveries}
        return any(one.acked_after is None and one.failure is None for one in last.values())

    async def _unfinished(self) -> bool:
        now = self.clock().timestamp()
        busy = select(cursors.c.bug).where(
            cursors.c.gave_up.is_(None), (cursors.c.due <= now) | (cursors.c.lease > now)
        )
        async with self.bot.ledger.db.read() as conn:
            waits = (await conn.execute(select(inbox.c.key).where(inbox.c.state == "new"))).first()
            return bool(waits or (await conn.execute(busy)).first())

    # -- what is known

    async def bug(self, number: int = 1) -> Bug:
        return await load(self.bot.ledger, number)

    async def trail(self, number: int = 1) -> list[Entry]:
        return await trail(self.bot.ledger, number)

    async def kinds(self, number: int = 1) -> list[str]:
        """The kinds of a bug's entries, in order."""
        return [entry.event.KIND for entry in await self.trail(number)]


def local_slack(port: int, *, http: bool, rate_limits: bool = False) -> LocalSlack:
    return LocalSlack(
        people=PEOPLE,
        channels=CHANNELS,
        manifest=APP,
        request_url=f"http://127.0.0.1:{port}/slack/events" if http else None,
        rate_limits=rate_limits,
    )


def runtime(slack: LocalSlack, port: int, database_url: str, *, http: bool) -> Environment:
    return Environment(
        bot_token=SecretStr("xoxb-local"),
        app_token=None if http else SecretStr("xapp-local"),
        signing_secret=SecretStr("local-secret") if http else None,
        api_url=slack.api_url,
        database_url=database_url,
        port=port,
    )
