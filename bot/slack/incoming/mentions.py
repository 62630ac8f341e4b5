"""Runs the verbs that people write as “@makegood claim” in a thread."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.ledger.entries import bug_of_thread
from bot.ledger.inbox.inbox import Item
from bot.ledger.ledger import Ledger
from bot.slack.incoming import grammar
from bot.slack.incoming.dispatcher import Dispatcher
from bot.slack.incoming.request import Request
from bot.text import clean

Body = Mapping[str, Any]
BY_PEOPLE = (None, "", "thread_broadcast", "file_share")
"""Subtypes of what a person writes: plain, also sent to the channel, or with a file."""


@dataclass(frozen=True)
class Mentions:
    """`user` is what we are called, where Slack's own word for it is missing."""

    dispatcher: Dispatcher
    user: str

    async def answered(self, event: Body, bot: str, team: str, item: Item) -> bool:
        """Whether it was one; it is answered then."""
        request = await request_in(self.dispatcher.context.ledger, event, bot or self.user, team)
        if request is None:
            return False
        await self.dispatcher.mentioned(request, item)
        return True


async def request_in(ledger: Ledger, event: Body, bot: str, team: str) -> Request | None:
    """ "@makegood claim" in a bug's thread, by a person, unedited; None for everything else."""
    text = clean(str(event.get("text", "")))
    said = re.match(rf"^\s*<@{re.escape(bot)}(?:\|[^>]*)?>[\s,:;.!–—-]*(.*)$", text, re.DOTALL) if bot else None
    human = (
        event.get("user") and not event.get("bot_id") and event.get("subtype") in BY_PEOPLE and not event.get("edited")
    )
    if not said or not human:
        return None
    thread = event.get("thread_ts") or ""
    here = await bug_of_thread(ledger, event["channel"], thread) if thread else None
    words = grammar.parse("", grammar.typed(said[1]), here)
    return Request(
        key=f"msg:{event['channel']}:{event['ts']}",
        verb=words.verb,
        user=event["user"],
        team=event.get("user_team") or event.get("team") or team,
        via="thread",
        bug=words.bug,
        args=words.rest,
        channel=event["channel"],
        thread=thread or event["ts"],
        message=event["ts"],
    )
