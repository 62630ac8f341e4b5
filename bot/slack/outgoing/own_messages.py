"""After a doubtful post: what of ours stands in a thread already."""

from collections.abc import Mapping
from typing import Any

from bot.bug.bug import Post
from bot.slack.outgoing.client import SlackPort


async def standing(port: SlackPort, place: Post, payload: Mapping[str, Any]) -> str | None:
    """The ts of the answer that carries this metadata; later ones of the same are taken away."""
    cursor, found = "", list[str]()
    while True:
        page = await port.call(
            "conversations.replies",
            channel=place.channel,
            ts=place.ts,
            limit=200,
            include_all_metadata=True,
            cursor=cursor or None,
        )
        messages = page.get("messages", ())
        found += [m["ts"] for m in messages if (m.get("metadata") or {}).get("event_payload") == payload]
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            break
    for ts in sorted(found)[1:]:
        await port.call("chat.delete", channel=place.channel, ts=ts)
    return min(found, default=None)
