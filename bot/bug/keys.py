"""Makes keys as they are stored. They are never cut, because two texts may be equal up to the cut."""

import hashlib

LONGEST = 200
_DIGEST = 40


def fit(key: str, limit: int = LONGEST) -> str:
    """The key itself; of one too long to store, its readable beginning and the digest of the whole."""
    if len(key) <= limit:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[: min(_DIGEST, limit)]
    return key[: max(limit - len(digest) - 1, 0)] + ("#" if limit > len(digest) else "") + digest
