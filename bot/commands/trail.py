"""`makegood trail`: checks the trail, also against Slack; prints it, and exports it."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.bug import Status
from bot.bug.errors import NotFound, TrailBroken
from bot.commands import common, trail_export
from bot.commands.options import config_option, subcommand, team_option, trail_argument
from bot.commands.terminal import Bar, progress, say_rows
from bot.ledger import entries
from bot.ledger.db.damage import damage
from bot.ledger.db.engine import Database
from bot.ledger.exports.reading import KINDS, Asked, lines_of, write
from bot.ledger.exports.tables import FORMATS
from bot.ledger.index.names import Names
from bot.ledger.ledger import Ledger
from bot.ledger.outside_anchor import OutsideAnchor, compare, found_in, newest
from bot.ledger.relay.pace import Pace
from bot.ledger.verify import verify
from bot.outgoing import sessions
from bot.settings import environment
from bot.settings.environment import database_url
from bot.slack.outgoing.client import SlackPort, web_client
from bot.slack.thread_check import differences
from bot.text import plural

EVERY = 1_000_000


def options(sub: argparse.ArgumentParser) -> None:
    what = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    checks = subcommand(what, "verify", "checks every entry, commitment, head and anchor; 1 where one is broken")
    checks.add_argument(
        "--anchor",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="also compares with the anchors in it: what [anchors] wrote, a saved mail, messages copied from Slack",
    )
    checks.add_argument("--slack", action="store_true", help="also compares each bug's thread with its entries")
    show = subcommand(what, "show", "prints the trail of a bug or of the workspace")
    trail_argument(show)
    show.add_argument(
        "--json", action="store_true", help="as JSON, with every field but secrets and rows of production"
    )
    export = subcommand(
        what, "export", "writes the trails to standard output, without secrets and rows that one person saw"
    )
    trail_argument(export, optional=True)
    export.add_argument("--format", choices=tuple(FORMATS), default="jsonl", help="default: jsonl")
    kind = (
        "production: each change of production, with who approved it, why, and the rows before and after; default: all"
    )
    export.add_argument("--kind", choices=KINDS, default="all", help=kind)
    export.add_argument(
        "--by", default="", metavar="WHO", help="only what they did: ada, U0ANNA, cli:anna, system:thread"
    )
    export.add_argument("--from", dest="since", type=_day, metavar="2026-07-01", help="only from this day on, in UTC")
    export.add_argument(
        "--to", dest="last", type=_day, metavar="2026-09-30", help="only up to this day, in UTC, it included"
    )
    for each in (checks, show, export):
        config_option(each)
        team_option(each)


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it like 2026-11-01") from None


def run(args: argparse.Namespace) -> int:
    if args.what == "verify":
        return asyncio.run(_verify(args))
    asyncio.run(_show(args) if args.what == "show" else _export(args))
    return 0


async def _verify(args: argparse.Namespace) -> int:
    """Every workspace unless one is named; a broken trail leaves as TrailBroken, which is one line and status 1."""
    _sound(database_url(Path(args.config)))
    async with common.database(Path(args.config)) as db:
        try:
            async with common.said_where_it_went(db):
                return await _verified(args, db)
        except SQLAlchemyError as error:
            raise TrailBroken("The database can't be read: a table of it is gone.") from error


async def _verified(args: argparse.Namespace, db: Database) -> int:
    every = [await common.team_of(db, args.team)] if args.team else await common.teams(db)
    with progress("checking the trails") as bar:
        checked = sum([await verify(Ledger(db, team, {}), bar.at) for team in every])
    common.say(f"The trail is whole: {plural(checked, 'bug')}.")
    await _anchored(db, every, args.anchor)
    if not args.slack:
        return 0
    with progress("reading the threads in Slack") as bar:
        wrong = await _compare(Ledger(db, await common.team_of(db, args.team), {}), bar)
    common.say("\n".join(wrong) or "The threads in Slack are what the entries say.")
    return 1 if wrong else 0


def _sound(url: str) -> None:
    """Raises TrailBroken where SQLite itself says that its file is damaged: the rows that can still be read prove nothing."""
    if not common.is_missing(url) and (broken := damage(url)):
        raise TrailBroken(f"{broken[0].upper()}{broken[1:]}.")


async def _anchored(db: Database, teams: list[str], files: list[Path]) -> None:
    """How far the trails are sealed, and what anchors from outside say of it."""
    for team in teams:
        last = await newest(Ledger(db, team, {}))
        common.say(
            f"{team}: sealed up to {last.at} (seal {last.number}). Whatever is written is sealed within 2 s, and may be cut until then."
            if last
            else f"{team}: nothing is sealed yet; `makegood run` seals what is written within 2 s."
        )
    if not files:
        common.say(
            "Whoever may drop the database's triggers can rewrite trail and seals together: "
            "--anchor FILE compares with an anchor that went out ([anchors] of makegood.toml)."
        )
        return
    kept = [anchor for file in files for anchor in await asyncio.to_thread(_read, file) if anchor.team in teams]
    for silent in sorted(set(teams) - {anchor.team for anchor in kept}):
        raise TrailBroken(
            f"No anchor of {silent} is in {', '.join(map(str, files))}: nothing shows that it was not rewritten."
        )
    async with db.snapshot() as conn:
        await compare(conn, kept)
    common.say(f"{plural(len(kept), 'anchor')} from outside, the newest of {max(x.at for x in kept)}: all agree.")


def _read(file: Path) -> list[OutsideAnchor]:
    try:
        return found_in(file.read_text("utf-8", "replace"))
    except OSError as error:
        raise NotFound(f"{file} can't be read: {error.strerror}.") from None


async def _compare(ledger: Ledger, bar: Bar) -> list[str]:
    """A line for each thing in a thread that is not what the entries say."""
    found: list[str] = []
    bugs = await entries.list_bugs(ledger, tuple(Status), EVERY)
    async with _slack(ledger) as port:
        for done, bug in enumerate(bugs):
            bar.at(done, len(bugs))
            found += await differences(port, ledger, bug)
    return found


@asynccontextmanager
async def _slack(ledger: Ledger) -> AsyncIterator[SlackPort]:
    token, url = environment.slack_access()
    pace = Pace(ledger.db, ledger.team, lambda: ledger.clock().timestamp())
    async with sessions.pooled() as http:
        yield SlackPort(web_client(token.get_secret_value(), url, http), pace)


async def _show(args: argparse.Namespace) -> None:
    async with common.ledger(Path(args.config), args.team) as ledger:
        found = await lines_of(ledger, args.trail)
    if args.json:
        common.say(trail_export.as_json(found, common.redactor(Path(args.config)).redact))
    else:
        say_rows(trail_export.row(line) for line in found)


async def _export(args: argparse.Namespace) -> None:
    until = args.last + timedelta(days=1) if args.last else None
    redact = common.redactor(Path(args.config)).redact
    asked = Asked(kind=args.kind, trail=args.trail, by=args.by, since=args.since, until=until)
    async with common.ledger(Path(args.config), args.team) as ledger:
        names = await Names(common.flags(ledger)).known()
        with progress("reading the trails") as bar:
            text, _ = await write(ledger, asked, args.format, names, redact, bar.at)
    common.say(text)
