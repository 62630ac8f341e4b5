"""Merges two bugs: locks both, decides and writes in one transaction."""

from bot.bug import course, same
from bot.bug.bug import LIVE, Bug, Status
from bot.bug.customers import CustomerJoined
from bot.bug.intake import Opened
from bot.bug.values import Actor
from bot.ledger.entries import entries_in, told_of
from bot.ledger.ledger import SYSTEM, Ledger, Recorded


async def merge(
    ledger: Ledger, ending: int, into: int, *, by: Actor, key: str, untouched: bool = False
) -> Recorded | None:
    """What became of the one that goes on. `untouched`: only where nobody has done anything with the one that ends, else None."""
    async with ledger.db.write() as conn:
        bugs = {number: await ledger.lock(conn, number) for number in sorted({ending, into})}
        if untouched and not (
            same.untouched(type(x.event) for x in await entries_in(conn, ledger.team, ending)) and _open(bugs[into])
        ):
            return None
        ended = await ledger.record_in(conn, ending, lambda bug: course.merged(bug, bugs[into]), by=by, key=key)
        grown = await ledger.record_in(
            conn, into, lambda bug: course.absorbed(bug, ended.before), by=by, key=f"{key}:into"
        )
        await ledger.notify(conn)
    for recorded in (ended, grown):
        ledger.committed(recorded)
    return grown


def _open(bug: Bug) -> bool:
    return bug.status in {Status.OPEN, Status.CLAIMED} and not bug.groups


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
