"""Makes keys as they are stored. They are never cut, because two texts may be equal up to the cut."""

import hashlib
from datetime import datetime

from bot.bug.values import BugRef

LONGEST = 200
_DIGEST = 40


def fit(key: str, limit: int = LONGEST) -> str:
    """The key itself; of one too long to store, its readable beginning and the digest of the whole."""
    if len(key) <= limit:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[: min(_DIGEST, limit)]
    return key[: max(limit - len(digest) - 1, 0)] + ("#" if limit > len(digest) else "") + digest


def of_entry(bug: BugRef, seq: int, at: datetime) -> str:
    """What is done outside for one entry. Its time is part of it: after a backup came back, another entry may have its number."""
    return f"{bug.team}-{bug}-{seq}-{at.timestamp() * 1000:.0f}"
