"""tawk.to: chats and tickets come in by webhook. It has no public way to answer: a person pastes, or mail goes out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.adapters.channels.common.reading import customer, fingerprint, nameless, said
from bot.adapters.common.reading import LONG, Data, foreseen, load
from bot.adapters.common.signing import expect, hex_signature
from bot.adapters.ports import ChannelAdapter, Hook, Table
from bot.bug.values import Inbound, InboundKind

SOURCE = "tawk"
VISITOR = frozenset({"v", "visitor"})
AGENT = frozenset({"a", "agent"})
READ = frozenset({"chat:start", "chat:end", "chat:transcript_created", "ticket:create"})
MOST = 200
"""Messages read of one transcript: the last ones."""


def verify(hook: Hook, secret: str | None) -> None:
    if secret:
        expect(hook, "x-tawk-signature", hex_signature(secret, hook.body, "sha1"))


def parse(hook: Hook, options: Table) -> tuple[Inbound, ...]:
    body = load(hook.body)
    event = body.required("event")
    ours = bool(body.key("property.id", "chatId"))
    foreseen(event, READ, (), service="tawk.to", ours=ours)
    match event:
        case "chat:start":
            return (_started(body, hook),)
        case "chat:end":
            return (_inbound(body, hook, body.required("chatId"), kind=InboundKind.ENDED),)
        case "chat:transcript_created":
            return tuple(_transcript(body, hook))
    return (_ticket(body, hook),)


def _started(body: Data, hook: Hook) -> Inbound:
    """Begun by the visitor, the text is theirs; the transcript brings it again, under the same key."""
    chat = body.required("chatId")
    theirs = body.line("message.sender.type") in VISITOR
    text = said(body.words("message.text"), *_files(body.at("message"))) if theirs else ""
    key = _text_key(chat, text, 0) if text else ""
    return _inbound(body, hook, chat, kind=InboundKind.STARTED, text=text, key=key)


def _transcript(body: Data, hook: Hook) -> Iterator[Inbound]:
    chat = body.required("chat.id")
    seen: Counter[str] = Counter()
    for each in body.rows("chat.messages")[-MOST:]:
        text, ours = said(each.words("msg"), *_files(each)), each.line("sender.t") in AGENT
        if not ours and each.line("sender.t") not in VISITOR:
            continue
        name = f"ours:{text}" if ours else text
        found = _inbound(body, hook, chat, text=text, key=_text_key(chat, name, seen[name]), at=each.time("time"))
        seen[name] += 1
        yield replace(found, kind=InboundKind.OURS, writer=each.line("sender.n")) if ours else found


def _ticket(body: Data, hook: Hook) -> Inbound:
    ticket = f"ticket:{body.required('ticket.id')}"
    subject, words = body.words("ticket.subject"), body.words("ticket.message")
    text = words if subject else said(words)
    return _inbound(body, hook, ticket, text=text, subject=subject)


def _files(message: Data) -> list[str]:
    files = [each.at("content.file") for each in message.rows("attchs")[:10]]
    return [f"[{file.line('name') or 'file'}] {file.line('url', limit=LONG)}".strip() for file in files]


def _text_key(chat: str, text: str, before: int) -> str:
    """Names the nth message of these words: tawk gives messages no id, and tells the first one twice."""
    return f"{chat}:{fingerprint(text)}:{before}"


def _inbound(
    body: Data,
    hook: Hook,
    conversation: str,
    *,
    kind: InboundKind = InboundKind.MESSAGE,
    text: str = "",
    subject: str = "",
    key: str = "",
    at: datetime | None = None,
) -> Inbound:
    who = next((body.at(path) for path in ("visitor", "chat.visitor", "requester") if body.at(path).value), Data())
    return Inbound(
        source=SOURCE,
        conversation=conversation,
        event=key or Data(hook.headers).key("x-hook-event-id") or nameless(hook.body),
        kind=kind,
        customer=customer(who),
        text=text,
        subject=subject,
        page=body.line("referrer", limit=LONG),
        at=at or body.time("time"),
        url=_dashboard(body.key("property.id")),
    )


def _dashboard(property_id: str) -> str:
    """The property's inbox: tawk documents no link to a single chat."""
    return f"https://dashboard.tawk.to/#/inbox/{property_id}/all" if property_id.isalnum() else ""


ADAPTER = ChannelAdapter(name=SOURCE, verify=verify, parse=parse, pasted=True)
