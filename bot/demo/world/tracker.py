"""A Bugsnag of our own: crashes become errors, errors become webhooks and a Slack message; the bot may write back."""

import hmac
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.demo.channels.courier import PAUSES, Courier
from bot.demo.channels.limits import Limit, Window, named
from bot.demo.world import bugsnag
from bot.demo.world.bugsnag import ErrorGroup, Json
from bot.demo.world.crash import Crash

STATUSES = {"fix": "fixed", "open": "open", "snooze": "snoozed", "ignore": "ignored"}
COMMENTS = 30
"""On a page."""
KNOWN = {"operation", "issue_url", "verify_issue_url", "reopen_rules", "assigned_collaborator_id", "severity"}

PER_MINUTE = 60
ORGANIZATION, OTHER_PROJECT = "66f0c0ffee0ddba11ca70000", "66f0c0ffee0ddba11ca70002"

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Tracker:
    """`hook_url` is the bot's; `post` hands a message to Slack as the Bugsnag app."""

    def __init__(
        self,
        *,
        hook_url: str,
        api_token: str,
        post: Callable[[Json], None] | None = None,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self.groups: dict[str, ErrorGroup] = {}
        self.courier = Courier(hook_url, lambda _body: {"User-Agent": "Bugsnag-Webhooks"}, pauses)
        self._token, self._post = api_token, post
        self.limit = Limit(window=Window(PER_MINUTE, 60), refused={"errors": ["Rate limit exceeded"]}, told=_limits)
        self.projects: tuple[Json, ...] = (
            {"id": OTHER_PROJECT, "name": "Landing page", "slug": "landing-page"},
            {"id": bugsnag.PROJECT_ID, "name": "QuickAdmin", "slug": bugsnag.PROJECT},
        )
        """What the token may see."""

    def report(self, crash: Crash) -> ErrorGroup:
        """Count the crash in its group and tell everybody who listens."""
        known = self.groups.get(bugsnag.group_id(crash))
        group = self.groups[bugsnag.group_id(crash)] = _again(known, crash) if known else _first(crash)
        trigger = _trigger(known)
        self.courier.post(bugsnag.webhook(group, trigger))
        if self._post is not None and trigger != "exception":
            self._post(bugsnag.slack_message(group, trigger))
        return group

    def reset(self) -> None:
        self.groups.clear()

    async def close(self) -> None:
        await self.courier.close()

    def routes(self, prefix: str) -> list[web.RouteDef]:
        error = f"{prefix}/projects/{{project}}/errors/{{error}}"
        return [
            web.get(error, self._allowed(self._read)),
            web.patch(error, self._allowed(self._change)),
            web.get(f"{error}/events", self._allowed(self._events)),
            web.get(f"{error}/comments", self._allowed(self._comments)),
            web.post(f"{error}/comments", self._allowed(self._comment)),
            web.get(f"{prefix}/user/organizations", self._allowed(self._organizations)),
            web.get(f"{prefix}/organizations/{{organization}}/projects", self._allowed(self._projects)),
        ]

    def _allowed(self, handler: Handler) -> Handler:
        async def check(request: web.Request) -> web.Response:
            refused = self.limit.check()
            if refused is not None:
                return refused
            given = request.headers.get("Authorization", "")
            if not hmac.compare_digest(given.encode(), f"token {self._token}".encode()):
                return _errors(HTTPStatus.UNAUTHORIZED, "unauthorized")
            known = request.match_info.get("project", bugsnag.PROJECT_ID) == bugsnag.PROJECT_ID
            if not known or ("error" in request.match_info and request.match_info["error"] not in self.groups):
                return _errors(HTTPStatus.NOT_FOUND, "not found")
            return await handler(request)

        return check

    async def _organizations(self, _request: web.Request) -> web.Response:
        return web.json_response([{"id": ORGANIZATION, "name": "QuickAdmin", "slug": bugsnag.ORGANISATION}])

    async def _projects(self, request: web.Request) -> web.Response:
        """One on each page."""
        page = int(request.query.get("page", "1"))
        shown = self.projects[page - 1 : page]
        more = request.url.update_query(page=page + 1)
        links = {"Link": f'<{more}>; rel="next"'} if page < len(self.projects) else {}
        return web.json_response(list(shown), headers=links | {"X-Total-Count": str(len(self.projects))})

    async def _read(self, request: web.Request) -> web.Response:
        return web.json_response(bugsnag.api_error(self._group(request)))

    async def _change(self, request: web.Request) -> web.Response:
        body = await _body(request)
        unknown = set(body) - KNOWN
        if unknown:
            return _errors(HTTPStatus.BAD_REQUEST, f"unknown fields: {', '.join(sorted(unknown))}")
        changed = _changed(self._group(request), body)
        if changed is None:
            return _errors(HTTPStatus.UNPROCESSABLE_ENTITY, f"operation {body.get('operation')!r} is not supported")
        self.groups[changed.id] = changed
        return web.json_response(bugsnag.api_error(changed))

    async def _events(self, request: web.Request) -> web.Response:
        return web.json_response([bugsnag.api_event(self._group(request))])

    async def _comments(self, request: web.Request) -> web.Response:
        """A page of 30, the oldest first."""
        begin, all_ = int(request.query.get("offset", "0")), self._group(request).comments
        more = request.url.update_query(offset=begin + COMMENTS)
        links = {"Link": f'<{more}>; rel="next"'} if begin + COMMENTS < len(all_) else {}
        return web.json_response(list(all_[begin : begin + COMMENTS]), headers=links)

    async def _comment(self, request: web.Request) -> web.Response:
        message = (await _body(request)).get("message")
        if not isinstance(message, str) or not message.strip():
            return _errors(HTTPStatus.UNPROCESSABLE_ENTITY, "message can't be blank")
        group = self._group(request)
        comment = {"id": uuid.uuid4().hex[:24], "message": message, "created_at": bugsnag.stamp(datetime.now(UTC))}
        self.groups[group.id] = replace(group, comments=(*group.comments, comment))
        return web.json_response(comment)

    def _group(self, request: web.Request) -> ErrorGroup:
        return self.groups[request.match_info["error"]]


def _limits(window: Window) -> dict[str, str]:
    again = {} if window.left else {"Retry-After": str(max(1, window.reset - int(window.now())))}
    return {**named("X-RateLimit")(window), **again}


def _first(crash: Crash) -> ErrorGroup:
    return ErrorGroup(
        id=bugsnag.group_id(crash),
        first=crash.at,
        latest=crash,
        event=uuid.uuid4().hex[:24],
        users=frozenset({crash.visitor.id}),
    )


def _again(group: ErrorGroup, crash: Crash) -> ErrorGroup:
    return replace(
        group,
        latest=crash,
        event=uuid.uuid4().hex[:24],
        occurrences=group.occurrences + 1,
        users=group.users | {crash.visitor.id},
        status="open" if group.status == "fixed" else group.status,
    )


def _trigger(known: ErrorGroup | None) -> str:
    if known is None:
        return "firstException"
    return "reopened" if known.status == "fixed" else "exception"


def _changed(group: ErrorGroup, body: Json) -> ErrorGroup | None:
    """The group after the operation, or None where we don't know it."""
    match body.get("operation"):
        case "link_issue":
            return replace(group, linked=str(body.get("issue_url", "")))
        case "unlink_issue":
            return replace(group, linked="")
        case str(operation) if operation in STATUSES:
            return replace(group, status=STATUSES[operation])
    return None


async def _body(request: web.Request) -> Json:
    try:
        body: Any = await request.json()
    except json.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _errors(status: HTTPStatus, text: str) -> web.Response:
    return web.json_response({"errors": [text]}, status=status)
