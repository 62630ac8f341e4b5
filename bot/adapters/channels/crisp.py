"""Crisp: its chat box, answered by its REST API with a plugin's (or a website's) token."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.calls import CallLimit, Calls
from bot.adapters.channels.common.reading import (
    at_path,
    fingerprint,
    foreseen,
    ident,
    items,
    moment,
    nameless,
    required,
    said,
    texts,
)
from bot.adapters.channels.common.signature import expect, hex_hmac
from bot.adapters.ports import Channel, Hook
from bot.bodies import json_object
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
READ = frozenset({*PLAIN, "message:send", "session:set_state", "session:update_availability"})
LEFT_OUT = frozenset(
    {
        *("message:received", "message:updated", "message:removed", "message:compose:send", "message:compose:receive"),
        *("message:acknowledge:read:send", "message:acknowledge:read:received", "message:acknowledge:delivered"),
        *("message:acknowledge:pending", "message:acknowledge:ignored", "message:acknowledge:unread:send"),
        *("message:notify:unread:send", "message:notify:unread:received"),
        *("session:request:initiated", "session:set_phone", "session:set_address", "session:set_subject"),
        *(
            "session:set_avatar",
            "session:set_nickname",
            "session:set_data",
            "session:set_segments",
            "session:set_opened",
        ),
        *("session:set_closed", "session:set_participants", "session:set_mentions", "session:set_routing"),
        *("session:set_block", "session:set_inbox", "session:set_verify", "session:update_verify", "session:error"),
        *("session:sync:events", "session:sync:capabilities", "session:sync:geolocation", "session:sync:system"),
        *("session:sync:network", "session:sync:timezone", "session:sync:locales", "session:sync:rating"),
        *("session:sync:topic", "session:set_reminder", "session:added", "session:set_assign"),
    }
)
AVAILABILITY = {"online": InboundKind.ONLINE, "offline": InboundKind.OFFLINE}


class Settings(CallLimit):
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
    ours = isinstance(data, Mapping) and bool(texts(body, "website_id"))
    foreseen(event, READ, LEFT_OUT, service="Crisp", ours=ours)
    session = ident(data, "session_id")
    kind = _kind(event, data)
    if kind is not InboundKind.OTHER:
        required(body, "data", "session_id")
    number = ident(data, "fingerprint")
    message = kind is InboundKind.MESSAGE
    return (
        Inbound(
            source=SOURCE,
            conversation=session,
            event=f"{session}:{number}" if message and number else nameless(hook.body),
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
    """The content of a text is a text; that of anything else is an object, with words or an address in it."""
    if texts(data, "content"):
        return said(texts(data, "content"))
    kind, content = texts(data, "type"), at_path(data, "content")
    words = [texts(content, part) for part in ("text", "value", "url")]
    return said(" ".join(filter(None, [f"[{kind}]" if kind and any(words) else "", *words])))


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
