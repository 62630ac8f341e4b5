"""Which trackers there are: every module in this folder with a SOURCE is one; the file is the registration."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

from bot.adapters.ports import TrackerModule
from bot.bug.errors import NotFound
from bot.bug.values import AlertLink


def find(source: str) -> TrackerModule:
    """The tracker of this name or alias. Raises NotFound."""
    found = _by_name().get(source)
    if found is None:
        raise NotFound(f"There is no tracker “{source}”. Write one of: {', '.join(sources())}.")
    return found


def sources() -> tuple[str, ...]:
    """Every name that `find` takes, aliases too."""
    return tuple(sorted(_by_name()))


def modules() -> tuple[TrackerModule, ...]:
    """Every tracker once, by its name."""
    return tuple(module for name, module in sorted(_by_name().items()) if name == module.SOURCE)


def read_links(urls: Iterable[str]) -> tuple[AlertLink, ...]:
    """The errors that these addresses lead to, each once."""
    return distinct(link for url in urls for module in modules() if (link := module.link(url)))


def distinct(links: Iterable[AlertLink]) -> tuple[AlertLink, ...]:
    """Each error once, in the order of its first mention, by the mention that has an address where one has."""
    best: dict[tuple[str, str], AlertLink] = {}
    for link in links:
        known = best.setdefault((link.source, link.group), link)
        if link.url and not known.url:
            best[link.source, link.group] = link
    return tuple(best.values())


@cache
def _by_name() -> Mapping[str, TrackerModule]:
    names = (info.name for info in pkgutil.iter_modules([str(Path(__file__).parent)]))
    found = [importlib.import_module(f"{__package__}.{name}") for name in names]
    trackers = [module for module in found if hasattr(module, "SOURCE")]
    return MappingProxyType(
        {
            name: cast(TrackerModule, module)
            for module in trackers
            for name in (module.SOURCE, *getattr(module, "ALIASES", ()))
        },
    )
