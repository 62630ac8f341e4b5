"""The body of a delivery as JSON, or the reason why it is none, in words for whoever set the webhook up."""

import json
from collections.abc import Mapping
from typing import Any

from bot.bug.errors import Unreadable

MOST = 1024 * 1024
_WHAT = {list: "a list", str: "a text", bool: "a yes or no", int: "a number", float: "a number", type(None): "null"}


def json_object(body: bytes) -> Mapping[str, Any]:
    """Raises Unreadable for anything but a JSON object."""
    if not body.strip():
        raise Unreadable("The body is empty, a JSON object is expected.")
    if len(body) > MOST:
        raise Unreadable("The body is over 1 MiB: no delivery is that long.")
    try:
        found = json.loads(body)
    except RecursionError:
        raise Unreadable("The JSON is nested too deeply to be a delivery.") from None
    except ValueError:
        raise Unreadable(f"The body is not JSON that can be read{_hint(body)}.") from None
    if not isinstance(found, dict):
        raise Unreadable(f"The body is JSON, but {_WHAT[type(found)]} instead of an object.")
    return found


def _hint(body: bytes) -> str:
    """What services can be set up to send instead."""
    begin = body[:200].lstrip()
    if begin.startswith(b"<"):
        return " (it looks like XML or HTML): let the service send JSON"
    if b"=" in begin and not begin.startswith((b"{", b"[", b'"')):
        return " (it looks like a form): set the webhook's content type to application/json"
    return ""
