"""Names a delivery so that a repeat has the same key: by the service's own ids, or by its bytes for some minutes.

A service repeats what it got no answer to. The same bytes much later are something new: a cron's "backup failed" every night.
"""

import hashlib
from collections.abc import Sequence

from bot.bug.arriving.alerts import HAPPENED
from bot.bug.values import Alert
from bot.ledger.inbox.inbox import Inbox

WITHIN = 600.0
"""Seconds in which the same bytes without an id are a second telling."""
_TIMED = "~"
"""Ends a key that counts for a while only; `channels.common.reading.nameless` writes it too."""


def of_alerts(source: str, body: bytes, found: Sequence[Alert]) -> str:
    """Occurrences with ids of their own are known by them for good; anything else by its bytes, for a while."""
    if all(a.event and a.kind in HAPPENED for a in found):
        return f"hook:{source}:{_digest(*(part for a in found for part in (a.group, a.kind, a.event)))}"
    return f"hook:{source}:{hashlib.sha256(body).hexdigest()[:40]}{_TIMED}"


async def key(inbox: Inbox, key: str) -> str:
    """The key under which it is stored: that of the telling before, where one was stored within the time."""
    if not key.endswith(_TIMED):
        return key
    # two slots, because a repeat may come just after the border between them
    slot = int(inbox.clock() // WITHIN)
    before, now = f"{key}{slot - 1}", f"{key}{slot}"
    return before if await inbox.stored_since(before, inbox.clock() - WITHIN) else now


def timed(name: str) -> bool:
    """Whether a name is only that of some bytes."""
    return name.endswith(_TIMED)


def _digest(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "replace")
        # with its length: ("ab", "c") and ("a", "bc") must not be one
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()[:40]
