"""Pull requests that name a bug: linked, followed, and known by what a merge means. What follows for the debt says `debt.py`."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.debt.pull import Checks, Pull, PullState, Role, Unpaid, key, named
from bot.bug.event import Event, Outcome, Text
from bot.bug.words import Foreign, Link, Part, Words

Did = Literal["named", "changed", "updated", "merged", "closed", "reopened"]
"""What people read of it; "updated": nothing."""
ICON = "twisted_rightwards_arrows"
ENDS = frozenset({"merged", "closed"})
TURNS = frozenset({"changed", "closed", "reopened"})
"""What somebody may do and take back as often as they like."""
TURNS_A_DAY = 5
"""So many of them people read of one pull request; what it is then stands on the card."""
DAY = timedelta(days=1)


class PullSeen(Outcome):
    """A forge told of a pull request that names the bug. `moment` is the forge's own time of the change."""

    KIND = "pull_seen"
    forge: str
    repo: str
    repository: str
    number: int
    did: Did = "named"
    state: PullState = "open"
    role: Role = "fixes"
    base: str = ""
    counts: bool = True
    head: str = ""
    conflict: bool | None = None
    fork: bool = False
    reverts: int = 0
    url: str = ""
    moment: AwareDatetime
    title: Text = ""
    author: Text = ""
    by: Text = ""
    merged_at: AwareDatetime | None = None
    unpaid: Unpaid = ""
    reverted: bool = False
    """It was taken back before anybody told of its merge."""
    failed: bool = False
    """The bug that it was merged for was open again afterwards, before it went on as this one."""
    often: bool = False
    """It has turned so often on one day that people read no more of it."""

    @classmethod
    def of(cls, pull: Pull, did: Did, *, often: bool = False) -> "PullSeen":
        fields = {name: value for name, value in asdict(pull).items() if name in cls.model_fields}
        return cls.model_validate({**fields, "did": did, "moment": pull.at, "often": often})

    @property
    def pull(self) -> Pull:
        return Pull(**self.model_dump(exclude={"did", "moment", "often"}), at=self.moment)

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        told = _counted(_carried(bug.pull(self.pull.key), self.pull), self.did)
        others = tuple(_beside(x, told) for x in bug.pulls if x.key != told.key)
        return replace(bug, pulls=(*others, told))

    def line(self, bug: Bug, _by: str) -> Words | None:
        if self.did == "updated" or self._of_no_weight:
            return None
        name = named(self.forge, self.number)
        title: tuple[Part, ...] = (" “", Foreign(self.title, 120), "”") if self.title else ()
        more = (". It has changed often today: how it stands from now on says the card",) if self.often else ()
        parts = (Link(self.url, name) if self.url else name, *title, *self._told(bug), *more)
        return Words(ICON, parts, minor=self.did in {"changed", "reopened"})

    @property
    def _of_no_weight(self) -> bool:
        """Whoever has a fork writes what they like, as often as they like: people read only of a fix, and of its merge."""
        told = self.did == "merged" and not self.unpaid
        return self.fork and not (told or (self.did == "named" and self.role == "fixes"))

    def _told(self, bug: Bug) -> tuple[Part, ...]:
        name = self.by or self.author
        who: tuple[Part, ...] = (" by ", Foreign(name, 60)) if name else ()
        match self.did:
            case "merged":
                return (" was merged", *who, *self._came_to(bug))
            case "closed":
                return (" was closed", *who, " without a merge")
            case "reopened":
                return (" was opened again", *who)
        if self.did == "changed":
            return (" now ", *self._is(bug))
        return (*who, " from a fork" if self.fork else "", " ", *self._is(bug))

    def _is(self, bug: Bug) -> tuple[Part, ...]:
        means: dict[Role, str] = {
            "fixes": f"is the proper fix of {bug.ref}",
            "mentions": f"mentions {bug.ref}",
            "reverts": f"would take {named(self.forge, self.reverts)} back",
            "none": f"does not name {bug.ref} any more",
        }
        conflict: tuple[Part, ...] = (" and has a conflict with ", Foreign(self.base, 60)) if self.conflict else ()
        return (means[self.role], *conflict)

    def _came_to(self, bug: Bug) -> tuple[Part, ...]:
        """What a merge does not pay, and why; of what it pays the next entry tells."""
        if self.role == "none":
            return ()
        if not self.counts:
            return (" into ", Foreign(self.base, 60), ", which is not what people use: nothing is paid by that")
        if self.role == "reverts":
            return (f", so {named(self.forge, self.reverts)} is taken back",)
        if self.reverted:
            return ("; it is taken back already, so nothing is paid by that",)
        if self.failed:
            return ("; the bug was open again after it, so nothing is paid by that",)
        paid = f"nothing is paid by that. If it is the fix: `/bug paid {bug.ref}`"
        why: dict[Unpaid, str] = {
            "early": f"; that was before {bug.ref} came",
            "again": f"; that was before {bug.ref} opened again",
            "late": f"; it names {bug.ref} as fixed only since",
            "": f"; it only mentions {bug.ref}",
        }
        return (f"{why[self.unpaid]}, so {paid}",) if self.role == "mentions" else ()


class PullChecked(Outcome):
    """The checks of a pull request's newest commit stand otherwise than before."""

    KIND = "pull_checked"
    forge: str
    repo: str
    number: int
    head: str
    running: int = 0
    failed: int = 0
    passed: int = 0
    failing: Text = ""
    """The names of those that failed, or of some."""

    @property
    def checks(self) -> Checks:
        return Checks(running=self.running, failed=self.failed, passed=self.passed)

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        mine = key(self.forge, self.repo, self.number)
        followed = (replace(x, checks=self.checks) if (x.key, x.head) == (mine, self.head) else x for x in bug.pulls)
        return replace(bug, pulls=tuple(followed))

    def line(self, _bug: Bug, _by: str) -> Words | None:
        if self.running and not self.failed:
            return None
        which: tuple[Part, ...] = (" (", Foreign(self.failing, 200), ")") if self.failing else ()
        parts = (f"{named(self.forge, self.number)}: {self.checks.said}", *which)
        return Words("x" if self.failed else "white_check_mark", parts, minor=True)


EVENTS = (PullSeen, PullChecked)


def _carried(known: Pull | None, told: Pull) -> Pull:
    """With what this delivery does not say: the checks of the same commit, and what became of it here."""
    if known is None:
        return told
    merged_at = told.merged_at or known.merged_at
    unpaid = known.unpaid if told.role == "mentions" and not told.unpaid else told.unpaid
    kept = replace(
        told,
        merged_at=merged_at,
        unpaid=unpaid,
        reverted=known.reverted or told.reverted,
        failed=known.failed or told.failed,
        turns=known.turns,
        turned_at=known.turned_at,
    )
    if known.head != told.head:
        return kept
    conflict = known.conflict if told.conflict is None else told.conflict
    return replace(kept, checks=known.checks, conflict=conflict)


def _counted(told: Pull, did: Did) -> Pull:
    """With one turn more, where people read of one; each day is counted for itself."""
    if did not in TURNS:
        return told
    if turned := _turned(told):
        return replace(told, turns=turned + 1)
    return replace(told, turns=1, turned_at=told.at)


def _turned(pull: Pull) -> int:
    """How often on the day of its newest change."""
    return pull.turns if pull.turned_at and pull.at - pull.turned_at < DAY else 0


def _beside(other: Pull, told: Pull) -> Pull:
    """Another one, which the told one may take back."""
    reverts = told.role == "reverts" and told.state == "merged" and told.counts
    taken = reverts and other.key == key(told.forge, told.repo, told.reverts)
    return replace(other, reverted=True) if taken else other


def seen(bug: Bug, told: Pull) -> Event | None:
    """What a delivery tells of a pull request; None where it is older than what is known, or no news."""
    known = bug.pull(told.key)
    if known and known.unpaid == "late" and told.at < known.at and told.role == "fixes" and not told.late:
        return _named_in_time(bug, known, told)
    told = replace(_believed(bug, known, told), late=False)
    if known is None:
        return None if told.role == "none" else PullSeen.of(told, _first(told))
    if told.at < known.at or (known.state == "merged" and told.state != "merged"):
        return None  # what is merged stays merged, whatever arrives late
    if known.state == "merged" and known.role == "fixes":
        told = replace(told, role="fixes")  # a text that is edited afterwards takes no merge back
    news = _carried(known, told)
    if replace(news, at=known.at, by=known.by) == known:
        return None
    return _limited(news, _did(known, news))


def _limited(news: Pull, did: Did) -> PullSeen:
    """Whoever turns it on and off all day fills no thread; the last turn that people read of says so."""
    turned = _turned(news) if did in TURNS else 0
    if turned >= TURNS_A_DAY:
        return PullSeen.of(news, "updated")
    return PullSeen.of(news, did, often=turned == TURNS_A_DAY - 1)


def _believed(bug: Bug, known: Pull | None, told: Pull) -> Pull:
    """A merge pays what came before it, and what was called its fix by then, or by whoever merged it."""
    decided = known is not None and known.state == "merged" and known.role == "fixes"
    if told.state != "merged" or told.role != "fixes" or decided:
        return told
    why = _unpaid(bug, known, told)
    return replace(told, role="mentions", unpaid=why) if why else told


def _unpaid(bug: Bug, known: Pull | None, told: Pull) -> Unpaid:
    merged_at = told.merged_at or (known.merged_at if known else None)
    if merged_at and bug.opened_at and merged_at < bug.opened_at:
        return "early"
    if merged_at and bug.open_since and merged_at < bug.open_since:
        return "again"
    in_time = not told.late or (known is not None and known.role == "fixes")
    return "" if merged_at and in_time else "late"


def _named_in_time(bug: Bug, known: Pull, told: Pull) -> PullSeen | None:
    """An older delivery, which comes only now, shows that it was called the fix before it was merged."""
    news = replace(known, role="fixes", unpaid="", merged_at=told.merged_at or known.merged_at)
    believed = _believed(bug, None, news)
    return None if believed.unpaid == "late" else PullSeen.of(believed, "merged")


def _first(told: Pull) -> Did:
    return "merged" if told.state == "merged" else "closed" if told.state == "closed" else "named"


def _did(known: Pull, news: Pull) -> Did:
    if news.state != known.state and news.state in ENDS:
        return _first(news)
    if known.state == "closed" and news.state not in ENDS:
        return "reopened"
    named_otherwise = (news.role, news.unpaid) != (known.role, known.unpaid)
    if named_otherwise and news.state == "merged":
        return "merged"
    return "changed" if named_otherwise or bool(news.conflict) != bool(known.conflict) else "updated"


def checked(bug: Bug, told: PullChecked) -> PullChecked | None:
    """None where people would read the same as before, or the checks are of another commit than the newest."""
    pull = bug.pull(key(told.forge, told.repo, told.number))
    if pull is None or pull.head != told.head or pull.state in ENDS or pull.checks.said == told.checks.said:
        return None
    return told
