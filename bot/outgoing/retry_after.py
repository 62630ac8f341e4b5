"""Reads from an answer's headers how long another system wants no calls. Pure."""

import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

RESETS = ("X-RateLimit-Reset", "X-Sentry-Rate-Limit-Reset")
"""The moment, in seconds of the epoch, at which a limit begins anew."""
LONGEST = 3600.0
"""Nobody's word keeps us away for longer."""


def pause(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds; None where it does not say."""
    now = time.time() if now is None else now
    wait = _after(headers.get("Retry-After", ""), now)
    resets = (_number(headers.get(name, "")) for name in RESETS)
    waits = [wait, *(at - now for at in resets if at is not None)]
    said = next((wait for wait in waits if wait is not None), None)
    return None if said is None else min(max(said, 0.0), LONGEST)


def _after(text: str, now: float) -> float | None:
    """Seconds, or a date as HTTP writes it."""
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now


def _number(text: str) -> float | None:
    return float(text) if text.isascii() and text.replace(".", "", 1).isdigit() else None
