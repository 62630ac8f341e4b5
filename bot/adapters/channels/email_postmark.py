"""Mail that Postmark receives for us and posts as JSON. Answers go out by `mail`."""

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from bot.adapters.channels.common.markup import text_of_html
from bot.adapters.channels.common.mime import (
    Letter,
    aligned,
    headers_of,
    inbound,
    moment_of,
    new_text,
    spf_vouched,
    top,
)
from bot.adapters.channels.common.reading import ident, items, texts
from bot.adapters.ports import Hook, unsigned
from bot.bodies import json_object
from bot.bug.errors import Unreadable
from bot.bug.values import Inbound

SOURCE = "email_postmark"
CAN_REPLY = False

verify = unsigned


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Inbound, ...]:
    """`options` may hold sender, the address we write from."""
    body = json_object(hook.body)
    if "FromFull" not in body and "From" not in body:
        raise Unreadable("The field FromFull is missing: this is no inbound mail of Postmark.")
    letter = _letter(body)
    trusted = _vouched(letter)
    return (inbound(letter, source=SOURCE, raw=_identity(body, hook), trusted=trusted, ours=texts(options, "sender")),)


def _letter(body: Mapping[str, Any]) -> Letter:
    name, email = parseaddr(texts(body, "From"))
    plain = texts(body, "TextBody") or text_of_html(texts(body, "HtmlBody"))
    return Letter(
        headers=headers_of((texts(each, "Name"), texts(each, "Value")) for each in items(body, "Headers")),
        name=ident(body, "FromFull", "Name") or name,
        email=ident(body, "FromFull", "Email") or email,
        subject=" ".join(texts(body, "Subject").split()),
        text=texts(body, "StrippedTextReply") or new_text(plain),
        at=moment_of(texts(body, "Date")),
    )


def _identity(body: Mapping[str, Any], hook: Hook) -> bytes:
    """Names a mail without a Message-ID: Postmark's own id stays the same over its retries."""
    return texts(body, "MessageID").encode() or hook.body


def _vouched(letter: Letter) -> bool:
    """By what Postmark adds on top. Authentication-Results is the sender's own word here, so it counts for nothing."""
    tests = {test.strip() for test in top(letter.headers, "x-spam-tests").split(",")}
    if "DKIM_VALID_AU" in tests:
        return True
    by_spf = "SPF_PASS" in tests and aligned(parseaddr(top(letter.headers, "return-path"))[1], letter.email)
    return by_spf or spf_vouched(letter.headers, letter.email)
