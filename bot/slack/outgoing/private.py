"""Reaches one person alone: by their open form, an ephemeral line in the bug's thread, a direct message, or a file."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.bug.bug import Bug, Post
from bot.bug.fixes.fix import Fix
from bot.slack.outgoing import files
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.refusals import SAID_NO, SlackRefused
from bot.slack.views import preview

CLOSED_VIEW = frozenset({"not_found", "view_not_found", "invalid_arguments", "hash_conflict"})
NO_WAY = frozenset({"user_not_in_channel", "channel_not_found", "is_archived", "not_in_channel"})

_WITH_AN_ANSWER = 2
"""The card itself is the first message of its thread."""

Blocks = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class PrivateMessages:
    port: SlackPort
    http: aiohttp.ClientSession
    _talked_in: deque[str] = field(default_factory=lambda: deque(maxlen=1000))
    """Threads that have an answer; they keep it."""

    async def form(self, view_id: str, view: Mapping[str, Any], state: str | None = None) -> bool:
        """False where there is no form (any more): then it comes as a message. `state`: not where it has changed since."""
        if not view_id:
            return False
        try:
            # with the hash Slack refuses where the form was changed meanwhile: an older answer must not replace a newer
            # one
            await self.port.call("views.update", view_id=view_id, view=view, hash=state)
        except SlackRefused as error:
            if error.code not in CLOSED_VIEW:
                raise
            return False
        return True

    async def aside(
        self, bug: Bug, user: str, text: str, blocks: Blocks | None = None, *, beside_card: bool = False
    ) -> None:
        """In the bug's thread (or the card's channel) for their eyes only; by direct message where that can't be."""
        try:
            if bug.card:
                channel, thread = bug.card.channel, None if beside_card else await self._thread(bug.card)
                await self.port.call(
                    "chat.postEphemeral", channel=channel, user=user, thread_ts=thread, text=text, blocks=blocks
                )
                return
        except SAID_NO as error:
            if error.code not in NO_WAY:
                raise
        await self.direct(user, text, blocks)

    async def _thread(self, card: Post) -> str | None:
        """Of the card, once anybody has written there: Slack takes a private line for an empty thread, and nobody ever sees it."""
        if card.ts not in self._talked_in:
            if not await self._has_an_answer(card):
                return None
            self._talked_in.append(card.ts)
        return card.ts

    async def _has_an_answer(self, card: Post) -> bool:
        try:
            said = await self.port.call(
                "conversations.replies", channel=card.channel, ts=card.ts, limit=_WITH_AN_ANSWER
            )
        except SlackRefused as error:
            if error.code != "thread_not_found":  # somebody took the card away
                raise
            return False
        return len(said["messages"]) >= _WITH_AN_ANSWER

    async def direct(
        self, user: str, text: str, blocks: Blocks | None = None, metadata: Mapping[str, Any] | None = None
    ) -> tuple[str, str]:
        """(channel, ts) of the direct message."""
        channel = await self.channel(user)
        return channel, await self.port.post(channel, text=text, blocks=blocks, metadata=metadata)

    async def channel(self, user: str) -> str:
        """Of the direct messages with this person."""
        opened = await self.port.call("conversations.open", users=user)
        return str(opened["channel"]["id"])

    async def whole_preview(self, bug: Bug, fix: Fix, user: str) -> None:
        """As a file, where a message has no room for all of it."""
        if preview.fitted(fix).left:
            said = f"The whole preview of {bug.ref} run {fix.run}"
            await self.file(user, f"{bug.ref}-run-{fix.run}-preview.txt", preview.whole(fix), said)

    async def file(self, user: str, name: str, text: str, comment: str) -> None:
        await files.send(self.port, self.http, await self.channel(user), name, text.encode(), comment)
