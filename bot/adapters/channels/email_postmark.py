"""Mail that Postmark receives for us and posts as JSON. Answers go out by `mail`."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr

from bot.adapters.channels.common.headers import headers_of, one_line, top
from bot.adapters.channels.common.mime import Letter, content_in, inbound, moment_of, waiting_since
from bot.adapters.channels.common.parts import Content, content_of_bodies
from bot.adapters.channels.common.sender import writer
from bot.adapters.channels.common.vouching import aligned, spf_vouched
from bot.adapters.common.reading import Data, load
from bot.adapters.ports import ChannelAdapter, Hook, Table, unsigned
from bot.bug.errors import Unreadable
from bot.bug.values import Inbound

SOURCE = "email_postmark"
LARGEST = 64 << 20
"""Bytes: the attachments stand in the JSON, of a mail of at most 35 MB. A screenshot must not cost the customer's words."""


def parse(hook: Hook, options: Table) -> tuple[Inbound, ...]:
    """`options` may hold sender, the address we write from."""
    body = load(hook.body, most=LARGEST)
    if body.at("FromFull").value is None and (told := body.line("RecordType")) not in {"", "Inbound"}:
        raise Unreadable(f"This is Postmark's webhook of the kind “{told}”, no inbound mail: give it another address.")
    if body.at("FromFull").value is None and body.at("From").value is None:
        raise Unreadable("The field FromFull is missing: this is no inbound mail of Postmark.")
    letter = _letter(body, Data(options).line("sender"), hook.at)
    return (inbound(letter, source=SOURCE, raw=_identity(body, hook), trusted=_vouched(letter)),)


def _letter(body: Data, ours: str, came: datetime) -> Letter:
    headers = headers_of(_lines(body))
    hanging = ((each.line("ContentType"), each.line("Name")) for each in body.rows("Attachments"))
    content = content_of_bodies(_body(body, "TextBody"), _body(body, "HtmlBody"), hanging)
    if not content.said:
        content = content_of_bodies(_body(body, "StrippedTextReply"), "", ()) + content
    if not content.said and (raw := _body(body, "RawEmail")):
        content = _in_full(raw) or content
    return Letter(
        headers=headers,
        by=writer(headers, ours),
        subject=one_line(body.words("Subject")),
        content=content,
        at=waiting_since(headers, moment_of(body.line("Date")), came),
    )


def _in_full(raw: str) -> Content | None:
    """What the mail itself says, where Postmark found no words in it; None where it can't be read."""
    try:
        return content_in(raw.encode("utf-8", "ignore"))
    except Unreadable:
        return None


def _lines(body: Data) -> Iterator[tuple[str, str]]:
    """Postmark names the usual headers apart, and the rest as a list."""
    name, email = body.words("FromFull.Name"), body.words("FromFull.Email")
    quoted = name.replace("\\", "").replace('"', "")
    yield "From", f'"{quoted}" <{email}>' if email else body.words("From")
    for field, header in (("ReplyTo", "Reply-To"), ("To", "To")):
        if value := body.words(field):
            yield header, value
    for each in body.rows("Headers"):
        yield each.words("Name"), each.words("Value")


def _body(body: Data, field: str) -> str:
    """Whole: an answer may stand below a long quotation."""
    found = body.at(field).value
    return found.replace("\r\n", "\n").replace("\r", "\n") if isinstance(found, str) else ""


def _identity(body: Data, hook: Hook) -> bytes:
    """Names a mail without a Message-ID: Postmark's own id stays the same over its retries."""
    return body.line("MessageID").encode() or hook.body


def _vouched(letter: Letter) -> bool:
    """By what Postmark adds on top. Authentication-Results is the sender's own word here, so it counts for nothing."""
    tests = {test.strip() for test in top(letter.headers, "x-spam-tests").split(",")}
    if "DKIM_VALID_AU" in tests:
        return True
    by_spf = "SPF_PASS" in tests and aligned(parseaddr(top(letter.headers, "return-path"))[1], letter.by.email)
    return by_spf or spf_vouched(letter.headers, letter.by.email)


ADAPTER = ChannelAdapter(name=SOURCE, verify=unsigned, parse=parse, largest=LARGEST)
