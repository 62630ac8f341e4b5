"""Chatwoot: messages of its web widget and inboxes, answered by its application API."""

from datetime import timedelta

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.channels.common.chat_api import ChatApi
from bot.adapters.channels.common.reading import customer, nameless, said
from bot.adapters.common.calls import CallLimit
from bot.adapters.common.reading import LONG, Data, foreseen, load
from bot.adapters.common.signing import timestamped
from bot.adapters.ports import Channel, ChannelAdapter, Connects, Hook, Table
from bot.bug.errors import Rejected
from bot.bug.values import CustomerHint, Inbound, InboundKind, Outgoing, Sent

SOURCE = "chatwoot"
KEY = "makegood_key"
"""Where our key rides in a message's content_attributes, which Chatwoot keeps as they are, but not each installation of it."""
INCOMING = ("incoming", "0")
OUTGOING = ("outgoing", "1")
CLOCKS_DIFFER = timedelta(minutes=1)
"""By how much its clock may be behind ours."""
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


def parse(hook: Hook, options: Table) -> tuple[Inbound, ...]:
    """`options` may hold base_url, for the link to the conversation."""
    body = load(hook.body)
    event = body.required("event")
    ours = any(body.at(part).value for part in ("account", "conversation", "contact_inbox", "inbox_id"))
    foreseen(event, READ, LEFT_OUT, service="Chatwoot", ours=ours)
    conversation = _conversation(event, body)
    number = conversation.key("id", "display_id")
    if event in READ and not number:
        conversation.required("id")
    kind = _kind(event, body) if number else InboundKind.OTHER
    message = event == "message_created"
    return (
        Inbound(
            source=SOURCE,
            conversation=number,
            event=f"message:{body.required('id')}" if message else f"{event}:{nameless(hook.body)}",
            kind=kind,
            customer=_customer(body, conversation),
            trusted=any(conversation.at(f"{place}.hmac_verified").value is True for place in ("contact_inbox", "meta")),
            text=_text(body) if message else "",
            page=conversation.line("additional_attributes.referer", limit=LONG),
            at=body.time("created_at") or conversation.time("timestamp"),
            url=_link(body, Data(options), number),
        ),
    )


def _conversation(event: str, body: Data) -> Data:
    """Messages name their conversation; an event of a conversation is the conversation itself."""
    if event.startswith("conversation_") and body.at("conversation").value is None:
        return body
    return body.at("current_conversation" if event == "webwidget_triggered" else "conversation")


def _kind(event: str, body: Data) -> InboundKind:
    if event == "message_created":
        theirs = body.line("message_type") in INCOMING and body.at("private").value is not True
        return InboundKind.MESSAGE if theirs else InboundKind.OTHER
    if event == "conversation_status_changed":
        return InboundKind.ENDED if body.line("status") == "resolved" else InboundKind.OTHER
    if event == "conversation_typing_on":
        return InboundKind.ONLINE if body.line("user.type") == "contact" else InboundKind.OTHER
    return _presence(body) if event == "conversation_updated" else PLAIN.get(event, InboundKind.OTHER)


def _presence(body: Data) -> InboundKind:
    """Few deliveries carry it; where one does, it is the contact's own."""
    match body.line("meta.sender.availability_status"):
        case "online":
            return InboundKind.ONLINE
        case "offline":
            return InboundKind.OFFLINE
    return InboundKind.OTHER


def _customer(body: Data, conversation: Data) -> CustomerHint:
    """The contact, never the agent. Its own number means nothing elsewhere: only `identifier`, set by the website, is an id."""
    sender = body.at("sender") if body.line("message_type") in INCOMING else Data()
    for contact in (conversation.at("meta.sender"), body.at("contact"), sender):
        found = customer(contact, id_="identifier")
        if found != CustomerHint():
            return found
    return CustomerHint()


def _text(body: Data) -> str:
    rows = body.rows("attachments")[:10]
    files = [f"[{file.line('file_type') or 'file'}] {file.line('data_url', limit=LONG)}" for file in rows]
    return said(body.words("content"), *files)


def _link(body: Data, options: Data, conversation: str) -> str:
    account = body.line("account.id") or options.line("account")
    base = options.line("base_url", limit=LONG).rstrip("/")
    return f"{base}/app/accounts/{account}/conversations/{conversation}" if base and account and conversation else ""


class Chatwoot:
    source = SOURCE
    can_look = True

    def __init__(self, settings: Settings, session: aiohttp.ClientSession) -> None:
        self._calls = ChatApi(
            session,
            who="Chatwoot",
            base_url=f"{settings.base_url.rstrip('/')}/api/v1/accounts/{settings.account}",
            headers={"api_access_token": settings.token.get_secret_value()},
            limit=settings,
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
        return Sent(state="delivered", external_id=answer.key("id"))

    async def find(self, message: Outgoing) -> Sent | None:
        """By our key; where the installation keeps no attributes that it does not know, by the words and the time."""
        params: dict[str, str] = {}
        alike = ""
        for _ in range(PAGES):
            page = (await self._calls.get(_messages(message), params)).rows("payload")
            for each in page:
                if each.text(f"content_attributes.{KEY}") == message.key:
                    return Sent(state="delivered", external_id=each.key("id"))
                alike = each.key("id") if _is_alike(each, message) else alike
            if not page:
                break
            params = {"before": page[0].key("id")}
        return Sent(state="delivered", external_id=alike) if alike else None

    async def close(self) -> None:
        await self._calls.close()


def _is_alike(each: Data, message: Outgoing) -> bool:
    """An agent's message without any key of ours, in the very words, from after ours was decided."""
    at, key = each.time("created_at"), each.text(f"content_attributes.{KEY}")
    late = message.at is not None and at is not None and at >= message.at - CLOCKS_DIFFER
    outgoing = each.key("message_type") in OUTGOING and each.at("private").value is not True
    return late and outgoing and not key and each.words("content").split() == message.text.split()


def _messages(message: Outgoing) -> str:
    if not message.conversation.isdigit():
        raise Rejected("There is no Chatwoot conversation to answer in. Answer this customer by mail.")
    return f"/conversations/{message.conversation}/messages"


def connect(settings: Settings, session: aiohttp.ClientSession) -> Channel:
    return Chatwoot(settings, session)


CONNECTOR = Connects(Settings, connect)
ADAPTER = ChannelAdapter(name=SOURCE, verify=verify, parse=parse, connector=CONNECTOR)
