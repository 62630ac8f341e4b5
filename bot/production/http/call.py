"""One HTTP call to a target, and what its failure means: nothing happened there, never will, or nobody knows."""

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from bot.bug.errors import Doubtful, Outside, Rejected, Unavailable
from bot.production.action import Request
from bot.production.http.url import same_origin, url_of
from bot.production.targets import HttpTarget

ANSWER_LIMIT = 1024 * 1024
REDIRECTS = 3
_NOT_NOW = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_MOVED_UNDONE = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
# the connection was never made, so nothing was sent
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    text: str
    at: datetime | None
    """When it was written, by the service's own clock."""

    @property
    def json(self) -> Any:
        """None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class Caller:
    """Calls one target. Holds no connection between calls: a reused one makes it unclear what was sent."""

    def __init__(self, target: HttpTarget) -> None:
        self._target = target

    async def call(self, request: Request, key: str = "") -> Answer:
        """Raises Unavailable, Rejected or Doubtful. What may be repeated (GET, PUT, under a key) is, once, before Doubtful is raised."""
        keyed = bool(key and self._target.idempotency_header)
        try:
            return await self._once(request, key)
        except Doubtful as doubt:
            if not keyed and request.method not in {"GET", "PUT"}:
                raise
            return await self._again(request, key, doubt)

    async def _again(self, request: Request, key: str, doubt: Doubtful) -> Answer:
        try:
            return await self._once(request, key)
        except Outside as error:
            raise doubt from error  # whatever is said now, the first call may have been carried out

    async def _once(self, request: Request, key: str) -> Answer:
        url = url_of(self._target, request)
        headers = {name: value.get_secret_value() for name, value in self._target.headers.items()}
        if key and self._target.idempotency_header:
            headers[self._target.idempotency_header] = key
        timeout = aiohttp.ClientTimeout(total=self._target.timeout)
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(
            headers=headers, timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            try:
                return await self._send(session, request, url)
            except _NOT_SENT as error:
                raise Unavailable(
                    f"{self._target.name} can't be reached ({_words(error)}). Nothing was sent."
                ) from error
            except (aiohttp.ClientError, OSError) as error:
                raise Doubtful(
                    f"{self._target.name} was asked, and then the connection was lost ({_words(error)})."
                ) from error

    async def _send(self, session: aiohttp.ClientSession, request: Request, url: str) -> Answer:
        body = None if request.json_body is None else dict(request.json_body)
        for _ in range(REDIRECTS):
            async with session.request(
                request.method, URL(url, encoded=True), json=body, allow_redirects=False
            ) as response:
                if response.status in request.ok:
                    return await _read(response)
                further = _further(self._target.name, request, url, response)
                if not further:
                    raise _refusal(self._target.name, response, (await _read(response)).text)
                url = further
        raise Rejected(f"{self._target.name} redirects in a circle.")


def _further(name: str, request: Request, url: str, response: aiohttp.ClientResponse) -> str:
    """Where a redirected GET goes on: on the same host, or nowhere."""
    location = response.headers.get("Location", "")
    if response.status // 100 != 3 or not location:  # noqa: PLR2004 the class of redirects
        return ""
    goal = str(URL(url, encoded=True).join(URL(location)))
    if not same_origin(url, goal):
        raise _moved(response.status, f"{name} redirects to another host ({URL(goal).host}), which is not followed.")
    if request.method != "GET":
        raise _moved(response.status, f"{name} redirects to {URL(goal).path}; only what reads is followed there.")
    return goal


def _moved(status: int, words: str) -> Outside:
    """302 and 303 often come after the work was done; the others mean that it was not."""
    return Rejected(f"{words} Nothing was done.") if status in _MOVED_UNDONE else Doubtful(words)


def _refusal(name: str, response: aiohttp.ClientResponse, text: str) -> Outside:
    status, said = response.status, _message(text)
    words = f"{name} answered {status} {response.reason or ''}".strip() + (f": {said}" if said else "") + "."
    limited = status in _NOT_NOW or (
        status == HTTPStatus.FORBIDDEN and response.headers.get("X-RateLimit-Remaining") == "0"
    )
    if limited:
        return Unavailable(
            f"{words} Nothing was done; try again later.", _seconds(response.headers.get("Retry-After", ""))
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Doubtful(words)
    return Rejected(f"{words} Nothing was done.")


async def _read(response: aiohttp.ClientResponse) -> Answer:
    raw = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        raw += chunk[: ANSWER_LIMIT - len(raw)]
        if len(raw) >= ANSWER_LIMIT:
            break
    return Answer(
        status=response.status, text=raw.decode(errors="replace"), at=_clock(response.headers.get("Date", ""))
    )


def _message(text: str) -> str:
    """What an API says in words: {"message": …} or {"error": …}; not a page of HTML."""
    try:
        read = json.loads(text)
    except ValueError:
        return ""
    said = (read.get("message") or read.get("error")) if isinstance(read, dict) else None
    return said[:1000].rstrip(".") if isinstance(said, str) else ""


def _clock(header: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _seconds(header: str) -> float | None:
    return float(header) if header.isdigit() else None


def _words(error: BaseException) -> str:
    return str(error) or "no answer in time"
