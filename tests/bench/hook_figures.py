"""The figures of what comes in and of the clocks: reading a webhook of each source, and a reminder at its time."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot.adapters.hooks import CUSTOMER
from bot.adapters.ports import Hook
from bot.adapters.registry import CHANNELS, TRACKERS
from bot.bug.errors import MakegoodError
from bot.settings.sections import HookSettings, SlackSettings
from bot.settings.settings import Settings
from bot.web.web import read
from tests.bench import stage
from tests.bench.figure import Figure
from tests.bench.stage import CHANNEL, OURS, SECRET, TOKEN, Process, Times

Sign = Callable[[bytes, str], dict[str, str]]
DELIVERIES = Path(__file__).parents[1] / "fixtures"
"""Recorded deliveries of every source; they come with the source code only."""
ADDRESS = "https://makegood.example.com/hooks/"
OPTIONS = "options.json"
ROUNDS = 200
NUDGE_AFTER = 60.0
PATIENCE = NUDGE_AFTER + 30
MIA = {"email": "mia@studio.example", "name": "Mia"}
CLOCKS = f"""{stage.SETTINGS}
[hooks.customer-generic]
token = "{TOKEN}"
[clocks]
claim = [1]
"""


async def hooks(_home: Path, _database: str = "") -> list[Figure]:
    """Verify and parse, for each source the median over its recorded deliveries; the worst source is the figure."""
    medians = {source: _median(source, folder) for source, folder in _recorded().items()}
    if not medians:
        raise MakegoodError(f"Nothing to measure: there are no recorded deliveries in {DELIVERIES}.")
    worst = max(medians, key=lambda source: medians[source])
    detail = f"[{worst}, the worst of {len(medians)}; all p50 {_list(medians)}]"
    return [Figure(name="verify and parse a webhook, p50", value=medians[worst], limit=1, unit="ms", detail=detail)]


def _list(medians: Mapping[str, float]) -> str:
    return ", ".join(f"{source} {median:.2f}" for source, median in sorted(medians.items()))


def _recorded() -> dict[str, Path]:
    """Folders by the name in the hook's address; a channel that a tracker shares its name with has its own."""
    trackers = [adapter.name for adapter in TRACKERS.every()]
    found = {name: DELIVERIES / "trackers" / name for name in trackers} | {"trello": DELIVERIES / "boards" / "trello"}
    for name in CHANNELS.names():
        found[f"{CUSTOMER}{name}" if name in trackers else name.replace("_", "-")] = DELIVERIES / "channels" / name
    return {source: path for source, path in found.items() if _bodies(path)}


def _bodies(folder: Path) -> list[bytes]:
    """Without what stands beside the deliveries: settings, and how each is to be read."""
    beside = (OPTIONS, ".expected.json")
    return [path.read_bytes() for path in folder.glob("*.json") if not path.name.endswith(beside)]


def _median(source: str, folder: Path) -> float:
    """In milliseconds, each delivery as often."""
    own, settings = _own(folder), Settings(slack=SlackSettings(error_channels=(CHANNEL,)))
    taken = []
    for body in _bodies(folder) * ROUNDS:
        hook = Hook(headers=_signed(source, body), body=body, url=f"{ADDRESS}{source}/t", at=datetime.now(UTC))
        began = time.perf_counter()
        read(source, hook, own, settings)
        taken.append(time.perf_counter() - began)
    return Times(all=tuple(sorted(taken))).p(50) * 1e3


def _own(folder: Path) -> HookSettings:
    """With what makegood.toml would hold for these deliveries."""
    more = json.loads((folder / OPTIONS).read_text()) if (folder / OPTIONS).exists() else {}
    return HookSettings.model_validate({"token": TOKEN, "secret": SECRET, **more})


def _hmac(message: bytes, digest: str = "sha256") -> str:
    return hmac.new(SECRET.encode(), message, getattr(hashlib, digest)).hexdigest()


def _timed(name: str) -> Sign:
    return lambda body, now: {
        f"x-{name}-timestamp": now,
        f"x-{name}-signature": f"sha256={_hmac(now.encode() + b'.' + body)}",
    }


def _crisp(body: bytes, now: str) -> dict[str, str]:
    stamp = f"{now}000"
    signature = _hmac(b"[" + stamp.encode() + b";" + body + b"]")
    return {"x-crisp-request-timestamp": stamp, "x-crisp-signature": signature}


def _trello(body: bytes, _now: str) -> dict[str, str]:
    digest = hmac.digest(SECRET.encode(), body + f"{ADDRESS}trello/t".encode(), hashlib.sha1)
    return {"x-trello-webhook": base64.b64encode(digest).decode()}


SIGNATURES: Mapping[str, Sign] = {
    "chatwoot": _timed("chatwoot"),
    "crisp": _crisp,
    "customer-generic": _timed("makegood"),
    "intercom": lambda body, _now: {"x-hub-signature": f"sha1={_hmac(body, 'sha1')}"},
    "sentry": lambda body, _now: {"sentry-hook-signature": _hmac(body)},
    "tawk": lambda body, _now: {"x-tawk-signature": _hmac(body, "sha1")},
    "trello": _trello,
}


def _bearer(_body: bytes, _now: str) -> dict[str, str]:
    return {"authorization": f"Bearer {SECRET}"}


def _signed(source: str, body: bytes) -> dict[str, str]:
    """As the source signs it; one that does not sign sends the secret, or nothing."""
    return SIGNATURES.get(source, _bearer)(body, str(int(time.time())))


async def reminder(home: Path, database: str = "") -> list[Figure]:
    """A customer is online and nobody has claimed: how late the channel is called, by a real process and a real clock."""
    async with (
        stage.slack() as slack,
        stage.running(OURS, home / "reminder", slack.api_url, database, settings=CLOCKS) as bot,
        aiohttp.ClientSession() as http,
    ):
        began = time.time()
        await _customer_waits(http, bot)
        await slack.wait_for(
            lambda: any("nobody has" in m["text"] for m in slack.messages(CHANNEL)), PATIENCE, why="a reminder"
        )
        late = time.time() - began - NUDGE_AFTER
    return [Figure(name="a reminder after its time", value=late, limit=5, unit="s")]


async def _customer_waits(http: aiohttp.ClientSession, bot: Process) -> None:
    """An error hits her, and she is there and asks."""
    error = json.loads(stage.alert(1, 0))
    error["error"]["user"] = {"id": "1", **MIA}
    await _post(http, f"{bot.url}/hooks/bugsnag/{TOKEN}", error)
    for number, kind in enumerate(("online", "message")):
        said = {"conversation": "31", "event": f"m{number}", "kind": kind, "text": "help", "customer": MIA}
        await _post(http, f"{bot.url}/hooks/customer-generic/{TOKEN}", said)


async def _post(http: aiohttp.ClientSession, url: str, body: Mapping[str, object]) -> None:
    async with http.post(url, json=body) as answer:
        if answer.status != 200:
            raise MakegoodError(f"a delivery was answered {answer.status}: {await answer.text()}")
