"""Another team's package with adapters of its own: installed for a test, found by its metadata alone."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.registry import BILLERS, BOARDS, CHANNELS, TRACKERS, Registry

REGISTRIES: tuple[Registry[Any], ...] = (TRACKERS, CHANNELS, BILLERS, BOARDS)


@contextmanager
def installed(site: Path, name: str, code: str, points: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """`code` is the package's only module, called as the package; `points` are entry points (name -> object) by group."""
    (site / f"{name}.py").write_text(code)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = (
        line for group, held in points.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in held.items()))
    )
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        _forget()
        yield
    _forget()
    sys.modules.pop(name, None)


def _forget() -> None:
    """What packages there are is read once in a process."""
    for registry in REGISTRIES:
        vars(registry).pop("_loaders", None)
        registry._loaded.clear()
