"""GitHub Actions as an engine: starts a workflow by `workflow_dispatch`, finds its run, follows and ends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bot.production.action import Follow, Request
from bot.production.http.follow import EngineAction, Trace
from bot.production.http.forge import Between, Commit, Read
from bot.production.targets import RELEASE

FOLLOW = Follow(
    handle="workflow_run_id",
    path="/",
    state="conclusion",
    done=("success",),
    failed=("failure", "cancelled", "timed_out", "action_required", "startup_failure", "stale", "skipped", "neutral"),
    url="html_url",
    every=3,
    timeout=1800,
)
ROUND_TRIP = timedelta(seconds=5)
"""A run may have been made this long before GitHub's answer to its start was written."""


PAGE = 50
COMMITS = 100
"""The most that GitHub puts on one page of a comparison."""


def ref_of(ref: str, release: str) -> str:
    """The branch or tag whose workflow runs: "{release}" is the release's own."""
    return release if ref == RELEASE else ref


def names(refs: Iterable[str], branch: str) -> tuple[str, ...]:
    """The releases among these, each once. A roll-out that ran on the branch names the branch, which is no release."""
    return tuple(dict.fromkeys(ref for ref in refs if ref not in {"", branch}))


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """One repository. `release_input` is the workflow's input that takes the release."""

    name: ClassVar[str] = "GitHub"
    repository: str
    workflow: str
    ref: str
    release_input: str
    environment: str
    names_its_run: bool = True

    @property
    def key(self) -> str:
        return f"{self.repository}/{self.workflow}"

    @property
    def follow(self) -> Follow:
        return replace(FOLLOW, path=f"/repos/{self.repository}/actions/runs/{{handle}}")

    def start(self, release: str) -> Request:
        path = f"/repos/{self.repository}/actions/workflows/{self.workflow}/dispatches"
        more = {"return_run_details": True} if self.names_its_run else {}
        asked = {"ref": ref_of(self.ref, release), "inputs": {self.release_input: release}, **more}
        return Request(method="POST", path=path, json_body=asked)

    def find(self, trace: Trace) -> Request:
        return runs_since(self.repository, self.workflow, trace)

    def found(self, answer: Any, trace: Trace) -> tuple[str, ...]:
        return handles(answer, trace)

    def stop(self, handle: str) -> Request:
        return cancel(self.repository, handle)

    async def rolled_out(self, read: Read) -> tuple[str, ...]:
        """A deployment that worked stays one: GitHub calls it inactive once the next has worked."""
        found: list[str] = []
        query = {"environment": self.environment, "per_page": str(PAGE)}
        answer = await read(self._get("/deployments", query=query))
        for one in answer if isinstance(answer, list) else ():
            ref = str(one.get("ref", ""))
            if ref in names([ref], self.ref) and ref not in found and await self._worked(read, str(one.get("id", ""))):
                found.append(ref)
            if len(found) > 1:
                break
        return tuple(found)

    async def _worked(self, read: Read, id_: str) -> bool:
        answer = await read(self._get("/deployments/{id}/statuses", segments={"id": id_}))
        return any(one.get("state") == "success" for one in answer) if isinstance(answer, list) else False

    async def between(self, read: Read, old: str, new: str) -> Between:
        path = "/compare/{old}...{new}"
        first = await self._compared(read, path, old, new, page=1)
        count = int(first.get("total_commits", 0))
        pages = -(-count // COMMITS)
        last = await self._compared(read, path, old, new, page=pages) if pages > 1 else first
        commits = tuple(_commit(one) for one in last.get("commits", ()))
        page = str(first.get("html_url") or "")
        return Between(commits=commits, count=count, lost=int(first.get("behind_by", 0)), page=page)

    async def _compared(self, read: Read, path: str, old: str, new: str, page: int) -> dict[str, Any]:
        query = {"per_page": str(COMMITS), "page": str(page)}
        answer = await read(self._get(path, query=query, segments={"old": old, "new": new}))
        return answer if isinstance(answer, dict) else {}

    def _get(self, path: str, **more: Any) -> Request:
        return Request(method="GET", path=f"/repos/{self.repository}{path}", **more)


def _commit(one: Any) -> Commit:
    commit = one.get("commit") or {}
    title = str(commit.get("message", "")).partition("\n")[0]
    return Commit(sha=str(one.get("sha", "")), title=title, author=str((commit.get("author") or {}).get("name", "")))


def runs_since(repository: str, workflow: str, trace: Trace) -> Request:
    """Lists the runs that somebody started by hand or by the API since then."""
    since = (trace.sent - ROUND_TRIP).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {"event": "workflow_dispatch", "created": f">={since}", "per_page": "20"}
    return Request(method="GET", path=f"/repos/{repository}/actions/workflows/{workflow}/runs", query=query)


def handles(answer: Any, trace: Trace) -> tuple[str, ...]:
    """The runs of that list that may be ours."""
    runs = answer.get("workflow_runs", []) if isinstance(answer, dict) else []
    since = trace.sent - ROUND_TRIP
    return tuple(str(run["id"]) for run in runs if datetime.fromisoformat(run["created_at"]) >= since)


def cancel(repository: str, handle: str) -> Request:
    """Ends a run."""
    return Request(
        method="POST", path=f"/repos/{repository}/actions/runs/{{handle}}/cancel", segments={"handle": handle}
    )


class WorkflowRun(EngineAction):
    """Runs a workflow. A subclass names it and fills `ref` and `inputs`; its target's base_url is https://api.github.com."""

    repository: ClassVar[str] = ""
    """ "acme/shop"."""
    workflow: ClassVar[str] = ""
    """File name of the workflow: "deploy.yml"."""
    names_its_run: ClassVar[bool] = True
    """GitHub answers with the run's id when asked to (since February 2026); older Enterprise servers refuse the question."""
    every: ClassVar[float] = 3
    """Seconds between two looks at the run."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        path = f"/repos/{cls.repository}/actions/runs/{{handle}}"
        cls.follow = replace(FOLLOW, path=path, every=cls.every)

    def ref(self) -> str:
        """The branch or tag whose workflow runs."""
        return "main"

    def inputs(self) -> Mapping[str, str]:
        """What the workflow is given."""
        return {}

    def lock_key(self) -> str:
        return f"{self.repository}/{self.workflow}"

    def request(self) -> Request:
        path = f"/repos/{self.repository}/actions/workflows/{self.workflow}/dispatches"
        asked = {"return_run_details": True} if self.names_its_run else {}
        return Request(method="POST", path=path, json_body={"ref": self.ref(), "inputs": dict(self.inputs()), **asked})

    def find_request(self, trace: Trace) -> Request:
        return runs_since(self.repository, self.workflow, trace)

    def found(self, answer: Any, trace: Trace) -> tuple[str, ...]:
        return handles(answer, trace)

    def stop_request(self, handle: str) -> Request:
        return cancel(self.repository, handle)
