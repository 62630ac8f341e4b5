"""GitLab as a place to roll out from: starts a pipeline with variables, finds it, follows and ends it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from bot.production.action import Follow, Request
from bot.production.http.follow import Trace
from bot.production.http.forge import Between, Commit, Read
from bot.production.http.github import ROUND_TRIP, names, ref_of

PAGE = 50
EVERY = 3.0
"""Seconds between two looks at a pipeline."""


@dataclass(frozen=True, kw_only=True)
class GitLab:
    """One project. `release_input` is the pipeline's variable that takes the release."""

    name: ClassVar[str] = "GitLab"
    repository: str
    ref: str
    release_input: str
    environment: str

    @property
    def key(self) -> str:
        return quote(self.repository, safe="")

    @property
    def follow(self) -> Follow:
        return Follow(
            handle="id",
            path="/projects/{project}/pipelines/{handle}",
            segments={"project": self.repository},
            state="status",
            done=("success",),
            failed=("failed", "canceled", "skipped"),
            url="web_url",
            every=EVERY,
            timeout=1800,
        )

    def start(self, release: str) -> Request:
        variables = [{"key": self.release_input, "value": release}]
        return self._request("POST", "/pipeline", json_body={"ref": ref_of(self.ref, release), "variables": variables})

    def find(self, trace: Trace) -> Request:
        since = (trace.sent - ROUND_TRIP).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"source": "api", "updated_after": since, "order_by": "id", "sort": "desc", "per_page": "20"}
        return self._request("GET", "/pipelines", query=query)

    def found(self, answer: Any, trace: Trace) -> tuple[str, ...]:
        since = trace.sent - ROUND_TRIP
        runs = answer if isinstance(answer, list) else []
        return tuple(str(run["id"]) for run in runs if datetime.fromisoformat(run["created_at"]) >= since)

    def stop(self, handle: str) -> Request:
        return self._request("POST", "/pipelines/{handle}/cancel", handle=handle)

    async def rolled_out(self, read: Read) -> tuple[str, ...]:
        query = {"environment": self.environment, "status": "success", "order_by": "id", "sort": "desc"}
        answer = await read(self._request("GET", "/deployments", query={**query, "per_page": str(PAGE)}))
        refs = (str(one.get("ref", "")) for one in answer if isinstance(one, dict)) if isinstance(answer, list) else ()
        return names(refs, self.ref)

    async def between(self, read: Read, old: str, new: str) -> Between:
        """GitLab counts from where the two part, and only one way: what is lost is the way back."""
        ahead = await self._compared(read, old, new)
        lost = await self._compared(read, new, old)
        rows = ahead.get("commits", ())
        commits = tuple(
            Commit(sha=str(c["id"]), title=str(c.get("title", "")), author=str(c.get("author_name", ""))) for c in rows
        )
        page = str(ahead.get("web_url") or "")
        return Between(commits=commits, count=len(commits), lost=len(lost.get("commits", ())), page=page)

    async def _compared(self, read: Read, old: str, new: str) -> dict[str, Any]:
        answer = await read(self._request("GET", "/repository/compare", query={"from": old, "to": new}))
        return answer if isinstance(answer, dict) else {}

    def _request(self, method: Any, path: str, handle: str = "", **more: Any) -> Request:
        segments = {"project": self.repository, **({"handle": handle} if handle else {})}
        return Request(method=method, path=f"/projects/{{project}}{path}", segments=segments, **more)
