"""What GitHub keeps of a workflow and its runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Conclusion = Literal["success", "failure", "cancelled", "timed_out"]


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A workflow with the `workflow_dispatch` trigger; `inputs` says which are required."""

    file: str
    id: int = 161335
    name: str = "Deploy"
    refs: frozenset[str] = frozenset({"main"})
    inputs: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Run:
    """`hidden`: how many more times it is not seen, as the real one's runs appear a moment after their dispatch."""

    id: int
    repository: str
    workflow: Workflow
    ref: str
    inputs: Mapping[str, str]
    created: datetime
    polls: int = 0
    hidden: int = 0
    conclusion: Conclusion | None = None

    @property
    def status(self) -> str:
        if self.conclusion is not None:
            return "completed"
        return "in_progress" if self.polls else "queued"

    def json(self, base: str) -> dict[str, Any]:
        at = self.created.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": self.id,
            "name": self.workflow.name,
            "path": f".github/workflows/{self.workflow.file}",
            "display_title": self.workflow.name,
            "workflow_id": self.workflow.id,
            "event": "workflow_dispatch",
            "head_branch": self.ref,
            "status": self.status,
            "conclusion": self.conclusion,
            "run_number": self.id % 1000,
            "run_attempt": 1,
            "created_at": at,
            "updated_at": at,
            "url": f"{base}/repos/{self.repository}/actions/runs/{self.id}",
            "html_url": f"https://github.example/{self.repository}/actions/runs/{self.id}",
        }
