"""Compares a bug's thread in Slack with its entries: lines that are missing, double, out of order, or of no entry."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import and_, select

from bot.bug.bug import Bug
from bot.bug.course.delivery import TrailRestored
from bot.bug.errors import Unavailable
from bot.ledger.db.tables import cursors
from bot.ledger.entries import trail
from bot.ledger.ledger import Ledger
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import metadata, pages
from bot.slack.outgoing.refusals import SlackRefused
from bot.slack.views.thread_lines import SPOKEN, line

SINK, EVENT = "thread", "makegood_entry"
TRIES = 10
"""How often a Slack that asks to wait is waited for."""


class Line(NamedTuple):
    """What a line says of itself: the entry's number, and its time, for after a restore numbers come again."""

    bug: str
    seq: object
    at: str


class Expected(NamedTuple):
    """What the entries say. `spoken`: by seq the time of each entry that may have a line; `due`: those that must stand there by now.

    `lost`: between these two times something was written that a restore took away again.
    """

    bug: str
    spoken: Mapping[object, str]
    due: tuple[int, ...]
    lost: tuple[tuple[str, str], ...] = ()

    def knows(self, line: Line) -> bool:
        return line.bug == self.bug and self.spoken.get(line.seq) == line.at

    def lost_it(self, line: Line) -> bool:
        """The trail itself tells that it was lost."""
        return line.bug == self.bug and any(kept < line.at <= until for kept, until in self.lost)


async def differences(port: SlackPort, ledger: Ledger, bug: Bug) -> list[str]:
    """A sentence for each; none for a bug that has no thread."""
    if bug.card is None:
        return []
    try:
        posted = await _posted(port, bug.card.channel, bug.card.ts)
    except SlackRefused as error:
        return [f"{bug.ref}: its thread can't be read: {error}"]
    return list(compare(await _expected(ledger, bug), posted))


async def _posted(port: SlackPort, channel: str, ts: str) -> list[Line]:
    """Every line in the thread, in Slack's order."""
    for _ in range(TRIES):
        try:
            found = [m async for m in pages(port, "conversations.replies", channel=channel, ts=ts)]
        except Unavailable as error:
            if error.retry_after is None:
                raise
            await asyncio.sleep(error.retry_after)
        else:
            lines = [payload for kind, payload in map(metadata, _in_order(found)) if kind == EVENT]
            return [Line(str(x.get("bug")), x.get("seq"), str(x.get("at"))) for x in lines]
    raise Unavailable("Slack keeps asking to wait; try again later.")


def _in_order(messages: Sequence[object]) -> list[dict[str, object]]:
    return sorted((dict(m) for m in messages), key=lambda m: str(m["ts"]))  # type: ignore[call-overload] # a mapping


async def _expected(ledger: Ledger, bug: Bug) -> Expected:
    """What the sink has not come to yet is not missing."""
    entries = [entry for entry in await trail(ledger, bug.ref.number) if type(entry.event) in SPOKEN]
    lost = [(x.event.kept.isoformat(), x.at.isoformat()) for x in entries if isinstance(x.event, TrailRestored)]
    where = and_(cursors.c.team == ledger.team, cursors.c.bug == bug.ref.number, cursors.c.sink == SINK)
    async with ledger.db.read() as conn:
        done = (await conn.execute(select(cursors.c.done).where(where))).scalar() or 0
    due = tuple(entry.seq for entry in entries if entry.seq <= done and line(entry, bug, str(entry.by)))
    return Expected(str(bug.ref), {entry.seq: entry.at.isoformat() for entry in entries}, due, tuple(lost))


def compare(expected: Expected, posted: Sequence[Line]) -> Iterator[str]:
    """In words, each difference once."""
    bug, seen, last = expected.bug, set[object](), 0
    for said in posted:
        seq = said.seq
        if not expected.knows(said) or not isinstance(seq, int):
            if not expected.lost_it(said):
                yield f"{bug}: its thread has a line of {said.bug} entry {seq}, which is no entry of this trail."
        elif seq in seen:
            yield f"{bug}: entry {seq} stands in its thread more than once."
        else:
            if seq < last:
                yield f"{bug}: entry {seq} stands in its thread after entry {last}."
            last = max(last, seq)
            seen.add(seq)
    for seq in expected.due:
        if seq not in seen:
            yield f"{bug}: entry {seq} is missing in its thread."
