"""What GitHub keeps of a workflow, its runs, and what was deployed."""

import hashlib
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


@dataclass(kw_only=True)
class Deployed:
    """`states`: the newest first. A deployment says nothing of its state itself."""

    id: int
    repository: str
    ref: str
    environment: str
    states: list[str]

    def json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "ref": self.ref,
            "sha": sha(self.ref),
            "task": "deploy",
            "environment": self.environment,
            "original_environment": self.environment,
        }


def sha(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def compared(history: Mapping[str, tuple[str, ...]], base: str, head: str, page: int, per_page: int) -> dict[str, Any]:
    """Only what the head has more is listed; of what the base has more GitHub tells the number."""
    ahead = [x for x in history[head] if x not in history[base]]
    behind = [x for x in history[base] if x not in history[head]]
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    shown = ahead[(page - 1) * per_page : page * per_page]
    return {
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [_commit(text) for text in shown],
    }


def _commit(text: str) -> dict[str, Any]:
    title, _, author = text.rstrip(")").partition(" (")
    return {"sha": sha(text), "commit": {"message": f"{title}\n\nMore words.", "author": {"name": author}}}
