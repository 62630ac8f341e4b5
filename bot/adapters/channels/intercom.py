"""Intercom: conversations of its messenger, answered as one admin."""

import html
import re
from urllib.parse import quote

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.chat_api import ChatApi
from bot.adapters.channels.common.markup import LONGEST_MARKUP, text_of_html
from bot.adapters.channels.common.reading import nameless, said
from bot.adapters.common.calls import CallLimit
from bot.adapters.common.reading import LONG, Data, foreseen, load
from bot.adapters.common.signing import expect, hex_signature
from bot.adapters.ports import Channel, ChannelAdapter, Connects, Hook, Table
from bot.bug.errors import Rejected
from bot.bug.values import CustomerHint, Inbound, InboundKind, Outgoing, Sent

SOURCE = "intercom"
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
        expect(hook, "x-hub-signature", "sha1=" + hex_signature(secret, hook.body, "sha1"))


def parse(hook: Hook, options: Table) -> tuple[Inbound, ...]:
    body = load(hook.body)
    topic = body.required("topic")
    known = {*LEFT_OUT, *(topic for family in OURS if topic.startswith(family))}
    foreseen(topic, KINDS, known, service="Intercom", ours=body.line("type") == "notification_event")
    kind = KINDS.get(topic, InboundKind.OTHER)
    conversation = body.at("data.item")
    number = conversation.key("id")
    if kind is not InboundKind.OTHER:
        body.required("data.item.id")
    wrote = _wrote(conversation, kind)
    theirs = kind in {InboundKind.STARTED, InboundKind.MESSAGE}
    return (
        Inbound(
            source=SOURCE,
            conversation=number,
            event=body.key("id") or nameless(hook.body),
            kind=kind,
            customer=_customer(conversation),
            text=_text(wrote) if theirs else "",
            subject=text_of_html(conversation.words("source.subject")),
            page=conversation.line("source.url", limit=LONG),
            at=wrote.time("created_at") or body.time("created_at"),
            url=_link(conversation, body.key("app_id"), number),
        ),
    )


def _text(wrote: Data) -> str:
    """Their words, and the addresses of pictures and files."""
    body = wrote.text("body", limit=LONGEST_MARKUP)
    pictures = [f"[picture] {html.unescape(url)}" for url in PICTURE.findall(body)[:10]]
    files = [
        f"[{file.line('name') or 'file'}] {file.line('url', limit=LONG)}" for file in wrote.rows("attachments")[:10]
    ]
    return said(text_of_html(body), *dict.fromkeys([*pictures, *files]))


def _wrote(conversation: Data, kind: InboundKind) -> Data:
    """What the customer wrote: the opening, or the last of their parts that the notification carries."""
    if kind is InboundKind.STARTED:
        return _first(conversation, "source", "conversation_message")
    if kind is not InboundKind.MESSAGE:
        return Data()
    theirs = [part for part in _parts(conversation) if part.line("author.type") in CUSTOMERS]
    return theirs[-1] if theirs else Data()


def _customer(conversation: Data) -> CustomerHint:
    """`external_id` is the website's own id of the user; Intercom's id means nothing elsewhere."""
    author = _first(conversation, "source.author", "user")
    contact = _first(conversation, "contacts.contacts.0", "user")
    if author.line("type") not in CUSTOMERS:
        author = conversation.at("user")
    return CustomerHint(
        id=contact.key("external_id", "user_id"),
        name=author.key("name"),
        email=author.key("email"),
    )


def _link(conversation: Data, app: str, number: str) -> str:
    given = conversation.url("links.conversation_web")
    made = f"https://app.intercom.com/a/inbox/{quote(app, safe='')}/inbox/conversation/{quote(number, safe='')}"
    return given or (made if app and number else "")


class Intercom:
    """Intercom takes no key of ours: `find` goes by the admin and the very words."""

    source = SOURCE
    can_look = True

    def __init__(self, settings: Settings, session: aiohttp.ClientSession) -> None:
        self._admin = settings.admin
        self._calls = ChatApi(
            session,
            who="Intercom",
            base_url=settings.base_url,
            headers={
                "Authorization": f"Bearer {settings.token.get_secret_value()}",
                "Intercom-Version": settings.version,
                "Accept": "application/json",
            },
            limit=settings,
        )

    async def send(self, message: Outgoing) -> Sent:
        body = html.escape(message.text, quote=False).replace("\n", "<br>")
        answer = await self._calls.post(
            f"{_conversation(message)}/reply",
            {"message_type": "comment", "type": "admin", "admin_id": self._admin, "body": body},
        )
        ids = [part.key("id") for part in _parts(answer)[-1:]]
        return Sent(state="delivered", external_id=next(iter(ids), ""))

    async def find(self, message: Outgoing) -> Sent | None:
        conversation = await self._calls.get(_conversation(message))
        for part in reversed(_parts(conversation)):
            mine = part.line("author.type") == "admin" and part.key("author.id") == self._admin
            if mine and _words(text_of_html(part.text("body", limit=LONGEST_MARKUP))) == _words(message.text):
                return Sent(state="delivered", external_id=part.key("id"))
        return None

    async def close(self) -> None:
        await self._calls.close()


def _parts(conversation: Data) -> tuple[Data, ...]:
    return conversation.rows("conversation_parts.conversation_parts")


def _first(data: Data, *paths: str) -> Data:
    """The first that holds something."""
    return next((found for path in paths if (found := data.at(path)).value), Data())


def _words(text: str) -> list[str]:
    return text.split()


def _conversation(message: Outgoing) -> str:
    if not message.conversation:
        raise Rejected("There is no Intercom conversation to answer in. Answer this customer by mail.")
    return f"/conversations/{quote(message.conversation, safe='')}"


def connect(settings: Settings, session: aiohttp.ClientSession) -> Channel:
    return Intercom(settings, session)


CONNECTOR = Connects(Settings, connect)
ADAPTER = ChannelAdapter(name=SOURCE, verify=verify, parse=parse, connector=CONNECTOR)
