"""tawk.to: chats and tickets come in by webhook. It has no public way to answer: a person pastes, or mail goes out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bot.adapters.channels.common.reading import (
    at_path,
    customer,
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
from bot.adapters.ports import Hook
from bot.bodies import json_object
from bot.bug.values import Inbound, InboundKind, Outgoing

SOURCE = "tawk"
CAN_REPLY = False
VISITOR = frozenset({"v", "visitor"})
READ = frozenset({"chat:start", "chat:end", "chat:transcript_created", "ticket:create"})
MOST = 200
"""Messages read of one transcript: the last ones."""


def verify(hook: Hook, secret: str | None) -> None:
    if secret:
        expect(hook, "x-tawk-signature", hex_hmac(secret, hook.body, "sha1"))


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Inbound, ...]:
    body = json_object(hook.body)
    event = required(body, "event")
    ours = bool(texts(body, "property", "id") or texts(body, "chatId"))
    foreseen(event, READ, (), service="tawk.to", ours=ours)
    match event:
        case "chat:start":
            return (_started(body, hook),)
        case "chat:end":
            return (_inbound(body, hook, required(body, "chatId"), kind=InboundKind.ENDED),)
        case "chat:transcript_created":
            return tuple(_transcript(body, hook))
    return (_ticket(body, hook),)


def ready_to_copy(message: Outgoing) -> str:
    """The answer as a person pastes it into the chat: plain lines, no more than one of them empty in a row."""
    lines = [line.rstrip() for line in message.text.strip().splitlines()]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before)


def _started(body: Mapping[str, Any], hook: Hook) -> Inbound:
    """Begun by the visitor, the text is theirs; the transcript brings it again, under the same key."""
    chat = required(body, "chatId")
    theirs = texts(body, "message", "sender", "type") in VISITOR
    text = said(texts(body, "message", "text"), *_files(at_path(body, "message"))) if theirs else ""
    key = _text_key(chat, text, 0) if text else ""
    return _inbound(body, hook, chat, kind=InboundKind.STARTED, text=text, key=key)


def _transcript(body: Mapping[str, Any], hook: Hook) -> Iterator[Inbound]:
    chat = required(body, "chat", "id")
    seen: Counter[str] = Counter()
    for each in items(body, "chat", "messages")[-MOST:]:
        if texts(each, "sender", "t") not in VISITOR:
            continue
        text = said(texts(each, "msg"), *_files(each))
        yield _inbound(body, hook, chat, text=text, key=_text_key(chat, text, seen[text]), at=at_path(each, "time"))
        seen[text] += 1


def _ticket(body: Mapping[str, Any], hook: Hook) -> Inbound:
    ticket = f"ticket:{required(body, 'ticket', 'id')}"
    subject, words = texts(body, "ticket", "subject"), texts(body, "ticket", "message")
    text = words if subject else said(words)
    return _inbound(body, hook, ticket, text=text, subject=subject)


def _files(message: object) -> list[str]:
    files = [at_path(each, "content", "file") for each in items(message, "attchs")[:10]]
    return [f"[{texts(file, 'name') or 'file'}] {texts(file, 'url')}".strip() for file in files]


def _text_key(chat: str, text: str, before: int) -> str:
    """Names the nth message of these words: tawk gives messages no id, and tells the first one twice."""
    return f"{chat}:{fingerprint(text)}:{before}"


def _inbound(
    body: Mapping[str, Any],
    hook: Hook,
    conversation: str,
    *,
    kind: InboundKind = InboundKind.MESSAGE,
    text: str = "",
    subject: str = "",
    key: str = "",
    at: object = None,
) -> Inbound:
    who = at_path(body, "visitor") or at_path(body, "chat", "visitor") or at_path(body, "requester")
    return Inbound(
        source=SOURCE,
        conversation=conversation,
        event=key or ident(hook.headers, "x-hook-event-id") or nameless(hook.body),
        kind=kind,
        customer=customer(who),
        text=text,
        subject=subject,
        page=texts(body, "referrer"),
        at=moment(at or at_path(body, "time")),
        url=_dashboard(texts(body, "property", "id")),
    )


def _dashboard(property_id: str) -> str:
    """The property's inbox: tawk documents no link to a single chat."""
    return f"https://dashboard.tawk.to/#/inbox/{property_id}/all" if property_id.isalnum() else ""
