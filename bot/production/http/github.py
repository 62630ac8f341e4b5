"""GitHub Actions as an engine: starts a workflow by `workflow_dispatch`, finds its run, follows and ends it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bot.production.action import Follow, Request
from bot.production.http.follow import EngineAction, Trace

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
        cls.follow = FOLLOW.model_copy(update={"path": path, "every": cls.every})

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
        since = (trace.sent - ROUND_TRIP).strftime("%Y-%m-%dT%H:%M:%SZ")
        path = f"/repos/{self.repository}/actions/workflows/{self.workflow}/runs"
        return Request(
            method="GET", path=path, query={"event": "workflow_dispatch", "created": f">={since}", "per_page": "20"}
        )

    def found(self, answer: Any, trace: Trace) -> tuple[str, ...]:
        runs = answer.get("workflow_runs", []) if isinstance(answer, dict) else []
        since = trace.sent - ROUND_TRIP
        return tuple(str(run["id"]) for run in runs if datetime.fromisoformat(run["created_at"]) >= since)

    def stop_request(self, handle: str) -> Request:
        path = f"/repos/{self.repository}/actions/runs/{{handle}}/cancel"
        return Request(method="POST", path=path, segments={"handle": handle})
