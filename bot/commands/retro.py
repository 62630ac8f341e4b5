"""`makegood retro`: the post-mortem of a bug as Markdown, a page or JSON; or a week or a month, with the accountant's CSV."""

import argparse
import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.bug.errors import Invalid, Refused
from bot.bug.retro import span
from bot.bug.retro.model import Summary
from bot.bug.retro.postmortem import fold
from bot.bug.retro.span import Span
from bot.commands import common
from bot.commands.options import bug_argument, config_option, team_option
from bot.commands.terminal import progress, say_markdown
from bot.ledger import summaries
from bot.ledger.entries import trail
from bot.ledger.index.names import Names
from bot.ledger.ledger import Ledger
from bot.slack.views.retro import month, page, postmortem, summary, view
from bot.slack.views.retro.dialect import MARKDOWN, without_secrets
from bot.slack.views.retro.postmortem import Redact
from bot.text import each_text

ONE = (
    "Name a bug, a week or a month: `makegood retro BUG-1`, `makegood retro --week 2026-W48` "
    "or `makegood retro --month 2026-11`."
)


def options(sub: argparse.ArgumentParser) -> None:
    bug_argument(sub, optional=True)
    sub.add_argument(
        "--month", type=_span(span.month), metavar="2026-11", help="all bugs of a month, in UTC, instead of one bug"
    )
    sub.add_argument("--week", type=_span(span.week), metavar="2026-W48", help="all bugs of a week, in UTC")
    sub.add_argument(
        "--format",
        choices=("md", "html", "json", "csv"),
        default="md",
        help="html: a page to keep or to send; csv: of a week or month, what was given",
    )
    for name in ("md", "html", "json"):
        sub.add_argument(
            f"--{name}", dest="format", action="store_const", const=name, help=f"the same as --format {name}"
        )
    config_option(sub)
    team_option(sub)


def _span(read: Callable[[str], Span]) -> Callable[[str], Span]:
    def typed(text: str) -> Span:
        try:
            return read(text)
        except Invalid as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return typed


def run(args: argparse.Namespace) -> int:
    if [args.bug, args.month, args.week].count(None) != 2:  # noqa: PLR2004 - two of three
        raise Refused(ONE)
    if args.bug is not None and args.format == "csv":
        raise Refused("CSV is what was given in a month: `makegood retro --month 2026-11 --format csv`.")
    with progress("reading the trails"):
        told = asyncio.run(_told(args))
    (say_markdown if args.format == "md" else common.say)(told)
    return 0


async def _told(args: argparse.Namespace) -> str:
    async with common.ledger(Path(args.config), args.team) as ledger:
        names = await Names(common.flags(ledger)).known()
        if args.month or args.week:
            return await _summary(ledger, names, args)
        story = fold(await trail(ledger, args.bug))
    redact = common.redactor(Path(args.config)).redact
    if args.format == "json":
        return postmortem.as_json(story, redact)
    write = page.html if args.format == "html" else postmortem.markdown
    return write(story, names, redact)


async def _summary(ledger: Ledger, names: Mapping[str, str], args: argparse.Namespace) -> str:
    found = await summaries.read(ledger, args.month or args.week)
    redact = common.redactor(Path(args.config)).redact
    if args.format in {"html", "md"}:
        return (month.html if args.format == "html" else _markdown)(found, names, redact)
    return (_json if args.format == "json" else view.csv)(found, redact)


def _json(found: Summary, redact: Redact) -> str:
    return json.dumps(each_text(found.model_dump(mode="json"), redact), ensure_ascii=False, indent=2) + "\n"


def _markdown(found: Summary, names: Mapping[str, str], redact: Redact) -> str:
    listed = "\n".join(f"- {line}" for line in summary.lines(found, without_secrets(MARKDOWN, redact), names))
    return f"# {summary.title(found)}\n\n{listed}\n"
