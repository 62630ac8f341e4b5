"""A mail as an Inbound: who wrote it, whether a machine did, whether its sender is vouched for, and what is new in it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from itertools import islice

from bot.adapters.channels.common.markup import text_of_html
from bot.adapters.channels.common.quotes import without_quotes
from bot.adapters.channels.common.reading import LONGEST_NAME, fingerprint, tidy
from bot.bug.errors import Unreadable
from bot.bug.values import CustomerHint, Inbound, InboundKind

Headers = Mapping[str, tuple[str, ...]]
"""Values by lower-case name, the topmost first: what the last server added stands above what the sender wrote."""

MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f-\U0010ffff]{1,250}>")
RESULT = re.compile(r"\b(dkim|spf|dmarc)\s*=\s*pass\b([^;]*)", re.IGNORECASE)
PROPERTY = re.compile(r"(?:header\.(?:d|i|from)|smtp\.mailfrom|envelope-from)\s*=\s*\"?<?([^\s;\"<>]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
MOST_REFERENCES = 50
MOST_HEADERS = 300
MOST_PARTS = 100
LONGEST_HEADER = 4_000
NO_CHARSET = frozenset({"punycode", "idna"})
"""Python knows them as encodings, and decodes them in quadratic time."""
LONGEST_MAIL = 500_000
"""Bytes read of a mail: its text stands before its attachments."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail in plain words, however it came in."""

    headers: Headers
    name: str
    email: str
    subject: str
    text: str
    at: datetime | None


def headers_of(pairs: Iterable[tuple[str, str]]) -> Headers:
    found: dict[str, list[str]] = {}
    for name, value in islice(pairs, MOST_HEADERS):
        found.setdefault(name.strip().lower(), []).append(_line(value))
    return {name: tuple(values) for name, values in found.items()}


def _line(value: str) -> str:
    """Bytes that were sent unencoded arrive as surrogates; they are UTF-8 nowadays."""
    sent = value[:LONGEST_HEADER].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(tidy(sent).split())


def top(headers: Headers, name: str) -> str:
    return headers.get(name, ("",))[0]


def message_ids(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(MESSAGE_ID.findall(" ".join(headers.get(name, ()))))


def inbound(letter: Letter, *, source: str, raw: bytes, trusted: bool, ours: str = "") -> Inbound:
    """`ours` is the address we write from: a copy of our own answer is nothing a customer said."""
    if not letter.email:
        raise Unreadable("The mail names no sender.")
    own = next(iter(message_ids(letter.headers, "message-id")), "")
    answered = message_ids(letter.headers, "in-reply-to")
    references = (message_ids(letter.headers, "references") or answered)[:MOST_REFERENCES]
    by_us = parseaddr(ours)[1].lower() == letter.email.lower()
    return Inbound(
        source=source,
        conversation=next(iter((*references, own)), "") or fingerprint(raw),
        event=own or fingerprint(raw),
        kind=InboundKind.OTHER if by_us or by_machine(letter.headers) else InboundKind.MESSAGE,
        customer=CustomerHint(name=letter.name[:LONGEST_NAME], email=letter.email[:LONGEST_NAME]),
        trusted=trusted,
        text=letter.text,
        subject=letter.subject,
        at=letter.at,
        message_id=own,
        references=references,
    )


def by_machine(headers: Headers) -> bool:
    """An auto-reply, a newsletter, a bounce: answering it would begin a loop."""
    submitted = top(headers, "auto-submitted").partition(";")[0].strip().lower()
    precedence = top(headers, "precedence").strip().lower()
    bounced = top(headers, "return-path").replace(" ", "") == "<>"
    return submitted not in {"", "no"} or precedence in {"bulk", "list", "junk"} or bounced


def vouched(headers: Headers, email: str, authserv: str = "") -> bool:
    """SPF, DKIM or DMARC passed for the very domain that From names; `authserv` is the name our mail server signs with."""
    results = top(headers, "authentication-results")
    if authserv and results.partition(";")[0].strip().split(" ")[0].lower() != authserv.lower():
        return spf_vouched(headers, email)
    passed = RESULT.findall(COMMENT.sub(" ", results))
    return any(_names(properties, email) for _, properties in passed) or spf_vouched(headers, email)


def spf_vouched(headers: Headers, email: str) -> bool:
    received = top(headers, "received-spf")
    if not received.lower().startswith("pass"):
        return False
    return _names(received, email) or aligned(parseaddr(top(headers, "return-path"))[1], email)


def _names(properties: str, email: str) -> bool:
    return any(aligned(found, email) for found in PROPERTY.findall(properties))


def aligned(address: str, email: str) -> bool:
    """The same domain, or one below the other: "bounce.shop.example" vouches for "shop.example"."""
    one, other = (part.rpartition("@")[2].lower().strip(".") for part in (address, email))
    return bool(one and other) and (one == other or one.endswith("." + other) or other.endswith("." + one))


def new_text(text: str) -> str:
    """What the writer added: without the quoted mail below. All of it where nothing else is left."""
    whole = tidy(text)
    return without_quotes(whole) or whole


def moment_of(date: str) -> datetime | None:
    """A Date header; "-0000" says that the zone is not known, and reads as UTC."""
    try:
        read = parsedate_to_datetime(date)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def parse_mail(raw: bytes, *, source: str, ours: str = "", authserv: str = "") -> Inbound:
    if raw.lower().count(b"multipart/") > MOST_PARTS:
        raise Unreadable("The mail has more parts than any mail needs.")
    try:
        letter = _read(message_from_bytes(raw[:LONGEST_MAIL]))
    except Exception as error:  # the stdlib's parser raises anything at all on hostile mails
        raise Unreadable(f"The mail can't be read: {type(error).__name__}.") from error
    trusted = vouched(letter.headers, letter.email, authserv)
    return inbound(letter, source=source, raw=raw, trusted=trusted, ours=ours)


def _read(message: Message) -> Letter:
    """By the old, plain policy: the new one parses each header whole, and takes minutes for a long one."""
    headers = headers_of((name, str(value)) for name, value in message.raw_items())
    name, email = parseaddr(top(headers, "from"))
    return Letter(
        headers=headers,
        name=_decoded(name),
        email=tidy(email),
        subject=_decoded(top(headers, "subject")),
        text=new_text(_body(message)),
        at=moment_of(top(headers, "date")),
    )


def _decoded(value: str) -> str:
    """=?utf-8?q?M=C3=BCller?= as a person reads it; as it stands where it can't be decoded."""
    try:
        return " ".join(tidy(str(make_header(decode_header(value)))).split())
    except (ValueError, LookupError, MessageError):
        return value


def _body(message: Message) -> str:
    """The first plain text, else the first HTML; an attachment is neither."""
    texts = [part for part in message.walk() if part.get_content_disposition() != "attachment"]
    for kind in ("text/plain", "text/html"):
        for part in texts:
            if part.get_content_type() == kind:
                words = _words(part)
                return text_of_html(words) if kind == "text/html" else words
    return ""


def _words(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return payload.decode("utf-8" if charset in NO_CHARSET else charset, "replace")
    except (LookupError, ValueError):
        return payload.decode("utf-8", "replace")
