"""The proper fix that is still owed after a quick one: by whom until when, how it was paid, and when it is owed again."""

from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from bot.bug.bug import Bug, Debt, Status
from bot.bug.debt.pull import Pull
from bot.bug.errors import Invalid, Refused
from bot.bug.event import CLOSED, FIXED, OWED, STAY, Event, Move, Text, must_allow
from bot.bug.fixes.rules import nothing_engaged
from bot.bug.words import Day, Foreign, Link, Part, Person, Words, because

DEBT_WORKDAYS = 5
SATURDAY = 5
LATEST = timedelta(days=366)
"""How far away a debt may be due at most."""


class Owed(Event):
    """Everybody is told; the proper fix is still owed."""

    KIND = "owed"
    MOVES = (Move((FIXED,), OWED, "everybody is told, and the fix was a quick one"),)
    owner: str
    due: AwareDatetime

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, debt=Debt(owner=self.owner, due=self.due))

    def line(self, _bug: Bug, _by: str) -> Words:
        owes = (Person(self.owner), " owes the proper fix by ", Day(self.due))
        return Words("large_blue_circle", ("Everybody knows. ", *owes))


class Paid(Event):
    """The proper fix is done."""

    KIND = "paid"
    MOVES = (
        Move((OWED,), CLOSED, "the proper fix is done"),
        Move((FIXED,), STAY, "the proper fix is done before everybody is told: telling closes it"),
    )
    how: Text = ""
    url: Text = ""
    """What shows it, where somebody named it."""
    pull: str = ""
    """The pull request whose merge paid it, as `Pull.key` has it."""

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        known = bug.debt or Debt(owner=bug.owner or by, due=at)
        debt = replace(known, paid_at=at, how=self.how, url=self.url, pull=self.pull)
        if bug.status is not Status.OWED:
            return replace(bug, debt=debt)
        return replace(bug, debt=debt, closed_at=at, closed_why=self.how or "fixed properly")

    def line(self, _bug: Bug, by: str) -> Words:
        shows: tuple[Part, ...] = (" (", Link(self.url, "see"), ")") if self.url else ()
        if self.pull:
            return Words("white_circle", (Foreign(self.how, 200), *shows, ": the proper fix is paid"))
        return Words("white_circle", (Person(by), " paid the proper fix", *because(self.how), *shows))


class OwedAgain(Event):
    """What paid the proper fix was taken back, so it is owed once more."""

    KIND = "owed_again"
    MOVES = (
        Move((CLOSED,), OWED, "what paid the proper fix was taken back"),
        Move((FIXED,), STAY, "the same before everybody is told: it is owed once they are"),
    )
    owner: str
    due: AwareDatetime
    why: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        if bug.status is not Status.CLOSED:
            return replace(bug, debt=None)
        before = bug.debt.before if bug.debt else ()
        debt = Debt(owner=self.owner, before=before, due=self.due)
        return replace(bug, debt=debt, closed_at=None, closed_why="")

    def line(self, bug: Bug, _by: str) -> Words:
        owes = (Person(self.owner), " owes the proper fix again, by ", Day(self.due), *because(self.why, 120))
        return Words(
            "leftwards_arrow_with_hook", (*owes, f". If it is paid all the same: `/bug paid {bug.ref}`"), loud=True
        )


class DebtChanged(Event):
    """Somebody else owes the proper fix, or until another day."""

    KIND = "debt_changed"
    MOVES = (Move((OWED,), STAY, "who owes it, or until when, is agreed anew"),)
    owner: str
    due: AwareDatetime

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        known = bug.debt or Debt(owner=by, due=at)
        before = known.before if known.owner == self.owner else (*known.before, known.owner)
        return replace(bug, debt=replace(known, owner=self.owner, before=before, due=self.due))

    def line(self, _bug: Bug, by: str) -> Words:
        return Words(
            "calendar", (Person(by), " agreed: ", Person(self.owner), " owes the proper fix by ", Day(self.due))
        )


EVENTS = (Owed, Paid, OwedAgain, DebtChanged)


def paid(bug: Bug, how: str, url: str = "") -> Paid:
    """The proper fix is done: merged, released, and live and staging agree again."""
    if bug.debt and bug.debt.paid_at:
        raise Refused(f"The fix owed for {bug.ref} is paid already.")
    must_allow(bug, Paid)
    nothing_engaged(bug, "say that it is paid")
    return Paid(how=how, url=url)


def must_be_owed(bug: Bug) -> None:
    """Raises Refused with how the bug stands."""
    must_allow(bug, DebtChanged)


def change(bug: Bug, now: datetime, owner: str | None, due: datetime | None) -> DebtChanged:
    """None: as it is. Raises Invalid for a day that is over or too far away, Refused where nothing changes."""
    must_be_owed(bug)
    known = bug.debt or Debt(owner=bug.owner or bug.opened_by, due=now)
    if due and not now.date() <= due.date() <= (now + LATEST).date():
        say = "Name a day from today on, within a year."
        raise Invalid(say, {"due": say})
    after = DebtChanged(owner=owner or known.owner, due=due or known.due)
    if (after.owner, after.due) == (known.owner, known.due):
        raise Refused(Person(known.owner), " owes it until then already.")
    return after


def follows(bug: Bug, now: datetime) -> Event | None:
    """What a merge means for the debt, without anybody's doing; it pays nothing until every fix is at its known end."""
    paid_already = bool(bug.debt and bug.debt.paid_at)
    if paid_already and bug.status in {Status.CLOSED, Status.FIXED}:
        return _taken_back(bug, now)
    if paid_already or bug.engaged or bug.status not in {Status.FIXED, Status.OWED}:
        return None
    merged = next((pull for pull in bug.pulls if pull.pays), None)
    return Paid(how=_merged(merged), url=merged.url, pull=merged.key) if merged else None


def _taken_back(bug: Bug, now: datetime) -> OwedAgain | None:
    if bug.debt is None or not bug.debt.pull:
        return None
    lost = bug.pull(bug.debt.pull)
    if lost is None or not lost.reverted:
        return None
    back = next(
        (x for x in bug.pulls if x.role == "reverts" and x.reverts == lost.number and x.state == "merged"), None
    )
    why = f"{lost.name} was taken back" + (f" by {back.name}" if back else "")
    return OwedAgain(owner=bug.debt.owner, due=workdays_after(now, DEBT_WORKDAYS), why=why)


def _merged(pull: Pull) -> str:
    return f"{pull.by} merged {pull.name}" if pull.by else f"{pull.name} was merged"


def workdays_after(now: datetime, days: int) -> datetime:
    """The same time of day, `days` working days later."""
    at = now
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < SATURDAY
    return at
