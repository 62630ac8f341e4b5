"""Checks at the start that the bot may post in the channels of the settings."""

from collections.abc import Iterable

from bot.bug.errors import Outside
from bot.slack.outgoing.client import SlackPort
from bot.slack.views.mrkdwn import plain


async def closed(port: SlackPort, channels: Iterable[str]) -> list[str]:
    """A line for each channel that does not let us in, with what to do."""
    return [said for channel in channels if (said := await _closed(port, channel))]


async def _closed(port: SlackPort, channel: str) -> str:
    try:
        found = (await port.call("conversations.info", channel=channel))["channel"]
    except Outside as error:
        return f"Channel {channel} ([slack] error_channels): {plain(str(error))}"
    name = f"#{found.get('name', channel)} ({channel})"
    if found.get("is_archived"):
        return f"{name} is archived, so no card can stand there. Name another channel under [slack] error_channels."
    if not found.get("is_member"):
        return f"The bot is not in {name}, so no card can stand there. Write there: /invite @makegood"
    return ""
