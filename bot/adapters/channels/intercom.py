"""Intercom: conversations of its messenger, answered as one admin."""

import html
import re
from collections.abc import Mapping
from urllib.parse import quote

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.calls import CallLimit, Calls
from bot.adapters.channels.common.markup import text_of_html
from bot.adapters.channels.common.reading import (
    at_path,
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

SOURCE = "intercom"
CAN_REPLY = True
CUSTOMERS = frozenset({"user", "lead", "contact"})
KINDS = {
    "conversation.user.created": InboundKind.STARTED,
    "conversation.user.replied": InboundKind.MESSAGE,
    "conversation.admin.closed": InboundKind.ENDED,
}
LEFT_OUT = frozenset(
    {
        "ping",
        *("conversation.admin.replied", "conversation.admin.noted", "conversation.admin.assigned"),
        *("conversation.admin.opened", "conversation.admin.snoozed", "conversation.admin.unsnoozed"),
        *("conversation.admin.open.assigned", "conversation.admin.single.created", "conversation.deleted"),
        *(
            "conversation.read",
            "conversation.rating.added",
            "conversation.rating.remarked",
            "conversation.priority.updated",
        ),
        *("conversation_part.tag.created", "conversation_part.redacted", "conversation.contact.attached"),
        *("conversation.contact.detached", "conversation.operator.replied"),
    }
)
OURS = (
    "contact.",
    "company.",
    "ticket.",
    "visitor.",
    "user.",
    "lead.",
    "event.",
    "admin.",
    "content_stat.",
    "call.",
    "job.",
)
"""Topics of these families are about no conversation: left out too."""
PICTURE = re.compile(r"<(?:img|video|audio|source|iframe)\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]{1,2000})", re.IGNORECASE)


class Settings(CallLimit):
    """`[customers.intercom]`."""

    base_url: str = "https://api.intercom.io"
    """api.eu.intercom.io or api.au.intercom.io for workspaces there."""
    admin: str = Field(min_length=1)
    """The id of the teammate whose name stands on the answers."""
    token: SecretStr = Field(min_length=1)
    version: str = "2.11"


def verify(hook: Hook, secret: str | None) -> None:
    """The secret is the app's client secret."""
    if secret:
        expect(hook, "x-hub-signature", "sha1=" + hex_hmac(secret, hook.body, "sha1"))


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Inbound, ...]:
    body = json_object(hook.body)
    topic = required(body, "topic")
    known = {*LEFT_OUT, *(topic for family in OURS if topic.startswith(family))}
    foreseen(topic, KINDS, known, service="Intercom", ours=texts(body, "type") == "notification_event")
    kind = KINDS.get(topic, InboundKind.OTHER)
    conversation = at_path(body, "data", "item")
    number = ident(conversation, "id")
    if kind is not InboundKind.OTHER:
        required(body, "data", "item", "id")
    wrote = _wrote(conversation, kind)
    theirs = kind in {InboundKind.STARTED, InboundKind.MESSAGE}
    return (
        Inbound(
            source=SOURCE,
            conversation=number,
            event=ident(body, "id") or nameless(hook.body),
            kind=kind,
            customer=_customer(conversation),
            text=_text(wrote) if theirs else "",
            subject=text_of_html(texts(conversation, "source", "subject")),
            page=texts(conversation, "source", "url"),
            at=moment(at_path(wrote, "created_at") or at_path(body, "created_at")),
            url=_link(conversation, texts(body, "app_id"), number),
        ),
    )


def _text(wrote: object) -> str:
    """Their words, and the addresses of pictures and files."""
    body = texts(wrote, "body")
    pictures = [f"[picture] {html.unescape(url)}" for url in PICTURE.findall(body)[:10]]
    files = [f"[{texts(file, 'name') or 'file'}] {texts(file, 'url')}" for file in items(wrote, "attachments")[:10]]
    return said(text_of_html(body), *dict.fromkeys([*pictures, *files]))


def _wrote(conversation: object, kind: InboundKind) -> object:
    """What the customer wrote: the opening, or the last of their parts that the notification carries."""
    if kind is InboundKind.STARTED:
        return at_path(conversation, "source") or at_path(conversation, "conversation_message")
    if kind is not InboundKind.MESSAGE:
        return None
    parts = items(conversation, "conversation_parts", "conversation_parts")
    theirs = [part for part in parts if texts(part, "author", "type") in CUSTOMERS]
    return theirs[-1] if theirs else None


def _customer(conversation: object) -> CustomerHint:
    """`external_id` is the website's own id of the user; Intercom's id means nothing elsewhere."""
    author = at_path(conversation, "source", "author") or at_path(conversation, "user")
    contact = at_path(conversation, "contacts", "contacts", 0) or at_path(conversation, "user")
    if texts(author, "type") not in CUSTOMERS:
        author = at_path(conversation, "user")
    return CustomerHint(
        id=ident(contact, "external_id") or ident(contact, "user_id"),
        name=ident(author, "name"),
        email=ident(author, "email"),
    )


def _link(conversation: object, app: str, number: str) -> str:
    given = texts(conversation, "links", "conversation_web")
    made = f"https://app.intercom.com/a/inbox/{quote(app, safe='')}/inbox/conversation/{quote(number, safe='')}"
    return given or (made if app and number else "")


class Intercom:
    """Intercom takes no key of ours: `find` goes by the admin and the very words."""

    source = SOURCE
    can_look = True

    def __init__(self, settings: Settings, session: aiohttp.ClientSession) -> None:
        self._admin = settings.admin
        self._calls = Calls(
            session,
            who="Intercom",
            base_url=settings.base_url,
            headers={
                "Authorization": f"Bearer {settings.token.get_secret_value()}",
                "Intercom-Version": settings.version,
                "Accept": "application/json",
            },
            pace=settings,
        )

    async def send(self, message: Outgoing) -> Sent:
        body = html.escape(message.text, quote=False).replace("\n", "<br>")
        answer = await self._calls.post(
            f"{_conversation(message)}/reply",
            {"message_type": "comment", "type": "admin", "admin_id": self._admin, "body": body},
        )
        parts = items(answer, "conversation_parts", "conversation_parts")
        return Sent(state="delivered", external_id=texts(parts, -1, "id"))

    async def find(self, message: Outgoing) -> Sent | None:
        conversation = await self._calls.get(_conversation(message))
        for part in reversed(items(conversation, "conversation_parts", "conversation_parts")):
            mine = texts(part, "author", "type") == "admin" and texts(part, "author", "id") == self._admin
            if mine and _words(text_of_html(texts(part, "body"))) == _words(message.text):
                return Sent(state="delivered", external_id=texts(part, "id"))
        return None

    async def close(self) -> None:
        await self._calls.close()


def _words(text: str) -> list[str]:
    return text.split()


def _conversation(message: Outgoing) -> str:
    if not message.conversation:
        raise Rejected("There is no Intercom conversation to answer in. Answer this customer by mail.")
    return f"/conversations/{quote(message.conversation, safe='')}"


def connect(settings: Settings, session: aiohttp.ClientSession) -> Channel:
    return Intercom(settings, session)
