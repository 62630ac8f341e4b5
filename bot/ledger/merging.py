"""Merges two bugs: locks both, decides and writes in one transaction."""

from bot.bug.arriving import same
from bot.bug.bug import Bug, Status
from bot.bug.course import course
from bot.bug.values import Actor
from bot.ledger.entries import entries_in
from bot.ledger.ledger import Ledger, Recorded


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
