"""`makegood trail`: checks the chain of hashes, or prints what happened to one bug."""

import argparse
import asyncio
import json
from pathlib import Path

from bot.bug.bug import Bug
from bot.commands import common
from bot.commands.options import bug_argument, config_option, team_option
from bot.ledger import entries as reading
from bot.ledger.ledger import Entry, Ledger
from bot.slack.views.mrkdwn import plain
from bot.slack.views.thread_lines import line
from bot.text import plural


def options(sub: argparse.ArgumentParser) -> None:
    what = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    verify = what.add_parser("verify", help="checks every entry, commitment, head and anchor; 1 where one is broken")
    show = what.add_parser("show", help="prints a bug's trail, private parts included")
    bug_argument(show)
    show.add_argument("--json", action="store_true", help="as JSON, with every field")
    for each in (verify, show):
        config_option(each)
        team_option(each)


def run(args: argparse.Namespace) -> int:
    asyncio.run(_verify(args) if args.what == "verify" else _show(args))
    return 0


async def _verify(args: argparse.Namespace) -> None:
    """Every workspace unless one is named; a broken trail leaves as TrailBroken, which is one line and status 1."""
    async with common.database(Path(args.config)) as db:
        every = [await common.team_of(db, args.team)] if args.team else await common.teams(db)
        checked = sum([await reading.verify(Ledger(db, team, {})) for team in every])
    common.say(f"The trail is whole: {plural(checked, 'bug')}.")


async def _show(args: argparse.Namespace) -> None:
    async with common.ledger(Path(args.config), args.team) as ledger:
        entries = await reading.trail(ledger, args.bug)
        bug = await reading.load(ledger, args.bug)
    common.say(_json(entries) if args.json else "\n".join(_line(entry, bug) for entry in entries))


def _json(entries: list[Entry]) -> str:
    rows = [
        {
            "bug": str(entry.bug),
            "seq": entry.seq,
            "kind": entry.event.KIND,
            "at": entry.at.isoformat(),
            "by": str(entry.by),
            "key": entry.key,
            "event": entry.event.model_dump(mode="json"),
        }
        for entry in entries
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _line(entry: Entry, bug: Bug) -> str:
    """The line of the thread where there is one; its kind where there is none."""
    said = line(entry, bug, str(entry.by)) or entry.event.KIND
    return f"{entry.seq:>4}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.by!s:<18}  {' '.join(plain(said).split())}"
