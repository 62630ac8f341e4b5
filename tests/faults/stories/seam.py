"""What a child does at the points where a strike may fall: each transaction, each call to the outside, each ack.

Installed in the child process alone; `bot` knows nothing of it. A point is named after what stands there: "commit sinks.card.…".
"""

import asyncio
import functools
import json
import os
import signal
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from tests.faults.hasten import hasten
from tests.faults.stories.plan import UNLISTED, known

QUICKER = 5.0
"""Our own timers run so many times as fast as in life where the machine is quiet; the proportions stay."""
HEADER = "X-Strike"
FULL = 1.5
"""Seconds that a disk stays full."""
SELF = {"kill", "stop", "stop long", "slow"}
"""Strikes that concern the process, not what it asks."""
VISITS = {1: "visited", 3: "revisited"}
"""What is said of a point, by how often a process came to it."""
SLOW = 3.2
"""Seconds that a hung await takes: longer than a lease here."""


@dataclass(kw_only=True)
class Given:
    """`journal` is written, `clock` (seconds ahead) read; `strikes` are this town's; `planted` is a fault of our own.

    `newer`: this process is of the next version. `slower`: how many times as long everything takes on a busy machine.
    """

    journal: str
    clock: str
    control: str
    strikes: list[dict[str, Any]] = field(default_factory=list)
    planted: str = ""
    newer: bool = False
    slower: float = 1.0


class Seam:
    def __init__(self, given: Given) -> None:
        self.given = given
        self.visits: Counter[str] = Counter()
        self.may_fill = any(strike["kind"] == "full" for strike in given.strikes)
        self.unlisted: set[str] = set()
        self.full_until = 0.0
        self._clock = os.open(given.clock, os.O_RDONLY | os.O_CREAT)
        self._listed = {point.name for point in known()}
        self._journal = os.open(given.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @property
    def ahead(self) -> float:
        """Seconds by which the town's clock goes before the machine's."""
        return float(os.pread(self._clock, 32, 0) or 0)

    def say(self, *words: str) -> None:
        os.write(self._journal, ("\t".join((str(os.getpid()), *words)) + "\n").encode())

    def due(self, point: str) -> dict[str, Any] | None:
        """The strike that falls here and now: each falls once, in whichever process comes first."""
        self.visits[point] += 1
        if self.visits[point] in VISITS:
            self.say(VISITS[self.visits[point]], point)
        often = {point: self.visits[point], UNLISTED: 0}
        if point not in self._listed:
            self.unlisted.add(point)
            often[UNLISTED] = len(self.unlisted)
        for strike in self.given.strikes:
            if strike["nth"] <= often.get(strike["point"], 0) and self._first(strike):
                self.say("struck", point, strike["kind"], str(strike["id"]))
                return strike
        return None

    def _first(self, strike: dict[str, Any]) -> bool:
        try:
            os.close(os.open(f"{self.given.journal}.{strike['id']}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    async def at(self, point: str, conn: Any = None) -> str:
        """Carries out what concerns the process; what a call is to meet is returned."""
        strike = self.due(point)
        if strike is None:
            return ""
        match kind := str(strike["kind"]):
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stop" | "stop long":
                self.say("stopped", str(strike["id"]), kind)
                os.kill(os.getpid(), signal.SIGSTOP)
            case "slow":
                await asyncio.sleep(SLOW * self.given.slower)
            case "full":
                self.full_until = time.monotonic() + FULL
            case "cut":
                await _cut(conn)
        return kind

    async def ask(self, part: str, kind: str) -> None:
        """The fake over there is to fail at the next call."""
        asked = urllib.request.Request(self.given.control, json.dumps({"part": part, "kind": kind}).encode())  # noqa: S310 - loopback
        await asyncio.to_thread(urllib.request.urlopen, asked)


async def _cut(conn: Any) -> None:
    """The connection to the database is gone: before the commit, or when nobody has heard its answer yet."""
    if conn is None:
        lost()
    raw = (await conn.get_raw_connection()).driver_connection
    if hasattr(raw, "terminate"):
        raw.terminate()
    else:
        lost()


def lost() -> NoReturn:
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415 - see below

    raise OperationalError("COMMIT", None, ConnectionResetError("cut by the story"), connection_invalidated=True)


HERE = ("bot.ledger.db.", "bot.ledger.ledger", "bot.ledger.workspace", "bot.process.closing")


def caller() -> str:
    """Which function of ours asked, by its module and name."""
    frame = sys._getframe(1)
    while frame := frame.f_back:  # type: ignore[assignment] # ends with the outermost
        module = frame.f_globals.get("__name__", "")
        if module.startswith("bot.") and not module.startswith(HERE):
            code = frame.f_code
            return f"{module.removeprefix('bot.')}.{getattr(code, 'co_qualname', code.co_name)}".replace(
                ".<locals>", ""
            )
    return "elsewhere"


def install(given: Given) -> None:
    """Once, before `makegood run` builds anything."""
    seam = Seam(given)
    hasten(QUICKER / given.slower)
    _clock(seam)
    _database(seam)
    _calls(seam)
    _mail(seam)
    _host(seam)
    _production(seam)
    _acks(seam)
    if given.newer:
        from tests.faults.stories import newer  # noqa: PLC0415 - only where one is wanted

        newer.install()
    if given.planted:
        from tests.faults.stories.planted import PLANTED  # noqa: PLC0415 - only where one is wanted

        PLANTED[given.planted].plant()


def _clock(seam: Seam) -> None:
    """A clock that the story may set, the same for every process of the town; and no pace, for this Slack has no limits."""
    from bot import app  # noqa: PLC0415 - see above
    from bot.ledger.relay.pace import Budget, Pace  # noqa: PLC0415

    class Unhurried(Pace):
        async def take(self, *wanted: Budget) -> None:
            return

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=seam.ahead)

    patched: Any = app
    patched.build = functools.partial(app.build, clock=clock, pace=Unhurried)


def _database(seam: Seam) -> None:
    from bot.ledger.db.engine import PEOPLE, Database  # noqa: PLC0415 - see above

    write, read = Database.write, Database.read

    @asynccontextmanager
    async def writing(self: Database, rank: int = PEOPLE) -> AsyncIterator[Any]:
        where = caller()
        await seam.at(f"begin {where}")
        async with write(self, rank) as conn:
            if self.sqlite and seam.may_fill:
                await _fill(seam, conn)
            yield conn
            await seam.at(f"commit {where}", conn)
        await seam.at(f"committed {where}")

    @asynccontextmanager
    async def reading(self: Database) -> AsyncIterator[Any]:
        await seam.at(f"read {caller()}")
        async with read(self) as conn:
            yield conn

    Database.write, Database.read = writing, reading  # type: ignore[method-assign]


async def _fill(seam: Seam, conn: Any) -> None:
    """SQLite itself refuses what needs another page, as on a disk that is full."""
    now = (await conn.exec_driver_sql("PRAGMA page_count")).scalar()
    most = now if time.monotonic() < seam.full_until else 1_000_000
    await conn.exec_driver_sql(f"PRAGMA max_page_count = {most}")


def _calls(seam: Seam) -> None:
    import aiohttp  # noqa: PLC0415 - see above

    patched: Any = aiohttp.ClientSession
    request = patched._request

    async def asking(self: Any, method: str, url: Any, **options: Any) -> Any:
        name = _named(method, str(url))
        strike = await seam.at(f"asking {name}")
        if strike:
            options["headers"] = {**(options.get("headers") or {}), HEADER: strike}
        answer = await request(self, method, url, **options)
        await seam.at(f"asked {name}")
        return answer

    patched._request = asking


def _named(method: str, url: str) -> str:
    """Without what differs from story to story."""
    parts = url.partition("://")[2].partition("/")[2].partition("?")[0].split("/")
    named = (
        "*" if _varies(part) or before == "boards" else part for before, part in zip(["", *parts], parts, strict=False)
    )
    return f"{method.upper()} /{'/'.join(named)}"


def _varies(part: str) -> bool:
    """A number, or an id with digits in it; a version such as v1 stays. The ids of boards have digits only mostly."""
    return part.isdigit() or (len(part) > len("v1") and any(c.isdigit() for c in part))


def _around(seam: Seam, owner: Any, name: str, point: str, part: str) -> None:
    """The points before and after a call that is not HTTP; the fake over there is asked to fail."""
    call: Callable[..., Awaitable[Any]] = getattr(owner, name)

    @functools.wraps(call)
    async def wrapped(*args: Any, **options: Any) -> Any:
        kind = await seam.at(f"asking {point}")
        if kind and kind not in SELF:
            await seam.ask(part, kind)
        answer = await call(*args, **options)
        await seam.at(f"asked {point}")
        return answer

    setattr(owner, name, wrapped)


def _mail(seam: Seam) -> None:
    import aiosmtplib  # noqa: PLC0415 - see above

    from bot.adapters.channels.mail import Mail  # noqa: PLC0415 - see above

    for name in ("connect", "mail"):
        _around(seam, aiosmtplib.SMTP, name, f"smtp {name}", "")
    _around(seam, Mail, "_hand_over", "smtp data", "mail")


def _host(seam: Seam) -> None:
    import asyncssh  # noqa: PLC0415 - see above

    _around(seam, asyncssh, "connect", "ssh connect", "host")
    _around(seam, asyncssh.SSHClientConnection, "create_process", "ssh process", "host")


def _production(seam: Seam) -> None:
    """The shop's own database: before and after the commit of a run."""
    from bot.production.sql.session import Transaction  # noqa: PLC0415 - see above

    _around(seam, Transaction, "commit", "shop commit", "")


def _acks(seam: Seam) -> None:
    from bot.slack.incoming.dispatcher import Dispatcher  # noqa: PLC0415 - see above

    enter = Dispatcher.enter

    async def entering(self: Dispatcher, request: Any, ack: Any) -> None:
        async def acking(**said: Any) -> Any:
            if await seam.at(f"asking ack {request.via}") == "disconnect":
                await seam.ask("slack", "disconnect")
            answer = await ack(**said)
            await seam.at(f"asked ack {request.via}")
            return answer

        await enter(self, request, acking)

    Dispatcher.enter = entering  # type: ignore[method-assign]
