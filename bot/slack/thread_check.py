"""Compares a bug's thread in Slack with its entries: lines that are missing, double, out of order, changed, or of no entry.

What is found is what people and programs do by hand. Who has the bot's token and reads this code can write a line whose digest fits.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from sqlalchemy import and_, select

from bot.bug.bug import Bug
from bot.bug.course.delivery import TrailRestored
from bot.bug.errors import Unavailable
from bot.ledger.db.tables import cursors
from bot.ledger.entries import trail
from bot.ledger.ledger import Ledger
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import PREFIX, SAID, Message, digest, metadata, pages
from bot.slack.outgoing.refusals import SlackRefused
from bot.slack.views.thread_lines import SPOKEN, line
from bot.text import cut

SINK, EVENT = "thread", "makegood_entry"
SHOWN = 80
"""Characters of a message that is none of ours."""
TRIES = 10
"""How often a Slack that asks to wait is waited for."""


class Line(NamedTuple):
    """What a line says of itself: the entry's number, and its time, for after a restore numbers come again."""

    bug: str
    seq: object
    at: str
    changed: bool = False
    """It is not what was posted."""


class Thread(NamedTuple):
    """What stands in Slack, in Slack's order. `foreign`: texts under our name that we did not post; `card`: whether it is still there."""

    lines: Sequence[Line]
    foreign: Sequence[str] = ()
    card: bool = True


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


async def _posted(port: SlackPort, channel: str, ts: str) -> Thread:
    for _ in range(TRIES):
        try:
            found = [m async for m in pages(port, "conversations.replies", channel=channel, ts=ts)]
        except Unavailable as error:
            if error.retry_after is None:
                raise
            await asyncio.sleep(error.retry_after)
        else:
            return read(_in_order(found), ts)
    raise Unavailable("Slack keeps asking to wait; try again later.")


def read(messages: Sequence[Message], card: str) -> Thread:
    """Messages as Slack gives them; `card` is the ts of the first."""
    lines = [message for message in messages if metadata(message)[0] == EVENT]
    ours = {str(message["bot_id"]) for message in lines if message.get("bot_id")}
    foreign = [str(m.get("text", "")) for m in messages if m["ts"] != card and _is_foreign(m, ours)]
    stands = any(m["ts"] == card and m.get("subtype") != "tombstone" for m in messages)
    return Thread([_line(message) for message in lines], foreign, stands)


def _line(message: Message) -> Line:
    payload = metadata(message)[1]
    said = payload.get(SAID)  # lines of before it was written down are not judged
    # a line is posted as a plain text and never changed by us: Slack itself makes nothing but rich text of it
    other = any(block.get("type") != "rich_text" for block in message.get("blocks") or ())
    changed = said is not None and (said != digest(str(message.get("text", ""))) or other or "edited" in message)
    return Line(str(payload.get("bug")), payload.get("seq"), str(payload.get("at")), changed)


def _is_foreign(message: Message, ours: AbstractSet[str]) -> bool:
    """Files come without metadata, ours too."""
    return message.get("bot_id") in ours and not message.get("files") and not metadata(message)[0].startswith(PREFIX)


def _in_order(messages: Sequence[Message]) -> list[Message]:
    return sorted(messages, key=lambda message: str(message["ts"]))


async def _expected(ledger: Ledger, bug: Bug) -> Expected:
    """What the sink has not come to yet is not missing."""
    entries = [entry for entry in await trail(ledger, bug.ref.number) if type(entry.event) in SPOKEN]
    lost = [(x.event.kept.isoformat(), x.at.isoformat()) for x in entries if isinstance(x.event, TrailRestored)]
    where = and_(cursors.c.team == ledger.team, cursors.c.bug == bug.ref.number, cursors.c.sink == SINK)
    async with ledger.db.read() as conn:
        done = (await conn.execute(select(cursors.c.done).where(where))).scalar() or 0
    due = tuple(entry.seq for entry in entries if entry.seq <= done and line(entry, bug, str(entry.by)))
    return Expected(str(bug.ref), {entry.seq: entry.at.isoformat() for entry in entries}, due, tuple(lost))


def _beside(bug: str, posted: Thread) -> Iterator[str]:
    """What is wrong with it whatever the entries say."""
    if not posted.card:
        yield f"{bug}: its card is gone; somebody deleted it."
    for text in posted.foreign:
        yield f"{bug}: its thread has a message under Makegood's name that Makegood did not post: “{cut(text, SHOWN)}”."
    for line_ in posted.lines:
        if line_.changed:
            yield f"{bug}: the line of {line_.bug} entry {line_.seq} in its thread was changed after it was posted."


def compare(expected: Expected, posted: Thread) -> Iterator[str]:
    """In words, each difference once."""
    yield from _beside(expected.bug, posted)
    bug, seen, last = expected.bug, set[object](), 0
    for said in posted.lines:
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
