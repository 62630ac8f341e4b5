"""Folds what Slack tells of a channel: commands in threads, other apps' alerts, and every message in a bug's thread."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bot.adapters.mentions import alert_from_message, links_in
from bot.bug import event as kinds
from bot.bug.course.conversation import PUSHPIN, Pinned, Said, SaidDeleted, SaidEdited, SharedFile, Unpinned
from bot.bug.errors import Refused
from bot.bug.keys import fit
from bot.bug.values import Actor, ActorKind
from bot.intake.alerts import Alerts, Posted, body
from bot.ledger.entries import bug_of_thread
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger
from bot.text import clean

LONGEST = 8000
FILES, NAME, LINK = 10, 200, 2000
"""How many files of one message are kept, and so many characters of each."""
Event = Mapping[str, Any]
Mention = Callable[[Event, str, str, Item], Awaitable[bool]]


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """`mention` answers `@makegood …` and says whether it was one. `own` is our own app's bot id. `home` shows somebody's.

    `seen` is told who wrote, `forget` of whom Slack says something new.
    """

    ledger: Ledger
    inbox: Inbox
    alerts: Alerts
    error_channels: tuple[str, ...]
    mention: Mention
    forget: Callable[[str], None]
    seen: Callable[[str], Awaitable[None]]
    own: Callable[[Event], bool]
    home: Callable[[str], Awaitable[None]]
    message: Callable[[str, str], Awaitable[Event | None]]
    """A message by channel and ts, as Slack has it; None where it is gone or Slack does not show it."""

    async def fold(self, items: Sequence[Item]) -> None:
        """In order: an edit is never recorded before the message it edits."""
        for item in items:
            await self._fold(item)

    async def _fold(self, item: Item) -> None:
        data = json.loads(item.body)
        event = data["event"]
        match event.get("type"), event.get("subtype"):
            case "message", "message_changed":
                await self._changed(event, item)
            case "message", "message_deleted":
                await self._deleted(event, item)
            case (("message" | "app_mention"), _):
                await self._message(event, data, item)
            case (("pin_added" | "pin_removed" | "reaction_added" | "reaction_removed"), _):
                await self._pinned(event, item)
            case "app_home_opened", _ if event.get("tab") == "home":
                await self.home(str(event["user"]))
            case (("user_change" | "team_join"), _):
                self.forget(str((event.get("user") or {}).get("id", "")))
        await self.inbox.finish(item.key)

    async def _message(self, event: Event, data: Mapping[str, str], item: Item) -> None:
        if self.own(event):
            return
        if event.get("bot_id") or event.get("subtype") == "bot_message":
            await self._maybe_alert(event, item)
            return
        if await self.mention(event, data["bot"], data["team"], item) and not event.get("files"):
            return  # the words are done; a picture that came with them belongs to the thread all the same
        await self._keep(event, item)

    async def _maybe_alert(self, event: Event, item: Item) -> None:
        """Another app's message about exactly one error makes or joins its bug; in a thread it is only talk."""
        in_thread = event.get("thread_ts") and event["thread_ts"] != event.get("ts")
        if event.get("channel") not in self.error_channels or in_thread:
            return
        links = links_in(event)
        if len(links) != 1:
            return
        alert = alert_from_message(event, links[0])
        posted = Posted(channel=event["channel"], ts=event["ts"])
        await self.alerts.fold([Item(key=item.key, source=item.source, body=body([alert], posted))])

    async def _keep(self, event: Event, item: Item) -> None:
        """Retros never re-read Slack's history, which free plans hide after 90 days."""
        bug = await self._bug(event)
        if bug and event.get("user"):
            said = Said(user=event["user"], ts=event["ts"], text=_words(event), files=_files(event))
            await self._record(bug, said, event["user"], item)
            await self.seen(event["user"])

    async def _changed(self, event: Event, item: Item) -> None:
        now = event.get("message") or {}
        before = event.get("previous_message") or {}
        bug = await self._bug({**now, "channel": event.get("channel")})
        if bug and now.get("user") and not now.get("bot_id") and now.get("text") != before.get("text"):
            said = SaidEdited(user=now["user"], ts=now["ts"], text=_words(now))
            await self._record(bug, said, now["user"], item)

    async def _deleted(self, event: Event, item: Item) -> None:
        before = event.get("previous_message") or {}
        bug = await self._bug({**before, "channel": event.get("channel")})
        if bug and before.get("user") and not before.get("bot_id"):
            said = SaidDeleted(user=before["user"], ts=str(event.get("deleted_ts", before.get("ts", ""))))
            await self._record(bug, said, before["user"], item)

    async def _pinned(self, event: Event, item: Item) -> None:
        """A pin on a message of a bug's thread, or a pushpin on it; of the card itself there is nothing to keep."""
        there = event.get("item") or {}
        channel = str(there.get("channel") or event.get("channel_id") or "")
        ts = str(there.get("ts") or (there.get("message") or {}).get("ts") or "")
        if not ts or (event["type"].startswith("reaction") and event.get("reaction") != PUSHPIN):
            return
        bug, message = await self._kept(channel, ts), there.get("message") or {}
        if bug is None:
            # our own lines are not kept word by word: Slack has them
            message = message or await self.message(channel, ts) or {}
            bug = await self._bug({**message, "channel": channel}) if message.get("thread_ts") != ts else None
        if bug:
            await self._record(bug, _pin(event, ts, message), str(event.get("user", "")), item)

    async def _kept(self, channel: str, ts: str) -> int | None:
        """The bug in whose trail this message stands."""
        async with self.ledger.db.read() as conn:
            return await self.ledger.used(conn, fit(f"msg:{channel}:{ts}"))

    async def _bug(self, event: Event) -> int | None:
        thread = event.get("thread_ts")
        return await bug_of_thread(self.ledger, str(event.get("channel", "")), str(thread)) if thread else None

    async def _record(self, bug: int, said: kinds.Event, user: str, item: Item) -> None:
        by = Actor(kind=ActorKind.PERSON, id=user)
        try:
            await self.ledger.record(bug, lambda _bug: said, by=by, key=fit(item.key))
        except Refused:
            return  # a bug that was never there: nothing to keep


def _pin(event: Event, ts: str, message: Event) -> kinds.Event:
    via: Literal["pin", "reaction"] = "reaction" if str(event["type"]).startswith("reaction") else "pin"
    if str(event["type"]).endswith("removed"):
        return Unpinned(ts=ts, via=via)
    at = datetime.fromtimestamp(float(ts), UTC)
    user = "" if message.get("bot_id") else str(message.get("user") or event.get("item_user") or "")
    return Pinned(ts=ts, via=via, at=at, user=user, text=_words(message), files=_files(message))


def _files(message: Event) -> tuple[SharedFile, ...]:
    """By name and link. Slack shows what stands behind the link only to whoever may see it there."""
    found = [
        (str(x.get("title") or x.get("name") or "a file"), str(x.get("permalink", "")))
        for x in message.get("files") or ()
    ]
    linked = [(name, url) for name, url in found if url.startswith(("https://", "http://"))]
    return tuple(SharedFile(name=clean(name)[:NAME], url=url[:LINK]) for name, url in linked[:FILES])


def _words(message: Event) -> str:
    """As much as is kept, without what no database takes."""
    return clean(str(message.get("text", "")))[:LONGEST]
