"""A bug as its entries tell it, one after the other: what a stored state must be equal to."""

from collections.abc import Iterable

from bot.bug.bug import Bug
from bot.bug.event import follow
from bot.bug.values import BugRef
from bot.ledger.ledger import Entry


def refold(ref: BugRef, trail: Iterable[Entry]) -> Bug:
    bug = Bug(ref=ref)
    for entry in trail:
        bug = follow(bug, entry.event, entry.at, entry.by)
    return bug
