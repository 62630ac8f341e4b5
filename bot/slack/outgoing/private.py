"""Reaches one person alone: by their open form, an ephemeral line in the bug's thread, a direct message, or a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.bug.bug import Bug
from bot.bug.fixes.fix import Fix
from bot.slack.outgoing import files
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.refusals import SAID_NO, SlackRefused
from bot.slack.views import preview

CLOSED_VIEW = frozenset({"not_found", "view_not_found", "invalid_arguments", "hash_conflict"})
NO_WAY = frozenset({"user_not_in_channel", "channel_not_found", "is_archived", "not_in_channel"})

Blocks = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class PrivateMessages:
    port: SlackPort
    http: aiohttp.ClientSession

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
                channel, thread = bug.card.channel, None if beside_card else bug.card.ts
                await self.port.call(
                    "chat.postEphemeral", channel=channel, user=user, thread_ts=thread, text=text, blocks=blocks
                )
                return
        except SAID_NO as error:
            if error.code not in NO_WAY:
                raise
        await self.direct(user, text, blocks)

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
        await files.send(self.port, self.http, await self.channel(user), name, text, comment)
