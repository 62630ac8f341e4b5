"""The SSH server of the sandbox's host: who may log in, with which key it proves itself, and what was run."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import asyncssh

from bot.demo.host.faults import Faults
from bot.demo.host.session import Session

PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


class _Server(asyncssh.SSHServer):
    def __init__(self, host: "Host") -> None:
        self._host = host
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._host.connections.add(conn)

    async def begin_auth(self, username: str) -> bool:
        fault = self._host.faults.take("connect")
        if self._connection is not None and fault is not None and fault.kind == "drop":
            self._connection.abort()
        elif self._connection is not None and fault is not None and fault.kind == "hang":
            await self._connection.wait_closed()
        elif fault is not None or username != self._host.user:
            raise asyncssh.PermissionDenied("no such user")
        return True


class Host:
    """`directory` is the home of its one user; `environment` is what a login gives a command."""

    def __init__(
        self,
        directory: Path,
        *,
        user: str = "deploy",
        authorized_keys: str = "",
        host_key: asyncssh.SSHKey | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.user = user
        self.host_key = host_key or asyncssh.generate_private_key("ssh-ed25519")
        self.faults = Faults()
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.commands: list[str] = []
        self.port = 0
        self._authorized_keys = authorized_keys
        self._environment = {
            "HOME": str(directory),
            "USER": user,
            "LOGNAME": user,
            "PATH": PATH,
            "SHELL": "/bin/sh",
        } | dict(environment or {})
        self._sessions: dict[asyncio.Task[None], Session] = {}
        self._acceptor: asyncssh.SSHAcceptor | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def known_hosts(self) -> str:
        """The line by which a client knows this host."""
        return f"[127.0.0.1]:{self.port} {self.host_key.export_public_key().decode().strip()}\n"

    async def start(self, port: int = 0) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._acceptor = await asyncssh.create_server(
            lambda: _Server(self),
            "127.0.0.1",
            port,
            server_host_keys=[self.host_key],
            authorized_client_keys=asyncssh.import_authorized_keys(self._authorized_keys),
            process_factory=self._serve,
            encoding=None,
            config=None,
            password_auth=False,
            kbdint_auth=False,
            allow_pty=False,
            agent_forwarding=False,
        )
        self.port = self._acceptor.get_port()

    async def stop(self) -> None:
        """Cuts every connection and ends every command that is still running."""
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
        for connection in self.connections:
            connection.abort()
        for session in self._sessions.values():
            session.end()
        if self._sessions:
            _, deaf = await asyncio.wait(set(self._sessions), timeout=2)
            for task in deaf:
                task.cancel()
            await asyncio.gather(*deaf, return_exceptions=True)

    async def _serve(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        task = asyncio.current_task()
        command = process.command or ""
        self.commands.append(command)
        session = Session(process, self.faults)
        if task is not None:
            self._sessions[task] = session
            task.add_done_callback(self._sessions.pop)
        await session.run(command, directory=self.directory, environment=self._environment)
