"""An adapter that does not keep its port, and a value that is changed wrongly, are errors of the type checker, in any package."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
WRONG = """
from collections.abc import Mapping
from dataclasses import replace

import aiohttp

from bot.adapters.ports import (
    Biller, BillerAdapter, BoardAdapter, BoardChange, Channel, ChannelAdapter, Connects, Hook, Known, TrackerAdapter, unsigned
)
from bot.bug.values import Alert, AlertLink, Frozen, Inbound


class Settings(Frozen):
    key: str


def alerts(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    return ()


def people(hook: Hook, options: Mapping[str, object]) -> tuple[Inbound, ...]:
    return ()


def changes(hook: Hook, known: Known) -> tuple[BoardChange, ...]:
    return ()


def link(url: str) -> AlertLink | None:
    return None


class Half:
    async def account(self, customer: object) -> None: ...


def half(settings: Settings, http: aiohttp.ClientSession) -> Half:
    return Half()


def of_other_settings(settings: int, http: aiohttp.ClientSession) -> Channel:
    raise NotImplementedError


RIGHT = TrackerAdapter(name="x", verify=unsigned, parse=alerts, link=link)
A = TrackerAdapter(name="x", verify=unsigned, parse=people, link=link)
B = TrackerAdapter(name="x", verify=unsigned, parse=alerts)
C = ChannelAdapter(name="x", verify=link, parse=people)
D = Connects(Settings, of_other_settings)
E = BillerAdapter(name="x", connector=Connects(Settings, half))
F = BoardAdapter(name="x", verify=unsigned, parse=alerts, connector=Connects(Settings, half))
SAID = replace(Inbound(source="x", conversation="1", event="1"), text="Hello")
G = replace(SAID, txt="Hello")
H = replace(SAID, text=1)
I = Inbound(source="x", conversation="1", event="1", text=1)
J = TrackerAdapter(nam="x", verify=unsigned, parse=alerts, link=link)
"""


def test_each_broken_promise_is_an_error_on_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "broken_adapters.py"
    path.write_text(WRONG)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
    told = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    expected = {
        number for number, line in enumerate(WRONG.splitlines(), 1) if line[:4] in {f"{c} = " for c in "ABCDEFGHIJ"}
    }
    assert told == expected, done.stdout + done.stderr
