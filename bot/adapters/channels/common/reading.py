"""Reads what chats' deliveries share: author, text, and a name for a delivery without one."""

import hashlib
import re

from bot.adapters.common.reading import WORDS, Data
from bot.bug.values import CustomerHint

LONGEST = WORDS
"""Characters kept of one text."""
LONGEST_NAME = 200
"""Characters of an id or a name: what is longer would not fit into an index."""
LONGEST_ADDRESS = 254
"""Characters of an e-mail address, by the standard."""
WORDLESS = "(no words: open the conversation to see what they sent)"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL refuses NUL, UTF-8 refuses lone surrogates."""


def tidy(text: str) -> str:
    """A letter's text as it was written, but for what can't be stored."""
    return UNSTORABLE.sub("\ufffd", text[:LONGEST]).strip()


def said(*parts: str) -> str:
    """What somebody wrote; where nothing of it can be read as text, that they did."""
    return "\n".join(filter(None, parts)) or WORDLESS


def customer(who: Data, *, id_: str = "id") -> CustomerHint:
    """Longer than any real address: then it is no address."""
    address = who.line("email", limit=LONGEST)
    return CustomerHint(
        id=who.key(id_), name=who.line("name"), email=address if len(address) <= LONGEST_ADDRESS else ""
    )


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
