"""An Intercom on loopback: users write, notifications go out signed, the REST API takes an admin's replies."""

import hashlib
import hmac
import html
import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from bot.demo.channels.courier import PAUSES, Courier
from bot.demo.channels.faults import Faults
from bot.demo.channels.limits import Limit, Window, named
from bot.demo.channels.service import Changes, Refusal, guarded, json_body, refuse_unknown

FIELDS = frozenset({"message_type", "type", "admin_id", "body", "attachment_urls", "created_at"})
MOST_PARTS = 500
PER_WINDOW = 167
TOO_OFTEN = {
    "type": "error.list",
    "errors": [{"code": "rate_limit_exceeded", "message": f"Exceeded rate limit of {PER_WINDOW} in 10_seconds"}],
}


@dataclass(frozen=True, kw_only=True)
class Part:
    id: str
    author: str
    """user | admin"""
    author_id: str
    body: str
    """HTML, as Intercom keeps it."""
    at: int

    @property
    def text(self) -> str:
        return html.unescape(re.sub(r"<[^>]*>", "", self.body.replace("<br>", "\n")))


@dataclass(frozen=True, kw_only=True)
class Conversation:
    id: str
    name: str
    email: str
    user: str
    page: str
    opening: str
    at: int
    parts: tuple[Part, ...] = ()


class IntercomFake:
    def __init__(
        self,
        webhook_url: str = "",
        secret: str = "",
        *,
        token: str = "intercom-token",
        admin: str = "991",
        app: str = "app1",
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self.token, self.admin, self.app, self._secret = token, admin, app, secret
        self.faults = Faults()
        self.limit = Limit(window=Window(PER_WINDOW, 10), refused=TOO_OFTEN, told=named("X-RateLimit"))
        self.courier = Courier(webhook_url, self._sign, pauses)
        self._changes = Changes()
        self._ids = itertools.count(1001)
        self._conversations: dict[str, Conversation] = {}

    async def visitor_says(self, conversation: str | None, name: str, email: str, text: str, page: str) -> str:
        """The conversation's id; None begins one."""
        if conversation is not None:
            self._add(conversation, "user", self._conversations[conversation].user, _paragraph(text))
            self._notify("conversation.user.replied", conversation)
            return conversation
        number = str(next(self._ids))
        self._conversations[number] = Conversation(
            id=number,
            name=name,
            email=email,
            user=f"u{number}",
            page=page,
            opening=_paragraph(text),
            at=int(time.time()),
        )
        self._notify("conversation.user.created", number)
        return number

    def admin_closes(self, conversation: str) -> None:
        self._notify("conversation.admin.closed", conversation)

    def conversation(self, conversation: str) -> Conversation:
        return self._conversations[conversation]

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._changes.subscribe(listener)

    async def close(self) -> None:
        await self.courier.close()

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        path = prefix + "/conversations/{conversation}"
        return [
            web.post(path + "/reply", guarded(self.faults, self._reply, self.limit)),
            web.get(path, guarded(self.faults, self._show, self.limit), allow_head=False),
        ]

    async def _reply(self, request: web.Request) -> web.Response:
        number = self._authorised(request)
        body = await json_body(request)
        refuse_unknown(body, FIELDS)
        text = body.get("body")
        if (
            body.get("message_type") != "comment"
            or body.get("type") != "admin"
            or not isinstance(text, str)
            or not text
        ):
            raise Refusal(400, _errors("parameter_invalid", "The reply is not valid"))
        if body.get("admin_id") != self.admin:
            raise Refusal(404, _errors("admin_not_found", "Admin not found"))
        self._add(number, "admin", self.admin, text)
        self._notify("conversation.admin.replied", number)
        return web.json_response(self._data(number))

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(self._data(self._authorised(request)))

    def _authorised(self, request: web.Request) -> str:
        if not hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {self.token}"):
            raise Refusal(401, _errors("unauthorized", "Access Token Invalid"))
        if not re.fullmatch(r"2\.\d+", request.headers.get("Intercom-Version", "")):
            raise Refusal(400, _errors("intercom_version_invalid", "The requested version could not be found"))
        number = request.match_info["conversation"]
        if number not in self._conversations:
            raise Refusal(404, _errors("not_found", "Resource Not Found"))
        return number

    def _add(self, number: str, author: str, author_id: str, body: str) -> None:
        part = Part(id=str(next(self._ids)), author=author, author_id=author_id, body=body, at=int(time.time()))
        conversation = self._conversations[number]
        self._conversations[number] = replace(conversation, parts=(*conversation.parts, part))
        self._changes.announce()

    def _data(self, number: str) -> dict[str, Any]:
        conversation = self._conversations[number]
        author = {"type": "user", "id": f"i{conversation.user}", "name": conversation.name, "email": conversation.email}
        source = {"type": "conversation", "body": conversation.opening, "author": author, "url": conversation.page}
        contact = {"type": "contact", "id": author["id"], "external_id": conversation.user}
        parts = [_part(part) for part in conversation.parts[-MOST_PARTS:]]
        return {
            "type": "conversation",
            "id": number,
            "created_at": conversation.at,
            "source": {**source, "subject": "", "delivered_as": "customer_initiated"},
            "contacts": {"type": "contact.list", "contacts": [contact]},
            "conversation_parts": {
                "type": "conversation_part.list",
                "conversation_parts": parts,
                "total_count": len(parts),
            },
        }

    def _notify(self, topic: str, number: str) -> None:
        self.courier.post(
            {
                "type": "notification_event",
                "app_id": self.app,
                "id": f"notif_{next(self._ids)}",
                "topic": topic,
                "created_at": int(time.time()),
                "data": {"type": "notification_event_data", "item": self._data(number)},
            }
        )
        self._changes.announce()

    def _sign(self, body: bytes) -> dict[str, str]:
        digest = hmac.new(self._secret.encode(), body, hashlib.sha1).hexdigest()
        return {"X-Hub-Signature": f"sha1={digest}"} if self._secret else {}


def _part(part: Part) -> dict[str, Any]:
    author = {"type": part.author, "id": part.author_id}
    return {
        "type": "conversation_part",
        "id": part.id,
        "part_type": "comment",
        "body": part.body,
        "created_at": part.at,
        "author": author,
    }


def _paragraph(text: str) -> str:
    return "<p>" + html.escape(text, quote=False).replace("\n", "<br>") + "</p>"


def _errors(code: str, message: str) -> dict[str, Any]:
    return {"type": "error.list", "errors": [{"code": code, "message": message}]}
