"""Real SSH servers on loopback, a key that may log in, and the ear of whoever started a run."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import asyncssh
import pytest

from bot.demo.host.faults import Faults
from bot.demo.host.host import Host
from bot.production.action import Risk, RunOutcome, RunRef, SshAction
from bot.production.redaction import Redactor
from bot.production.ssh.runtime import SshRuntime
from bot.production.targets import SshTarget
from tests.support.openssh import OpenSsh

SERVERS = {"asyncssh": Host, "openssh": OpenSsh}
both_servers = pytest.mark.parametrize("server", SERVERS)
"""For the stories that hold on the sandbox's host and on OpenSSH's own server."""

RUN = RunRef(bug="BUG-17", run=3, owner="U0DEV", salt="pepper")


@dataclass
class Ear:
    """Remembers what a run said, and what it wanted kept."""

    lines: list[str] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    on_line: Callable[[str], None] = lambda _: None

    async def progress(self, text: str) -> None:
        self.lines.append(text)
        self.on_line(text)

    async def begin(self, image: bytes) -> None:
        await self.keep(image)

    async def keep(self, image: bytes) -> None:
        self.kept.append(image)

    def cancel_once(self, text: str) -> None:
        """Presses cancel as soon as the output says so."""
        self.on_line = lambda line: self.cancelled.set() if text in line else None


class Echo(SshAction):
    """Writes its one argument down, byte by byte."""

    risk = Risk.LOW
    slug = "echo"
    command = "printf %s {word} > heard; printf . >> count"
    undo: ClassVar[str | None] = "rm -f heard {word}.gone"
    check = "test -s heard"
    undo_check: ClassVar[str | None] = "test ! -e heard"
    word: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A target, its hosts, and the folder of the client's files."""

    target: SshTarget
    hosts: tuple[Host | OpenSsh, ...]

    @property
    def host(self) -> Host | OpenSsh:
        return self.hosts[0]

    @property
    def faults(self) -> Faults:
        """Of the sandbox's host; nothing of the kind can be asked of OpenSSH."""
        assert isinstance(self.host, Host)
        return self.host.faults

    @property
    def runtime(self) -> SshRuntime:
        return SshRuntime(self.target, Redactor(["hunter2-of-production"]))

    async def run(self, action: SshAction, ear: Ear | None = None, run: RunRef = RUN) -> RunOutcome:
        preview = await self.runtime.preview(action, run)
        return await self.runtime.run(action, preview, run, ear or Ear())

    def heard(self, name: str = "heard", host: int = 0) -> str | None:
        file = self.hosts[host].directory / name
        return file.read_bytes().decode() if file.exists() else None


Build = Callable[..., Any]


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def server() -> str:
    """What the hosts of a story run: "asyncssh" or "openssh"."""
    return "asyncssh"


@pytest.fixture
async def places(tmp_path: Path, server: str) -> AsyncIterator[Build]:
    """Starts hosts that let us in and are known, unless told otherwise."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "key")
    started: list[Host | OpenSsh] = []

    async def build(count: int = 1, **options: Any) -> Place:
        hosts = [
            SERVERS[server](tmp_path / f"host{n}", authorized_keys=key.export_public_key().decode(), **options)
            for n in range(count)
        ]
        for host in hosts:
            await host.start()
            started.append(host)
        (tmp_path / "known_hosts").write_text("".join(host.known_hosts for host in hosts))
        target = SshTarget(
            name="web",
            hosts=tuple(host.address for host in hosts),
            user=hosts[0].user,
            known_hosts=tmp_path / "known_hosts",
            key=tmp_path / "key",
            connect_timeout=5,
        )
        return Place(target=target, hosts=tuple(hosts))

    yield build
    for host in started:
        await host.stop()


@pytest.fixture
async def place(places: Build) -> Place:
    built: Place = await places()
    return built


def group_of(ear: Ear) -> int:
    groups = json.loads(ear.kept[0])["hosts"]
    return int(next(iter(groups.values())))


def group_is_gone(group: int) -> bool:
    """Nothing of it runs; what only waits to be fetched by its parent counts as gone."""
    command = ["ps", "-A", "-o", "pgid=", "-o", "stat="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    rows = (line.split() for line in listed.stdout.splitlines())
    return not any(row[0] == str(group) and not row[1].startswith("Z") for row in rows)


async def group_to_be_gone(group: int) -> None:
    """A process group sends no word when it ends: it has to be asked."""
    async with asyncio.timeout(10):
        while not group_is_gone(group):
            await asyncio.sleep(0.01)
