"""An empty environment with the wheel in it, and Makegood started there: nothing of the checkout can be imported."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot import shipped
from bot.demo.server import free_port
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
REGISTRY = re.compile(r"(PIP_|UV_|SSL_CERT_|NETRC$|(HTTPS?|ALL|NO)_PROXY$)", re.IGNORECASE)
"""Variables that say how a registry is reached."""
LONGEST = 120.0
DANA = Person(id="U0DEV", name="Dana", email="dana@quickadmin.example")
SETTINGS = 'mode = "watch"\n\n[slack]\nerror_channels = ["C0ERRORS"]\n'


def registry() -> dict[str, str]:
    """As `make setup` reaches it."""
    of_ours = {name: value for name, value in os.environ.items() if REGISTRY.match(name)}
    return {"UV_SYSTEM_CERTS": "1", "UV_LINK_MODE": "copy", **of_ours}


def uv(*words: str | Path) -> None:
    """Raises AssertionError with what it said."""
    here = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", str(Path.cwd())), **registry()}
    ran = subprocess.run([UV, *words], cwd=ROOT, env=here, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert ran.returncode == 0, ran.stderr


@dataclass(frozen=True)
class Place:
    """An environment, and an empty folder to work in."""

    venv: Path
    home: Path

    @property
    def makegood(self) -> Path:
        return self.venv / "bin" / "makegood"

    @property
    def packages(self) -> Path:
        (found,) = self.venv.glob("lib/python*/site-packages")
        return found

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.home), **(more or {})}

    def run(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        """A command to its end, such as place.run(place.makegood, "--version")."""
        return subprocess.run(  # noqa: S603 - our own words
            words,
            cwd=self.home,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )

    def python(self, code: str) -> str:
        ran = self.run(self.venv / "bin" / "python", "-c", code)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    @asynccontextmanager
    async def started(self, url: str, *words: str, **more: str) -> AsyncIterator[None]:
        """`makegood …` until `url` answers 200; it is told to stop afterwards, and has to end well."""
        command = (str(self.makegood), *words)
        with (self.home / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, cwd=self.home, env=self.environment(more), stdout=log, stderr=log
            )
        try:
            await answers(url, process)
            yield
            process.terminate()
            assert await asyncio.wait_for(process.wait(), LONGEST) == 0
        except AssertionError as error:
            error.add_note((self.home / "log").read_text())
            raise
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def answers(url: str, process: asyncio.subprocess.Process) -> None:
    """Returns once it is answered 200, as long as the process runs."""
    async with asyncio.timeout(LONGEST), aiohttp.ClientSession() as http:
        while not await _is_ok(http, url):
            assert process.returncode is None, "it ended by itself"
            await asyncio.sleep(0.05)


async def _is_ok(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def local_slack() -> AsyncIterator[dict[str, str]]:
    """The variables of a bot that talks to it."""
    manifest = AppManifest.load(shipped.MANIFEST)
    slack = LocalSlack(people=[DANA], channels={"C0ERRORS": "errors"}, manifest=manifest, rate_limits=False)
    await slack.start()
    try:
        yield {
            "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_APP_TOKEN": "xapp-local",
            "SLACK_API_URL": slack.api_url,
            "MAKEGOOD_PORT": str(free_port()),
        }
    finally:
        await slack.stop()
