"""Sentry: webhooks of an internal integration (issue alerts, issues, errors, comments), links to issues, and its Slack blocks."""

import re
from collections.abc import Callable, Iterator, Mapping

from bot.adapters.ports import Hook
from bot.adapters.trackers.reading import Data, customer, frame, frames, load, nothing_without_group, title, web_address
from bot.adapters.trackers.signing import require, same, sha256_hex
from bot.bug.values import Alert, AlertKind, AlertLink, CustomerHint

SOURCE = "sentry"

_OF_ACTION = {
    "created": AlertKind.OCCURRED,
    "unresolved": AlertKind.REOPENED,
    "resolved": AlertKind.RESOLVED,
    "archived": AlertKind.IGNORED,
    "ignored": AlertKind.IGNORED,
}

_LINK = re.compile(
    r"https?://(?:[\w-]{1,63}\.){0,6}sentry(?:\.[\w-]{1,63}){1,6}(?::\d+)?/(?!api/)"
    r"(?:organizations/[^/?#\s]+/|[^/?#\s]+/(?P<project>[^/?#\s]+)/)?"
    r"issues/(?P<issue>\d{1,30})(?:/events/(?P<event>[0-9a-f]{32}))?(?![^/?#])",
    re.IGNORECASE,
)
_PROJECT = re.compile(r"/api/0/projects/[^/]+/([^/]+)/")
_BLOCK = re.compile(r'\{\s*"issue"\s*:\s*"?(\d{1,30})"?\s*[,}]')


def verify(hook: Hook, secret: str | None) -> None:
    given = hook.headers.get("sentry-hook-signature", "")
    require(
        secret is None or same(given, sha256_hex(secret, hook.body)),
        "The Sentry signature does not match: copy the integration's Client Secret into [hooks.sentry] secret.",
    )


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    body = load(hook.body)
    read = _READERS.get(hook.headers.get("sentry-hook-resource", "") or _resource(body))
    return read(body, hook) if read else ()


def link(url: str) -> AlertLink | None:
    found = _LINK.match(url)
    if found is None:
        return None
    return AlertLink(
        source=SOURCE,
        group=found["issue"],
        event=found["event"] or "",
        project=found["project"] or "",
        url=web_address(url),
    )


def block_link(block_id: str) -> AlertLink | None:
    """Sentry's messages name their issue in a block's id: {"issue": 4711, "rule": 12}."""
    found = _BLOCK.match(block_id)
    return AlertLink(source=SOURCE, group=found[1]) if found else None


def _resource(body: Data) -> str:
    """For a proxy that lost the header: what the data holds tells the same."""
    held = body.at("data").value
    known = {"event": "event_alert", "issue": "issue", "error": "error", "comment": "comment"}
    return next((known[key] for key in known if isinstance(held, Mapping) and key in held), "")


def _issue(body: Data, hook: Hook) -> tuple[Alert, ...]:
    issue = body.at("data.issue")
    kind = _OF_ACTION.get(body.line("action"), AlertKind.OTHER)
    if not issue.key("id"):
        return nothing_without_group(kind, "data.issue.id")
    return (
        Alert(
            source=SOURCE,
            group=issue.key("id"),
            kind=kind,
            event=Data(hook.headers).key("request-id"),
            title=issue.line("title") or _title(issue),
            message=issue.text("metadata.value"),
            context=issue.line("culprit"),
            project=issue.line("project.slug", "project.name"),
            severity=issue.severity("level"),
            occurrences=issue.count("count") or 1,
            users=issue.count("userCount"),
            url=issue.url("web_url", "permalink"),
            at=issue.time("lastSeen", "firstSeen"),
            facts=issue.facts("shortId", "metadata"),
            comment="" if kind is AlertKind.OCCURRED else body.line("actor.name"),
        ),
    )


def _event_alert(body: Data, hook: Hook) -> tuple[Alert, ...]:
    return _event(body.at("data.event"), hook)


def _error(body: Data, hook: Hook) -> tuple[Alert, ...]:
    return _event(body.at("data.error"), hook)


def _event(event: Data, hook: Hook) -> tuple[Alert, ...]:
    if not event.key("issue_id"):
        return nothing_without_group(AlertKind.OCCURRED, "issue_id")
    tags = _tags(event)
    return (
        Alert(
            source=SOURCE,
            group=event.key("issue_id"),
            event=event.key("event_id"),
            title=event.line("title") or _title(event),
            message=event.text("metadata.value", "logentry.formatted", "message"),
            context=event.line("transaction", "culprit") or tags.line("transaction"),
            project=_project(event),
            stage=event.line("environment") or tags.line("environment"),
            severity=event.severity("level"),
            url=event.url("web_url"),
            page=event.url("request.url") or tags.url("url"),
            release=event.line("release", "release.version") or tags.line("release"),
            at=event.time("datetime", "timestamp"),
            customer=_customer(event),
            facts=_facts(event, tags),
            frames=frames(_frames(event)),
        ),
    )


def _comment(body: Data, hook: Hook) -> tuple[Alert, ...]:
    found = body.at("data")
    if not found.key("issue_id"):
        return ()
    return (
        Alert(
            source=SOURCE,
            group=found.key("issue_id"),
            kind=AlertKind.COMMENTED if body.line("action") == "created" else AlertKind.OTHER,
            event=found.key("comment_id"),
            title="Comment in Sentry",
            project=found.line("project_slug"),
            at=found.time("timestamp"),
            comment=found.text("comment"),
        ),
    )


_READERS: Mapping[str, Callable[[Data, Hook], tuple[Alert, ...]]] = {
    "event_alert": _event_alert,
    "error": _error,
    "issue": _issue,
    "comment": _comment,
}
"""By Sentry-Hook-Resource. The others (metric_alert, installation) are about no single error."""


def _title(data: Data) -> str:
    return title(data.line("metadata.type"), data.line("metadata.value", "message")) or "Error without a name"


def _tags(event: Data) -> Data:
    """Pairs, as in [["environment", "production"]], or {"key": …, "value": …}, by name."""
    rows = event.rows("tags")
    return Data({row.line("0", "key"): row.text("1", "value") for row in rows} if rows else event.at("tags").value)


def _facts(event: Data, tags: Data) -> dict[str, str]:
    held = {"extra": event.at("extra").value, "tags": tags.value, "contexts": event.at("contexts").value}
    return Data(held).facts(*held)


def _project(event: Data) -> str:
    """The slug; `project` itself is a number that nobody knows."""
    found = _PROJECT.search(event.text("url"))
    return found[1] if found else event.line("project_slug", "project_name")


def _customer(event: Data) -> CustomerHint:
    user = event.at("user")
    return customer(id=user.key("id"), name=user.line("name", "username"), email=user.line("email"))


def _frames(event: Data) -> Iterator[tuple[str, bool]]:
    """Of the last exception, which is the one that was thrown; Sentry puts the oldest frame first."""
    thrown = event.rows("exception.values")[-1:]
    for row in reversed([row for one in thrown for row in one.rows("stacktrace.frames")]):
        yield frame(row, file="filename", line="lineno", function="function"), row.at("in_app").value is True
