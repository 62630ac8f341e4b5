"""Sentry: webhooks of an internal integration (issue alerts, issues, errors, comments) and of the WebHooks plugin, links, Slack blocks."""

import re
from collections.abc import Callable, Iterator, Mapping

from bot.adapters.common.reading import Data, load
from bot.adapters.common.signing import hex_signature, require, same
from bot.adapters.ports import Hook
from bot.adapters.trackers import glitchtip
from bot.adapters.trackers.common.alerts import customer, frame, frames, kind_of, linked, must_name, title
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import Alert, AlertKind, AlertLink, CustomerHint, Severity

SOURCE = "sentry"

_OF_ACTION = {
    "created": AlertKind.OCCURRED,
    "unresolved": AlertKind.REOPENED,
    "resolved": AlertKind.RESOLVED,
    "archived": AlertKind.IGNORED,
    "ignored": AlertKind.IGNORED,
}
_ACTIONS_LEFT_OUT = frozenset({"assigned"})
_OF_METRIC = {
    "critical": AlertKind.OCCURRED,
    "warning": AlertKind.OCCURRED,
    "resolved": AlertKind.RESOLVED,
}
METRIC = "metric:"
"""Begins the group of a metric alert, which is no issue that the API could be asked about."""
_LEFT_OUT = frozenset({"installation"})
"""About no error."""

_LINK = re.compile(
    r"https?://(?:[\w-]{1,63}\.){0,6}sentry(?:\.[\w-]{1,63}){1,6}(?::\d+)?/(?!api/)"
    r"(?:organizations/[^/?#\s]+/|[^/?#\s]+/(?P<project>[^/?#\s]+)/)?"
    r"issues/(?P<group>\d{1,30})(?:/events/(?P<event>[0-9a-f]{32}))?(?![^/?#])",
    re.IGNORECASE,
)
_PROJECT = re.compile(r"/api/0/projects/[^/]+/([^/]+)/")
_ISSUE = re.compile(r"/(?:issues|group)/(\d{1,30})(?!\d)")
_BLOCK = re.compile(r'\{\s*"issue"\s*:\s*"?(\d{1,30})"?\s*[,}]')


def verify(hook: Hook, secret: str | None) -> None:
    given = hook.headers.get("sentry-hook-signature", "")
    require(
        secret is None or same(given, hex_signature(secret, hook.body)),
        "The Sentry signature does not match: copy the integration's Client Secret into [hooks.sentry] secret. "
        "The WebHooks plugin and GlitchTip sign nothing: leave the secret out for them.",
    )


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    body = load(hook.body)
    resource = hook.headers.get("sentry-hook-resource", "") or _resource(body)
    if resource in _LEFT_OUT:
        return ()
    read = _READERS.get(resource)
    if read is None:
        raise _not_read(body, resource)
    return read(body, hook)


def link(url: str) -> AlertLink | None:
    return linked(SOURCE, _LINK, url)


def block_link(block_id: str) -> AlertLink | None:
    """Sentry's messages name their issue in a block's id: {"issue": 4711, "rule": 12}."""
    found = _BLOCK.match(block_id)
    return AlertLink(source=SOURCE, group=found[1]) if found else None


def _resource(body: Data) -> str:
    """For what has no header, or lost it on the way through a proxy: the body tells the same."""
    held = body.at("data").value
    known = {
        "event": "event_alert",
        **{name: name for name in ("issue", "error", "comment", "installation", "metric_alert")},
    }
    found = next((known[key] for key in known if isinstance(held, Mapping) and key in held), "")
    if found or body.at("action").value:
        return found
    return "glitchtip" if glitchtip.is_one(body) else "plugin" if _is_plugin(body) else ""


def _is_plugin(body: Data) -> bool:
    """It names the project at the top, and the error beside it."""
    named = body.line("project", "project_slug", "project_name")
    return bool(
        named and (body.at("triggering_rules").value or body.at("event").value or body.line("culprit", "level"))
    )


def _not_read(body: Data, resource: str) -> UnknownKind | Unreadable:
    held = body.at("data").value
    if body.line("action") and isinstance(held, Mapping) and (body.at("installation").value or body.at("actor").value):
        return UnknownKind("Sentry", resource or next((str(key) for key in held), body.line("action"))[:80])
    return Unreadable(
        "This is no Sentry webhook: it is neither an integration's (action and data) nor the WebHooks plugin's (project and event)."
    )


def _issue(body: Data, hook: Hook) -> tuple[Alert, ...]:
    issue = body.at("data.issue")
    kind = kind_of(body.line("action"), _OF_ACTION, _ACTIONS_LEFT_OUT, service="Sentry")
    if kind is None:
        return ()
    must_name(kind, issue.key("id"), "data.issue.id")
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
    group = must_name(AlertKind.OCCURRED, _issue_of(event), "issue_id")
    tags = _tags(event)
    return (
        Alert(
            source=SOURCE,
            group=group,
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


def _issue_of(event: Data) -> str:
    """Some alerts name the issue only by its addresses; an address of another form is as good a name."""
    if event.key("issue_id"):
        return event.key("issue_id")
    urls = [event.url(name) for name in ("issue_url", "web_url")]
    return next((found[1] for url in urls if (found := _ISSUE.search(url))), event.key("web_url", "issue_url"))


def _glitchtip(body: Data, hook: Hook) -> tuple[Alert, ...]:
    return glitchtip.read(body)


def _plugin(body: Data, hook: Hook) -> tuple[Alert, ...]:
    """The WebHooks plugin of a project: the issue at the top, the event below, in the form of any Sentry since version 8."""
    event, url = body.at("event"), body.url("url")
    found = _ISSUE.search(url)
    group = must_name(AlertKind.OCCURRED, body.key("id") or (found[1] if found else body.key("url")), "id")
    tags = _tags(event)
    return (
        Alert(
            source=SOURCE,
            group=group,
            event=event.key("event_id"),
            title=event.line("title") or body.line("message") or _title(event),
            message=event.text("metadata.value", "logentry.formatted") or body.text("message"),
            context=event.line("transaction") or body.line("culprit") or tags.line("transaction"),
            project=body.line("project_slug", "project", "project_name"),
            stage=event.line("environment") or tags.line("environment"),
            severity=body.severity("level") or event.severity("level"),
            url=url,
            page=event.url("request.url") or tags.url("url"),
            release=event.line("release") or tags.line("release", "sentry:release"),
            at=event.time("timestamp", "datetime", "received"),
            customer=_customer(event),
            facts=_facts(event, tags),
            frames=frames(_frames(event)),
        ),
    )


def _comment(body: Data, hook: Hook) -> tuple[Alert, ...]:
    found = body.at("data")
    if body.line("action") != "created":
        return ()
    return (
        Alert(
            source=SOURCE,
            group=must_name(AlertKind.COMMENTED, found.key("issue_id"), "data.issue_id"),
            kind=AlertKind.COMMENTED,
            event=found.key("comment_id"),
            title="Comment in Sentry",
            project=found.line("project_slug"),
            at=found.time("timestamp"),
            comment=found.text("comment"),
        ),
    )


def _metric_alert(body: Data, hook: Hook) -> tuple[Alert, ...]:
    """About no single error, but about their number: one bug for each rule, solved when Sentry says that it is over."""
    found = body.at("data.metric_alert")
    kind = _OF_METRIC.get(body.line("action"))
    if kind is None:
        raise UnknownKind("Sentry", f"metric_alert {body.line('action')}".strip()[:80])
    group = must_name(
        kind, found.key("alert_rule.id", "alert_rule.name", "id", "title"), "data.metric_alert.alert_rule.id"
    )
    known = found.line("title", "alert_rule.name")
    return (
        Alert(
            source=SOURCE,
            group=f"{METRIC}{group}"[:200],
            kind=kind,
            event=":".join(filter(None, (found.key("id"), body.line("action")))),
            title=known or body.line("data.description_title") or "Metric alert without a name",
            message=body.text("data.description_text"),
            project=found.line("projects.0", "alert_rule.projects.0"),
            stage=found.line("alert_rule.environment"),
            severity=Severity.WARNING if body.line("action") == "warning" else Severity.ERROR,
            url=body.url("data.web_url"),
            at=found.time("date_started", "date_detected"),
            facts=found.facts("alert_rule"),
        ),
    )


_READERS: Mapping[str, Callable[[Data, Hook], tuple[Alert, ...]]] = {
    "event_alert": _event_alert,
    "error": _error,
    "issue": _issue,
    "comment": _comment,
    "metric_alert": _metric_alert,
    "plugin": _plugin,
    "glitchtip": _glitchtip,
}
"""By Sentry-Hook-Resource, or what stands for it in a body without one."""


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
    user = event.at("user") if event.at("user").value else Data(_old(event, "sentry.interfaces.User"))
    return customer(id=user.key("id"), name=user.line("name", "username"), email=user.line("email"))


def _old(event: Data, name: str) -> object:
    """Sentry 8 and 9 call the parts of an event by names with dots."""
    return event.value.get(name) if isinstance(event.value, Mapping) else None


def _frames(event: Data) -> Iterator[tuple[str, bool]]:
    """Of the last exception, which is the one that was thrown; Sentry puts the oldest frame first."""
    thrown = event.rows("exception.values")[-1:]
    for row in reversed([row for one in thrown for row in one.rows("stacktrace.frames")]):
        yield frame(row, file="filename", line="lineno", function="function"), row.at("in_app").value is True
