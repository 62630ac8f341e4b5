"""Any system that can POST JSON: `[hooks.generic] map` says where in the body each thing stands.

map = { title = "$.error.title", group = "$.error.id", severity = "$.level", customer = "$.user.email" }
"""

from collections.abc import Mapping

from bot.adapters.ports import Hook
from bot.adapters.trackers.reading import Data, customer, load
from bot.adapters.trackers.signing import carries, require, same, sha256_hex
from bot.bug.errors import Unreadable
from bot.bug.values import Alert, AlertKind, AlertLink, CustomerHint

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


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    body = load(hook.body)
    paths = _paths(options)
    found = Data({field: body.at(path).value for field, path in paths.items()})
    if Data(options).at("map.group").value:
        _needed(found, "group", paths)
    return (_alert(body, found, paths),)


def link(url: str) -> AlertLink | None:
    """None: what the addresses of such a system look like is not known."""
    return None


def _is_signed(hook: Hook, secret: str) -> bool:
    given = hook.headers.get("x-signature") or hook.headers.get("x-hub-signature-256") or ""
    return same(given.removeprefix("sha256=").lower(), sha256_hex(secret, hook.body))


def _paths(options: Mapping[str, object]) -> dict[str, str]:
    """Field to dotted path. Raises Unreadable for a map that can't be used."""
    chosen = options.get("map") or {field: field for field in FIELDS}
    if not isinstance(chosen, Mapping) or not all(isinstance(path, str) for path in chosen.values()):
        raise Unreadable(
            '[hooks.generic] map must name paths: map = { title = "$.error.title", group = "$.error.id" }.'
        )
    unknown = sorted(set(map(str, chosen)) - set(FIELDS))
    if unknown:
        raise Unreadable(f"[hooks.generic] map does not know “{unknown[0]}”. Use some of: {', '.join(FIELDS)}.")
    return {field: _dotted(path) for field, path in chosen.items()}


def _dotted(path: str) -> str:
    """ "$.items[0].name" as "items.0.name"."""
    return path.removeprefix("$").replace("[", ".").replace("]", "").strip(".")


def _alert(body: Data, found: Data, paths: Mapping[str, str]) -> Alert:
    title = _needed(found, "title", paths)
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
