"""Trackers that are written back to, one module each, named as their source: "bugsnag" is bugsnag.py."""

import importlib
import pkgutil
from types import ModuleType

from bot.bug.errors import Misconfigured


def sources() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def find(source: str) -> ModuleType:
    """The module with `Settings` and `connect`."""
    if source not in sources():
        raise Misconfigured(
            f"[trackers.{source}]: nothing is written back to {source}. Write one of: {', '.join(sources())}."
        )
    return importlib.import_module(f"{__name__}.{source}")
