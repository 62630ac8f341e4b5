"""How a delivery proves where it comes from; every comparison takes the same time whatever is wrong."""

import base64
import binascii
import hashlib
import hmac

from bot.adapters.ports import Hook
from bot.bug.errors import Unauthorised


def sha256_hex(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


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


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
