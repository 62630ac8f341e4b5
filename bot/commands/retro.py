"""`makegood retro`: the story of a bug, or of a month, as Markdown, JSON or the accountant's CSV."""

import argparse
import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bug.errors import Refused
from bot.bug.money import Money
from bot.bug.retro.model import Month, Total, Unseen
from bot.bug.retro.month import month
from bot.bug.retro.story import fold, told
from bot.commands import common
from bot.commands.options import bug_argument, config_option, team_option
from bot.commands.terminal import progress, say_markdown
from bot.ledger.entries import trail, trails_within, unseen
from bot.ledger.index.names import Names
from bot.ledger.ledger import Ledger
from bot.slack.views.retro import view
from bot.text import length, plural

TIMES = {"claim": "claimed", "answer": "answered", "fix": "fixed", "tell": "told", "open": "closed"}


def options(sub: argparse.ArgumentParser) -> None:
    bug_argument(sub, optional=True)
    sub.add_argument("--month", type=_month, metavar="2026-11", help="all bugs of a month, in UTC, instead of one bug")
    sub.add_argument("--format", choices=("md", "json", "csv"), default="md", help="csv: of a month, what was given")
    config_option(sub)
    team_option(sub)


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no month; write it like 2026-11")
    return text


def run(args: argparse.Namespace) -> int:
    if (args.bug is None) == (args.month is None):
        raise Refused("Name a bug or a month: `makegood retro BUG-1` or `makegood retro --month 2026-11`.")
    if args.bug is not None and args.format == "csv":
        raise Refused("CSV is what was given in a month: `makegood retro --month 2026-11 --format csv`.")
    with progress("reading the trails"):
        told = asyncio.run(_told(args))
    (say_markdown if args.format == "md" else common.say)(told)
    return 0


async def _told(args: argparse.Namespace) -> str:
    async with common.ledger(Path(args.config), args.team) as ledger:
        if args.month:
            return _of_month(await _all(ledger, args.month), args.format)
        story = fold(await trail(ledger, args.bug))
        names = await Names(common.flags(ledger)).known()
    return view.as_json(story) if args.format == "json" else view.markdown(story, names)


async def _all(ledger: Ledger, of: str) -> Month:
    """What began in the month, and whatever gave something in it."""
    since = datetime.strptime(of, "%Y-%m").replace(tzinfo=UTC)
    until = (since + timedelta(days=31)).replace(day=1)
    stories = [told(of_bug, bug) async for bug, of_bug in trails_within(ledger, since, until)]
    return month(stories, of, await unseen(ledger))


def _of_month(found: Month, form: str) -> str:
    if form == "json":
        return found.model_dump_json(indent=2) + "\n"
    return view.csv(found) if form == "csv" else "\n".join(_lines(found)) + "\n"


def _lines(found: Month) -> Iterator[str]:
    """What the month came to, as Markdown."""
    yield f"# Makegood in {found.month}"
    yield ""
    yield f"- {plural(found.bugs, 'bug')}, {found.dismissed} dismissed, {found.came_back} came back"
    yield f"- {plural(found.told, 'customer')} told, {found.owed} of the proper fixes still owed"
    known = {word: getattr(found.times, name) for name, word in TIMES.items()}
    medians = [f"{word} after {length(seconds)}" for word, seconds in known.items() if seconds is not None]
    yield f"- medians: {', '.join(medians) or 'nothing to measure'}"
    yield from (f"- given: {_total(total)}" for total in found.given)
    for again in found.again:
        bugs = ", ".join(f"BUG-{number}" for number in again.bugs)
        yield f"- **{again.action}** was needed {plural(again.times, 'time')} ({bugs}): its cause is still there"
    yield from map(_seen, found.unseen)


def _seen(one: Unseen) -> str:
    return f"- **nobody else has seen** {one.what} ({one.bug}, {one.by}, {one.at:%d %b}): whoever looks at it writes `/bug seen {one.bug}`"


def _total(total: Total) -> str:
    if total.currency:
        return f"{Money(amount=total.amount, currency=total.currency)} in {plural(total.count, 'credit')}"
    return plural(total.amount, "day") if total.kind == "days" else plural(total.amount, "upgrade")
