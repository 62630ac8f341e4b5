"""Boards, one module each, found by the name of their kind: "trello" is bot/adapters/boards/trello.py."""

import importlib
import pkgutil
from types import ModuleType

from bot.bug.errors import Misconfigured


def kinds() -> tuple[str, ...]:
    """What `board.kind` may be; modules that begin with an underscore are parts of the others."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def find(kind: str) -> ModuleType:
    """The module with `Settings`, `connect`, `verify` and `parse`."""
    if kind not in kinds():
        raise Misconfigured(f'board.kind is "{kind}", which there is no board for. Write one of: {", ".join(kinds())}.')
    return importlib.import_module(f"{__name__}.{kind}")
