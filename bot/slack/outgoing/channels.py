"""Checks at the start that the bot may post in the channels of the settings."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.bug.errors import Outside
from bot.slack.outgoing.client import SlackPort
from bot.slack.views.mrkdwn import plain


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a channel is for: the settings that name it, and what can't happen in one that is closed."""

    named: str
    lost: str


CARDS = Purpose("[slack] error_channels", "no card can stand there")
MONDAYS = Purpose("[retro]", "no week and no month can be posted there")


async def closed(port: SlackPort, channels: Iterable[str], purpose: Purpose = CARDS) -> list[str]:
    """A line for each channel that does not let us in, with what to do."""
    return [said for channel in channels if (said := await _closed(port, channel, purpose))]


async def _closed(port: SlackPort, channel: str, purpose: Purpose) -> str:
    try:
        found = (await port.call("conversations.info", channel=channel))["channel"]
    except Outside as error:
        return f"Channel {channel} ({purpose.named}): {plain(str(error))}"
    name = f"#{found.get('name', channel)} ({channel})"
    if found.get("is_archived"):
        return f"{name} is archived, so {purpose.lost}. Name another channel under {purpose.named}."
    if not found.get("is_member"):
        return f"The bot is not in {name}, so {purpose.lost}. Write there: /invite @makegood"
    return ""
