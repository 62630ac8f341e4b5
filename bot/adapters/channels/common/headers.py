"""Writes a mail's header lines, each as one storable line, whatever was sent in it."""

import re
from collections.abc import Iterable, Mapping
from email.errors import MessageError
from email.header import decode_header
from itertools import islice

from bot.adapters.channels.common.charsets import decoded as text_of
from bot.adapters.channels.common.reading import fingerprint, tidy

Headers = Mapping[str, tuple[str, ...]]
"""Values by lower-case name, the topmost first: what the last server added stands above what the sender wrote."""

MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f-\U0010ffff]{1,990}>")
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Line breaks of every kind, other control characters, and those that turn the direction of what follows."""
MOST_HEADERS = 300
LONGEST_HEADER = 4_000
LONGEST_KEY = 150
"""Characters of a Message-ID that may be a key as it is; a longer one's digest is, so that no key is ever cut."""


def headers_of(pairs: Iterable[tuple[str, str]]) -> Headers:
    found: dict[str, list[str]] = {}
    for name, value in islice(pairs, MOST_HEADERS):
        found.setdefault(name.strip().lower(), []).append(_line(value))
    return {name: tuple(values) for name, values in found.items()}


def _line(value: str) -> str:
    """Bytes that were sent unencoded arrive as surrogates; they are UTF-8 nowadays."""
    sent = text_of(value[:LONGEST_HEADER].encode("utf-8", "surrogateescape"), "")
    return one_line(sent)


def one_line(text: str) -> str:
    """Without anything that begins a new line: nobody adds a header by what they write into another."""
    return " ".join(UNSEEN.sub(" ", tidy(text)).split())


def top(headers: Headers, name: str) -> str:
    return headers.get(name, ("",))[0]


def message_ids(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(MESSAGE_ID.findall(" ".join(headers.get(name, ()))))


def as_key(message_id: str) -> str:
    """The id itself, or its digest where it is long: two long ones that differ at their ends stay two."""
    return message_id if len(message_id) <= LONGEST_KEY else fingerprint(message_id)


def decoded(value: str) -> str:
    """=?utf-8?q?M=C3=BCller?= as a person reads it; as it stands where it can't be decoded."""
    try:
        parts = decode_header(value)
        said = "".join(part if isinstance(part, str) else text_of(part, label or "") for part, label in parts)
    except (ValueError, LookupError, MessageError):
        return one_line(value)
    return one_line(said)
