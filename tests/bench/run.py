"""What `makegood bench` runs: the figures that were asked for, one after another, each printed as soon as it is measured."""

import asyncio
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from bot.commands.terminal import progress
from tests.bench.figure import Figure
from tests.bench.figures import FIGURES


def run(wanted: Collection[str]) -> int:
    """All figures where none is named. 1 where one does not hold."""
    chosen = [name for name in FIGURES if not wanted or name in wanted]
    held: list[bool] = []
    with tempfile.TemporaryDirectory(prefix="makegood-bench") as home:
        for done, name in enumerate(chosen):
            with progress(f"measuring {name}") as bar:
                bar.at(done, len(chosen))
                figures = asyncio.run(_measured(name, Path(home) / name))
            held.append(_held(figures))
    return 0 if all(held) else 1


async def _measured(name: str, home: Path) -> list[Figure]:
    return await FIGURES[name](home)


def _held(figures: list[Figure]) -> bool:
    for figure in figures:
        sys.stdout.write(f"{figure}\n")
    sys.stdout.flush()
    return all(figure.held for figure in figures)
