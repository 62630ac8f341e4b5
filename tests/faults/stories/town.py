"""A town for one seed: its fakes obey the strikes that a call carries, and keep their own counts."""

import asyncio
import os
import re
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import aiohttp
from aiohttp import web
from sqlalchemy import event, select

from bot.bug.bug import Bug
from bot.bug.values import CustomerHint
from bot.bug.workspace import allow
from bot.demo.server import free_port
from bot.demo.slack.local import STOP_SECONDS, UPLOAD_BYTES, LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.demo.world.world import World
from bot.ledger import workspace
from bot.ledger.db.tables import bugs, cursors, inbox
from bot.ledger.entries import load
from bot.ledger.relay.relay import FOREIGN_PAUSE, POLL
from bot.production.catalogue.catalogue import Catalogue
from bot.sinks.card import LOOK_AT
from tests.faults.process import ROOT, Makegood
from tests.faults.stories.disasters import Server, as_judge, put_file_back
from tests.faults.stories.fakes import Journal, Service, obeying
from tests.faults.stories.plan import Plan, Topology
from tests.faults.stories.processes import Process, Zygote
from tests.faults.town import SINKS, Town, until
from tests.slack.alerts import bugsnag
from tests.support.stores import Store, person

ACTIONS = Path(__file__).with_name("own_actions")
CREW = (
    Person(id="U0DEV", name="Dana", email="dana@quickadmin.example"),
    Person(id="U0SUP", name="Sam", email="sam@quickadmin.example"),
)
FROZEN = {"stop": (0.8, 4.8), "stop long": (4.8, 6.4)}
"""Seconds that a stopped process stands still: some are back within their lease (2.4 s here), a long one is not.

More on a busy machine.
"""
READY = aiohttp.ClientTimeout(total=3)
CALM = 3
"""Looks one after another that must find nothing waiting."""
WATCH = 0.1
"""Seconds between two looks at who stands still."""
STORM = 3.0
"""Seconds for which Slack takes nothing more."""
CALLED = 3.0
"""Seconds that a call to another system may take where the machine is quiet."""
BY_THEMSELVES = ("card", "clock", "live", "letters", "approval", "when_works")
"""Sinks that are asked again without anything new: nobody waits for that."""
AGAIN = 0.4
"""Seconds until Slack tells of a message once more, under another event id."""
Json = dict[str, Any]


def busy() -> float:
    """How many times as long everything takes here, because others use the machine too; at most three times."""
    return min(max(1.0, os.getloadavg()[0] / (2 * (os.cpu_count() or 1))), 3.0)


@cache
def _manifest() -> AppManifest:
    return AppManifest.load(ROOT / "app_manifest.yml")


@dataclass
class StruckTown(Town):
    """`start` opens the fakes, `settle_in` the processes; what happens by itself goes on until `stop`."""

    plan: Plan = field(default_factory=lambda: Plan.bare(0))
    zygote: Zygote = field(default_factory=Zygote)
    planted: str = ""
    world_before: Path | None = None
    """The files of a world that was opened before."""

    async def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.service, self.server = Service(), Server(self.database_url)
        self.slack = LocalSlack(people=CREW, channels={"C0ERRORS": "errors"}, manifest=_manifest(), rate_limits=False)
        self.storm_until, self.slower = 0.0, busy()
        self.runners = [await self._serve(self.slack.routes(), self.slack._counting, self._storming, obeying)]
        self.slack.world.base_url = self._address(self.runners[0])
        self.ports = [free_port() for _ in range(self.plan.topology.replicas)]
        self.port, serving = self.ports[0], free_port()
        base, bot = f"http://127.0.0.1:{serving}", f"http://127.0.0.1:{self.port}"
        self.world = World(data_dir=self.folder / "world", base_url=base, bot_url=bot, pauses=(0.2,) * 300)
        control = web.post("/control", self._control)
        self.runners.append(
            await self._serve([*self.world.routes(), *self.service.routes(), control], obeying, port=serving)
        )
        if self.world_before:
            await asyncio.to_thread(shutil.copytree, self.world_before, self.folder / "world", dirs_exist_ok=True)
        await self.world.start()
        self.http = aiohttp.ClientSession()
        self._look()
        self.journal = Journal(self.folder / "journal")
        self.processes: list[Process] = []
        self._tasks: list[asyncio.Task[Any]] = []

    def _look(self) -> None:
        """Whoever judges opens the database as a process of its own would."""
        self.store = Store(self.database_url)
        self.ledger = self.store.ledger({sink.name: sink.interest for sink in SINKS}, clock=self.clock)
        if not self.ledger.db.sqlite:
            event.listen(self.ledger.db.engine.sync_engine, "connect", as_judge)

    def clock(self) -> datetime:
        ahead = self.folder / "ahead"
        return datetime.now(UTC) + timedelta(seconds=float((ahead.read_text() if ahead.exists() else "") or 0))

    def set_clock(self, ahead: float) -> None:
        """For every process of the town, at once; the fakes keep the true time."""
        # in one write and in place: they keep the file open
        file = os.open(self.folder / "ahead", os.O_WRONLY | os.O_CREAT)
        os.pwrite(file, f"{ahead:<32}".encode(), 0)
        os.close(file)

    async def _serve(self, routes: list[web.RouteDef], *middlewares: Any, port: int = 0) -> web.AppRunner:
        app = web.Application(client_max_size=UPLOAD_BYTES, middlewares=middlewares)
        app.add_routes(routes)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    @web.middleware
    async def _storming(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Everything that is asked of Slack in a storm is too much; sockets stay open."""
        if time.monotonic() > self.storm_until or request.path == "/socket":
            return await handler(request)
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})

    def storm(self) -> None:
        self.storm_until = time.monotonic() + STORM

    def tell_again(self) -> None:
        """From now on Slack delivers some events twice, in another order, for want of an ack, and again under other ids."""
        for kind, times in (("duplicate", 5), ("reorder", 3), ("drop_ack", 2)):
            self.slack.faults.add(kind=kind, method="events_api", times=times)
        publish = self.slack.world.emit

        def again(event: Json) -> None:
            publish(event)
            if event["type"] == "message":
                asyncio.get_running_loop().call_later(AGAIN, publish, dict(event))

        self.slack.world.emit = again

    def _address(self, runner: web.AppRunner) -> str:
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _control(self, request: web.Request) -> web.Response:
        """A child asks for a strike of what can carry no header."""
        asked = await request.json()
        parts = self.world.parts
        if asked["part"] == "mail":
            parts.mail.faults.add(asked["kind"])
        elif asked["part"] == "host":
            kind, _, at = asked["kind"].partition(" ")
            parts.host.faults.add(kind=kind, at=cast("Any", at))
        elif asked["part"] == "slack":
            await self.slack.socket_mode.close()
        return web.Response()

    async def settle_in(self) -> None:
        """Turns on the actions, starts the processes, begins to watch them."""
        for entry in Catalogue.trusting([ACTIONS]).entries.values():
            turned_on = partial(allow, action=entry.name, sha=entry.sha)
            await workspace.record(self.ledger, turned_on, by=person("U0DEV"))
        self.processes = [
            Process(zygote=self.zygote, bot=bot, seam=partial(self._seam, newer=self._is_newer(n)))
            for n, bot in enumerate(self._deployment(self.plan.topology))
        ]
        self._tasks.append(asyncio.create_task(self._watch()))
        for process in self.processes:
            process.keep()

    async def opened(self, within: float = 40 * busy()) -> None:
        """Every replica has been ready once; from then on people come."""

        for port in self.ports:
            await until(partial(self._ready, port), f"port {port} is ready", within)

    async def _ready(self, port: int) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self.http.get(f"http://127.0.0.1:{port}/ready", timeout=READY) as answer:
                return answer.status == HTTPStatus.OK
        return False

    def _is_newer(self, number: int) -> bool:
        return self.plan.topology.newer and number == len(self.ports) - 1

    def _seam(self, *, newer: bool) -> Json:
        strikes = [{"id": i, "point": s.point, "kind": s.kind, "nth": s.nth} for i, s in enumerate(self.plan.strikes)]
        control = f"{self.world.base_url}/control"
        files = {"journal": str(self.journal.file), "clock": str(self.folder / "ahead")}
        return {
            **files,
            "control": control,
            "strikes": strikes,
            "planted": self.planted,
            "newer": newer,
            "slower": self.slower,
        }

    def _deployment(self, topology: Topology) -> list[Makegood]:
        found = []
        for number, port in enumerate(self.ports):
            bot = self._own(self.bot(f"makegood{number}"), front=topology.apart)
            found.append(Makegood(bot.config, {**bot.environment, "MAKEGOOD_PORT": str(port)}, bot.arguments))
        if topology.apart:
            bot = self._own(self.bot("production", "--sinks", "production,billing"), front=False)
            bare = {k: v for k, v in bot.environment.items() if k not in {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}}
            found.append(Makegood(bot.config, {**bare, "MAKEGOOD_TEAM": "T0LOCAL"}, bot.arguments))
        return found

    def _own(self, bot: Makegood, *, front: bool) -> Makegood:
        """With the actions of these stories; a front beside another process has no credentials of production and billing."""
        text = re.sub(r'(?m)^paths = \["[^"]*"\].*$', f'paths = ["{ACTIONS}"]', bot.config.read_text())
        text = re.sub(r"(?m)^approvers = .*$", f"approvers = {[one.id for one in CREW]}", text)
        text = text.replace("letters_wait = 0 ", "letters_wait = 1 ")
        for called in ("customers.chatwoot", "mail", "board", "billing"):
            text = text.replace(f"\n[{called}]\n", f"\n[{called}]\ntimeout = {CALLED * self.slower:.1f}\n")
        text = re.sub(r"\n\[probes\.[\w-]+\]\n(.+\n)+", "", text)
        text += f'\n[targets.counting]\nbase_url = "{self.world.base_url}/counting"\ntimeout = 5\n'
        if front:
            tables = re.search(r"(?m)^tables = .*$", text)
            assert tables
            text = re.sub(r"\[targets\.[\w.]+\]\n(.+\n)+", "", text)
            text = re.sub(r'(?m)^key = "sk_.*\n(base_url.*\n)?', "elsewhere = true\n", text)
            text += f'\n[targets.shop]\nkind = "sql"\n{tables.group()}\n[targets.web]\nkind = "ssh"\n[targets.counting]\nkind = "http"\n'
        bot.config.write_text(text)
        return bot

    async def _watch(self) -> None:
        """Lets go of who stopped itself; everything else is only noted."""
        while True:
            for pid, what, *about in self.journal.news():
                if what == "stopped":
                    still = self.plan.draw(f"frozen {about[0]}").uniform(*FROZEN[about[1]]) * self.slower
                    self._tasks.append(asyncio.create_task(self._thaw(int(pid), still)))
            await asyncio.sleep(WATCH)

    async def _thaw(self, pid: int, still: float) -> None:
        await asyncio.sleep(still)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def heal(self) -> None:
        """No further strike falls; who stands still goes on."""
        for number in range(len(self.plan.strikes)):
            Path(f"{self.journal.file}.{number}").touch()
        self.storm_until = 0.0
        self.slack.faults.clear()
        self.world.parts.mail.faults.clear()
        self.world.parts.host.faults.clear()
        for process in self.processes:
            process.signal(signal.SIGCONT)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(process.stop() for process in self.processes))
        await self.http.close()
        await self.store.close()
        await self.world.stop()
        await self.slack.stop()
        for runner in self.runners:
            await runner.cleanup()

    # -- what happens

    def customer_hint(self, number: int) -> CustomerHint:
        return CustomerHint(name=f"Ada {number}", email=f"ada{number}@studio.example")

    async def report(self, number: int, occurrence: int, email: str = "", title: str = "Undefined index: crud") -> None:
        """Bugsnag tells one of the replicas, again and again until it is answered 200; some deliveries come twice."""
        body = bugsnag(error=f"error-{number}", event=f"event-{number}-{occurrence}", email=email, title=title)
        draw = self.plan.draw(f"report {number} {occurrence}")
        times = draw.choice((1, 1, 2))
        await asyncio.gather(*(self._post(body, draw.choice(self.ports)) for _ in range(times)))
        self.reported.append(body)

    async def _post(self, body: Json, port: int) -> None:
        while True:
            url = f"http://127.0.0.1:{port}/hooks/bugsnag/{self.world.keys.bugsnag_hook}"
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self.http.post(url, json=body, timeout=aiohttp.ClientTimeout(total=8)) as answer:
                    if answer.status == HTTPStatus.OK:
                        return
                    assert answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR, await answer.text()
            port = self.ports[(self.ports.index(port) + 1) % len(self.ports)]
            await asyncio.sleep(0.1)

    async def restore_backup(self, after: float) -> None:
        """What a backup from `after` seconds ago holds comes back, by the commands that we tell people."""
        first, kept = self.processes[0], self.folder / "the.backup"
        await first.must("backup", str(kept), "--config", str(first.bot.config))
        await asyncio.sleep(after)
        await asyncio.gather(*(process.stop() for process in self.processes))
        await self.store.close()
        put_file_back(kept, self.folder / "makegood.db") if self.ledger.db.sqlite else await self.server.put_back(kept)
        self._look()
        await first.must(
            "restored", "the", "disk", "failed", "--config", str(first.bot.config), tries=len(self.plan.strikes) + 1
        )
        for process in self.processes:
            process.keep()

    # -- what came of it

    async def numbers(self) -> list[int]:
        async with self.ledger.db.read() as conn:
            return sorted((await conn.execute(select(bugs.c.number))).scalars())

    async def all_bugs(self) -> list[Bug]:
        return [await load(self.ledger, number) for number in await self.numbers()]

    async def settled(self, within: float = 60) -> None:
        """Nothing waits any more but what a person is asked about. Raises AssertionError with what still waits."""
        end, waiting = time.monotonic() + within, "?"
        calm = 0
        while calm < CALM:
            # whoever stands still or begins anew has not stored yet what was delivered to it
            away = [port for port in self.ports if not await self._ready(port)]
            waiting = f"{away} are not ready" if away else await self._waiting()
            calm = 0 if waiting else calm + 1
            if waiting and time.monotonic() > end:
                raise AssertionError(f"not settled within {within:.0f} s: {waiting}")
            await asyncio.sleep(0.2)

    async def _waiting(self) -> str:
        """The live view of a run goes on looking for as long as a person has not said how the run ended."""
        now = self.clock().timestamp()
        soon = (cursors.c.due <= now + 5) | (cursors.c.attempts > 0) | (cursors.c.lease > 0)
        # an older version leaves what it does not know to the newer one, and looks again after a pause
        left = cursors.c.sink.not_in(BY_THEMSELVES) & (cursors.c.due <= now + FOREIGN_PAUSE + POLL)
        # a card that was posted in doubt is looked at once more
        busy = (soon | left | cursors.c.external.contains(f'"{LOOK_AT}"')) & cursors.c.due.is_not(None)
        async with self.ledger.db.read() as conn:
            new = select(inbox.c.key, inbox.c.note, inbox.c.attempts).where(inbox.c.state == "new")
            items = (await conn.execute(new)).all()
            which = select(cursors.c.bug, cursors.c.sink, cursors.c.attempts, cursors.c.lease).where(
                busy, cursors.c.gave_up.is_(None), cursors.c.sink != "live"
            )
            due = (await conn.execute(which)).all()
        return " ".join(str(tuple(row)) for row in (*items, *due))
