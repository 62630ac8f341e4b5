"""Any other channel, by webhooks in our own shape: signed messages in, signed answers out (docs/customers.md shows both)."""

import json
import time
from urllib.parse import quote

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.chat_api import ChatApi, Missing
from bot.adapters.channels.common.reading import customer, fingerprint, nameless, said
from bot.adapters.common.calls import CallLimit
from bot.adapters.common.reading import LONG, load
from bot.adapters.common.signing import hex_signature, timestamped
from bot.adapters.ports import Channel, ChannelAdapter, Connects, Hook, Table
from bot.bug.errors import Unreadable
from bot.bug.values import Inbound, InboundKind, Outgoing, Sent

SOURCE = "generic"
SIGNATURE, CLOCK = "X-Makegood-Signature", "X-Makegood-Timestamp"


class Settings(CallLimit):
    """`[customers.generic]`. Answers are posted to {base_url}/messages and looked for at {base_url}/messages/{key}."""

    base_url: str = Field(pattern=r"^https?://")
    secret: SecretStr = Field(min_length=16)
    can_look: bool = False
    """Whether the receiver answers GET {base_url}/messages/{key}; if not, a person is asked after a cut-off call."""


def verify(hook: Hook, secret: str | None) -> None:
    if secret:
        timestamped(hook, secret, header=SIGNATURE.lower(), clock=CLOCK.lower())


def parse(hook: Hook, options: Table) -> tuple[Inbound, ...]:
    body = load(hook.body)
    kind = _kind(body.line("kind") or "message")
    words, subject = body.words("text"), body.words("subject")
    return (
        Inbound(
            source=SOURCE,
            conversation=body.required("conversation"),
            event=body.key("event") or nameless(hook.body),
            kind=kind,
            customer=customer(body.at("customer")),
            trusted=body.at("trusted").value is True,
            text=words if subject or kind is not InboundKind.MESSAGE else said(words),
            subject=subject,
            page=body.line("page", limit=LONG),
            at=body.time("at"),
            url=body.url("url"),
            writer=body.line("writer"),
        ),
    )


def _kind(word: str) -> InboundKind:
    try:
        return InboundKind(word)
    except ValueError as error:
        raise Unreadable(f"The kind “{word[:40]}” is none of {', '.join(InboundKind)}.") from error


class Generic:
    source = SOURCE

    def __init__(self, settings: Settings, session: aiohttp.ClientSession) -> None:
        self.can_look = settings.can_look
        self._secret = settings.secret.get_secret_value()
        self._calls = ChatApi(session, who="Your channel", base_url=settings.base_url, headers={}, limit=settings)

    async def send(self, message: Outgoing) -> Sent:
        body = json.dumps(message.model_dump(mode="json", exclude={"source", "at"})).encode()
        answer = await self._calls.post_raw(
            "/messages", body, {**self._signed(body), "Idempotency-Key": fingerprint(message.key)}
        )
        return Sent(state="delivered", external_id=answer.key("id"))

    async def find(self, message: Outgoing) -> Sent | None:
        if not self.can_look:
            return None
        path, headers = f"/messages/{quote(message.key, safe='')}", self._signed(message.key.encode())
        try:
            answer = await self._calls.get(path, headers=headers)
        except Missing:
            return None
        return Sent(state="delivered", external_id=answer.key("id"))

    async def close(self) -> None:
        await self._calls.close()

    def _signed(self, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        return {SIGNATURE: "sha256=" + hex_signature(self._secret, f"{stamp}.".encode() + body), CLOCK: stamp}


def connect(settings: Settings, session: aiohttp.ClientSession) -> Channel:
    return Generic(settings, session)


CONNECTOR = Connects(Settings, connect)
ADAPTER = ChannelAdapter(name=SOURCE, verify=verify, parse=parse, connector=CONNECTOR)
