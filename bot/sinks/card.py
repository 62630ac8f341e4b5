"""The card: shows the present, so its cursor jumps to the head. Cut off while posting: look first, delete the later duplicate.

Slack takes about 50 changes a minute, so a card is changed only where somebody would see another one. The mark in its buttons
names the entry after which it was last drawn; entries that change nothing on the card leave it as it is.
"""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from bot.bug.board import BoardCardCommented, BoardCardMoved
from bot.bug.bug import Bug, Post, Status
from bot.bug.conversation import Said, SaidEdited
from bot.bug.errors import Unavailable
from bot.bug.event import Event
from bot.bug.intake import AlertPosted, CardPosted
from bot.bug.lifecycle import KINDS
from bot.bug.reminders import Reminded
from bot.bug.retro.posting import RetroAsked, RetroPosted
from bot.bug.values import Frozen
from bot.ledger.entries import behind
from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import Budget, TooSoon
from bot.ledger.relay.relay import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.sinks.digest import Digest
from bot.slack.outgoing.client import GONE, SlackPort, SlackRefused
from bot.slack.views import card

log = logging.getLogger(__name__)

EVENT = "makegood_card"
REFRESH = 60.0
REFRESH_FOR = 70 * 60
"""Seconds that a waiting customer's minutes are kept fresh on the card."""
CLOSED = frozenset({"channel_not_found", "not_in_channel", "is_archived", "missing_scope"})
"""What somebody mends in Slack."""
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

Memory = Callable[[Bug], Awaitable[str]]


@dataclass(frozen=True)
class CardSink:
    """`memory` says what ended the last bug of the same kind. `cards` paces new cards; above it the digest speaks."""

    port: SlackPort
    ledger: Ledger
    channel: str
    mode: str
    memory: Memory
    cards: Budget
    digest: Digest
    name: ClassVar[str] = "card"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset(set(KINDS.values()) - QUIET), jumps=True)

    async def serve(self, work: Work) -> Served:
        bug = work.bug
        around = card.CardContext(
            now=self.ledger.clock(),
            mode=self.mode,
            memory=await self.memory(bug) if bug.status is Status.OPEN else "",
            behind=await behind(self.ledger, bug.ref.number, bug.delayed) if bug.delayed else {},
        )
        if bug.card is None:
            return await self._post(work, around)
        drawn = Drawn.read(work.external)
        # a change that was cut off may stand there although the one before it would be right again
        if drawn and not work.doubt and not self._looks_new(drawn, bug, around):
            return Served(again_in=self._again(bug, drawn.at))
        return await self._show(bug, bug.card, around)

    async def _show(self, bug: Bug, place: Post, around: card.CardContext, *outcomes: Event) -> Served:
        message, drawn = _draw(bug, around)
        await self._update(place, message)
        return self._served(bug, drawn, *outcomes)

    def _served(self, bug: Bug, drawn: "Drawn", *outcomes: Event) -> Served:
        return Served(outcomes=outcomes, external=drawn.kept(), again_in=self._again(bug, drawn.at))

    def _looks_new(self, drawn: "Drawn", bug: Bug, around: card.CardContext) -> bool:
        """Time that passed counts where the minutes on the card go on, and then once a minute."""
        if drawn.digest != drawn.of_same_moment(bug, around):
            return True
        return self._goes_on(bug) and (around.now - drawn.at).total_seconds() >= REFRESH

    def _goes_on(self, bug: Bug) -> bool:
        """While somebody waits the minutes on the card go on."""
        awaited = bug.status in {Status.OPEN, Status.CLAIMED, Status.FIXED} and bug.untold
        age = self.ledger.clock() - bug.opened_at if bug.opened_at else None
        return bool(awaited and age and age.total_seconds() < REFRESH_FOR)

    def _again(self, bug: Bug, drawn: datetime) -> float | None:
        passed = (self.ledger.clock() - drawn).total_seconds()
        return max(REFRESH - passed, 0.0) if self._goes_on(bug) else None

    async def _post(self, work: Work, around: card.CardContext) -> Served:
        bug = work.bug
        found = await self._find(work) if work.doubt else None
        if found:  # it shows the bug as it was then
            return await self._show(bug, found, around, _posted(found))
        if bug.status is Status.OPEN and not bug.untold and not await self._has_room():
            await self.digest.add(bug)  # somebody who waits, or who works on it, gets the card at once
            return Served(external={"digest": True})
        message, drawn = _draw(bug, around)
        return self._served(bug, drawn, _posted(await self._new(bug, message)))

    async def _new(self, bug: Bug, message: Mapping[str, Any]) -> Post:
        """Without its card nobody sees the bug, nor a button to try again: until somebody lets us in it is tried."""
        try:
            ts = await self.port.post(self.channel, **message, metadata=_metadata(bug))
        except SlackRefused as error:
            if error.code not in CLOSED:
                raise
            log.warning("%s has no card yet: %s Trying again.", bug.ref, error)
            raise Unavailable(str(error)) from error
        return Post(channel=self.channel, ts=ts)

    async def _has_room(self) -> bool:
        """Whether one more card fits into this minute."""
        try:
            await self.port.pace.take(self.cards)
        except TooSoon:
            return False
        return True

    async def _find(self, work: Work) -> Post | None:
        """After a cut-off: the card may stand there already, even twice."""
        since = work.bug.opened_at.timestamp() - 60 if work.bug.opened_at else 0
        page = await self.port.call(
            "conversations.history", channel=self.channel, oldest=f"{since:.6f}", limit=200, include_all_metadata=True
        )
        found = sorted(
            m["ts"]
            for m in page.get("messages", ())
            if m.get("metadata") and m["metadata"].get("event_payload") == _payload(work.bug)
        )
        for later in found[1:]:
            await self.port.call("chat.delete", channel=self.channel, ts=later)
        return Post(channel=self.channel, ts=found[0]) if found else None

    async def _update(self, place: Post, message: Mapping[str, Any]) -> None:
        try:
            await self.port.update(place.channel, place.ts, **message)
        except SlackRefused as error:
            if error.code not in GONE:
                raise  # a card that somebody deleted stays deleted; the trail goes on


class Drawn(Frozen):
    """The card as it was last drawn: after which entry, when, and a digest of what stood there."""

    seq: int
    at: datetime
    digest: str

    @classmethod
    def read(cls, external: Mapping[str, Any]) -> "Drawn | None":
        """None where nothing is known of what stands there: it is drawn anew."""
        shown = external.get("shown", {})
        return cls.model_validate(shown) if "digest" in shown else None

    def kept(self) -> dict[str, Any]:
        """Under the name that `makegood forget` drops."""
        return {"shown": self.model_dump(mode="json")}

    def of_same_moment(self, bug: Bug, around: card.CardContext) -> str:
        """The digest of the present card, had no time passed: what differs then is news."""
        present = replace(bug, seq=self.seq)
        return _draw(present, around.model_copy(update={"now": self.at}))[1].digest


def _draw(bug: Bug, around: card.CardContext) -> tuple[dict[str, Any], Drawn]:
    message = {"text": card.lock_screen(bug, around.now), "blocks": card.blocks(bug, around)}
    digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
    return message, Drawn(seq=bug.seq, at=around.now, digest=digest)


def _posted(place: Post) -> CardPosted:
    return CardPosted(channel=place.channel, ts=place.ts)


def _payload(bug: Bug) -> dict[str, Any]:
    return {"bug": str(bug.ref)}


def _metadata(bug: Bug) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": _payload(bug)}
