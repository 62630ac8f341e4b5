"""Chatwoot: messages of its web widget and inboxes, answered by its application API."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.calls import CallLimit, Calls
from bot.adapters.channels.common.reading import (
    at_path,
    customer,
    foreseen,
    ident,
    items,
    moment,
    nameless,
    required,
    said,
    texts,
)
from bot.adapters.channels.common.signature import timestamped
from bot.adapters.ports import Channel, Hook
from bot.bodies import json_object
from bot.bug.errors import Rejected
from bot.bug.values import CustomerHint, Inbound, InboundKind, Outgoing, Sent

SOURCE = "chatwoot"
CAN_REPLY = True
KEY = "makegood_key"
"""Where our key rides in a message's content_attributes, which Chatwoot keeps as they are."""
INCOMING = ("incoming", "0")
PLAIN = {
    "conversation_created": InboundKind.STARTED,
    "conversation_resolved": InboundKind.ENDED,
    "webwidget_triggered": InboundKind.ONLINE,
}
LEFT_OUT = frozenset(
    {
        *("message_updated", "conversation_opened", "conversation_typing_off"),
        *("contact_created", "contact_updated", "inbox_created", "inbox_updated"),
    }
)
READ = frozenset(
    {*PLAIN, "message_created", "conversation_status_changed", "conversation_updated", "conversation_typing_on"}
)
PAGES = 10
"""Pages of 20 messages that `find` reads back: a doubtful send is minutes old, not hundreds of messages."""


class Settings(CallLimit):
    """`[customers.chatwoot]`."""

    base_url: str = "https://app.chatwoot.com"
    account: int
    token: SecretStr = Field(min_length=1)
    """The access token of an agent or an agent bot; its name stands on the answers."""


def verify(hook: Hook, secret: str | None) -> None:
    """Chatwoot signs since 4.1; with a secret set, an unsigned delivery is refused."""
    if secret:
        timestamped(hook, secret, header="x-chatwoot-signature", clock="x-chatwoot-timestamp")


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Inbound, ...]:
    """`options` may hold base_url, for the link to the conversation."""
    body = json_object(hook.body)
    event = required(body, "event")
    ours = any(at_path(body, part) for part in ("account", "conversation", "contact_inbox", "inbox_id"))
    foreseen(event, READ, LEFT_OUT, service="Chatwoot", ours=ours)
    conversation = _conversation(event, body)
    number = ident(conversation, "id") or ident(conversation, "display_id")
    if event in READ and not number:
        required(conversation, "id")
    kind = _kind(event, body) if number else InboundKind.OTHER
    message = event == "message_created"
    return (
        Inbound(
            source=SOURCE,
            conversation=number,
            event=f"message:{required(body, 'id')}" if message else f"{event}:{nameless(hook.body)}",
            kind=kind,
            customer=_customer(body, conversation),
            trusted=any(at_path(conversation, place, "hmac_verified") is True for place in ("contact_inbox", "meta")),
            text=_text(body) if message else "",
            page=texts(conversation, "additional_attributes", "referer"),
            at=moment(at_path(body, "created_at") or at_path(conversation, "timestamp")),
            url=_link(body, options, number),
        ),
    )


def _conversation(event: str, body: Mapping[str, Any]) -> object:
    """Messages name their conversation; an event of a conversation is the conversation itself."""
    if event.startswith("conversation_") and "conversation" not in body:
        return body
    return at_path(body, "current_conversation" if event == "webwidget_triggered" else "conversation")


def _kind(event: str, body: Mapping[str, Any]) -> InboundKind:
    if event == "message_created":
        theirs = texts(body, "message_type") in INCOMING and at_path(body, "private") is not True
        return InboundKind.MESSAGE if theirs else InboundKind.OTHER
    if event == "conversation_status_changed":
        return InboundKind.ENDED if texts(body, "status") == "resolved" else InboundKind.OTHER
    if event == "conversation_typing_on":
        return InboundKind.ONLINE if texts(body, "user", "type") == "contact" else InboundKind.OTHER
    return _presence(body) if event == "conversation_updated" else PLAIN.get(event, InboundKind.OTHER)


def _presence(body: Mapping[str, Any]) -> InboundKind:
    """Few deliveries carry it; where one does, it is the contact's own."""
    match texts(body, "meta", "sender", "availability_status"):
        case "online":
            return InboundKind.ONLINE
        case "offline":
            return InboundKind.OFFLINE
    return InboundKind.OTHER


def _customer(body: Mapping[str, Any], conversation: object) -> CustomerHint:
    """The contact, never the agent. Its own number means nothing elsewhere: only `identifier`, set by the website, is an id."""
    sender = at_path(body, "sender") if texts(body, "message_type") in INCOMING else None
    for contact in (at_path(conversation, "meta", "sender"), at_path(body, "contact"), sender):
        found = customer(contact, id_="identifier")
        if found != CustomerHint():
            return found
    return CustomerHint()


def _text(body: Mapping[str, Any]) -> str:
    files = [f"[{texts(file, 'file_type') or 'file'}] {texts(file, 'data_url')}" for file in items(body, "attachments")]
    return said(texts(body, "content"), *files[:10])


def _link(body: Mapping[str, Any], options: Mapping[str, object], conversation: str) -> str:
    account = texts(body, "account", "id") or texts(options, "account")
    base = texts(options, "base_url").rstrip("/")
    return f"{base}/app/accounts/{account}/conversations/{conversation}" if base and account and conversation else ""


class Chatwoot:
    source = SOURCE
    can_look = True

    def __init__(self, settings: Settings, session: aiohttp.ClientSession) -> None:
        self._calls = Calls(
            session,
            who="Chatwoot",
            base_url=f"{settings.base_url.rstrip('/')}/api/v1/accounts/{settings.account}",
            headers={"api_access_token": settings.token.get_secret_value()},
            pace=settings,
        )

    async def send(self, message: Outgoing) -> Sent:
        answer = await self._calls.post(
            _messages(message),
            {
                "content": message.text,
                "message_type": "outgoing",
                "private": False,
                "content_attributes": {KEY: message.key},
            },
        )
        return Sent(state="delivered", external_id=texts(answer, "id"))

    async def find(self, message: Outgoing) -> Sent | None:
        params: dict[str, str] = {}
        for _ in range(PAGES):
            page = items(await self._calls.get(_messages(message), params), "payload")
            for each in page:
                if texts(each, "content_attributes", KEY) == message.key:
                    return Sent(state="delivered", external_id=texts(each, "id"))
            if not page:
                return None
            params = {"before": texts(page, 0, "id")}
        return None

    async def close(self) -> None:
        await self._calls.close()


def _messages(message: Outgoing) -> str:
    if not message.conversation.isdigit():
        raise Rejected("There is no Chatwoot conversation to answer in. Answer this customer by mail.")
    return f"/conversations/{message.conversation}/messages"


def connect(settings: Settings, session: aiohttp.ClientSession) -> Channel:
    return Chatwoot(settings, session)
