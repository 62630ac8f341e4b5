"""Finds a channel by its module's name: the file is the registration."""

import importlib
import pkgutil
from functools import cache
from typing import cast

import bot.adapters.channels
from bot.adapters.ports import ChannelModule
from bot.bug.errors import NotFound


@cache
def _modules() -> dict[str, ChannelModule]:
    names = [module.name for module in pkgutil.iter_modules(bot.adapters.channels.__path__) if not module.ispkg]
    found = [importlib.import_module(f"bot.adapters.channels.{name}") for name in names]
    return {module.SOURCE: cast("ChannelModule", module) for module in found if hasattr(module, "SOURCE")}


def sources() -> tuple[str, ...]:
    return tuple(sorted(_modules()))


def find(source: str) -> ChannelModule:
    """`source` as in an address: "email-postmark" is the module email_postmark."""
    module = _modules().get(source.replace("-", "_"))
    if module is None:
        raise NotFound(f"There is no customer channel “{source}”. There are: {', '.join(sources())}.")
    return module
