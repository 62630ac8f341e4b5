"""Draws the bug's card as it is now, so its cursor jumps to the head. After a cut-off it looks first and deletes a later duplicate.

Slack takes about 50 changes a minute, so a card is changed only where somebody would see another one. The mark in its buttons
names the entry after which it was last drawn; entries that change nothing on the card leave it as it is.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from bot.bug.bug import Bug, Post, Status
from bot.bug.clocks.reminders import Reminded
from bot.bug.course.conversation import Said, SaidEdited
from bot.bug.course.course import is_muted
from bot.bug.course.news import AlertPosted, CardPosted
from bot.bug.debt.board import BoardCardCommented, BoardCardMoved
from bot.bug.errors import Mendable, Rejected
from bot.bug.event import Event
from bot.bug.lifecycle import KINDS
from bot.bug.permissions.modes import Modes
from bot.bug.retro.posting import RetroAsked, RetroPosted
from bot.bug.values import Frozen
from bot.ledger.entries import behind
from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import Budget, TooSoon
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.sinks.digest import Digest
from bot.slack.outgoing.client import AHEAD, SHORTLY, SlackPort
from bot.slack.outgoing.own_messages import alone, in_channel, key
from bot.slack.outgoing.refusals import MESSAGE_GONE, PLACE_GONE, SAID_NO
from bot.slack.views import card
from bot.suggestions import NOTHING, Proposed

EVENT = "makegood_card"
REFRESH = 60.0
REFRESH_FOR = 70 * 60
"""Seconds that a waiting customer's minutes are kept fresh on the card."""
LATE = 600.0
"""Seconds after a card was posted in which a second one of a process that stood still is looked for."""
LOOK_AGAIN = 60.0
"""Seconds after a card was posted in doubt: what a process that is gone sent last may arrive after we looked for it."""
LOOK_AT = "look_at"
"""What the sink keeps: when to look once more, in Unix seconds."""
MOST_BEGUN = 20
"""Bugs that are written at the same time; of more than that, the first card is drawn when it is served."""
QUIET = {
    Said,
    SaidEdited,
    Reminded,
    RetroAsked,
    RetroPosted,
    CardPosted,
    AlertPosted,
    BoardCardMoved,
    BoardCardCommented,
}
"""The card shows nothing of these."""

Propose = Callable[[Bug], Awaitable[Proposed]]


@dataclass(frozen=True)
class CardSink:
    """`propose` finds the fix that the error or the memory names. `cards` paces new cards; above it the digest speaks."""

    port: SlackPort
    ledger: Ledger
    channel: str
    modes: Modes
    propose: Propose
    cards: Budget
    digest: Digest
    _paid: set[int] = field(default_factory=set)
    """Bugs whose place among the cards of a minute is paid for, and whose card does not stand there yet."""
    _begun: dict[int, tuple[Bug, "asyncio.Task[Picture]"]] = field(default_factory=dict)
    """First cards that are drawn while their bug is being written to disk."""
    name: ClassVar[str] = "card"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset(set(KINDS.values()) - QUIET), jumps=True, endless=True
    )

    def prepare(self, bug: Bug) -> None:
        """Draws the first card while the disk is waited for; where the bug is not written after all, nobody asks for it."""
        task = asyncio.create_task(self._whole(bug))
        task.add_done_callback(_heard)
        while len(self._begun) >= MOST_BEGUN:
            self._begun.pop(next(iter(self._begun)))
        self._begun[bug.ref.number] = (bug, task)

    async def serve(self, work: Work) -> Served:
        """Without its card nobody sees the bug, nor a button to try again: it is never given up."""
        try:
            return await self._serve(work)
        except Rejected as error:
            raise Mendable(f"{error} The log has what was refused; `makegood doctor` says more.") from error

    async def _serve(self, work: Work) -> Served:
        bug = work.bug
        picture = await self._picture(bug)
        if bug.card is None:
            return await self._first(work, picture)
        drawn = Drawn.read(work.external)
        # a change that was cut off may stand there although the one before it would be right again
        if drawn and not self._must_look(work) and not self._looks_new(drawn, picture):
            return Served(again_in=self._again(bug, drawn.at, _look_at(work)))
        return await self._again_or_anew(work, bug.card, picture)

    async def _picture(self, bug: Bug) -> "Picture":
        begun_for, begun = self._begun.pop(bug.ref.number, (None, None))
        # the very state that was written: a number that was given back goes to another bug
        return await begun if begun and begun_for is bug else await self._looked(bug)

    async def _looked(self, bug: Bug) -> "Picture":
        around = card.CardContext(
            now=self.ledger.clock(),
            modes=self.modes,
            # a look into the memory costs a query; a bug that works again needs no proposal
            proposed=await self.propose(bug) if bug.status in {Status.OPEN, Status.CLAIMED} else NOTHING,
            behind=await behind(self.ledger, bug.ref.number, bug.delayed) if bug.delayed else {},
        )
        return Picture(bug, around)

    async def _whole(self, bug: Bug) -> "Picture":
        picture = await self._looked(bug)
        _ = picture.drawn
        return picture

    def _just_posted(self, card: Post) -> bool:
        """A process that stood still may have posted another one since, before it noticed that it had lost its lease."""
        return self.ledger.clock().timestamp() - float(card.ts) < LATE

    async def _again_or_anew(self, work: Work, place: Post, picture: "Picture") -> Served:
        """A card that somebody deleted, or whose channel the settings no longer name, is posted anew: the bug is still there."""
        looks = self._must_look(work)
        try:
            served = await self._show(picture, place, look_at=None if looks else _look_at(work))
        except SAID_NO as error:
            moved = place.channel != self.channel and error.code in PLACE_GONE
            if error.code not in MESSAGE_GONE and not moved:
                raise
            return await self._post(work, picture)
        if looks and self._just_posted(place):
            await alone(self.port, place, _payload(work.bug), float(place.ts), EVENT)
        return served

    def _must_look(self, work: Work) -> bool:
        look_at, now = _look_at(work), self.ledger.clock().timestamp()
        # a time that is further away is from before the clock was set back
        return work.doubt or (look_at is not None and not now < look_at <= now + LOOK_AGAIN)

    async def _show(self, picture: "Picture", place: Post, *outcomes: Event, look_at: float | None = None) -> Served:
        message, drawn = picture.drawn
        await self.port.update(place.channel, place.ts, **message)
        return self._served(picture.bug, drawn, *outcomes, look_at=look_at)

    def _served(self, bug: Bug, drawn: "Drawn", *outcomes: Event, look_at: float | None = None) -> Served:
        kept = drawn.kept() if look_at is None else {**drawn.kept(), LOOK_AT: look_at}
        return Served(outcomes=outcomes, external=kept, again_in=self._again(bug, drawn.at, look_at))

    def _looks_new(self, drawn: "Drawn", now: "Picture") -> bool:
        """Time that passed counts where the minutes on the card go on, and then once a minute."""
        unmuted = is_muted(now.bug, drawn.at) and not is_muted(now.bug, now.around.now)
        if unmuted or drawn.digest != drawn.of_same_moment(now):
            return True
        return self._goes_on(now.bug) and not 0 <= (now.around.now - drawn.at).total_seconds() < REFRESH

    def _goes_on(self, bug: Bug) -> bool:
        """While somebody waits the minutes on the card go on."""
        awaited = bug.status in {Status.OPEN, Status.CLAIMED, Status.FIXED} and bug.untold
        age = self.ledger.clock() - bug.opened_at if bug.opened_at else None
        return bool(awaited and age and age.total_seconds() < REFRESH_FOR)

    def _again(self, bug: Bug, drawn: datetime, look_at: float | None) -> float | None:
        now = self.ledger.clock()
        # each at most as long as it is after a clock that was set back
        waits = [min(REFRESH - (now - drawn).total_seconds(), REFRESH)] if self._goes_on(bug) else []
        waits += [] if look_at is None else [min(look_at - now.timestamp(), LOOK_AGAIN)]
        waits += [(bug.muted_until - now).total_seconds()] if bug.muted_until and is_muted(bug, now) else []
        return max(min(waits), 0.0) if waits else None

    async def _first(self, work: Work, picture: "Picture") -> Served:
        """Somebody who waits, or who works on it, gets the card at once; of the others so many in a minute."""
        bug = work.bug
        if bug.status is Status.OPEN and not bug.untold and not work.doubt and not await self._has_room(bug):
            await self.digest.add(bug)
            return Served(external={"digest": True})
        return await self._post(work, picture)

    async def _post(self, work: Work, picture: "Picture") -> Served:
        bug = work.bug
        found = await self._find(work) if work.doubt else None
        if found:  # it shows the bug as it was then
            return await self._show(picture, found, _posted(found))
        message, drawn = picture.drawn
        ts = await self.port.post(
            self.channel, ahead=AHEAD if bug.untold else SHORTLY, **message, metadata=_metadata(bug)
        )
        # only now: a post that fails and is tried again must not pay for its place a second time
        self._paid.discard(bug.ref.number)
        look_at = self.ledger.clock().timestamp() + LOOK_AGAIN if work.doubt else None
        return self._served(bug, drawn, _posted(Post(channel=self.channel, ts=ts)), look_at=look_at)

    async def _has_room(self, bug: Bug) -> bool:
        """Whether one more card fits into this minute; its place is paid for once, however often the post is tried."""
        if bug.ref.number in self._paid:
            return True
        try:
            await self.port.pace.take(self.cards)
        except TooSoon:
            return False
        self._paid.add(bug.ref.number)
        return True

    async def _find(self, work: Work) -> Post | None:
        """After a cut-off: the card may stand there already, even twice. The one that somebody deleted is not there."""
        opened = work.bug.opened_at
        since = opened.timestamp() if opened else 0.0
        ts = await in_channel(self.port, self.channel, _payload(work.bug), since, EVENT)
        return Post(channel=self.channel, ts=ts) if ts else None


class Drawn(Frozen):
    """The card as it was last drawn: after which entry, when, and a digest of what stood there."""

    seq: int
    written: datetime | None = None
    """When that entry was."""
    at: datetime
    digest: str
    occurrences: int | None = None
    users: int | None = None
    """As counted on it: while its repeats are muted they leave the card alone."""

    @classmethod
    def read(cls, external: Mapping[str, Any]) -> "Drawn | None":
        """The drawing that was kept, or None. Without one the card is drawn anew."""
        shown = external.get("shown", {})
        return cls.model_validate(shown) if "digest" in shown else None

    def kept(self) -> dict[str, Any]:
        """Under the name that `makegood forget` drops."""
        return {"shown": self.model_dump(mode="json")}

    def of_same_moment(self, now: "Picture") -> str:
        """The digest of the present card, had no time passed: what differs then is news."""
        present = replace(now.bug, seq=self.seq, at=self.written)
        if is_muted(now.bug, now.around.now) and self.occurrences is not None:
            present = replace(present, occurrences=self.occurrences, users=self.users)
        return Picture(present, replace(now.around, now=self.at)).drawn[1].digest


@dataclass(frozen=True)
class Picture:
    """A bug with all that its card shows; drawn at most once."""

    bug: Bug
    around: card.CardContext

    @cached_property
    def drawn(self) -> tuple[dict[str, Any], Drawn]:
        """The message, and what is kept of it."""
        return _draw(self.bug, self.around)


def _draw(bug: Bug, around: card.CardContext) -> tuple[dict[str, Any], Drawn]:
    message = {"text": card.lock_screen(bug, around.now), "blocks": card.blocks(bug, around)}
    digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
    counted = {"occurrences": bug.occurrences, "users": bug.users}
    return message, Drawn(seq=bug.seq, written=bug.at, at=around.now, digest=digest, **counted)


def _look_at(work: Work) -> float | None:
    return work.external.get(LOOK_AT)


def _heard(task: "asyncio.Task[Picture]") -> None:
    """Whoever serves the bug meets the same error; where nobody does, asyncio need not tell of it."""
    _ = task.cancelled() or task.exception()


def _posted(place: Post) -> CardPosted:
    return CardPosted(channel=place.channel, ts=place.ts)


def _payload(bug: Bug) -> dict[str, Any]:
    return key(bug.ref, bug.opened_at) if bug.opened_at else {"bug": str(bug.ref)}


def _metadata(bug: Bug) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": _payload(bug)}
