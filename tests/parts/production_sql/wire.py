"""A wire to a database server that is cut where the story wants it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

Place = Path | int
"""A server's socket, or its port on loopback."""


class Wire:
    """Forwards a loopback port to the server, until the moment of the cut; later connections go through."""

    def __init__(self, server: Place) -> None:
        self._server = server
        self.port = 0
        self.cut_before = b""
        """Cut when the client sends this, without passing it on."""
        self.cut_after = b""
        """Pass this on, wait for the server's answer, and cut without handing it back."""
        self.cut_at = 0
        """Cut at the client's nth message, counted over all connections."""
        self.messages = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            with suppress(ConnectionError):
                await self._forward(reader, writer)
        finally:
            writer.close()
            self._tasks.discard(task) if task is not None else None

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, to_server = await self._connect()
        swallow = asyncio.Event()
        answers = asyncio.create_task(self._answers(behind, writer, swallow))
        try:
            while (data := await reader.read(65536)) and not self._cut(data):
                if self.cut_after and self.cut_after in data:
                    self.cut_after = b""
                    swallow.set()
                    to_server.write(data)
                    await answers
                    return
                to_server.write(data)
        finally:
            answers.cancel()
            to_server.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._server, Path):
            return await asyncio.open_unix_connection(str(self._server))
        return await asyncio.open_connection("127.0.0.1", self._server)

    def _cut(self, data: bytes) -> bool:
        self.messages += 1
        if self.cut_before and self.cut_before in data:
            self.cut_before = b""
            return True
        return self.messages == self.cut_at

    async def _answers(
        self, behind: asyncio.StreamReader, writer: asyncio.StreamWriter, swallow: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while data := await behind.read(65536):
                if swallow.is_set():
                    return
                writer.write(data)
        writer.close()

    async def settled(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def wire_to(place: Place) -> AsyncIterator[Wire]:
    wire = Wire(place)
    server = await asyncio.start_server(wire.connected, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    yield wire
    server.close()
    await wire.settled()
