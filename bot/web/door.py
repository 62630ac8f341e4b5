"""Limits slow senders: a time for each head and body, and so many half-sent requests for each peer. aiohttp alone waits for ever."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from aiohttp import web

HEAD, BODY = 10.0, 10.0
"""Seconds that each may take."""
HALF_SENT = 20
"""Half-sent requests of one peer; above it the oldest one is ended, unless it only just began."""
GRACE = 1.0
"""Seconds in which whoever is honest has sent a head."""
MOST = 10 * HALF_SENT
"""Nobody has so many: from then on the oldest makes room, however young."""

MIB = 1 << 20
BACKLOG = 512
"""Connections that wait to be accepted."""

Networks = Iterable[IPv4Network | IPv6Network]


@dataclass(kw_only=True, eq=False)
class _Slow:
    """Something that has begun to arrive; `end` is called where it takes too long or makes room for others."""

    peer: str
    since: float
    end: Callable[[], None]


@dataclass
class _Arriving:
    """What has begun to arrive, the oldest first."""

    _by_peer: dict[str, list[_Slow]] = field(default_factory=dict)

    def enter(self, slow: _Slow) -> None:
        """The newest is always let in: an honest one may come from the same address, and is whole at once."""
        mine = self._by_peer.setdefault(slow.peer, [])
        mine.append(slow)
        while len(mine) > MOST or (len(mine) > HALF_SENT and slow.since - mine[0].since > GRACE):
            mine.pop(0).end()

    def leave(self, slow: _Slow) -> None:
        mine = self._by_peer.get(slow.peer, [])
        if slow in mine:
            mine.remove(slow)
        if not mine:
            self._by_peer.pop(slow.peer, None)


@dataclass
class Door:
    """`trusted` proxies name the peer in X-Forwarded-For; they pass heads on only once they are whole."""

    trusted: Networks = ()
    _heads: _Arriving = field(default_factory=_Arriving)
    _bodies: _Arriving = field(default_factory=_Arriving)
    _doormen: dict[object, "_Doorman"] = field(default_factory=dict)

    def protocol(self, inner: Any) -> asyncio.Protocol:
        """Stands before aiohttp's own protocol of one connection."""
        return _Doorman(self, inner)

    @property
    def middleware(self) -> Any:
        """The outermost one: from here on the head is whole."""

        @web.middleware
        async def served(request: web.Request, handler: Callable[[web.Request], Awaitable[Any]]) -> Any:
            doorman = self._doormen.get(request.protocol)
            if doorman is None:
                return await handler(request)
            with doorman.serving():
                return await handler(request)

        return served

    async def body(self, request: web.Request, *, limited: bool = True, most: int = MIB) -> bytes:
        """All of it, at most `most` bytes; aiohttp keeps up to 1 MiB for later reads. Raises what answers the sender.

        `limited`: by its peer too.
        """
        try:
            async with asyncio.timeout(BODY) as limit:
                loop = asyncio.get_running_loop()
                slow = _Slow(peer=self.peer(request), since=loop.time(), end=lambda: limit.reschedule(loop.time()))
                if limited:
                    self._bodies.enter(slow)
                try:
                    return await (request if most == MIB else request.clone(client_max_size=most)).read()
                finally:
                    self._bodies.leave(slow)
        except TimeoutError:
            raise _closing(web.HTTPRequestTimeout(text=f"The body did not come within {BODY:.0f} s.\n")) from None
        except web.HTTPRequestEntityTooLarge:
            raise web.HTTPRequestEntityTooLarge(most, most, text=f"At most {most // MIB} MiB.\n") from None
        except web.RequestPayloadError:
            raise web.HTTPBadRequest(text="The body is not what its Content-Encoding says.\n") from None

    def peer(self, request: web.Request) -> str:
        """Who really sends: the last address of X-Forwarded-For that is no proxy of ours, where one of those says so."""
        named = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        path = [*(x.strip() for x in named), request.remote or ""]
        while len(path) > 1 and path[-1] and self.trusts(path[-1]):
            path.pop()
        return path[-1] or request.remote or ""

    def trusts(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self.trusted)


def _closing(answer: Any) -> Any:
    """What is still on its way must not be taken for another request."""
    answer.force_close()
    return answer


class _Doorman(asyncio.Protocol):
    """Passes on to aiohttp what comes, and ends the connection where a head does not come to its end."""

    def __init__(self, door: Door, inner: Any) -> None:
        self._door, self._inner = door, inner
        self._served = 0
        self._slow: _Slow | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        self._door._doormen[self._inner] = self  # noqa: SLF001 - of this module
        self._inner.connection_made(transport)
        self._begin()

    def data_received(self, data: bytes) -> None:
        if not self._served and self._slow is None:
            self._begin()  # the next request on a kept connection
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        ended: bool | None = self._inner.eof_received()
        return ended

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._door._doormen.pop(self._inner, None)  # noqa: SLF001 - of this module
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Its head is whole: what comes now is its body."""
        self._served += 1
        self._end()
        try:
            yield
        finally:
            self._served -= 1

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(HEAD, self._inner.force_close)
        self._slow = _Slow(peer=self._peer, since=loop.time(), end=self._inner.force_close)
        if not self._door.trusts(self._peer):
            self._door._heads.enter(self._slow)  # noqa: SLF001 - of this module

    def _end(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._slow:
            self._door._heads.leave(self._slow)  # noqa: SLF001 - of this module
        self._slow = self._timer = None


class Runner(web.AppRunner):
    """An AppRunner whose connections come through the door."""

    def __init__(self, app: web.Application, door: Door, **how: Any) -> None:
        super().__init__(app, **how)
        self._door = door
        self._listening: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> None:
        """Raises OSError where that can't be."""
        make: Any = self.server
        self._listening = await asyncio.get_running_loop().create_server(
            lambda: self._door.protocol(make()), host, port, backlog=BACKLOG
        )

    async def cleanup(self) -> None:
        if self._listening:
            self._listening.close()
        await super().cleanup()
