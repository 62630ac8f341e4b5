"""Finds the adapter that reads a hook's deliveries, by the name in the hook's address."""

from collections.abc import Mapping

from bot.adapters.ports import BoardAdapter, ChannelAdapter, ForgeAdapter, TrackerAdapter, unsigned
from bot.adapters.registry import BOARDS, CHANNELS, FORGES, TRACKERS
from bot.bug.errors import Misconfigured, NotFound
from bot.settings.sections import HookSettings

CUSTOMER = "customer-"
"""Before the name of a channel that a tracker has too: /hooks/customer-generic/…"""
Source = TrackerAdapter | ChannelAdapter | BoardAdapter | ForgeAdapter


def names() -> list[str]:
    """What may stand in a hook's address."""
    people = [name.replace("_", "-") for name in CHANNELS.names()]
    both = [CUSTOMER + name for name in people if name in TRACKERS.names()]
    return sorted({*TRACKERS.names(), *people, *both, *BOARDS.names(), *FORGES.names()})


def find(hook: str) -> Source:
    """The adapter that reads this hook's deliveries. Raises NotFound."""
    name = hook.replace("-", "_")
    people = name.removeprefix(CUSTOMER.replace("-", "_"))
    if people != name and people in CHANNELS.names():
        return CHANNELS.find(people)
    if name in TRACKERS.names():
        return TRACKERS.find(name)
    if name in CHANNELS.names():
        return CHANNELS.find(name)
    if name in BOARDS.names():
        return BOARDS.find(name)
    if name in FORGES.names():
        return FORGES.find(name)
    raise NotFound(f"There is no such source. There are: {', '.join(names())}.")


def must_be_usable(hooks: Mapping[str, HookSettings]) -> None:
    """Raises Misconfigured for a hook whose deliveries nobody could read, or whose secret nothing would compare."""
    TRACKERS.every()  # a link to any of them may stand in a Slack message: one that can't be loaded stops the start
    for hook, settings in hooks.items():
        try:
            source = find(hook)
        except NotFound:
            raise Misconfigured(f"hooks.{hook}: there is no such source. Write one of: {', '.join(names())}.") from None
        if isinstance(source, TrackerAdapter) and source.check:
            source.check(settings.model_dump())
        if settings.secret and source.verify is unsigned:
            raise Misconfigured(
                f"hooks.{hook}.secret: {hook} signs nothing, so the secret would not be checked. Remove it; "
                "the token in the hook's address is what protects it, make it long (openssl rand -hex 32)."
            )
