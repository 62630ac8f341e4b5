"""While Slack can't say who somebody is, whom it showed fit a short while ago may do what is of low risk; afterwards they are checked."""

from dataclasses import replace
from datetime import datetime

from bot.bug.bug import Bug, Unchecked
from bot.bug.event import Outcome, Quiet, Text
from bot.bug.words import Person, Words, because


class ActedUnchecked(Quiet, Outcome):
    """Somebody is let through on Slack's earlier word."""

    KIND = "acted_unchecked"
    user: str
    duty: str
    """What they must be fit for: a Duty."""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        new = Unchecked(user=self.user, duty=self.duty, at=at)
        others = (one for one in bug.unchecked if (one.user, one.duty) != (self.user, self.duty))
        return replace(bug, unchecked=(*others, new))


class CheckedAfter(Outcome):
    """Slack answers again: whether they were fit. `why` says why not; empty: they were."""

    KIND = "checked_after"
    user: str
    duty: str
    why: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        left = (one for one in bug.unchecked if (one.user, one.duty) != (self.user, self.duty))
        return replace(bug, unchecked=tuple(left))

    def line(self, _bug: Bug, _by: str) -> Words | None:
        if not self.why:
            return None
        said = " acted here while Slack could not say who they are, and should not have"
        return Words("rotating_light", (Person(self.user), said, *because(self.why)), loud=True)


EVENTS = (ActedUnchecked, CheckedAfter)
