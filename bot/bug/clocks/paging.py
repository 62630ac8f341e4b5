"""The call that leaves Slack when nobody has a bug and a customer waits: whom it goes to, after how long, and that it went out."""

from typing import Literal

from bot.bug.bug import Bug
from bot.bug.event import Event, Inert, Outcome
from bot.bug.values import Frozen
from bot.bug.words import Person, Words

PAGE = "page"
"""What the clock of a call is named by: the whole is "page:U0DANA:1"."""
Way = Literal["ntfy", "webhook"]


class Call(Frozen):
    """Whom to call, and how many minutes a customer has waited by then."""

    user: str
    after: int


class Paged(Inert, Outcome):
    """The message has left Slack's reach; whoever opens its link can claim."""

    KIND = "paged"
    user: str
    via: Way

    def line(self, _bug: Bug, _by: str) -> Words:
        how = {"ntfy": "by a push message", "webhook": "by the webhook of the settings"}[self.via]
        return Words("pager", ("Nobody has it and a customer waits: called ", Person(self.user), f" {how}"))


EVENTS: tuple[type[Event], ...] = (Paged,)
