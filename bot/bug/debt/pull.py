"""A pull request that names a bug, as its forge last told of it. GitLab calls it a merge request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from bot.bug.values import CLOSED, Frozen
from bot.text import plural

PullState = Literal["open", "draft", "closed", "merged"]
Role = Literal["fixes", "mentions", "reverts", "none"]
"""What it is to the bug: its proper fix, a word about it, what takes its fix back; "none": it does not name it any more."""
Unpaid = Literal["", "early", "again", "late"]
"""Why its merge pays nothing, though it says that it is the fix: from before the bug came, or opened again; called so only afterwards."""
CheckState = Literal["running", "failed", "passed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """How many checks of the newest commit stand how."""

    __pydantic_config__ = CLOSED
    running: int = 0
    failed: int = 0
    passed: int = 0

    @property
    def said(self) -> str:
        """ "1 of 8 checks failed"; empty where there are none."""
        every = self.running + self.failed + self.passed
        if self.failed:
            return f"{self.failed} of {plural(every, 'check')} failed"
        if self.running:
            return "tests run"
        return f"{plural(every, 'check')} passed" if every else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pull:
    __pydantic_config__ = CLOSED
    forge: str
    """ "github" or "gitlab"."""
    repo: str
    """The forge's id of the repository, which a new name leaves as it is."""
    repository: str
    """ "acme/shop"."""
    number: int
    url: str = ""
    title: str = ""
    author: str = ""
    state: PullState = "open"
    role: Role = "fixes"
    base: str = ""
    """The branch that it is to go into."""
    counts: bool = True
    """Whether what is merged into that branch is what people use."""
    head: str = ""
    """Its newest commit."""
    conflict: bool | None = None
    """Whether it can't be merged as it is; None: the forge has not said."""
    fork: bool = False
    reverts: int = 0
    """The number of the pull request that it takes back; 0: none."""
    at: datetime
    """When it changed last, by the forge's clock."""
    by: str = ""
    """Who merged it, or changed it last, by the forge's name."""
    merged_at: AwareDatetime | None = None
    """By the forge's clock; None: it is not merged, or nobody said when."""
    late: bool = False
    """This was told after the merge, and by somebody else than who merged it."""
    unpaid: Unpaid = ""
    checks: Checks = Checks()
    reverted: bool = False
    """Another one took it back."""
    failed: bool = False
    """The bug was open again after it was merged."""
    turns: int = 0
    """How often people read on one day that it turned: what it is to the bug, closed, open again."""
    turned_at: AwareDatetime | None = None
    """When that day began, by the forge's clock."""

    @property
    def key(self) -> str:
        return key(self.forge, self.repo, self.number)

    @property
    def name(self) -> str:
        """ "PR 212", and "MR 212" where GitLab calls it so."""
        return named(self.forge, self.number)

    @property
    def pays(self) -> bool:
        """It is the proper fix, it is merged to where people use it, and it stands."""
        merged = self.state == "merged" and self.role == "fixes" and self.counts
        return merged and not (self.reverted or self.failed)

    @property
    def standing(self) -> str:
        """How it stands, for a card: "tests run, conflict with main"."""
        if self.state == "merged":
            return self._merged()
        if self.state == "closed":
            return "closed without a merge"
        conflict = f"conflict with {self.base}" if self.conflict else ""
        draft = "draft" if self.state == "draft" else ""
        return ", ".join(x for x in (self.checks.said, conflict, draft) if x) or "open, no checks yet"

    def _merged(self) -> str:
        if self.reverted:
            return "merged, then taken back"
        return "merged" if self.counts else f"merged into {self.base}, which is not what people use"


def key(forge: str, repo: str, number: int) -> str:
    """What a pull request is known by, whatever its repository is called: "github:186853002#212"."""
    return f"{forge}:{repo}#{number}"


def named(forge: str, number: int) -> str:
    return f"{'MR' if forge == 'gitlab' else 'PR'} {number}"


def shown(pulls: Sequence[Pull]) -> tuple[Pull, ...]:
    """Those that say something of the proper fix: the open ones first, then the newest."""
    telling = [x for x in pulls if x.role in {"fixes", "reverts"}]
    return tuple(sorted(telling, key=lambda x: (x.state in {"merged", "closed"}, -x.at.timestamp())))


class PullChange(Frozen):
    """A forge told how a pull request stands now; GitLab calls it a merge request."""

    event: str
    """The forge's id of the delivery: the key, the same when it is sent again."""
    pull: Pull
    """As it is to a bug that it names as its fix; `role` is set for each bug."""
    fixes: tuple[int, ...] = ()
    """The bugs that it says it fixes."""
    mentions: tuple[int, ...] = ()
    """Those of which it only speaks."""


class Check(Frozen):
    """One check of a commit. `at`: when it began to stand so, by the forge's clock."""

    name: str
    """What tells it from the others of the commit, and stays the same when it runs again."""
    shown: str
    """As people know it."""
    state: CheckState
    at: AwareDatetime


class ChecksChange(Frozen):
    """A forge told how checks of a commit stand."""

    event: str
    forge: str
    head: str
    checks: tuple[Check, ...]
