"""A server that says yes to everything and keeps its connections open, and counts them; or ends one in the middle."""

import asyncio
import contextlib

YES = b'{"id": "1", "ok": true}'


class Counting:
    """`cut_off`: so many of the next requests are taken, and their connection is closed without an answer."""

    def __init__(self) -> None:
        self.accepted = self.requests = self.port = self.cut_off = 0
        self.cookies: list[str] = []
        self.yes = YES
        self._open: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        self.hang_up()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    def hang_up(self) -> None:
        for writer in self._open:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._open.add(writer)
        if task := asyncio.current_task():
            self._talks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answered(reader, writer):
                pass
        self._open.discard(writer)
        writer.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        given = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        await reader.readexactly(int(given.get("content-length", "0")))
        self.requests += 1
        self.cookies += [given["cookie"]] if "cookie" in given else []
        if self.cut_off:
            self.cut_off -= 1
            return False
        length = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(self.yes)}\r\n"
        writer.write(length.encode() + b"Set-Cookie: track=1; Path=/\r\n\r\n" + self.yes)
        await writer.drain()
        return True
