"""HTTP to other systems, and what a failed call means.

A kept connection may be closed by its server in the moment in which we use it again. What was sent then may have been carried
out: such a call is Doubtful like any other that was cut off, and only what may be asked twice is tried again.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from bot.bug.errors import Doubtful, Outside, Unavailable
from bot.outgoing.retry_after import pause
from bot.outgoing.sessions import TIMEOUT

NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""The connection was never made, so nothing was sent."""
TOO_MANY = frozenset({420, 429})
"""420 is how Crisp asks to slow down (https://docs.crisp.chat/guides/rest-api/rate-limits)."""
MAYBE = "It may have happened there."
READS = frozenset({"GET", "HEAD"})
BROKEN = 500
CHUNK = 64 * 1024
LARGEST = 16 * 1024 * 1024
"""Bytes of an answer that are read."""


@contextmanager
def told_apart(who: str, *, twice: bool) -> Iterator[None]:
    """Calls in here raise Unavailable or Doubtful. `twice`: what may be asked twice is never in doubt."""
    try:
        yield
    except NOT_SENT as error:
        raise Unavailable(f"{who} can't be reached{_why(error)}. Nothing was sent.") from error
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        if twice:
            raise Unavailable(f"{who} did not answer; it is asked again.") from error
        raise Doubtful(f"{who} was asked, and then the connection was lost. {MAYBE}") from error


def _why(error: Exception) -> str:
    """What somebody can do something about."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return ": nobody we trust vouches for its certificate"
        case aiohttp.ClientConnectorDNSError():
            return ": its name leads nowhere"
        case aiohttp.InvalidURL():
            return ": its address is none"
    return ""


def reason(error: Exception) -> str:
    """Why nobody was reached, as a part of a sentence; never in a library's words."""
    match error:
        case TimeoutError():
            other = "no answer in time"
        case aiohttp.ClientConnectorError():
            other = "nobody answers at its address"
        case _:
            other = "the connection was lost"
    return _why(error).removeprefix(": ") or other


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer, read to its end or as far as was wanted."""

    who: str
    twice: bool
    status: int
    reason: str
    headers: Mapping[str, str]
    following: str
    """The address of the next page, where the answer names one."""
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """An empty body is an empty object. Raises Doubtful, or Unavailable where it may be asked twice."""
        try:
            return json.loads(self.body or b"{}")
        except (ValueError, RecursionError) as error:
            words = f"{self.who} did not answer in words that can be read"
            if self.twice:
                raise Unavailable(f"{words}; it is asked again.") from error
            raise Doubtful(f"{words}, but it said yes; look whether it is there.") from error

    def trouble(self) -> Outside | None:
        """What an answer means that is the same for every system: too many calls, or out of order."""
        if self.status in TOO_MANY:
            return Unavailable(f"{self.who} asks to slow down. Nothing was done there.", pause(self.headers))
        if self.status < BROKEN:
            return None
        if self.twice:
            return Unavailable(f"{self.who} is out of order ({self.status}); it is asked again.", pause(self.headers))
        return Doubtful(f"{self.who} failed with {self.status}. {MAYBE}")


@dataclass(frozen=True, kw_only=True)
class Client:
    """One system, over a session that belongs to whoever made it."""

    session: aiohttp.ClientSession
    who: str
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = TIMEOUT
    largest: int = LARGEST

    async def exchange(
        self,
        method: str,
        url: str,
        *,
        twice: bool | None = None,
        headers: Mapping[str, str] | None = None,
        redirects: bool = False,
        exact: bool = False,
        **what: Any,
    ) -> Reply:
        """One call, whatever its status. `twice`: it may be asked again, as everything that only reads may.

        `exact`: the address goes out as it is written; else what must be quoted in it is quoted.
        """
        safe = method in READS if twice is None else twice
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        given = {**self.headers, **(headers or {})}
        with told_apart(self.who, twice=safe):
            async with self.session.request(
                method, _exact(url) if exact else url, headers=given, timeout=timeout, allow_redirects=redirects, **what
            ) as answer:
                return await self._read(answer, twice=safe)

    async def _read(self, answer: aiohttp.ClientResponse, *, twice: bool) -> Reply:
        raw = bytearray()
        async for chunk in answer.content.iter_chunked(CHUNK):
            raw += chunk[: self.largest - len(raw)]
            if len(raw) >= self.largest:
                break
        following: Mapping[str, Any] = answer.links.get("next") or {}
        return Reply(
            who=self.who,
            twice=twice,
            status=answer.status,
            reason=answer.reason or "",
            headers=answer.headers,
            following=str(following.get("url", "")),
            body=bytes(raw),
        )


def _exact(url: str) -> URL:
    try:
        return URL(url, encoded=True)
    except ValueError as error:
        raise aiohttp.InvalidURL(url) from error
