"""Puts the post-mortem that somebody asked for into its bug's thread, as a file. After a cut-off it looks before it sends it again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import aiohttp

from bot.bug.bug import Post
from bot.bug.retro.posting import PostmortemAsked, PostmortemPosted
from bot.ledger.entries import trail
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.relay.sink import NotYet, Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.once import once
from bot.sinks.thread import WITHOUT_CARD
from bot.slack.directory import Directory
from bot.slack.outgoing import files
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import pages


@dataclass(frozen=True, kw_only=True)
class PostmortemSink:
    port: SlackPort
    http: aiohttp.ClientSession
    directory: Directory
    ledger: Ledger
    redact: Callable[[str], str]
    name: ClassVar[str] = "postmortem"
    slots: ClassVar[int] = 1
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({PostmortemAsked}))

    async def serve(self, work: Work) -> Served:
        entry, place = work.entry, work.bug.card
        if entry is None:
            return Served()
        if place is None:
            raise NotYet(WITHOUT_CARD, seen=work.bug.seq)
        name = _name(entry)
        await once(lambda: self._standing(place, name), lambda: self._send(entry, place, name), doubt=work.doubt)
        return Served(outcomes=(PostmortemPosted(asked=entry.seq, channel=place.channel, file=name),))

    async def _standing(self, place: Post, name: str) -> str | None:
        """Slack gives a file's message no metadata of ours, so that the file's own name has to tell."""
        async for message in pages(self.port, "conversations.replies", channel=place.channel, ts=place.ts):
            if any(name in {file.get("name"), file.get("title")} for file in message.get("files") or ()):
                return name
        return None

    async def _send(self, entry: Entry, place: Post, name: str) -> str:
        from bot.bug.retro.postmortem import fold  # noqa: PLC0415 - a start does without what writes pages
        from bot.slack.views.retro import page  # noqa: PLC0415 - as above

        story = fold(await trail(self.ledger, entry.bug.number))
        names = await self.directory.names(story.people)
        made = page.html(story, names, self.redact)
        said = f":page_facing_up: Post-mortem of {entry.bug}: download it and open it in any browser."
        await files.send(self.port, self.http, place.channel, name, made.encode(), said, thread=place.ts)
        return name


def _name(entry: Entry) -> str:
    """With the second of its asking: after a restore numbers of entries come again."""
    return f"{entry.bug}-post-mortem-{entry.at:%Y%m%d-%H%M%S}-{entry.seq}.html"
