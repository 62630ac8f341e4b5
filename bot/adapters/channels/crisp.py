"""Crisp: its chat box, answered by its REST API with a plugin's (or a website's) token."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.calls import Calls, Pace
from bot.adapters.channels.common.reading import (
    at_path,
    fingerprint,
    ident,
    items,
    json_object,
    moment,
    required,
    texts,
)
from bot.adapters.channels.common.signature import expect, hex_hmac
from bot.adapters.ports import Channel, Hook
from bot.bug.errors import Rejected
from bot.bug.values import CustomerHint, Inbound, InboundKind, Outgoing, Sent

SOURCE = "crisp"
CAN_REPLY = True
PAGES = 10
"""Pages of messages that `find` reads back."""
PLAIN = {
    "session:removed": InboundKind.ENDED,
    "session:set_email": InboundKind.ONLINE,
    "session:sync:pages": InboundKind.ONLINE,
}
"""A visitor who opens a page or leaves an e-mail address is there; a message carries neither page nor address."""
AVAILABILITY = {"online": InboundKind.ONLINE, "offline": InboundKind.OFFLINE}


class Settings(Pace):
    """`[customers.crisp]`."""

    base_url: str = "https://api.crisp.chat/v1"
    website: str = Field(min_length=1)
    identifier: SecretStr = Field(min_length=1)
    key: SecretStr = Field(min_length=1)
    tier: str = "plugin"
    """plugin or website: which kind of token it is."""


def verify(hook: Hook, secret: str | None) -> None:
    """Crisp signs the hooks of plugins; those of a website's own settings come unsigned: set no secret for them."""
    if secret:
        stamp = hook.headers.get("x-crisp-request-timestamp", "").encode("utf-8", "replace")
        expect(hook, "x-crisp-signature", hex_hmac(secret, b"[" + stamp + b";" + hook.body + b"]"))


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Inbound, ...]:
    body = json_object(hook.body)
    event = required(body, "event")
    data = at_path(body, "data")
    session = ident(data, "session_id")
    kind = _kind(event, data)
    if kind is InboundKind.MESSAGE:
        required(body, "data", "session_id")
    number = ident(data, "fingerprint")
    message = kind is InboundKind.MESSAGE
    return (
        Inbound(
            source=SOURCE,
            conversation=session,
            event=f"{session}:{number}" if message and number else fingerprint(hook.body),
            kind=kind if session else InboundKind.OTHER,
            customer=_customer(data),
            text=_text(data) if message else "",
            page=texts(data, "pages", 0, "page_url"),
            at=moment(at_path(data, "timestamp") or at_path(body, "timestamp")),
            url=_link(texts(data, "website_id") or texts(body, "website_id"), session),
        ),
    )


def _kind(event: str, data: object) -> InboundKind:
    if event == "message:send":
        return InboundKind.MESSAGE if texts(data, "from") == "user" else InboundKind.OTHER
    if event == "session:set_state":
        return InboundKind.ENDED if texts(data, "state") == "resolved" else InboundKind.OTHER
    if event == "session:update_availability":
        return AVAILABILITY.get(texts(data, "availability"), InboundKind.OTHER)
    return PLAIN.get(event, InboundKind.OTHER)


def _customer(data: object) -> CustomerHint:
    """`user_id` is Crisp's session again, so it is no id of ours."""
    email = ident(data, "user", "email") or ident(data, "email")
    return CustomerHint(name=ident(data, "user", "nickname"), email=email)


def _text(data: object) -> str:
    """A file's content is an object with its address."""
    if texts(data, "type") in {"file", "audio"}:
        return " ".join(filter(None, [f"[{texts(data, 'type')}]", texts(data, "content", "url")]))
    return texts(data, "content")


def _link(website: str, session: str) -> str:
    if not website or not session:
        return ""
    return f"https://app.crisp.chat/website/{quote(website, safe='')}/inbox/{quote(session, safe='')}/"


def number_of(key: str) -> int:
    """Crisp's own name for a message is a number of 15 digits that the sender may choose."""
    return int(fingerprint(key), 16) % 10**15


class Crisp:
    source = SOURCE
    can_look = True

    def __init__(self, settings: Settings, session: aiohttp.ClientSession) -> None:
        login = f"{settings.identifier.get_secret_value()}:{settings.key.get_secret_value()}"
        self._calls = Calls(
            session,
            who="Crisp",
            base_url=f"{settings.base_url.rstrip('/')}/website/{quote(settings.website, safe='')}",
            headers={"Authorization": f"Basic {b64encode(login.encode()).decode()}", "X-Crisp-Tier": settings.tier},
            pace=settings,
        )

    async def send(self, message: Outgoing) -> Sent:
        number = number_of(message.key)
        content = {"type": "text", "from": "operator", "origin": "chat", "content": message.text, "fingerprint": number}
        await self._calls.post(f"{_conversation(message)}/message", content)
        return Sent(state="delivered", external_id=str(number))

    async def find(self, message: Outgoing) -> Sent | None:
        wanted = str(number_of(message.key))
        params: dict[str, str] = {}
        for _ in range(PAGES):
            page = items(await self._calls.get(f"{_conversation(message)}/messages", params), "data")
            if any(texts(each, "fingerprint") == wanted for each in page):
                return Sent(state="delivered", external_id=wanted)
            before = _oldest(page)
            if not before or before == params.get("timestamp_before"):
                return None
            params = {"timestamp_before": before}
        return None

    async def close(self) -> None:
        await self._calls.close()


def _oldest(page: list[Any]) -> str:
    stamps = [stamp for each in page if (stamp := texts(each, "timestamp")).isdigit()]
    return min(stamps, key=int, default="")


def _conversation(message: Outgoing) -> str:
    if not message.conversation:
        raise Rejected("There is no Crisp conversation to answer in. Answer this customer by mail.")
    return f"/conversation/{quote(message.conversation, safe='')}"


def connect(settings: Settings, session: aiohttp.ClientSession) -> Channel:
    return Crisp(settings, session)
