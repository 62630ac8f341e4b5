"""The card: shows the present, so its cursor jumps to the head. Cut off while posting: look first, delete the later duplicate."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.bug.bug import Bug, Post, Status
from bot.bug.conversation import Said, SaidEdited
from bot.bug.errors import Unavailable
from bot.bug.intake import CardPosted
from bot.bug.lifecycle import KINDS
from bot.bug.reminders import Reminded
from bot.bug.retro.posting import RetroPosted
from bot.ledger.entries import behind
from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import Budget, TooSoon
from bot.ledger.relay.relay import Served, Work
from bot.ledger.relay.subscription import Interest
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
QUIET = {Said, SaidEdited, Reminded, RetroPosted}

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
    interest: ClassVar[Interest] = Interest(kinds=frozenset(set(KINDS.values()) - QUIET), jumps=True)

    async def serve(self, work: Work) -> Served:
        bug = work.bug
        around = card.Around(
            now=self.ledger.clock(),
            mode=self.mode,
            memory=await self.memory(bug) if bug.status is Status.OPEN else "",
            behind=await behind(self.ledger, bug.ref.number, bug.delayed) if bug.delayed else {},
        )
        text, blocks = card.lock_screen(bug, around.now), card.blocks(bug, around)
        if bug.card is None:
            return await self._post(work, text, blocks)
        shown = {"text": text, "blocks": blocks}
        if work.external.get("shown") != shown:
            await self._update(bug.card, shown)
        return Served(external={"shown": shown}, again_in=self._again(bug))

    def _again(self, bug: Bug) -> float | None:
        """While somebody waits the minutes on the card go on."""
        now = self.ledger.clock()
        young = bug.status in {Status.OPEN, Status.CLAIMED, Status.FIXED} and bug.untold and bug.opened_at
        return REFRESH if young and (now - bug.opened_at).total_seconds() < REFRESH_FOR else None  # type: ignore[operator]

    async def _post(self, work: Work, text: str, blocks: list[dict[str, Any]]) -> Served:
        place = await self._find(work) if work.doubt else None
        if place is None:
            if work.bug.status is Status.OPEN and not work.bug.untold and not await self._has_room():
                await self.digest.add(work.bug)  # somebody who waits, or who works on it, gets the card at once
                return Served(external={"digest": True})
            place = await self._new(work.bug, text, blocks)
        return Served(
            outcomes=(CardPosted(channel=place.channel, ts=place.ts),),
            external={"shown": {"text": text, "blocks": blocks}},
        )

    async def _new(self, bug: Bug, text: str, blocks: list[dict[str, Any]]) -> Post:
        """Without its card nobody sees the bug, nor a button to try again: until somebody lets us in it is tried."""
        try:
            ts = await self.port.post(self.channel, text=text, blocks=blocks, metadata=_metadata(bug))
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

    async def _update(self, place: Post, shown: Mapping[str, Any]) -> None:
        try:
            await self.port.update(place.channel, place.ts, **shown)
        except SlackRefused as error:
            if error.code not in GONE:
                raise  # a card that somebody deleted stays deleted; the trail goes on


def _payload(bug: Bug) -> dict[str, Any]:
    return {"bug": str(bug.ref)}


def _metadata(bug: Bug) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": _payload(bug)}
