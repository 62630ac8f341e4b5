"""Issues of one organization: read, resolved or unresolved, commented on; with faults before and after the work."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.demo.channels.faults import Faults
from bot.demo.channels.limits import Limit, Window, named
from bot.demo.channels.service import Refusal, guarded, json_body, refuse_unknown

Json = dict[str, Any]
NOTES = 100
"""On a page."""
STATUSES = frozenset({"resolved", "unresolved", "ignored"})
SCOPES = ("event:read", "event:write", "org:read")
PER_SECOND = 40
TOO_OFTEN = {
    "detail": f"You are attempting to use this endpoint too frequently. Limit is {PER_SECOND} requests in 1 seconds"
}
CHANGED = frozenset({"status", "statusDetails", "assignedTo", "hasSeen", "isPublic"})


@dataclass(kw_only=True)
class Issue:
    id: str
    status: str = "unresolved"
    notes: list[str] = field(default_factory=list)


class SentryFake:
    def __init__(self, *, token: str, organization: str, scopes: tuple[str, ...] = SCOPES) -> None:
        self._token, self._organization, self.scopes = token, organization, scopes
        self.faults = Faults()
        self.limit = Limit(window=Window(PER_SECOND, 1), refused=TOO_OFTEN, told=named("X-Sentry-Rate-Limit"))
        self.issues: dict[str, Issue] = {}

    def add(self, id_: str) -> Issue:
        return self.issues.setdefault(id_, Issue(id=id_))

    def routes(self) -> list[web.RouteDef]:
        issue = "/api/0/organizations/{organization}/issues/{issue}/"
        issues = "/api/0/organizations/{organization}/issues/"
        return [
            web.get("/api/0/", guarded(self.faults, self._index, self.limit)),
            web.get(issues, guarded(self.faults, self._list, self.limit)),
            web.get(issue, self._served(self._show)),
            web.put(issue, self._served(self._change)),
            web.get(f"{issue}comments/", self._served(self._comments)),
            web.post(f"{issue}comments/", self._served(self._comment)),
        ]

    def _served(self, handler: Callable[[web.Request, Issue], Awaitable[Any]]) -> Any:
        async def serve(request: web.Request) -> web.Response:
            self._authorised(request)
            found = self.issues.get(request.match_info["issue"])
            if found is None:
                raise Refusal(404, {"detail": "The requested resource does not exist"})
            answer = await handler(request, found)
            return answer if isinstance(answer, web.Response) else web.json_response(answer)

        return guarded(self.faults, serve, self.limit)

    def _authorised(self, request: web.Request) -> None:
        """Reading wants event:read, all else event:write."""
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            raise Refusal(401, {"detail": "Invalid token"})
        if request.match_info.get("organization", self._organization) != self._organization:
            raise Refusal(404, {"detail": "The requested resource does not exist"})
        wanted = "event:read" if request.method == "GET" else "event:write"
        if "organization" in request.match_info and wanted not in self.scopes:
            raise Refusal(403, {"detail": "You do not have permission to perform this action."})

    async def _index(self, request: web.Request) -> web.Response:
        self._authorised(request)
        return web.json_response({"version": "0", "auth": {"scopes": list(self.scopes)}, "user": None})

    async def _list(self, request: web.Request) -> web.Response:
        self._authorised(request)
        limit = int(request.query.get("limit", "100"))
        return web.json_response([{"id": one.id, "status": one.status} for one in self.issues.values()][:limit])

    async def _show(self, _request: web.Request, issue: Issue) -> Json:
        return {"id": issue.id, "status": issue.status, "numComments": len(issue.notes)}

    async def _change(self, request: web.Request, issue: Issue) -> Json:
        body = await json_body(request)
        refuse_unknown(body, CHANGED)
        if body.get("status") not in STATUSES:
            raise Refusal(400, {"status": ["is not a valid choice."]})
        issue.status = str(body["status"])
        return await self._show(request, issue)

    async def _comments(self, request: web.Request, issue: Issue) -> web.Response:
        """A page of 100; the next one is always named, and `results` says whether anything is on it."""
        begin = int(request.query.get("cursor", "0:0:0").split(":")[1]) * NOTES
        rows = [{"id": str(n), "type": "note", "data": {"text": text}} for n, text in enumerate(issue.notes)]
        cursor, more = f"0:{begin // NOTES + 1}:0", str(begin + NOTES < len(rows)).lower()
        following = request.url.update_query(cursor=cursor)
        link = f'<{following}>; rel="next"; results="{more}"; cursor="{cursor}"'
        return web.json_response(rows[begin : begin + NOTES], headers={"Link": link})

    async def _comment(self, request: web.Request, issue: Issue) -> Json:
        text = (await json_body(request)).get("text")
        if not isinstance(text, str) or not text.strip():
            raise Refusal(400, {"text": ["This field may not be blank."]})
        issue.notes.append(text)
        return {"id": str(len(issue.notes)), "type": "note", "data": {"text": text}}
