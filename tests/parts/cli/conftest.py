"""A folder with settings, the command line in it, and a trail for it to read."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bug.course.course import Fixed
from bot.bug.course.news import Opened
from bot.bug.course.ownership import Claimed
from bot.bug.customers import recognising
from bot.bug.gifts import gifts
from bot.bug.gifts.gifts import Granted
from bot.bug.money import Credit, Money
from bot.bug.values import Actor, ActorKind, CustomerHint
from bot.cli import main
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate
from bot.ledger.index.flags import Flags
from bot.ledger.index.names import Names
from bot.ledger.ledger import Ledger
from tests.support import postgres

TEAM = "T0LOCAL"
DANA = Actor(kind=ActorKind.PERSON, id="U0DEV")
BUGSNAG = Actor(kind=ActorKind.SOURCE, id="bugsnag")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LEAST = 'mode = "watch"\n[slack]\nerror_channels = ["C0ERRORS"]\n'


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


def line(ran: Ran, system: str) -> str:
    """The one that it says of this system."""
    (found,) = [line for line in ran.out.splitlines() if line[7:].startswith(f"{system:<20} ")]
    return found


@dataclass(frozen=True)
class Shell:
    """Runs `makegood` in this process, in its folder."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Ran:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        out, err = self.capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    def settings(self, more: str = "", *, least: str = LEAST) -> None:
        (self.folder / "makegood.toml").write_text(least + more)


@pytest.fixture
def makegood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """In an empty folder, with nothing of Makegood's in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("MAKEGOOD_DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return Shell(tmp_path, capsys)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest, makegood: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Where the trail is kept: the file beside the settings, or what MAKEGOOD_DATABASE_URL says."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}"
        return
    socket = request.getfixturevalue("postgres_server")
    with postgres.database(socket) as name:
        url = postgres.url(socket, name, "asyncpg")
        monkeypatch.setenv("MAKEGOOD_DATABASE_URL", url)
        yield url


@pytest.fixture
def told() -> Callable[..., None]:
    """Writes a whole story, BUG-1 of a workspace: alarm, claim, fix, tell with a credit."""
    return lambda url, team=TEAM: asyncio.run(_tell(url, team))


@pytest.fixture
def story(url: str, told: Callable[..., None]) -> str:
    told(url)
    return url


@pytest.fixture
def names() -> Callable[..., None]:
    """Writes down what Slack calls people."""
    return lambda url, **called: asyncio.run(_name(url, called))


async def _name(url: str, called: Mapping[str, str]) -> None:
    db = Database(url)
    try:
        for user, name in called.items():
            await Names(Flags(db, TEAM, NOON.timestamp)).remember(user, name)
    finally:
        await db.close()


async def _tell(url: str, team: str) -> None:
    db = Database(url)
    try:
        await migrate(db)
        await _write(db, team)
    finally:
        await db.close()


async def _write(db: Database, team: str) -> None:
    minute = iter(range(60))
    ledger = Ledger(db, team, {}, clock=lambda: NOON + timedelta(minutes=next(minute)))
    async with db.write() as conn:
        first = Opened(source="bugsnag", group="g1", title="Menu page fails", admitted="error in production")
        bug = (await ledger.open(conn, [first], by=BUGSNAG)).bug.ref.number
    await ledger.record(bug, lambda _: Claimed(owner="U0DEV"), by=DANA)
    mia = CustomerHint(name="Mia", email="mia@studio.example")
    await ledger.record(bug, lambda now: recognising.join(now, mia, via="by hand"), by=DANA)
    await ledger.record(bug, lambda _: Fixed(how="word", said="the row is gone"), by=DANA)
    five = Credit(money=Money(amount=500, currency="EUR"))
    seq = (await ledger.record(bug, lambda now: gifts.tell(now, ["c1"], "It works again.", (five,)), by=DANA)).bug.seq
    receipt = {"key": "k1", "grant": five, "account": "cus_1", "external_ids": ["cbtxn_1"]}
    granted = {"tell": seq, "customer": "c1", "grant": five, "receipt": receipt}
    await ledger.record(bug, lambda _: Granted.model_validate(granted), by=DANA)
