"""A receiver as a team would write it for its own channel: checks the signature, keeps each key once."""

import hashlib
import hmac
import json
import time

from aiohttp import web

from bot.demo.channels.faults import Faults
from bot.demo.channels.service import Refusal, guarded

FRESH = 300
FIELDS = frozenset({"conversation", "customer", "text", "subject", "key", "in_reply_to", "references"})


class GenericFake:
    def __init__(self, secret: str, conversations: tuple[str, ...] = ()) -> None:
        self._secret, self._conversations = secret, conversations
        self.faults = Faults()
        self.messages: dict[str, dict[str, object]] = {}
        """What came in, by key."""

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        return [
            web.post(prefix + "/messages", guarded(self.faults, self._create)),
            web.get(prefix + "/messages/{key}", guarded(self.faults, self._show), allow_head=False),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self._check(request, raw)
        body = json.loads(raw)
        if set(body) != FIELDS:
            raise Refusal(422, {"error": "Unknown or missing fields"})
        if body["conversation"] not in self._conversations:
            raise Refusal(404, {"error": "No such conversation"})
        self.messages.setdefault(body["key"], body)
        return web.json_response({"id": f"out-{body['key']}"})

    async def _show(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        self._check(request, key.encode())
        if key not in self.messages:
            raise Refusal(404, {"error": "No such message"})
        return web.json_response({"id": f"out-{key}"})

    def _check(self, request: web.Request, signed: bytes) -> None:
        stamp = request.headers.get("X-Makegood-Timestamp", "")
        digest = hmac.new(self._secret.encode(), f"{stamp}.".encode() + signed, hashlib.sha256).hexdigest()
        given = request.headers.get("X-Makegood-Signature", "")
        fresh = stamp.isdigit() and abs(time.time() - int(stamp)) < FRESH
        if not fresh or not hmac.compare_digest(given, f"sha256={digest}"):
            raise Refusal(401, {"error": "Wrong signature"})
