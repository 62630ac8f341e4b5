"""`makegood bench`: the figures, each as a ratio against a baseline in the same run; loopback only, about seven minutes."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bot.commands.extra import needs_demo


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "figures",
        nargs="*",
        help="which: acks, webhook, repeats, start, fixes, remote, wake, hooks, reminder (default: all)",
    )


def run(args: argparse.Namespace) -> int:
    with needs_demo("bench"):
        from bot.demo.bench.figure import Figure  # noqa: PLC0415 - loaded when it is wanted
        from bot.demo.bench.figures import FIGURES  # noqa: PLC0415 - loaded when it is wanted

    chosen = [name for name in FIGURES if not args.figures or name in args.figures]
    held = True

    async def measure(name: str, home: Path) -> list[Figure]:
        return await FIGURES[name](home)

    with tempfile.TemporaryDirectory(prefix="makegood-bench") as home:
        for name in chosen:
            for figure in asyncio.run(measure(name, Path(home) / name)):
                sys.stdout.write(f"{figure}\n")
                sys.stdout.flush()
                held = held and figure.held
    return 0 if held else 1
