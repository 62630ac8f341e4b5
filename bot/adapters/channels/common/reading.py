"""Reads values out of bodies that nobody vouches for: a wrong type reads as empty, only no JSON object is an error."""

import hashlib
import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import CustomerHint

LONGEST = 20_000
"""Characters kept of one text; what a person types in a chat is far below."""
MILLISECONDS_FROM = 100_000_000_000
"""A Unix time above this is in milliseconds: as seconds it would be the year 5138."""
LONGEST_NAME = 200
"""Characters of an id or a name: what is longer would not fit into an index."""
LONGEST_ADDRESS = 254
"""Characters of an e-mail address, by the standard."""
SHOWN = 80
"""Characters of a service's own word that are shown."""
WORDLESS = "(no words: open the conversation to see what they sent)"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL refuses NUL, UTF-8 refuses lone surrogates."""


def at_path(value: object, *path: str | int) -> Any:
    """What stands there, None where the way ends: of {"a": [{"b": 1}]} the path "a", 0, "b" leads to 1."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def texts(value: object, *path: str | int) -> str:
    """The text or number at the path as storable text; empty for anything else."""
    found = at_path(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return tidy(f"{found:.0f}" if isinstance(found, float) and found.is_integer() else _as_text(found))


def _as_text(value: str | float) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of more than 4300 digits
        return ""


def items(value: object, *path: str | int) -> list[Any]:
    found = at_path(value, *path)
    return found if isinstance(found, list) else []


def tidy(text: str) -> str:
    return UNSTORABLE.sub("\ufffd", text[:LONGEST]).strip()


def ident(value: object, *path: str | int) -> str:
    """An id at the path; a monstrous one is replaced by its fingerprint, which is as good a name."""
    found = texts(value, *path)
    return found if len(found) <= LONGEST_NAME else fingerprint(found)


def required(value: object, *path: str | int) -> str:
    found = ident(value, *path)
    if not found:
        raise Unreadable(f"The field {'.'.join(map(str, path))} is missing or empty.")
    return found


def foreseen(word: str, known: Container[str], left_out: Container[str], *, service: str, ours: bool) -> None:
    """Raises UnknownKind for a word of the service that nobody foresaw, Unreadable where the body is not the service's at all."""
    if word in known or word in left_out:
        return
    if not ours:
        raise Unreadable(f"This is no {service} webhook: “{word[:SHOWN]}” is no kind of its deliveries.")
    raise UnknownKind(service, word[:SHOWN])


def said(*parts: str) -> str:
    """What somebody wrote; where nothing of it can be read as text, that they did."""
    return "\n".join(filter(None, parts)) or WORDLESS


def customer(value: object, *, id_: str = "id", name: str = "name", email: str = "email") -> CustomerHint:
    """An id too long to keep is its fingerprint; an address that long is none."""
    address = texts(value, email)
    return CustomerHint(
        id=ident(value, id_),
        name=texts(value, name)[:LONGEST_NAME],
        email=address if len(address) <= LONGEST_ADDRESS else "",
    )


def moment(value: object) -> datetime | None:
    """A Unix time in seconds or milliseconds, or ISO 8601, or "2020-03-03 13:05:57 UTC"; UTC where no zone is given."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS_FROM else value, UTC)
        if isinstance(value, str):
            read = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def nameless(body: bytes) -> str:
    """In place of an id, for a delivery that has none: the same bytes are the same delivery, but for a while only."""
    return f"{fingerprint(body)}~"


def fingerprint(*parts: str | bytes) -> str:
    """A short name for these parts, the same for the same parts."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "replace")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()[:32]
