"""Makes one HTTP call to a target. A failure says whether nothing happened, nothing ever will, or nobody knows."""

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from bot.bug.errors import Doubtful, Outside, Rejected, Unavailable
from bot.outgoing.client import Client, Reply
from bot.outgoing.retry_after import pause
from bot.outgoing.sessions import pooled, single_calls
from bot.production.action import Request
from bot.production.http.url import same_origin, url_of
from bot.production.targets import HttpTarget

ANSWER_LIMIT = 1024 * 1024
REDIRECTS = 3
_NOT_NOW = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_MOVED_UNDONE = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}


@dataclass(frozen=True, kw_only=True)
class HttpAnswer:
    status: int
    text: str
    at: datetime | None
    """When it was written, by the service's own clock."""

    @property
    def json(self) -> Any:
        """None if the text is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class Caller:
    """Calls one target. What reads keeps its connection; what changes something has one for itself, since a kept one
    may be closed by the server at that moment: nobody would know what was sent.
    """

    def __init__(self, target: HttpTarget) -> None:
        self._target = target
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        for opened in self._sessions.values():
            await opened.close()
        self._sessions.clear()

    async def call(self, request: Request, key: str = "") -> HttpAnswer:
        """Raises Unavailable, Rejected or Doubtful. What may be repeated (GET, PUT, under a key) is, once, before Doubtful is raised."""
        keyed = bool(key and self._target.idempotency_header)
        try:
            return await self._once(request, key)
        except Doubtful as doubt:
            if not keyed and request.method not in {"GET", "PUT"}:
                raise
            return await self._again(request, key, doubt)

    async def _again(self, request: Request, key: str, doubt: Doubtful) -> HttpAnswer:
        try:
            return await self._once(request, key)
        except Outside as error:
            raise doubt from error  # whatever is said now, the first call may have been carried out

    async def _once(self, request: Request, key: str) -> HttpAnswer:
        url = url_of(self._target, request)
        headers = {name: value.get_secret_value() for name, value in self._target.headers.items()}
        if key and self._target.idempotency_header:
            headers[self._target.idempotency_header] = key
        body = None if request.json_body is None else dict(request.json_body)
        client = self._client(reads=request.method == "GET")
        for _ in range(REDIRECTS):
            reply = await client.exchange(request.method, url, twice=False, exact=True, headers=headers, json=body)
            if reply.status in request.ok:
                return _answer(reply)
            further = _further(self._target.name, request, url, reply)
            if not further:
                raise _refusal(reply)
            url = further
        raise Rejected(f"{self._target.name} redirects in a circle.")

    def _client(self, *, reads: bool) -> Client:
        """Sessions belong to a running loop, so they are made by the first call."""
        if reads not in self._sessions:
            self._sessions[reads] = pooled() if reads else single_calls()
        return Client(
            session=self._sessions[reads],
            who=self._target.name,
            timeout=self._target.timeout,
            largest=ANSWER_LIMIT,
        )


def _further(name: str, request: Request, url: str, reply: Reply) -> str:
    """Where a redirected GET goes on: on the same host, or nowhere."""
    location = reply.headers.get("Location", "")
    if reply.status // 100 != 3 or not location:  # noqa: PLR2004 the class of redirects
        return ""
    goal = str(URL(url, encoded=True).join(URL(location)))
    if not same_origin(url, goal):
        raise _moved(reply.status, f"{name} redirects to another host ({URL(goal).host}), which is not followed.")
    if request.method != "GET":
        raise _moved(reply.status, f"{name} redirects to {URL(goal).path}; only what reads is followed there.")
    return goal


def _moved(status: int, words: str) -> Outside:
    """302 and 303 often come after the work was done; the others mean that it was not."""
    return Rejected(f"{words} Nothing was done.") if status in _MOVED_UNDONE else Doubtful(words)


def _refusal(reply: Reply) -> Outside:
    status, said = reply.status, _message(reply.text)
    words = f"{reply.who} answered {status} {reply.reason}".strip() + (f": {said}" if said else "") + "."
    limited = status in _NOT_NOW or (
        status == HTTPStatus.FORBIDDEN and reply.headers.get("X-RateLimit-Remaining") == "0"
    )
    if limited:
        return Unavailable(f"{words} Nothing was done; try again later.", pause(reply.headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Doubtful(words)
    return Rejected(f"{words} Nothing was done.")


def _answer(reply: Reply) -> HttpAnswer:
    return HttpAnswer(status=reply.status, text=reply.text, at=_clock(reply.headers.get("Date", "")))


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
