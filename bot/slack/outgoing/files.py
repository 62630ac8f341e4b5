"""Sends a text or a picture as a file: ask Slack for an address, put the bytes there, say where it belongs."""

import aiohttp

from bot.bug.errors import Unavailable
from bot.outgoing.client import Client
from bot.slack.outgoing.client import SlackPort
from bot.text import cut

TIMEOUT = 30.0
OK = 200


ALT = 1000
"""Characters of what a picture shows, in words."""


async def send(
    port: SlackPort,
    http: aiohttp.ClientSession,
    channel: str,
    name: str,
    data: bytes,
    comment: str,
    *,
    alt: str = "",
    thread: str | None = None,
) -> None:
    """Raises Unavailable, Rejected or Doubtful as every call; shown twice it does no harm.

    `alt`: what a picture shows, for who can't see it.
    """
    ticket = await port.call(
        "files.getUploadURLExternal", filename=name, length=len(data), alt_txt=cut(alt, ALT) or None
    )
    await _put(http, str(ticket["upload_url"]), data)
    # only this last call makes the file visible: a cut-off before it leaves nothing behind that anybody sees
    files = [{"id": ticket["file_id"], "title": name}]
    await port.call(
        "files.completeUploadExternal", files=files, channel_id=channel, thread_ts=thread, initial_comment=comment
    )


async def _put(http: aiohttp.ClientSession, url: str, data: bytes) -> None:
    store = Client(session=http, who="Slack's file store", timeout=TIMEOUT)
    reply = await store.exchange("POST", url, data=data, redirects=True)
    if problem := reply.trouble():
        raise problem
    if reply.status != OK:
        raise Unavailable(f"Slack did not take the file ({reply.status}).")
