"""Any system that can POST JSON: `[hooks.generic] map` says where in the body each thing stands.

map = { title = "$.error.title", group = "$.error.id", severity = "$.level", customer = "$.user.email" }

The paths are JSONPath (RFC 9535). Where the title's leads to several places ("$.errors[*].title"), each is an error of its own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from bot.adapters.common.reading import Data, load
from bot.adapters.common.signing import carries, hex_signature, require, same
from bot.adapters.ports import Hook, TrackerAdapter
from bot.adapters.trackers.common.alerts import customer
from bot.bug.errors import Misconfigured, Unreadable
from bot.bug.values import Alert, AlertKind, AlertLink, CustomerHint

if TYPE_CHECKING:
    import jsonpath

SOURCE = "generic"

FIELDS = (
    *(
        "title",
        "group",
        "event",
        "kind",
        "message",
        "severity",
        "stage",
        "context",
        "project",
        "url",
        "page",
        "release",
    ),
    *("occurrences", "users", "at", "customer", "customer_name", "comment"),
)
"""What may stand in `map`. Without a map each is read from the body's top by its own name."""

_MOST = 200
"""Places of one path that are looked at."""
_INDEX = re.compile(r"\.(\d{1,6})(?![^.\[])")
_Place = tuple[tuple[str | int, ...], object]

_OF_WORD = {
    AlertKind.RESOLVED: ("resolved", "fixed", "closed", "ok", "recovered"),
    AlertKind.REOPENED: ("reopened", "unresolved", "regressed"),
    AlertKind.SNOOZED: ("snoozed", "silenced"),
    AlertKind.IGNORED: ("ignored", "archived"),
    AlertKind.COMMENTED: ("commented", "comment"),
    AlertKind.OTHER: ("other", "release", "deploy"),
}
_KIND = {word: kind for kind, words in _OF_WORD.items() for word in words}


def verify(hook: Hook, secret: str | None) -> None:
    require(
        secret is None or carries(hook, secret) or _is_signed(hook, secret),
        "The delivery carries no proof: send “Authorization: Bearer SECRET”, or “X-Signature: ” with the hex HMAC-SHA256 of the body.",
    )


def check(options: Mapping[str, object]) -> None:
    """Raises Misconfigured for a map that can't be used; said at the start, not with the first delivery."""
    chosen = options.get("map") or {}
    if not isinstance(chosen, Mapping):
        raise Misconfigured(
            '[hooks.generic] map must name paths: map = { title = "$.error.title", group = "$.error.id" }.'
        )
    for field, path in chosen.items():
        if field not in FIELDS:
            raise Misconfigured(f"[hooks.generic] map does not know “{field}”. Use some of: {', '.join(FIELDS)}.")
        _compiled(_written(str(path)))


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    body = load(hook.body)
    paths = _paths(options)
    try:
        places = {field: _places(path, body) for field, path in paths.items()}
    except RecursionError:
        raise Unreadable("The JSON is nested too deeply for the paths of [hooks.generic] map.") from None
    mapped = bool(Data(options).at("map.group").value)
    return tuple(_alert(body, found, paths, mapped=mapped) for found in _each(places))


def link(url: str) -> AlertLink | None:
    """None: what the addresses of such a system look like is not known."""
    return None


def _is_signed(hook: Hook, secret: str) -> bool:
    given = hook.headers.get("x-signature") or hook.headers.get("x-hub-signature-256") or ""
    return same(given.removeprefix("sha256=").lower(), hex_signature(secret, hook.body))


def _paths(options: Mapping[str, object]) -> dict[str, str]:
    chosen = options.get("map")
    named = chosen if isinstance(chosen, Mapping) and chosen else {field: field for field in FIELDS}
    return {str(field): _written(str(path)) for field, path in named.items()}


def _written(path: str) -> str:
    """As RFC 9535 has it; "error.items.0.name" is understood as well."""
    if "'" in path or '"' in path:
        return path
    indexed = _INDEX.sub(r"[\1]", path.strip("."))
    return indexed if indexed.startswith("$") else f"$.{indexed}"


@cache
def _compiled(path: str) -> "jsonpath.JSONPath | jsonpath.CompoundJSONPath":
    import jsonpath  # noqa: PLC0415 - a tenth of a start, for those who have a map

    try:
        return jsonpath.compile(path, strict=True)
    except jsonpath.JSONPathError:
        raise Misconfigured(
            f"[hooks.generic] map: “{path}” is no JSONPath. Write it as $.error.title, $.items[0].id or $['name.with.dots']."
        ) from None


def _places(path: str, body: Data) -> "list[_Place]":
    """Where the path leads, and what stands there."""
    found = _compiled(path).finditer(body.value if isinstance(body.value, Mapping) else {})
    return [(tuple(match.parts), match.obj) for match in islice(found, _MOST)]


def _each(places: "Mapping[str, list[_Place]]") -> Iterator[Data]:
    """One for each title, with what stands in the same item of the list; a body without a title is one, to be refused."""
    titles = places.get("title") or [((), None)]
    for at, _ in titles:
        item = _item(at) if len(titles) > 1 else None
        yield Data({field: _of_item(found, item) for field, found in places.items()})


def _item(at: "tuple[str | int, ...]") -> "tuple[str | int, ...]":
    """The way up to the last item of a list on it."""
    last = max((number for number, step in enumerate(at) if isinstance(step, int)), default=-1)
    return at[: last + 1]


def _of_item(found: "Sequence[_Place]", item: "tuple[str | int, ...] | None") -> object:
    """What belongs to this item: it stands within, or beside all of the list's items."""
    for at, value in found:
        own = _item(at)
        if item is None or at[: len(item)] == item or item[: len(own)] == own:
            return value
    return None


def _alert(body: Data, found: Data, paths: Mapping[str, str], *, mapped: bool) -> Alert:
    title = _needed(found, "title", paths)
    if mapped:
        _needed(found, "group", paths)
    return Alert(
        source=SOURCE,
        group=found.key("group") or title,
        kind=_KIND.get(found.line("kind").lower(), AlertKind.OCCURRED),
        event=found.key("event"),
        title=title,
        message=found.text("message"),
        context=found.line("context"),
        project=found.line("project"),
        stage=found.line("stage"),
        severity=found.severity("severity"),
        occurrences=found.count("occurrences") or 1,
        users=found.count("users"),
        url=found.url("url"),
        page=found.url("page"),
        release=found.line("release"),
        at=found.time("at"),
        customer=_customer(found),
        facts=body.facts(),
        comment=found.text("comment"),
    )


def _needed(found: Data, field: str, paths: Mapping[str, str]) -> str:
    held = found.line(field)
    if not held:
        place = paths.get(field, field)
        raise Unreadable(f"There is nothing at “{place}”, where [hooks.generic] map looks for the {field}.")
    return held


def _customer(found: Data) -> CustomerHint:
    who = found.key("customer")
    name = found.line("customer_name")
    return customer(email=who, name=name) if "@" in who else customer(id=who, name=name)


ADAPTER = TrackerAdapter(name=SOURCE, verify=verify, parse=parse, link=link, check=check)
