"""The demo: one address serves the page, the local Slack and the world; the bot runs beside them as it would in production."""

import contextlib
import random
import shutil
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from bot import shipped
from bot.app import Services, build
from bot.bug.errors import Misconfigured
from bot.demo import history, page
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.demo.world.world import World
from bot.ledger.ledger import utcnow
from bot.ledger.relay.pace import Pace
from bot.settings import environment
from bot.settings import settings as config

CHANNELS = {"C0ERRORS": "errors", "C0TEAM": "team"}
BOT_TOKEN, APP_TOKEN = "xoxb-local", "xapp-local"


def people(*, alone: bool = False) -> tuple[Person, ...]:
    """The team, or its founder alone. In this machine's time zone, as the browser is: card and letter agree on the time."""
    _, _, zone = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    named = (("U0DEV", "Dana", "developer"), ("U0SUP", "Sam", "supporter"), ("U0LEAD", "Lee", "lead"))
    return tuple(
        Person(id=id_, name=name, email=f"{name.lower()}@quickadmin.example", title=title, tz=zone or "UTC")
        for id_, name, title in (named[:1] if alone else named)
    )


@dataclass
class Demo:
    """`start` returns when the page can be used. Everything lives below `data` and is made anew at each start."""

    port: int
    data: Path
    mode: str = "run"
    alone: bool = False
    """One person, with `team = "solo"`."""
    history: bool = False
    """With a quarter of bugs that are over."""
    database_url: str = ""
    """Where the bot keeps its trail; empty: a file below `data`."""
    rate_limits: bool = True
    letters_wait: int = 10
    """Seconds with *Take back*."""
    started: Callable[[str], None] = lambda _url: None
    begins: Callable[[str], None] = lambda _what: None
    """Told of each part of the start before it begins."""
    clock: Callable[[], datetime] = utcnow
    pace: type[Pace] = Pace
    bot: Services | None = None
    _running: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _runner: web.AppRunner | None = field(default=None)
    _listener: socket.socket | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._listener = _listen(self.port)  # first: a demo that runs there keeps its files
        shutil.rmtree(self.data, ignore_errors=True)
        try:
            self.data.mkdir(parents=True)
        except OSError as error:
            raise Misconfigured(
                f"The demo can't keep its files in {self.data}: {error.strerror}. Choose another folder with --data."
            ) from error
        self.begins("Slack and the page")
        self.slack = LocalSlack(
            people=list(people(alone=self.alone)),
            channels=CHANNELS,
            manifest=AppManifest.load(shipped.MANIFEST),
            bot_token=BOT_TOKEN,
            app_token=APP_TOKEN,
            rate_limits=self.rate_limits,
        )
        await self._serve(self._listener)
        self.begins("the shop, the chat, the board, the till, the mail server and the host")
        await self.world.start()
        await self._start_bot()
        self.started(self.url)

    async def _serve(self, listener: socket.socket) -> None:
        """The bot's own port is its own; what it faces is all behind one address."""
        app = web.Application(client_max_size=32 << 20)
        inner = web.Application(client_max_size=32 << 20)
        inner.add_routes(self.slack.routes())
        app.add_subapp("/slack", inner)
        app.add_routes(page.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self._bot_port = free_port()
        bot_url = f"http://127.0.0.1:{self._bot_port}"
        self.world = World(
            data_dir=self.data / "world", base_url=self.url, bot_url=bot_url, slack=self.slack, on_reset=self._reset
        )
        app.add_routes(self.world.routes())
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()
        self.slack.world.base_url = f"{self.url}/slack"

    async def _start_bot(self) -> None:
        home = self.data / "bot"
        home.mkdir(exist_ok=True)
        file = home / "makegood.toml"
        approvers = () if self.alone else ("U0LEAD",)
        file.write_text(self.world.settings_toml(mode=self.mode, approvers=approvers, wait=self.letters_wait))
        settings, secrets = config.read(file)
        told = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": f"{self.url}/slack/api/",
            "MAKEGOOD_PORT": str(self._bot_port),
            "MAKEGOOD_DATABASE_URL": self.database_url,
        }
        runtime = environment.read(file, (*secrets, SecretStr(BOT_TOKEN)), told)
        if self.history:
            await self._remember(runtime.database_url)
        self.begins("the bot")
        bot = build(settings, runtime, home, clock=self.clock, pace=self.pace)
        self.bot = await self._running.enter_async_context(bot)

    async def _remember(self, url: str) -> None:
        """The quarter is written once; whoever begins again gets a copy of it."""
        team, ids = self.slack.world.team, [one.id for one in people(alone=self.alone)]
        kept = self.data / "history.db"
        if not kept.exists():
            self.begins("a quarter of history")
            await history.write(
                f"sqlite+aiosqlite:///{kept}" if not self.database_url else url, team, ids, self.clock()
            )
        if not self.database_url:
            shutil.copy(kept, self.data / "bot" / "makegood.db")

    async def _reset(self, world: Callable[[], Awaitable[None]]) -> None:
        """Nobody remembers anything: a new day for the bot, for Slack, and for the world."""
        await self._running.aclose()  # first, or the bot makes anew what the world takes away
        await world()
        shutil.rmtree(self.data / "bot", ignore_errors=True)
        self.slack.reset()
        await self._start_bot()

    async def stop(self) -> None:
        if self._runner:  # else the start ended before anything ran
            await self._stop_parts(self._runner)
        if self._listener:
            self._listener.close()

    async def _stop_parts(self, runner: web.AppRunner) -> None:
        await self._running.aclose()
        await self.world.stop()
        await self.slack.stop()
        await runner.cleanup()


def _listen(port: int) -> socket.socket:
    """Raises Misconfigured where somebody else listens there."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise Misconfigured(f"Port {port} is taken. Choose another: make demo PORT=8068.") from error


def free_port() -> int:
    """One that nobody uses at this moment, and that the system gives to nobody by itself before it is used: below 32768."""
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 - any will do
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
