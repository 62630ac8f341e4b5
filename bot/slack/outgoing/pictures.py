"""Sends a picture of what charts show, where the workspace takes no charts; or says what would make one."""

import asyncio
import logging
from collections.abc import Sequence

import aiohttp

from bot.bug.errors import Outside
from bot.slack.outgoing import files
from bot.slack.outgoing.client import SlackPort
from bot.slack.views.retro import png
from bot.slack.views.retro.series import Plot

log = logging.getLogger(__name__)


async def send(
    port: SlackPort,
    http: aiohttp.ClientSession,
    channel: str,
    name: str,
    drawn: Sequence[Plot],
    thread: str | None = None,
) -> None:
    """`name` without its ending. The words stand there already: a picture that fails is only logged."""
    if not drawn:
        return
    if not png.available():
        await port.say(channel, thread_ts=thread, text=png.HOW)
        return
    try:
        picture = await asyncio.to_thread(png.drawn, drawn)  # a second of work, and clicks must not wait for it
        alt = " ".join(plot.alt for plot in drawn)
        await files.send(port, http, channel, f"{name}.png", picture, name, alt=alt, thread=thread)
    except Outside as error:
        log.warning("The picture of %s did not arrive: %s", name, error)
