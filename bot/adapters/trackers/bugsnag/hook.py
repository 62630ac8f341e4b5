"""Bugsnag (Insight Hub): webhooks of errors, and links to errors. It signs nothing."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.adapters.common.reading import Data, load
from bot.adapters.ports import Hook
from bot.adapters.trackers.common.alerts import customer, frame, frames, kind_of, linked, must_name, title
from bot.bug.errors import Unreadable
from bot.bug.values import Alert, AlertKind, AlertLink, CustomerHint

SOURCE = "bugsnag"

_OF_TRIGGER = {
    "firstException": AlertKind.OCCURRED,
    "errorEventFrequency": AlertKind.OCCURRED,
    "powerTen": AlertKind.OCCURRED,
    "exception": AlertKind.OCCURRED,
    "reopened": AlertKind.REOPENED,
    "comment": AlertKind.COMMENTED,
}
_LEFT_OUT = frozenset({"release", "projectSpiking", "projectSamplingStarted", "projectApproachingRateLimit"})
"""No error of their own."""

_OF_STATE = {
    "fixed": AlertKind.RESOLVED,
    "reopened": AlertKind.REOPENED,
    "snoozed": AlertKind.SNOOZED,
    "ignored": AlertKind.IGNORED,
}
_STATES_LEFT_OUT = frozenset({"snoozeCancelled", "unignored"})
"""The error is as it was before."""

_LINK = re.compile(
    r"https?://(?:[\w-]{1,63}\.){0,6}(?:bugsnag|insighthub)\.[\w.-]{1,200}(?::\d+)?"
    r"/[^/?#\s]+/(?P<project>[^/?#\s]+)/errors/(?P<group>[0-9a-f]{16,40})(?![^/?#])",
    re.IGNORECASE,
)
_EVENT = re.compile(r"[?&]event_id=([0-9a-f]{16,40})(?![^&#])", re.IGNORECASE)


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    body = load(hook.body)
    if not body.line("trigger.type"):
        raise Unreadable("This is no Bugsnag webhook: trigger.type is missing.")
    kind = _kind(body)
    if kind is None:
        return ()
    must_name(kind, body.key("error.errorId"), "error.errorId")
    return (_alert(body, body.at("error"), kind),)


def link(url: str) -> AlertLink | None:
    found, event = linked(SOURCE, _LINK, url), _EVENT.search(url)
    return replace(found, event=event[1]) if found and event else found


def _kind(body: Data) -> AlertKind | None:
    trigger = body.line("trigger.type")
    if trigger == "errorStateManualChange":
        state = body.line("trigger.stateChange") or "a change of state without a name"
        return kind_of(state, _OF_STATE, _STATES_LEFT_OUT, service="Bugsnag")
    return kind_of(trigger, _OF_TRIGGER, _LEFT_OUT, service="Bugsnag")


def _alert(body: Data, error: Data, kind: AlertKind) -> Alert:
    return Alert(
        source=SOURCE,
        group=error.key("errorId"),
        kind=kind,
        event=_event(body, kind),
        title=title(error.line("exceptionClass"), error.line("message"))
        or body.line("trigger.message")
        or "Error without a name",
        message=error.text("message"),
        context=error.line("context"),
        project=body.line("project.name"),
        stage=error.line("releaseStage", "app.releaseStage"),
        severity=error.severity("severity"),
        occurrences=error.count("occurrences") or 1,
        users=error.count("usersAffected"),
        url=error.url("url"),
        page=error.url("requestUrl"),
        release=error.line("appVersion", "app.version"),
        at=error.time("receivedAt"),
        customer=_customer(error),
        card_url=error.url("createdIssue.url"),
        facts=error.facts("metaData", "app", "device"),
        frames=frames((_frame(row), row.at("inProject").value is True) for row in error.rows("stackTrace")),
        comment=_comment(body, kind),
    )


def _event(body: Data, kind: AlertKind) -> str:
    """A change of state names the error's last occurrence, which is not what is delivered: it has no id of its own."""
    if kind in {AlertKind.OCCURRED, AlertKind.REOPENED} and body.line("trigger.type") != "errorStateManualChange":
        return body.key("error.id")
    return body.key("comment.id") if kind is AlertKind.COMMENTED else ""


def _customer(error: Data) -> CustomerHint:
    """`error.user` is who was hit; `user` beside `error` is the collaborator who did something in Bugsnag."""
    return customer(id=error.key("user.id", "userId"), name=error.line("user.name"), email=error.line("user.email"))


def _comment(body: Data, kind: AlertKind) -> str:
    if kind is AlertKind.COMMENTED:
        return body.text("comment.message")
    return body.line("user.name", "user.email", "trigger.message") if body.line("trigger.stateChange") else ""


def _frame(row: Data) -> str:
    return frame(row, file="file", line="lineNumber", function="method")
