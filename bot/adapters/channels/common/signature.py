"""HMAC signatures of webhooks, compared in constant time."""

import hashlib
import hmac

from bot.adapters.ports import Hook
from bot.bug.errors import Unauthorised

OLDEST = 300
"""Seconds a signed timestamp may differ from ours: what is older may be a recorded delivery played back."""


def hex_hmac(secret: str, message: bytes, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), message, getattr(hashlib, digest)).hexdigest()


def expect(hook: Hook, header: str, expected: str) -> None:
    given = hook.headers.get(header, "").strip()
    if not hmac.compare_digest(given.lower().encode("utf-8", "replace"), expected.encode()):
        what = "is missing" if not given else "does not match"
        raise Unauthorised(f"The signature in {header} {what}. Check that the secret is the one the service shows.")


def timestamped(hook: Hook, secret: str, *, header: str, clock: str) -> None:
    """`header` holds "sha256=" and the HMAC of "<timestamp>.<body>"; `clock` names the header with the Unix time."""
    stamp = hook.headers.get(clock, "").strip()
    expect(hook, header, "sha256=" + hex_hmac(secret, stamp.encode("utf-8", "replace") + b"." + hook.body))
    if not stamp.isascii() or not stamp.isdigit() or abs(hook.at.timestamp() - int(stamp[:12])) > OLDEST:
        raise Unauthorised(f"The time in {clock} is more than {OLDEST // 60} minutes off: a replay, or a wrong clock.")
