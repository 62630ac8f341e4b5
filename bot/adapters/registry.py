"""Finds adapters: every module of a folder here, and every entry point of an installed package.

A module's file is its registration. Another package registers by its metadata, for instance in pyproject.toml:

    [project.entry-points."makegood.trackers"]
    bugzilla = "our_adapters.bugzilla:ADAPTER"

Names are known without loading anything; an adapter is loaded when somebody asks for it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from bot.adapters import billing, boards, channels, forges, trackers
from bot.adapters.ports import BillerAdapter, BoardAdapter, ChannelAdapter, ForgeAdapter, TrackerAdapter
from bot.bug.errors import Misconfigured, NotFound


class Named(Protocol):
    @property
    def name(self) -> str: ...


A = TypeVar("A", bound=Named)
SHARED = "common"
"""The package in each folder that holds what several adapters share."""


class Registry(Generic[A]):
    """Adapters of one kind by name. An address may write a dash where the name has an underscore."""

    def __init__(
        self, kind: type[A], noun: str, folder: str, group: str, aliases: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._kind, self._noun, self._folder, self._group, self._aliases = kind, noun, folder, group, aliases
        self._loaded: dict[str, A] = {}

    def names(self) -> tuple[str, ...]:
        """Every name that `find` takes, aliases too."""
        return tuple(sorted({*self._loaders, *self._aliases}))

    def find(self, name: str) -> A:
        """Raises NotFound, or Misconfigured where the adapter can't be loaded."""
        key = name.replace("-", "_")
        key = self._aliases.get(key, key)
        if key not in self._loaders:
            raise NotFound(f"There is no {self._noun} “{name}”. There are: {', '.join(self.names())}.")
        if key not in self._loaded:
            self._loaded[key] = self._checked(key, self._loaders[key]())
        return self._loaded[key]

    def every(self) -> tuple[A, ...]:
        """Each once, by its name."""
        return tuple(self.find(name) for name in sorted(self._loaders))

    @cached_property
    def _loaders(self) -> Mapping[str, Callable[[], object]]:
        """Raises Misconfigured where two ship the same name: which of them is meant would be chance."""
        found: dict[str, Callable[[], object]] = dict(self._shipped())
        for point in entry_points(group=self._group):
            name = point.name.replace("-", "_")
            if name in found or name in self._aliases:
                raise Misconfigured(
                    f"Also {_package(point)} ships a {self._noun} “{name}”: it can't be told which is meant. Uninstall one of them."
                )
            found[name] = partial(_loaded, point, self._noun)
        return MappingProxyType(found)

    def _shipped(self) -> Iterator[tuple[str, Callable[[], object]]]:
        package = importlib.import_module(self._folder)
        for module in pkgutil.iter_modules(package.__path__):
            if module.name != SHARED:
                yield module.name, partial(_adapter_of, f"{self._folder}.{module.name}")

    def _checked(self, name: str, found: object) -> A:
        if not isinstance(found, self._kind):
            raise Misconfigured(f"The {self._noun} “{name}” is no {self._kind.__name__}: see bot/adapters/ports.py.")
        if found.name != name:
            raise Misconfigured(f"The {self._noun} “{name}” calls itself “{found.name}”. Both names must be the same.")
        return found


def _adapter_of(module: str) -> object:
    return vars(importlib.import_module(module)).get("ADAPTER")


def _loaded(point: EntryPoint, noun: str) -> object:
    try:
        return point.load()
    except Exception as error:  # a stranger's module may raise anything when it is imported
        raise Misconfigured(
            f"The {noun} “{point.name}” of {_package(point)} can't be loaded ({point.value}): {error}."
        ) from error


def _package(point: EntryPoint) -> str:
    return f"the package {point.dist.name}" if point.dist else "a package"


TRACKERS = Registry(
    TrackerAdapter, "tracker", trackers.__name__, "makegood.trackers", MappingProxyType({"grafana": "alertmanager"})
)
CHANNELS = Registry(ChannelAdapter, "customer channel", channels.__name__, "makegood.channels")
BILLERS = Registry(BillerAdapter, "biller", billing.__name__, "makegood.billers")
BOARDS = Registry(BoardAdapter, "board", boards.__name__, "makegood.boards")
FORGES = Registry(ForgeAdapter, "forge", forges.__name__, "makegood.forges")


class _Pasted:
    """Looked up one by one: at the start nobody has to load the channels of others."""

    def __contains__(self, source: object) -> bool:
        return source in CHANNELS.names() and CHANNELS.find(str(source)).pasted


PASTED = _Pasted()
"""Channels that take no answer from outside, so that a person pastes it."""
