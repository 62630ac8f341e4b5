"""A Crisp on loopback: visitors write, webhooks go out signed, the REST API takes operators' messages."""

import base64
import hashlib
import hmac
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.demo.channels.courier import PAUSES, Courier
from bot.demo.channels.faults import Faults
from bot.demo.channels.limits import Limit, Window
from bot.demo.channels.service import Changes, Refusal, guarded, json_body, refuse_unknown

PAGE = 20
PER_DAY = 10_000
"""A plugin's quota, which is all that limits its token."""
ENHANCE_YOUR_CALM = 420
"""What Crisp answers as well as 429: https://docs.crisp.chat/guides/rest-api/rate-limits."""
TOO_OFTEN = {"error": True, "reason": "too_many_requests", "data": {}}
FIELDS = frozenset({"type", "from", "origin", "content", "fingerprint", "user", "references", "stealth", "automated"})


@dataclass(frozen=True, kw_only=True)
class Message:
    session: str
    sender: str
    """user | operator"""
    content: str
    fingerprint: int
    timestamp: int
    """Milliseconds; no two are the same."""


class CrispFake:
    def __init__(
        self,
        webhook_url: str = "",
        secret: str = "",
        *,
        website: str = "site-1",
        identifier: str = "crisp-id",
        key: str = "crisp-key",
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self.website, self._secret = website, secret
        self._login = base64.b64encode(f"{identifier}:{key}".encode()).decode()
        self.faults = Faults()
        self.limit = Limit(window=Window(PER_DAY, 86_400), refused=TOO_OFTEN, status=ENHANCE_YOUR_CALM)
        self.courier = Courier(webhook_url, self._sign, pauses)
        self._changes = Changes()
        self._ticks = itertools.count(int(time.time() * 1000))
        self._names: dict[str, str] = {}
        self._messages: list[Message] = []

    async def visitor_says(self, session: str | None, name: str, email: str, text: str, page: str) -> str:
        """The session; None begins one."""
        if session is None:
            session = f"session_{len(self._names) + 1}"
            self._names[session] = name
            self._announce("session:set_email", session, {"email": email})
        self._announce("session:sync:pages", session, {"pages": [{"page_title": "Page", "page_url": page}]})
        self._add(session, "user", text, next(self._ticks))
        return session

    def visitor_leaves(self, session: str) -> None:
        self._announce("session:update_availability", session, {"availability": "offline"})

    def messages(self, session: str) -> tuple[Message, ...]:
        return tuple(message for message in self._messages if message.session == session)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._changes.subscribe(listener)

    async def close(self) -> None:
        await self.courier.close()

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        path = prefix + "/v1/website/{website}/conversation/{session}"
        return [
            web.post(path + "/message", guarded(self.faults, self._create, self.limit)),
            web.get(path + "/messages", guarded(self.faults, self._list, self.limit), allow_head=False),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        session = self._authorised(request)
        body = await json_body(request)
        refuse_unknown(body, FIELDS)
        content, number = body.get("content"), body.get("fingerprint")
        if body.get("type") != "text" or body.get("from") != "operator" or body.get("origin") != "chat":
            raise Refusal(400, {"error": True, "reason": "invalid_data", "data": {}})
        if not isinstance(content, str) or not content or not isinstance(number, int):
            raise Refusal(400, {"error": True, "reason": "invalid_data", "data": {}})
        self._add(session, "operator", content, number)
        answer = {"error": False, "reason": "dispatched", "data": {"fingerprint": number}}
        return web.json_response(answer, status=202)

    async def _list(self, request: web.Request) -> web.Response:
        session = self._authorised(request)
        before = request.query.get("timestamp_before", "")
        rows = [each for each in self.messages(session) if not before.isdigit() or each.timestamp < int(before)]
        data = [self._data(each) for each in rows[-PAGE:]]
        return web.json_response(
            {"error": False, "reason": "listed", "data": data}, status=206 if len(rows) > PAGE else 200
        )

    def _authorised(self, request: web.Request) -> str:
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        if not hmac.compare_digest(given, self._login) or not request.headers.get("X-Crisp-Tier"):
            raise Refusal(401, {"error": True, "reason": "invalid_session", "data": {}})
        session = request.match_info["session"]
        if request.match_info["website"] != self.website or session not in self._names:
            raise Refusal(404, {"error": True, "reason": "session_not_found", "data": {}})
        return session

    def _add(self, session: str, sender: str, content: str, number: int) -> None:
        stamp = next(self._ticks)
        message = Message(session=session, sender=sender, content=content, fingerprint=number, timestamp=stamp)
        self._messages.append(message)
        self._announce("message:send" if sender == "user" else "message:received", session, self._data(message))

    def _data(self, message: Message) -> dict[str, Any]:
        name = self._names[message.session] if message.sender == "user" else "Makegood"
        return {
            "website_id": self.website,
            "session_id": message.session,
            "type": "text",
            "from": message.sender,
            "origin": "chat",
            "content": message.content,
            "fingerprint": message.fingerprint,
            "timestamp": message.timestamp,
            "user": {"nickname": name, "user_id": message.session},
        }

    def _announce(self, event: str, session: str, data: dict[str, Any]) -> None:
        full = {"website_id": self.website, "session_id": session, **data}
        self.courier.post({"website_id": self.website, "event": event, "data": full, "timestamp": next(self._ticks)})
        self._changes.announce()

    def _sign(self, body: bytes) -> dict[str, str]:
        if not self._secret:
            return {}
        stamp = str(int(time.time() * 1000))
        signed = b"[" + stamp.encode() + b";" + body + b"]"
        digest = hmac.new(self._secret.encode(), signed, hashlib.sha256).hexdigest()
        return {"X-Crisp-Request-Timestamp": stamp, "X-Crisp-Signature": digest}
