"""Reads JSON from outside: each read gives a tidy value of the asked type, cut to its limit, or that type's empty value."""

import hashlib
import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import quote

from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import LONG_AGO, Severity
from bot.text import clean, cut, one_line

MOST = 1024 * 1024
"""Bytes of a delivery."""
LINE = 200
LONG = 2_000
WORDS = 20_000
"""Characters kept of what a person wrote; what anybody types in a chat is far below."""
_WHAT = {list: "a list", str: "a text", bool: "a yes or no", int: "a number", float: "a number", type(None): "null"}
_KEY = 200
_URL = 2_000
_FACTS = 100
_SHOWN = 80
"""Characters of a service's own word that are shown."""
_FACT = 500
_DEPTH = 8
_INDEX_DIGITS = 6
_MANY = 10**9
_MILLISECONDS = 10**11
"""A Unix time from here on is in milliseconds: as seconds it would be the year 5138."""

_SECRET = re.compile(
    r"passw|secret|token|authori[sz]|cookie|api.?key|private.?key|credential|csrf|cvv|session.?id", re.IGNORECASE
)
_UNSAFE_IN_URL = re.compile(r"[\s<>|\"'`]")

_SEVERITIES = {
    Severity.ERROR: ("fatal", "critical", "error", "emergency", "alert", "page", "high", "50", "40"),
    Severity.WARNING: ("warning", "warn", "medium", "30"),
    Severity.INFO: ("info", "information", "notice", "debug", "low", "none", "20", "10"),
}
_SEVERITY = {word: severity for severity, words in _SEVERITIES.items() for word in words}


@dataclass(frozen=True)
class Data:
    """A piece of JSON. Paths are dotted ("error.items.0.name"); of several, the first that holds something counts."""

    value: object = None

    def at(self, path: str) -> "Data":
        found = self.value
        for step in path.split(".") if path else ():
            found = _step(found, step)
        return Data(found)

    def text(self, *paths: str, limit: int = LONG) -> str:
        """A scalar as text that may have several lines."""
        return next(filter(None, (cut(tidy(_scalar(self.at(path).value, limit)), limit) for path in paths)), "")

    def words(self, *paths: str) -> str:
        """What a person wrote."""
        return self.text(*paths, limit=WORDS)

    def line(self, *paths: str, limit: int = LINE) -> str:
        """A scalar as one line."""
        return next(filter(None, (cut(one_line(_scalar(self.at(path).value, limit)), limit) for path in paths)), "")

    def key(self, *paths: str) -> str:
        """An id, never cut, since two cut ids could be the same: one too long to keep is kept as its hash."""
        found = self.line(*paths, limit=MOST)
        return found if len(found) <= _KEY else hashlib.sha256(found.encode()).hexdigest()

    def required(self, path: str) -> str:
        """The id at the path. Raises Unreadable where there is none."""
        found = self.key(path)
        if not found:
            raise Unreadable(f"The field {path} is missing or empty.")
        return found

    def url(self, *paths: str) -> str:
        """An address for a browser; anything else that calls itself one is left out."""
        return next(filter(None, (web_address(self.at(path).value) for path in paths)), "")

    def count(self, *paths: str) -> int | None:
        return next((found for path in paths if (found := _count(self.at(path).value)) is not None), None)

    def time(self, *paths: str) -> datetime | None:
        return next((found for path in paths if (found := moment(self.at(path).value)) is not None), None)

    def severity(self, *paths: str) -> Severity | None:
        return next((found for path in paths if (found := _SEVERITY.get(self.line(path).lower()))), None)

    def rows(self, path: str) -> tuple["Data", ...]:
        found = self.at(path).value
        return tuple(map(Data, found)) if isinstance(found, list | tuple) else ()

    def facts(self, *paths: str) -> dict[str, str]:
        """The scalars under `paths` (or under all) by dotted path, without what looks like a secret."""
        found = (fact for path in paths or ("",) for fact in _flat(path, self.at(path).value, _DEPTH))
        return dict(islice(found, _FACTS))


def load(body: bytes, *, most: int = MOST) -> Data:
    """The JSON object in a delivery's body. Raises Unreadable for anything else, with the reason for whoever set the webhook up."""
    if not body.strip():
        raise Unreadable("The body is empty, a JSON object is expected.")
    if len(body) > most:
        raise Unreadable(f"The body is over {most >> 20} MiB: no delivery is that long.")
    try:
        found = json.loads(body)
    except RecursionError:
        raise Unreadable("The JSON is nested too deeply to be a delivery.") from None
    except ValueError:
        raise Unreadable(f"The body is not JSON that can be read{_hint(body)}.") from None
    if not isinstance(found, dict):
        raise Unreadable(f"The body is JSON, but {_WHAT[type(found)]} instead of an object.")
    return Data(found)


def _hint(body: bytes) -> str:
    """What services can be set up to send instead."""
    begin = body[:200].lstrip()
    if begin.startswith(b"<"):
        return " (it looks like XML or HTML): let the service send JSON"
    if b"=" in begin and not begin.startswith((b"{", b"[", b'"')):
        return " (it looks like a form): set the webhook's content type to application/json"
    return ""


def tidy(text: str) -> str:
    """Always encodes, always stores; lines stay lines."""
    return clean(text).strip()


def foreseen(word: str, known: Container[str], left_out: Container[str], *, service: str, ours: bool = True) -> None:
    """Raises UnknownKind for a word of the service that nobody foresaw, Unreadable where the body is not the service's at all.

    `ours`: whether the body looks like one of the service, whatever its kind.
    """
    if word in known or word in left_out:
        return
    if not word:
        raise Unreadable(f"This is no {service} webhook: it does not say what happened.")
    if not ours:
        raise Unreadable(f"This is no {service} webhook: “{cut(word, _SHOWN)}” is no kind of its deliveries.")
    raise UnknownKind(service, cut(word, _SHOWN))


def web_address(value: object) -> str:
    found = tidy(value).strip() if isinstance(value, str) and len(value) <= _URL else ""
    if not found.lower().startswith(("https://", "http://")):
        return ""
    return _UNSAFE_IN_URL.sub(lambda unsafe: quote(unsafe[0]), found)


def moment(value: object) -> datetime | None:
    """ISO 8601, "2020-03-03 13:05:57 UTC" or Unix time, as UTC; "0001-01-01" and its like mean never."""
    try:
        found = _moment(value)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found and found > LONG_AGO else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        found = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS else value, UTC)
    return None


def _step(value: object, step: str) -> object:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list | tuple) and step.isdecimal() and len(step) <= _INDEX_DIGITS:
        return value[int(step)] if int(step) < len(value) else None
    return None


def _scalar(value: object, limit: int) -> str:
    """Reads a little more than `limit`, as tidying may shorten it."""
    if isinstance(value, str):
        return value[: limit * 4]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value) if isinstance(value, int | float) else ""


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = int(float(value))
    except (ValueError, OverflowError):
        return None
    return min(found, _MANY) if found >= 0 else None


def _flat(path: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if _SECRET.search(path) or not depth:
        return
    if not isinstance(value, Mapping | list | tuple):
        text = cut(tidy(_scalar(value, _FACT)), _FACT)
        yield from [(path, text)] if text else []
        return
    for key, inner in _children(value):
        yield from _flat(".".join(filter(None, (path, cut(one_line(str(key)), _KEY)))), inner, depth - 1)


def _children(value: Mapping[str, object] | list[object] | tuple[object, ...]) -> Iterable[tuple[str | int, object]]:
    return value.items() if isinstance(value, Mapping) else enumerate(value)
