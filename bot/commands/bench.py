"""`makegood bench`: the figures, each as a ratio against a baseline in the same run; loopback only, about twenty minutes."""

import argparse
import importlib
from pathlib import Path

from bot.bug.errors import Misconfigured
from bot.commands.extra import needs_demo
from bot.commands.parser import one_of

FIGURES = (
    "acks",
    "webhook",
    "repeats",
    "rush",
    "replicas",
    "start",
    "fixes",
    "large",
    "remote",
    "wake",
    "hooks",
    "reminder",
    "size",
)
_BENCH = Path(__file__).parents[2] / "tests" / "bench"


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "figures",
        nargs="*",
        type=one_of(*FIGURES),
        help=f"which: {', '.join(FIGURES)} (default: all)",
    )


def run(args: argparse.Namespace) -> int:
    if not _BENCH.is_dir():
        raise Misconfigured(
            "The bench belongs to a checkout of Makegood's source; run `make setup` and `.venv/bin/makegood bench` there."
        )
    with needs_demo("bench"):
        bench = importlib.import_module("tests.bench.run")  # by name: nothing that ships depends on the tests
    return int(bench.run(args.figures))
