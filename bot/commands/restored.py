"""`makegood restored`: a backup came back; whatever it still wants done outside waits for a person, who knows what was done."""

import argparse
import asyncio
from pathlib import Path

from bot.commands import common
from bot.commands.options import config_option, team_option
from bot.ledger.restored import hold
from bot.text import plural


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("why", nargs="*", help="the reason, kept in the trail")
    config_option(sub)
    team_option(sub)


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_hold(args))


async def _hold(args: argparse.Namespace) -> int:
    async with common.ledger(Path(args.config), args.team) as ledger:
        held = await hold(ledger, common.me(), " ".join(args.why))
    if not held:
        common.say("Nothing in this backup waits for production, customers or billing. Start the bot.")
        return 0
    common.say(f"{plural(len(held), 'bug')} wait for a person: {', '.join(f'BUG-{bug}' for bug in held)}.")
    common.say(
        "Start the bot. Each of their cards offers *Try again*; look first whether it was done before the backup came back."
    )
    return 0
