"""Crisp: its chat box, answered by its REST API with a plugin's (or a website's) token."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.chat_api import ChatApi
from bot.adapters.channels.common.reading import fingerprint, nameless, said
from bot.adapters.common.calls import CallLimit
from bot.adapters.common.reading import LONG, Data, foreseen, load
from bot.adapters.common.signing import expect, hex_signature
from bot.adapters.ports import Channel, ChannelAdapter, Connects, Hook, Table
from bot.bug.errors import Rejected
from bot.bug.values import CustomerHint, Inbound, InboundKind, Outgoing, Sent

SOURCE = "crisp"
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
        expect(hook, "x-crisp-signature", hex_signature(secret, b"[" + stamp + b";" + hook.body + b"]"))


def parse(hook: Hook, options: Table) -> tuple[Inbound, ...]:
    body = load(hook.body)
    event = body.required("event")
    data = body.at("data")
    ours = isinstance(data.value, Mapping) and bool(body.line("website_id"))
    foreseen(event, READ, LEFT_OUT, service="Crisp", ours=ours)
    session = data.key("session_id")
    kind = _kind(event, data)
    if kind is not InboundKind.OTHER:
        body.required("data.session_id")
    number = data.key("fingerprint")
    message = kind is InboundKind.MESSAGE
    return (
        Inbound(
            source=SOURCE,
            conversation=session,
            event=f"{session}:{number}" if message and number else nameless(hook.body),
            kind=kind if session else InboundKind.OTHER,
            customer=_customer(data),
            text=_text(data) if message else "",
            page=data.line("pages.0.page_url", limit=LONG),
            at=data.time("timestamp") or body.time("timestamp"),
            url=_link(data.key("website_id") or body.key("website_id"), session),
        ),
    )


def _kind(event: str, data: Data) -> InboundKind:
    if event == "message:send":
        return InboundKind.MESSAGE if data.line("from") == "user" else InboundKind.OTHER
    if event == "session:set_state":
        return InboundKind.ENDED if data.line("state") == "resolved" else InboundKind.OTHER
    if event == "session:update_availability":
        return AVAILABILITY.get(data.line("availability"), InboundKind.OTHER)
    return PLAIN.get(event, InboundKind.OTHER)


def _customer(data: Data) -> CustomerHint:
    """`user_id` is Crisp's session again, so it is no id of ours."""
    email = data.key("user.email", "email")
    return CustomerHint(name=data.key("user.nickname"), email=email)


def _text(data: Data) -> str:
    """The content of a text is a text; that of anything else is an object, with words or an address in it."""
    if words := data.words("content"):
        return said(words)
    kind, content = data.line("type"), data.at("content")
    told = [content.words(part) for part in ("text", "value", "url")]
    return said(" ".join(filter(None, [f"[{kind}]" if kind and any(told) else "", *told])))


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
        self._calls = ChatApi(
            session,
            who="Crisp",
            base_url=f"{settings.base_url.rstrip('/')}/website/{quote(settings.website, safe='')}",
            headers={"Authorization": f"Basic {b64encode(login.encode()).decode()}", "X-Crisp-Tier": settings.tier},
            limit=settings,
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
            page = (await self._calls.get(f"{_conversation(message)}/messages", params)).rows("data")
            if any(each.key("fingerprint") == wanted for each in page):
                return Sent(state="delivered", external_id=wanted)
            before = _oldest(page)
            if not before or before == params.get("timestamp_before"):
                return None
            params = {"timestamp_before": before}
        return None

    async def close(self) -> None:
        await self._calls.close()


def _oldest(page: Sequence[Data]) -> str:
    stamps = [stamp for each in page if (stamp := each.line("timestamp")).isdigit()]
    return min(stamps, key=int, default="")


def _conversation(message: Outgoing) -> str:
    if not message.conversation:
        raise Rejected("There is no Crisp conversation to answer in. Answer this customer by mail.")
    return f"/conversation/{quote(message.conversation, safe='')}"


def connect(settings: Settings, session: aiohttp.ClientSession) -> Channel:
    return Crisp(settings, session)


CONNECTOR = Connects(Settings, connect)
ADAPTER = ChannelAdapter(name=SOURCE, verify=verify, parse=parse, connector=CONNECTOR)
