"""Sessions for calls to other systems: whether their connections are kept, and that nothing goes out too late."""

import aiohttp

from bot.process.in_time import must_be_in_time

TIMEOUT = 10.0
KEPT = 4.0
"""Seconds that an idle connection is kept: common servers close theirs after 5, so that we are first."""


def pooled(kept: float = KEPT) -> aiohttp.ClientSession:
    """Whoever makes it closes it. It keeps no cookies: what one answer sets is not sent with the next call."""
    connector = aiohttp.TCPConnector(keepalive_timeout=kept)
    return _session(connector)


def single_calls() -> aiohttp.ClientSession:
    """Each call has a connection of its own and is sent once: aiohttp alone would send a DELETE or PUT again that was cut off."""
    made = _session(aiohttp.TCPConnector(force_close=True))
    made._retry_connection = False  # noqa: SLF001 - aiohttp has no other way to say so
    return made


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    return aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), middlewares=[_in_time]
    )


async def _in_time(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """The last that happens before a call goes out."""
    must_be_in_time()
    return await handler(request)
