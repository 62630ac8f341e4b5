"""OpenSSH's own server on loopback, for whoever runs the tests: its own keys and configuration, a folder as the home."""

import asyncio
import contextlib
import getpass
import os
import shlex
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

import asyncssh
import pytest

from bot.demo.server import free_port

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") or ""
PRIVILEGES = Path("/run/sshd")
"""Where sshd shuts itself in when root starts it; Debian makes it with the service, which does not run here."""
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
ForceCommand {folder}/login
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
"""
# what was asked for is written down, then run by the login's shell in its home, as sshd itself does
LOGIN = """#!/bin/sh
cd "$HOME" || exit 1
printf '%s\\0' "$SSH_ORIGINAL_COMMAND" >> {folder}/commands
exec {shell} -c "$SSH_ORIGINAL_COMMAND"
"""


def _must_be_here() -> None:
    """Skips where the server is not installed, except in CI."""
    if SSHD:
        return
    if os.environ.get("CI") == "true":
        pytest.fail("OpenSSH's server is not here. Install Debian's openssh-server.")
    pytest.skip("OpenSSH's server is not here: apt-get install openssh-server")


class OpenSsh:
    """Stands where the sandbox's `Host` stands. `options` are further lines of its configuration."""

    def __init__(
        self,
        directory: Path,
        *,
        authorized_keys: str = "",
        environment: Mapping[str, str] | None = None,
        options: tuple[str, ...] = (),
        login_shell: str = "/bin/sh",
    ) -> None:
        self.directory = directory
        self.user = getpass.getuser()
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self._authorized_keys = authorized_keys
        # with a home of its own from the start, no ~/.bashrc of whoever runs the tests is read
        variables = {"HOME": str(directory)} | dict(environment or {})
        setting = " ".join(shlex.quote(f"{name}={value}") for name, value in variables.items())
        self._options = (*options, f"SetEnv {setting}")
        self._login_shell = login_shell
        self._folder = directory.with_suffix(".sshd")
        self._server: asyncio.subprocess.Process | None = None
        self._left_behind: set[int] = set()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def known_hosts(self) -> str:
        return f"[127.0.0.1]:{self.port} {self.host_key.export_public_key().decode().strip()}\n"

    @property
    def commands(self) -> list[str]:
        written = self._folder / "commands"
        return written.read_text().split("\0")[:-1] if written.exists() else []

    async def start(self) -> None:
        self.port = free_port()
        self._furnish()
        _must_be_here()
        if os.geteuid() == 0:
            PRIVILEGES.mkdir(mode=0o755, exist_ok=True)  # noqa: ASYNC240 - one folder, in memory
        self._server = await asyncio.create_subprocess_exec(
            *(SSHD, "-D", "-e", "-f", self._folder / "sshd_config"), stderr=asyncio.subprocess.PIPE
        )
        log = self._server.stderr
        while log is not None and b"listening on" not in (line := await log.readline()):
            assert line, "sshd ended before it listened"

    async def stop(self) -> None:
        """Cuts every connection and ends every command that is still running."""
        if self._server is None or self._server.returncode is not None:
            return
        self.cut()
        self._server.kill()
        await self._server.communicate()
        for command in self._left_behind:
            for pid in (command, *_below(command)):
                _send(signal.SIGTERM, pid)

    def cut(self) -> None:
        """As a lost network does: the processes that carry the connections end without a word, what they ran goes on."""
        family = _family(self._server.pid) if self._server is not None else {}
        self._left_behind |= {pid for pid, name in family.items() if name != "sshd"}
        for pid, name in family.items():
            if name == "sshd":
                _send(signal.SIGKILL, pid)

    def _furnish(self) -> None:
        for folder in (self.directory, self._folder):
            folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "authorized_keys").write_text(self._authorized_keys)
        self.host_key.write_private_key(self._folder / "host_key")
        (self._folder / "host_key").chmod(0o600)
        config = CONFIG.format(port=self.port, folder=self._folder)
        (self._folder / "sshd_config").write_text("\n".join([config, *self._options, ""]))
        login = self._folder / "login"
        login.write_text(LOGIN.format(folder=shlex.quote(str(self._folder)), shell=self._login_shell))
        login.chmod(0o755)


def _family(pid: int) -> dict[int, str]:
    """The server's processes, by name: one or two for each connection, and the command that a connection has started."""
    found: dict[int, str] = {}
    with contextlib.suppress(
        FileNotFoundError, ProcessLookupError
    ):  # it has ended meanwhile, and its children are nobody's
        for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found[child] = Path(f"/proc/{child}/comm").read_text().strip()
                found |= _family(child) if found[child] == "sshd" else {}
    return found


def _below(pid: int) -> list[int]:
    """All that it has started, and what that has started."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return children + [below for child in children for below in _below(child)]
    return []


def _send(what: signal.Signals, pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, what)
