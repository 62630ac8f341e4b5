"""HTTP mode: every envelope is a signed POST to the app's request URL, and the response is its acknowledgement."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.demo.slack.courier import ACK_SECONDS
from bot.demo.slack.records import Ack, Delivery, Json
from bot.demo.slack.world import World

_FORM = "application/x-www-form-urlencoded"
_FAILURES = {"timeout": "http_timeout"}


class HttpMode:
    def __init__(self, world: World, request_url: str, signing_secret: str) -> None:
        self._world, self.request_url, self._secret = world, request_url, signing_secret
        self._session: aiohttp.ClientSession | None = None

    async def send(self, delivery: Delivery) -> Ack:
        body, content_type = _body(delivery)
        headers = {"Content-Type": content_type, **sign(self._secret, body), **_retry_headers(delivery)}
        posting = asyncio.ensure_future(self._post(body, headers))
        late = asyncio.ensure_future(self._world.clock.sleep(ACK_SECONDS))
        either: set[asyncio.Future[Any]] = {posting, late}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return posting.result() if posting.done() else Ack(ok=False, failure="http_timeout")
        finally:
            late.cancel()
            posting.cancel()

    async def verify(self) -> bool:
        """Slack's url_verification handshake: the app must give back the challenge."""
        challenge = self._world.new_id("challenge")
        body = json.dumps({"type": "url_verification", "token": "local", "challenge": challenge})
        ack = await self._post(body, {"Content-Type": "application/json", **sign(self._secret, body)})
        shown = ack.body.get("challenge") if isinstance(ack.body, dict) else ack.body
        return ack.ok and shown == challenge

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _post(self, body: str, headers: dict[str, str]) -> Ack:
        self._session = self._session or aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        try:
            async with self._session.post(self.request_url, data=body.encode(), headers=headers) as response:
                return _ack(response, await response.text())
        except aiohttp.ClientError:
            return Ack(ok=False, failure="connection_failed")


def sign(secret: str, body: str) -> dict[str, str]:
    """Slack's v0 signature. Real time on purpose: who verifies it compares with the real clock."""
    moment = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{moment}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


def _body(delivery: Delivery) -> tuple[str, str]:
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload), "application/json"
    if delivery.kind == "slash_commands":
        return urlencode(delivery.payload), _FORM
    return urlencode({"payload": json.dumps(delivery.payload)}), _FORM


def _retry_headers(delivery: Delivery) -> dict[str, str]:
    reason = delivery.reason or ""
    named = {"X-Slack-Retry-Num": str(delivery.retry), "X-Slack-Retry-Reason": _FAILURES.get(reason, reason)}
    return named if delivery.retry else {}


def _ack(response: aiohttp.ClientResponse, text: str) -> Ack:
    if response.status != 200:  # noqa: PLR2004 - the one status Slack takes for an answer
        return Ack(ok=False, failure="http_error", no_retry=response.headers.get("X-Slack-No-Retry") == "1")
    if response.content_type == "application/json":
        return Ack(ok=True, body=_parsed(text))
    return Ack(ok=True, body=text or None)


def _parsed(text: str) -> Json | str:
    try:
        parsed = json.loads(text)
    except ValueError:
        return text
    return parsed if isinstance(parsed, dict) else text
