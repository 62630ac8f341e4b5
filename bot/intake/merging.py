"""Joins a tracker's error to the bug of which somebody told before, or asks a person whether it is the same."""

from bot.bug.arriving import same
from bot.bug.bug import LIVE
from bot.bug.course.news import Opened
from bot.bug.customers.customers import CustomerJoined
from bot.ledger.entries import told_of
from bot.ledger.ledger import SYSTEM, Ledger, Recorded
from bot.ledger.merging import merge


async def recognise(ledger: Ledger, recorded: Recorded) -> Recorded:
    """A tracker's error of which somebody told before: joined where that is sure and nobody has begun on it, else a person is asked."""
    bug = recorded.bug
    if bug.status not in LIVE or not any(isinstance(x.event, Opened | CustomerJoined) for x in recorded.entries):
        return recorded
    others = await told_of(ledger)
    found = same.alike(bug, others)
    if found is None:
        return recorded
    number = bug.ref.number
    if same.surely(bug, found, others):
        grown = await merge(ledger, number, found.bug, by=SYSTEM, key=f"same:{bug.ref}:{found.bug}", untouched=True)
        if grown:
            return grown
    await ledger.record(number, lambda _bug: found, by=SYSTEM, key=f"alike:{bug.ref}:{found.bug}")
    return recorded
