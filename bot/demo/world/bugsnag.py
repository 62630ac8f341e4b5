"""What Bugsnag says of an error: to a webhook, in Slack, and over its Data Access API. Pure."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.demo.world.crash import Crash, Frame

ORGANISATION, PROJECT = "quickadmin-example", "quickadmin"
PROJECT_ID = "66f0c0ffee0ddba11ca70001"
ROOT = f"https://app.bugsnag.com/{ORGANISATION}/{PROJECT}"
RED = "#E45F58"
TRIGGERS = {
    "firstException": "New unhandled error",
    "exception": "Unhandled error",
    "reopened": "Error reopened: unhandled error",
}

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ErrorGroup:
    """All occurrences of one error."""

    id: str
    first: datetime
    latest: Crash
    event: str
    """Id of the latest occurrence."""
    occurrences: int = 1
    users: frozenset[str] = frozenset()
    status: str = "open"
    linked: str = ""
    """Address of the board card that was linked to it."""
    comments: tuple[Json, ...] = field(default=())


def group_id(crash: Crash) -> str:
    """One group per class and place."""
    place = f"{crash.frames[0].file} {crash.frames[0].method}" if crash.frames else crash.context
    return hashlib.sha256(f"{crash.kind} {place}".encode()).hexdigest()[:24]


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def error_url(group: ErrorGroup, through: str) -> str:
    """`through` says by which way somebody came: wh for a webhook, sk for Slack."""
    return f"{ROOT}/errors/{group.id}?event_id={group.event}&i={through}&m=nw"


def webhook(group: ErrorGroup, trigger: str) -> Json:
    return {
        "account": {
            "id": "66f0c0ffee0ddba11ca70000",
            "name": "QuickAdmin",
            "url": f"https://app.bugsnag.com/{ORGANISATION}?i=wh&m=nw",
        },
        "project": {"id": PROJECT_ID, "name": "QuickAdmin", "url": f"{ROOT}?i=wh&m=nw"},
        "trigger": {"type": trigger, "message": TRIGGERS[trigger]},
        "error": _error(group),
    }


def _error(group: ErrorGroup) -> Json:
    crash = group.latest
    visitor = {"id": crash.visitor.id, "name": crash.visitor.name, "email": crash.visitor.email}
    return {
        "id": group.event,
        "errorId": group.id,
        "exceptionClass": crash.kind,
        "message": crash.message,
        "context": crash.context,
        "appVersion": crash.release,
        "releaseStage": crash.stage,
        "occurrences": group.occurrences,
        "usersAffected": len(group.users),
        "firstReceived": stamp(group.first),
        "receivedAt": stamp(crash.at),
        "requestUrl": crash.url,
        "userId": crash.visitor.id,
        "url": error_url(group, "wh"),
        "severity": "error",
        "status": group.status,
        "unhandled": True,
        "app": {"version": crash.release, "releaseStage": crash.stage, "type": "aiohttp"},
        "device": {"hostname": "web1.quickadmin.example", "runtimeVersions": {"python": "3.13"}},
        "user": visitor,
        "metaData": {**crash.metadata, "account": {"id": crash.visitor.id, "plan": crash.visitor.plan}},
        "stackTrace": [_frame(frame) for frame in crash.frames],
        "breadcrumbs": [
            {"name": "Request started", "timestamp": stamp(crash.at), "type": "request", "metaData": {"url": crash.url}}
        ],
    }


def _frame(frame: Frame) -> Json:
    return {
        "file": frame.file,
        "lineNumber": str(frame.line),
        "columnNumber": None,
        "method": frame.method,
        "inProject": frame.in_project,
        "code": {str(frame.line): frame.code},
    }


def slack_message(group: ErrorGroup, trigger: str) -> Json:
    """The message that Bugsnag's own Slack app posts beside the webhook."""
    crash = group.latest
    place = crash.frames[0] if crash.frames else None
    project = f"<{ROOT}?i=sk&m=nw|QuickAdmin>"
    details = f"<{error_url(group, 'sk')}|(details)>"
    return {
        "username": "Bugsnag",
        "text": f"{TRIGGERS[trigger]} in {crash.stage} from {project} in {crash.context} {details}",
        "attachments": [
            {
                "fallback": "Something happened",
                "color": RED,
                "fields": [
                    {"title": "Error", "value": f"{crash.kind}: {crash.message}"[:85]},
                    {
                        "title": "Location",
                        "value": f"{place.file}:{place.line} - {place.method}" if place else "unknown",
                    },
                ],
            }
        ],
    }


def api_error(group: ErrorGroup) -> Json:
    """An error as the Data Access API tells it."""
    crash = group.latest
    return {
        "id": group.id,
        "project_id": PROJECT_ID,
        "error_class": crash.kind,
        "message": crash.message,
        "context": crash.context,
        "severity": "error",
        "status": group.status,
        "events": group.occurrences,
        "users": len(group.users),
        "first_seen": stamp(group.first),
        "last_seen": stamp(crash.at),
        "release_stages": [crash.stage],
        "comment_count": len(group.comments),
        "linked_issues": [{"url": group.linked}] if group.linked else [],
        "url": f"https://api.bugsnag.com/projects/{PROJECT_ID}/errors/{group.id}",
    }


def api_event(group: ErrorGroup) -> Json:
    """The latest occurrence as the Data Access API tells it."""
    crash = group.latest
    return {
        "id": group.event,
        "error_id": group.id,
        "project_id": PROJECT_ID,
        "received_at": stamp(crash.at),
        "context": crash.context,
        "unhandled": True,
        "severity": "error",
        "exceptions": [
            {
                "error_class": crash.kind,
                "message": crash.message,
                "stacktrace": [_frame(frame) for frame in crash.frames],
            }
        ],
        "user": {"id": crash.visitor.id, "name": crash.visitor.name, "email": crash.visitor.email},
        "metaData": dict(crash.metadata),
        "request": {"url": crash.url},
    }
