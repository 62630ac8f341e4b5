"""`makegood forget`: deletes what is stored of a customer; the entries and their hashes stay."""

import argparse
import asyncio
from pathlib import Path

from bot.bug.errors import Refused
from bot.commands import common
from bot.commands.options import config_option, team_option
from bot.ledger.forget import forget
from bot.text import plural


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("email", metavar="EMAIL", help="the customer's address")
    sub.add_argument(
        "--why", default="", metavar="WORDS", help="why, for the workspace's trail, which says who erased how much"
    )
    config_option(sub)
    team_option(sub)


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_forget(args))


async def _forget(args: argparse.Namespace) -> int:
    if not args.email.strip():
        raise Refused("Name the customer's address, as in: makegood forget mia@example.com. Nothing was deleted.")
    async with common.ledger(Path(args.config), args.team) as ledger:
        gone = await forget(ledger, args.email, by=common.me(), why=args.why)
    if not gone:
        common.say(f"Nothing is stored of {args.email}.")
        return 1
    common.say(
        f"{plural(gone, 'stored text')} deleted; the trail stays whole. What stands in Slack, mailboxes and backups stays there."
    )
    return 0
