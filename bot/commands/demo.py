"""`makegood demo`: the whole story on one page, no tokens, no settings."""

import argparse
import asyncio
import logging
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.extra import needs_demo
from bot.commands.options import port

if TYPE_CHECKING:
    from bot.demo.server import Demo


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--port", type=port, default=8067, help="where the page is served (default: 8067)")
    sub.add_argument("--alone", action="store_true", help='a team of one, with team = "solo": nobody else can approve')
    sub.add_argument(
        "--history", action="store_true", help="with a quarter of bugs that are over: Home, retros and plots are full"
    )
    sub.add_argument("--data", default=".makegood", help="where the demo keeps its files (default: .makegood)")


def run(args: argparse.Namespace) -> int:
    with needs_demo("demo"):
        import_module("aiosmtpd")  # of the extra, and light: the rest takes seconds, and who waits is told so first
    _print("Starting the demo …")
    with needs_demo("demo"):
        from bot.demo.server import Demo  # noqa: PLC0415 - loaded when it is wanted: `makegood run` needs none of it

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    began = time.monotonic()
    of = {"alone": args.alone, "history": args.history}
    demo = Demo(args.port, Path(args.data) / "demo", **of, started=_say, begins=lambda what: _begins(what, began))
    asyncio.run(_run(demo))
    return 0


async def _run(demo: "Demo") -> None:
    stopping = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    try:
        await demo.start()
        await stopping.wait()
    finally:
        await demo.stop()


def _begins(what: str, began: float) -> None:
    """A start may take half a minute where the machine is busy: who waits sees how far it is."""
    _print(f"{time.monotonic() - began:5.1f} s  {what} …")


def _say(url: str) -> None:
    _print(f"Makegood's demo is at {url} — open it in a browser. Ctrl-C ends it.")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
