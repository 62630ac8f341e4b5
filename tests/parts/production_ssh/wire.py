"""A wire to a host that is cut at any of the pieces that go over it, whichever way they go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Wire:
    """Carries a port of its own to the host's. `cut_at`: the nth piece is lost, and both ends lose the connection."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self.cut_at = 0
        self.pieces = 0
        self._to = port
        self._tasks: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        behind, to_host = await asyncio.open_connection("127.0.0.1", self._to)
        try:
            ways = (self._carry(reader, to_host), self._carry(behind, writer))
            await asyncio.wait([asyncio.ensure_future(way) for way in ways])
        finally:
            self._tasks.discard(task)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(65536):
                self.pieces += 1
                if self.pieces == self.cut_at:
                    break
                sink.write(piece)
                await sink.drain()
        sink.close()

    async def settled(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[Wire]:
    wire = Wire(port)
    server = await asyncio.start_server(wire.connected, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    yield wire
    server.close()
    await wire.settled()
