"""Checks the proofs of deliveries. Every comparison takes the same time, whatever is wrong."""

import base64
import binascii
import hmac
from typing import Literal

from bot.adapters.ports import Hook
from bot.bug.errors import Unauthorised

OLDEST = 300
"""Seconds a signed timestamp may differ from ours: what is older may be a recorded delivery played back."""
Digest = Literal["sha1", "sha256"]


def signature(secret: str, content: bytes, digest: Digest = "sha256") -> bytes:
    return hmac.digest(secret.encode(), content, digest)


def hex_signature(secret: str, content: bytes, digest: Digest = "sha256") -> str:
    return signature(secret, content, digest).hex()


def same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def require(valid: bool, sentence: str) -> None:
    """Raises Unauthorised with the sentence unless the proof was good."""
    if not valid:
        raise Unauthorised(sentence)


def carries(hook: Hook, secret: str) -> bool:
    """Whether the Authorization header holds the secret, as a bearer token or as the password of basic authentication."""
    scheme, _, given = hook.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    return same(given.strip(), secret) and scheme.lower() in {"bearer", "basic"}


def expect(hook: Hook, header: str, expected: str) -> None:
    """Raises Unauthorised unless the header holds this hexadecimal signature."""
    given = hook.headers.get(header, "").strip()
    what = "does not match" if given else "is missing"
    require(
        same(given.lower(), expected),
        f"The signature in {header} {what}. Check that the secret is the one the service shows.",
    )


def timestamped(hook: Hook, secret: str, *, header: str, clock: str) -> None:
    """`header` holds "sha256=" and the HMAC of "<timestamp>.<body>"; `clock` names the header with the Unix time."""
    stamp = hook.headers.get(clock, "").strip()
    expect(hook, header, "sha256=" + hex_signature(secret, stamp.encode("utf-8", "replace") + b"." + hook.body))
    recent = stamp.isascii() and stamp.isdigit() and abs(hook.at.timestamp() - int(stamp[:12])) <= OLDEST
    require(recent, f"The time in {clock} is more than {OLDEST // 60} minutes off: a replay, or a wrong clock.")


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
