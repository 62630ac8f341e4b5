"""Honeybadger: webhooks of faults (payload versions 1 to 3), sites, check-ins and alarms; links to faults.

It signs nothing, but sends a token along.
"""

import re
from collections.abc import Iterator, Mapping

from bot.adapters.common.reading import Data, load, web_address
from bot.adapters.common.signing import carries, require, same
from bot.adapters.ports import Hook, TrackerAdapter
from bot.adapters.trackers.common.alerts import customer, frame, frames, kind_of, linked, must_name, title
from bot.bug.errors import Unreadable
from bot.bug.values import Alert, AlertKind, AlertLink, CustomerHint

SOURCE = "honeybadger"

_OF_EVENT = {
    "occurred": AlertKind.OCCURRED,
    "unresolved": AlertKind.REOPENED,
    "resolved": AlertKind.RESOLVED,
    "ignored": AlertKind.IGNORED,
    "snoozed": AlertKind.SNOOZED,
    "commented": AlertKind.COMMENTED,
}
_OF_WATCH = {
    "down": ("site", AlertKind.OCCURRED),
    "up": ("site", AlertKind.RESOLVED),
    "check_in_missing": ("check_in", AlertKind.OCCURRED),
    "check_in_reporting": ("check_in", AlertKind.RESOLVED),
    "alarm_alert": ("alarm", AlertKind.OCCURRED),
    "alarm_ok": ("alarm", AlertKind.RESOLVED),
}
"""What Honeybadger watches, beside the errors that an app reports: the part of the body that names it."""
PING = "check_in.url"
_LEFT_OUT = frozenset({"assigned", "rate_exceeded", "deployed", "volume_spike", "cert_will_expire"})
"""No error of their own."""

_LINK = re.compile(
    r"https?://(?:[\w-]{1,63}\.){0,6}honeybadger\.io/projects/(?P<project>\d{1,30})/faults/(?P<group>\d{1,30})"
    r"(?:/(?P<event>[\w-]{20,64}))?(?![^/?#])",
    re.IGNORECASE,
)


def verify(hook: Hook, secret: str | None) -> None:
    """The account's own token, which every delivery carries, or the bearer token that the webhook was given."""
    given = hook.headers.get("honeybadger-token", "")
    require(
        secret is None or same(given, secret) or carries(hook, secret),
        "The delivery carries no proof: write Honeybadger's token (its header Honeybadger-Token), "
        "or the webhook's bearer token, into [hooks.honeybadger] secret.",
    )


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    body = load(hook.body)
    if not body.line("event"):
        raise Unreadable("This is no Honeybadger webhook: event is missing.")
    if body.line("event") in _OF_WATCH:
        return (_watched(body, *_OF_WATCH[body.line("event")]),)
    ours = any(isinstance(body.at(part).value, Mapping) for part in ("fault", "project"))
    kind = kind_of(body.line("event"), _OF_EVENT, _LEFT_OUT, service="Honeybadger", ours=ours)
    if kind is None:
        return ()
    must_name(kind, body.key("fault.id"), "fault.id")
    return (_alert(body, body.at("fault"), body.at("notice"), kind),)


def link(url: str) -> AlertLink | None:
    return linked(SOURCE, _LINK, url)


def _alert(body: Data, fault: Data, notice: Data, kind: AlertKind) -> Alert:
    message = notice.text("message") or fault.text("message")
    return Alert(
        source=SOURCE,
        group=fault.key("id"),
        kind=kind,
        event=notice.key("id") if kind is AlertKind.OCCURRED else body.key("comment.id"),
        title=title(fault.line("klass"), message) or body.line("message") or "Fault without a name",
        message=message,
        context=_context(fault, notice),
        project=body.line("project.name") or fault.key("project_id"),
        stage=fault.line("environment") or notice.line("environment_name", "environment.environment_name"),
        occurrences=fault.count("notices_count") or 1,
        url=notice.url("url") or fault.url("url") or _url(body, fault),
        page=notice.url("request.url"),
        release=notice.line("deploy.revision", "environment.revision", "revision"),
        at=notice.time("created_at") or fault.time("last_notice_at"),
        customer=_customer(notice),
        facts=notice.facts("request.context", "request.params", "context", "params"),
        frames=frames(_frames(notice)),
        comment=_comment(body, kind),
    )


def _watched(body: Data, part: str, kind: AlertKind) -> Alert:
    """A site that is down, a job that did not report, an alarm: one bug for each, solved when it is well again."""
    found = body.at(part)
    name = found.key("id", "url", "name")
    must_name(kind, name, f"{part}.id")
    project, page = body.line("project.name"), found.url("url") if part == "site" else ""
    return Alert(
        source=SOURCE,
        group=f"{part}:{name}"[:200],
        kind=kind,
        title=body.line("message").removeprefix(f"[{project}] ") or f"{found.line('name') or name}: {part}",
        message=body.at("outage").text("reason"),
        project=project or body.key("project.id"),
        url=_place(body, found, part) or page,
        page=page,
        at=body.at("outage").time("down_at") if kind is AlertKind.OCCURRED else None,
        facts={name: value for name, value in body.facts(part).items() if name != PING},
    )


def _place(body: Data, found: Data, part: str) -> str:
    """Where a colleague looks at it. Whoever opens the own address of a check-in reports for the job, so that is no link."""
    number = body.key("project.id")
    listed = f"https://app.honeybadger.io/projects/{number}/check_ins" if part == "check_in" and number else ""
    return found.url("details_url", "links.web", *(("url",) if part == "alarm" else ())) or web_address(listed)


def _context(fault: Data, notice: Data) -> str:
    parts = [fault.line(part) or notice.line(f"request.{part}") for part in ("component", "action")]
    return "#".join(filter(None, parts))


def _customer(notice: Data) -> CustomerHint:
    """Honeybadger knows people by `user_id` and `user_email` of the context that the app set; `actor` is a colleague."""
    return customer(
        id=notice.key("user.id", "request.user.id", "request.context.user_id", "context.user_id"),
        name=notice.line("user.name", "request.context.user_name", "context.user_name"),
        email=notice.line("user.email", "request.user.email", "request.context.user_email", "context.user_email"),
    )


def _frames(notice: Data) -> Iterator[tuple[str, bool]]:
    own = notice.rows("application_trace")
    for row in own or notice.rows("backtrace"):
        yield frame(row, file="file", line="number", function="method"), bool(own) or row.line("context") == "app"


def _url(body: Data, fault: Data) -> str:
    project = fault.key("project_id") or body.key("project.id")
    return web_address(f"https://app.honeybadger.io/projects/{project}/faults/{fault.key('id')}") if project else ""


def _comment(body: Data, kind: AlertKind) -> str:
    if kind is AlertKind.COMMENTED:
        return body.text("comment.body", "comment.text", "message")
    return body.line("actor.name", "actor.email")


ADAPTER = TrackerAdapter(name=SOURCE, verify=verify, parse=parse, link=link)
