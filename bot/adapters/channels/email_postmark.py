"""Mail that Postmark receives for us and posts as JSON. Answers go out by `mail`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from bot.adapters.channels.common.headers import headers_of, one_line, top
from bot.adapters.channels.common.mime import Letter, inbound, moment_of, waiting_since
from bot.adapters.channels.common.parts import content_of_bodies
from bot.adapters.channels.common.reading import at_path, items, texts
from bot.adapters.channels.common.sender import writer
from bot.adapters.channels.common.vouching import aligned, spf_vouched
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
    letter = _letter(body, texts(options, "sender"), hook.at)
    return (inbound(letter, source=SOURCE, raw=_identity(body, hook), trusted=_vouched(letter)),)


def _letter(body: Mapping[str, Any], ours: str, came: datetime) -> Letter:
    headers = headers_of(_lines(body))
    hanging = ((texts(each, "ContentType"), texts(each, "Name")) for each in items(body, "Attachments"))
    content = content_of_bodies(_body(body, "TextBody"), _body(body, "HtmlBody"), hanging)
    if not content.said:
        content = content_of_bodies(_body(body, "StrippedTextReply"), "", ()) + content
    return Letter(
        headers=headers,
        by=writer(headers, ours),
        subject=one_line(texts(body, "Subject")),
        content=content,
        at=waiting_since(headers, moment_of(texts(body, "Date")), came),
    )


def _lines(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Postmark names the usual headers apart, and the rest as a list."""
    name, email = texts(body, "FromFull", "Name"), texts(body, "FromFull", "Email")
    quoted = name.replace("\\", "").replace('"', "")
    yield "From", f'"{quoted}" <{email}>' if email else texts(body, "From")
    for field, header in (("ReplyTo", "Reply-To"), ("To", "To")):
        if value := texts(body, field):
            yield header, value
    for each in items(body, "Headers"):
        yield texts(each, "Name"), texts(each, "Value")


def _body(body: Mapping[str, Any], field: str) -> str:
    """Whole: an answer may stand below a long quotation."""
    found = at_path(body, field)
    return found.replace("\r\n", "\n").replace("\r", "\n") if isinstance(found, str) else ""


def _identity(body: Mapping[str, Any], hook: Hook) -> bytes:
    """Names a mail without a Message-ID: Postmark's own id stays the same over its retries."""
    return texts(body, "MessageID").encode() or hook.body


def _vouched(letter: Letter) -> bool:
    """By what Postmark adds on top. Authentication-Results is the sender's own word here, so it counts for nothing."""
    tests = {test.strip() for test in top(letter.headers, "x-spam-tests").split(",")}
    if "DKIM_VALID_AU" in tests:
        return True
    by_spf = "SPF_PASS" in tests and aligned(parseaddr(top(letter.headers, "return-path"))[1], letter.by.email)
    return by_spf or spf_vouched(letter.headers, letter.by.email)
