"""Makes due the cursors of the sinks that subscribe to a new entry, with their rank. The trail is the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import case, func, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course.news import Enriched, Opened, Repeated
from bot.bug.event import Event
from bot.ledger.db.sequences import insert_of
from bot.ledger.db.tables import cursors

WAITED, ANSWER, LIVE, NEW, REPEAT = -1, 0, 1, 2, 3
"""`WAITED`: somebody waits for a card that is not there yet; nothing is ever before it."""
NOTHING = "{}"
"""What a sink keeps of the world before it has done anything."""
REPEAT_PAUSE = 3.0
"""Seconds: repeats of one error change its card together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """What a sink follows. `jumps`: it shows the present, so one call serves all entries up to the head.

    `endless`: nobody would see that it gave up, so a system that is away is waited for, however long.
    """

    kinds: frozenset[type[Event]]
    jumps: bool = False
    endless: bool = False


def rank(events: Sequence[Event]) -> int:
    """Order of service: answers to people, live bugs, new cards, repeats."""
    if all(isinstance(e, Repeated | Enriched) for e in events):
        return REPEAT
    if isinstance(events[0], Opened):
        return NEW
    return LIVE if events[0].OUTCOME else ANSWER


@dataclass(frozen=True, kw_only=True, slots=True)
class Woken:
    """Cursors that are due now, or a little later; `rank` is theirs where they are new."""

    sinks: tuple[str, ...]
    now: bool
    rank: int


NOBODY = Woken(sinks=(), now=False, rank=REPEAT)


async def wake(
    conn: AsyncConnection,
    sinks: Mapping[str, Subscription],
    before: Bug,
    bug: Bug,
    events: Sequence[Event],
    now: float,
    leased: Mapping[str, float],
) -> Woken:
    """Makes the cursors of all concerned sinks due; a sink met for the first time starts here, never at 0.

    `leased`: of a new bug, which sinks this process serves at once, and until when that is its right.
    """
    concerned = tuple(name for name, sink in sinks.items() if any(type(e) in sink.kinds for e in events))
    if not concerned:
        return NOBODY
    # without its card nobody in Slack knows that this customer waits
    urgency = WAITED if bug.card is None and bug.untold else rank(events)
    # Slack takes about 50 updates a minute in a workspace, and one loop of an error brings hundreds of repeats
    due = now + (REPEAT_PAUSE if urgency == REPEAT else 0)
    # not 0: a sink that is new on this installation must not tell a year's customers again
    place = {"team": bug.ref.team, "bug": bug.ref.number, "done": before.seq, "due": due, "rank": urgency}
    rows: list[dict[str, Any]] = [
        {**place, "sink": name, "external": NOTHING, "lease": leased.get(name, 0), "fence": int(name in leased)}
        for name in concerned
    ]
    await conn.execute(_due(conn.dialect.name), rows)
    return Woken(sinks=concerned, now=due <= now, rank=urgency)


@cache
def _due(dialect: str) -> Any:
    statement = insert_of(dialect, cursors)
    new = statement.excluded
    earlier = case((or_(cursors.c.due.is_(None), new.due < cursors.c.due), new.due), else_=cursors.c.due)
    # an urgent entry that nobody served yet must not be pushed back by the repeats after it
    smaller = case((cursors.c.due.is_(None), new.rank), (new.rank < cursors.c.rank, new.rank), else_=cursors.c.rank)
    # an attempt that failed keeps its pause: new entries must not hammer a system that is down
    values = {
        "due": case((cursors.c.attempts > 0, func.coalesce(cursors.c.due, new.due)), else_=earlier),
        "rank": smaller,
    }
    return statement.on_conflict_do_update(index_elements=["team", "bug", "sink"], set_=values)
