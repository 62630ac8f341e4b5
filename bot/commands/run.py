"""`makegood run`: the bot, until it is told to stop."""

import argparse
import asyncio
import gc
import logging
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from bot.commands.logs import set_up
from bot.commands.options import config_option
from bot.settings import environment
from bot.settings import settings as config


def options(sub: argparse.ArgumentParser) -> None:
    config_option(sub)
    sub.add_argument("--sinks", default="", help="only these sinks, comma-separated: a second, outbound-only process")
    sub.add_argument("--debug", action="store_true", help="log what is of no consequence, too")


def run(args: argparse.Namespace) -> int:
    gc.disable()  # what a start makes stays: to look through it again and again is a tenth of its time
    path = Path(args.config)
    settings, secrets = config.read(path)
    runtime = environment.read(path, secrets)
    set_up(settings, runtime, debug=args.debug)
    only = tuple(name.strip() for name in args.sinks.split(",") if name.strip())
    asyncio.run(_run(settings, runtime, path.resolve().parent, only))
    return 0


async def _run(settings: config.Settings, runtime: environment.Environment, home: Path, only: tuple[str, ...]) -> None:
    from bot.app import build  # noqa: PLC0415 - settings are checked before the heavy parts are loaded

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)
    async with AsyncExitStack() as running:
        starting = asyncio.create_task(running.enter_async_context(build(settings, runtime, home, only)))
        stopped = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                logging.getLogger("makegood").info(listens(runtime))
                _forgo_the_parts()
                await stopped
        finally:
            starting.cancel()
            stopped.cancel()
            await asyncio.gather(starting, stopped, return_exceptions=True)


def listens(runtime: environment.Environment) -> str:
    """How Slack comes to us, and where our own pages are."""
    host = f"[{runtime.host}]" if ":" in runtime.host else runtime.host
    here = f"http://{host}:{runtime.port}"
    if not runtime.bot_token.get_secret_value():
        return f"Makegood works; its health is told on {here}."
    if runtime.app_token:
        return f"Makegood listens: to Slack by Socket Mode, to all others on {here}."
    return f"Makegood listens on {here}; Slack posts to /slack/events there."


def _forgo_the_parts() -> None:
    """What a start made lives as long as the process: a garbage collection that walks it all would stand in the way of an ack."""
    gc.freeze()
    gc.enable()
