"""Finds messages of our own by their metadata, after a post that may have arrived."""

import html
import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any

from bot.bug.bug import Post
from bot.bug.values import BugRef
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.refusals import PLACE_GONE, SAID_NO, SlackRefused

Message = Mapping[str, Any]
_LINK = re.compile(r"<(?:mailto:|tel:)?([^<>|@#!][^<>|]*)\|([^<>]*)>")
_NAMED = re.compile(r"<([@#!][^<>|]*)\|[^<>]*>")
"""People and channels, which Slack may write with their present names."""
_EMOJI = re.compile(r":[a-z0-9_+'-]+:|[0-9#*]\ufe0f?\u20e3|\u2139")
GONE = frozenset({"thread_not_found", "message_not_found", "channel_not_found", "not_in_channel"})
CLOCKS = 7200.0
"""Seconds that Slack's clock may be behind ours."""
SAID = "said"
"""In the metadata: the digest of what a message said when it was posted."""
PREFIX = "makegood_"
"""What the event type of each message of ours begins with."""
PAGES = 20
"""Pages of a channel's history that are looked through, the newest first: a busy channel has no end."""


def key(bug: BugRef, made: datetime, **about: str | int) -> dict[str, Any]:
    """What names one message of ours. With the time of what it tells: after a restore numbers of entries and runs come again."""
    return {"bug": str(bug), **about, "at": made.isoformat()}


def digest(text: str) -> str:
    """Of the words of a text, whatever Slack makes of its links, its emoji and its blanks: 16 hexadecimal digits."""
    bare = _LINK.sub(lambda found: found[2] if found[1].endswith(found[2]) else f"{found[1]} {found[2]}", text)
    bare = _NAMED.sub(r"\1", bare)
    plain = _EMOJI.sub(" ", html.unescape(bare))
    return sha256("".join(c for c in plain if c.isalnum()).encode()).hexdigest()[:16]


async def standing(port: SlackPort, place: Post, payload: Mapping[str, Any], event: str = "") -> str | None:
    """The ts of the answer that carries this metadata; later ones of the same are taken away."""
    answers = [m async for m in pages(port, "conversations.replies", channel=place.channel, ts=place.ts)]
    return await _first(port, place.channel, [m["ts"] for m in answers if _carries(m, payload, event)])


async def in_channel(
    port: SlackPort, channel: str, payload: Mapping[str, Any], since: float, event: str = ""
) -> str | None:
    """The same for a message of the channel (or of direct messages) itself that was posted since then, in Unix seconds of our clock."""
    told = pages(port, "conversations.history", most=PAGES, channel=channel, oldest=f"{since - CLOCKS:.6f}")
    return await _first(port, channel, [m["ts"] async for m in told if _carries(m, payload, event)])


async def alone(port: SlackPort, place: Post, payload: Mapping[str, Any], since: float, event: str = "") -> None:
    """Takes away every other message of the channel that carries the same since then, in Unix seconds of our clock: one came late."""
    told = pages(port, "conversations.history", most=PAGES, channel=place.channel, oldest=f"{since - CLOCKS:.6f}")
    for ts in [m["ts"] async for m in told if _carries(m, payload, event) and m["ts"] != place.ts]:
        await port.call("chat.delete", channel=place.channel, ts=ts)


async def one(port: SlackPort, channel: str, ts: str) -> Message | None:
    """Any message by its ts, also in a thread; None where it is gone, or is not for us to read."""
    try:
        page = await port.call("conversations.replies", channel=channel, ts=ts, limit=1)
    except SlackRefused as error:
        if error.code not in GONE:
            raise
        return None
    return next((message for message in page.get("messages", ()) if message["ts"] == ts), None)


async def pages(port: SlackPort, method: str, *, most: int | None = None, **where: Any) -> AsyncIterator[Message]:
    """Every message, page by page, with its metadata; at most so many pages. A thread begins with its oldest answer."""
    cursor: str | None = None
    for _ in range(most) if most else count():
        if cursor == "":
            return
        # Slack leaves metadata out unless asked, and takes at most 1,000 a page (200 is what it recommends)
        page = await port.call(method, **where, limit=200, include_all_metadata=True, cursor=cursor)
        for message in page.get("messages", ()):
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")


def metadata(message: Message) -> tuple[str, Mapping[str, Any]]:
    """Its event type and payload; both empty where it has none."""
    found = message.get("metadata") or {}
    return str(found.get("event_type", "")), found.get("event_payload") or {}


def _carries(message: Message, payload: Mapping[str, Any], event: str = "") -> bool:
    kind, found = metadata(message)
    # what it said is no part of its name: a second attempt may word it otherwise
    return {k: v for k, v in found.items() if k != SAID} == payload and event in {"", kind}


async def _first(port: SlackPort, channel: str, found: list[str]) -> str | None:
    for ts in sorted(found)[1:]:
        # the oldest stays: people may have answered it, or pressed its buttons
        await _delete(port, channel, ts)
    return min(found, default=None)


async def _delete(port: SlackPort, channel: str, ts: str) -> None:
    """Another process may have found the same and been faster."""
    try:
        await port.call("chat.delete", channel=channel, ts=ts)
    except SAID_NO as error:
        if error.code not in PLACE_GONE:
            raise
