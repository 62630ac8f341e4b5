"""Rollbar: webhooks of items, and links to items. It signs nothing."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bot.adapters.common.reading import Data, load, web_address
from bot.adapters.ports import Hook, TrackerAdapter, unsigned
from bot.adapters.trackers.common.alerts import customer, frame, frames, kind_of, must_name, title
from bot.bug.errors import Unreadable
from bot.bug.values import Alert, AlertKind, AlertLink, CustomerHint

SOURCE = "rollbar"

_OF_EVENT = {
    "new_item": AlertKind.OCCURRED,
    "occurrence": AlertKind.OCCURRED,
    "exp_repeat_item": AlertKind.OCCURRED,
    "item_velocity": AlertKind.OCCURRED,
    "reactivated_item": AlertKind.REOPENED,
    "reopened_item": AlertKind.REOPENED,
    "resolved_item": AlertKind.RESOLVED,
}
_LEFT_OUT = frozenset({"deploy", "test"})
"""No error: a deploy, and what *Send test payload* sends."""

_LINK = re.compile(
    r"https?://(?:app\.)?rollbar\.com/(?:a/)?(?P<account>[^/?#\s]+)/(?:fix/item/(?P<project>[^/?#\s]+)|(?P<old>[^/?#\s]+)/items)"
    r"/(?P<counter>\d{1,20})(?:/occurrences/(?P<event>\d{1,30}))?(?![^/?#])",
    re.IGNORECASE,
)


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    """`options["projects"]` names projects by id as links do, {"90": "acme/shop"}: then a webhook and a link to it are one bug."""
    body = load(hook.body)
    if not body.line("event_name"):
        raise Unreadable("This is no Rollbar webhook: event_name is missing.")
    ours = isinstance(body.at("data").value, Mapping)
    kind = kind_of(body.line("event_name"), _OF_EVENT, _LEFT_OUT, service="Rollbar", ours=ours)
    if kind is None:
        return ()
    item = body.at("data.item")
    must_name(kind, item.key("id"), "data.item.id")
    slug = Data(options).line(f"projects.{item.key('project_id')}").strip("/")
    return (_alert(body, item, kind, slug),)


def link(url: str) -> AlertLink | None:
    found = _LINK.match(url)
    if found is None:
        return None
    project = found["project"] or found["old"]
    return AlertLink(
        source=SOURCE,
        group=f"{found['account']}/{project}/{found['counter']}".lower(),
        event=found["event"] or "",
        project=project,
        url=web_address(url),
    )


def _alert(body: Data, item: Data, kind: AlertKind, slug: str) -> Alert:
    last = _occurrence(body, item)
    message = _message(last)
    return Alert(
        source=SOURCE,
        group=f"{slug}/{item.key('counter')}".lower() if slug else item.key("id"),
        kind=kind,
        event="" if kind is AlertKind.RESOLVED else last.key("id") or item.key("last_occurrence_id"),
        title=item.line("title") or title("", message) or "Item without a title",
        message=message,
        context=last.line("context") or _request(last),
        project=slug.rpartition("/")[2] or item.key("project_id"),
        stage=item.line("environment") or last.line("environment"),
        severity=item.severity("level") or last.severity("level"),
        occurrences=item.count("total_occurrences") or 1,
        url=_url(item, last, slug),
        page=last.url("request.url"),
        release=last.line("code_version", "server.code_version", "client.javascript.code_version"),
        at=last.time("timestamp") or item.time("last_occurrence_timestamp"),
        customer=_customer(last),
        facts=last.facts("custom", "body.message.extra", "request.params", "request.GET", "request.POST", "server"),
        frames=frames(_frames(last)),
    )


def _occurrence(body: Data, item: Data) -> Data:
    own = body.at("data.occurrence")
    return own if own.value else item.at("last_occurrence")


def _trace(last: Data) -> Data:
    chain = last.rows("body.trace_chain")
    return chain[0] if chain else last.at("body.trace")


def _message(last: Data) -> str:
    trace = _trace(last)
    return trace.text("exception.message", "exception.description") or last.text(
        "body.message.body", "body.crash_report.raw"
    )


def _frames(last: Data) -> Iterator[tuple[str, bool]]:
    """Rollbar puts the oldest frame first and marks none as the project's."""
    for row in reversed(_trace(last).rows("frames")):
        yield frame(row, file="filename", line="lineno", function="method"), False


def _customer(last: Data) -> CustomerHint:
    person = last.at("person")
    return customer(id=person.key("id"), name=person.line("name", "username"), email=person.line("email"))


def _request(last: Data) -> str:
    method, url = last.line("request.method"), last.url("request.url")
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    return " ".join(filter(None, (method, path)))


def _url(item: Data, last: Data, slug: str) -> str:
    if slug:
        account, _, project = slug.partition("/")
        return web_address(f"https://app.rollbar.com/a/{account}/fix/item/{project}/{item.key('counter')}")
    uuid = last.key("uuid")
    return web_address(f"https://rollbar.com/item/uuid/?uuid={uuid}") if uuid else ""


ADAPTER = TrackerAdapter(name=SOURCE, verify=unsigned, parse=parse, link=link)
