"""Intercom: conversations of its messenger, answered as one admin."""

import html
from collections.abc import Mapping
from urllib.parse import quote

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.calls import Calls, Pace
from bot.adapters.channels.common.markup import text_of_html
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

SOURCE = "intercom"
CAN_REPLY = True
CUSTOMERS = frozenset({"user", "lead", "contact"})
KINDS = {
    "conversation.user.created": InboundKind.STARTED,
    "conversation.user.replied": InboundKind.MESSAGE,
    "conversation.admin.closed": InboundKind.ENDED,
}


class Settings(Pace):
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
    kind = KINDS.get(required(body, "topic"), InboundKind.OTHER)
    conversation = at_path(body, "data", "item")
    number = ident(conversation, "id")
    if kind is not InboundKind.OTHER:
        required(body, "data", "item", "id")
    said = _said(conversation, kind)
    return (
        Inbound(
            source=SOURCE,
            conversation=number,
            event=ident(body, "id") or fingerprint(hook.body),
            kind=kind,
            customer=_customer(conversation),
            text=text_of_html(texts(said, "body")),
            subject=text_of_html(texts(conversation, "source", "subject")),
            page=texts(conversation, "source", "url"),
            at=moment(at_path(said, "created_at") or at_path(body, "created_at")),
            url=_link(conversation, texts(body, "app_id"), number),
        ),
    )


def _said(conversation: object, kind: InboundKind) -> object:
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
