"""The verbs that only read: the open bugs, one bug, a week, a month, help."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.bug.bug import LIVE, Bug, Status
from bot.bug.errors import Refused
from bot.bug.permissions.policy import Duty
from bot.bug.retro import span
from bot.bug.retro.catchup import catch_up
from bot.bug.retro.span import Span
from bot.bug.words import Code
from bot.ledger import summaries
from bot.ledger.entries import count, list_bugs, some_of, trail
from bot.ledger.index import search
from bot.ledger.relay.held import held
from bot.slack.incoming import grammar
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.verbs.registry import VERBS, Verb, verb
from bot.slack.views import blocks as kit
from bot.slack.views import card, home, waiting
from bot.slack.views.mrkdwn import foreign, render, who
from bot.slack.views.retro import catchup as catchup_view
from bot.slack.views.retro import series
from bot.slack.views.retro import summary as summary_view
from bot.slack.views.thread_lines import line

LISTED = 20
LONGEST_TYPED = 300
"""Characters of a command that is written out again."""


NOTHING = {
    "": "Nothing is open. :tada:",
    "open": "Nothing is open. :tada:",
    "mine": "You have no bug.",
    "owed": "No proper fix is owed. :tada:",
    "waiting": "No customer waits. :tada:",
}
"""What a list says that is empty; its keys are the lists there are."""


@verb("list", "/bug list [mine|open|owed|waiting] [page]", acts=Duty.READ)
async def list_(context: Context, request: Request) -> Response:
    """The bugs that are live; or yours, those not fixed yet, those whose proper fix is owed, those a customer waits for"""
    which, page = _asked_list(request.args)
    bugs, all_ = await _listed(context, which, request.user, LISTED * (page - 1))
    lines = [one_line(context, b) for b in bugs] or [NOTHING[which] if page == 1 else "There is no such page."]
    lines.append(more(f"/bug list {which}".strip(), page, len(bugs), all_))
    return Response(text="\n".join(line for line in (await waits(context), *lines) if line))


async def _listed(context: Context, which: str, user: str, past: int) -> tuple[list[Bug], int]:
    if which in {"", "open"}:
        statuses = home.OPEN if which else LIVE
        found = await list_bugs(context.ledger, statuses, LISTED, past)
        return found, await count(context.ledger, statuses)
    return await some_of(context.ledger, which, user, LISTED, past)


def _asked_list(said: str) -> tuple[str, int]:
    """Raises Refused with the lists there are."""
    which, page = said.strip().lower(), 1
    if found := re.fullmatch(r"(.*?)\s*\b(\d{1,5})", which):
        which, page = found[1], max(int(found[2]), 1)
    if which not in NOTHING:
        raise Refused(
            f"There is no list “{foreign(which, 40)}”. There is: {', '.join(name for name in NOTHING if name)}."
        )
    return which, page


def more(typed: str, page: int, here: int, all_: int, of: int = 0) -> str:
    """Which lines of how many these are, and what shows the next ones; `of` are on a page, 0: as many as in a list."""
    first = (of or LISTED) * (page - 1) + 1
    if not here or (page == 1 and here == all_):
        return ""
    on = f" · `{typed} {page + 1}` goes on" if first + here <= all_ else ""
    return f"_{first} to {first + here - 1} of {all_}_{on}"


@verb("search", "/bug search words [page]", acts=Duty.READ)
async def search_(context: Context, request: Request) -> Response:
    """Bugs with these words, ended ones too: in title, message, customers, actions, and in what was said in the thread"""
    found = re.fullmatch(r"(.*\S)\s+page\s+(\d{1,5})", request.args.strip(), re.DOTALL)
    said, page = (found[1], max(int(found[2]), 1)) if found else (request.args.strip(), 1)
    if not search.words(said):
        raise Refused("Say what to look for: `/bug search menu page` finds bugs that have both words.")
    bugs = await search.search(context.ledger, said, most=LISTED + 1, past=LISTED * (page - 1))
    lines = [one_line(context, bug) for bug in bugs[:LISTED]] or [f"Nothing has all of “{foreign(said, 80)}”."]
    if len(bugs) > LISTED:
        lines.append(_goes_on(said, page + 1))
    return Response(text="\n".join(lines))


def _goes_on(said: str, page: int) -> str:
    """What brings the next page, whole: half of the words would find other bugs."""
    typed = f"/bug search {said} page {page}"
    if len(typed) <= LONGEST_TYPED:
        return f"{render([Code(typed, LONGEST_TYPED)])} goes on"
    return f"The same words with `page {page}` behind them go on"


async def waits(context: Context) -> str:
    """What waits for Slack itself."""
    async with context.ledger.db.read() as conn:
        return waiting.for_slack(await held(conn, context.ledger.team))


def one_line(context: Context, bug: Bug) -> str:
    """Icon, number, title, who has it; the number leads to the card."""
    place = f"{who(bug.owner)}" if bug.owner else ("nobody has it" if bug.status is Status.OPEN else bug.status.value)
    return f"{card.ICON[bug.status]} {reference(context, bug)} {foreign(bug.title, 100, one_line=True)} · {place}"


def reference(context: Context, bug: Bug) -> str:
    """BUG-17, as a link to its card where it stands."""
    return card.reference(bug, context.workspace_url)


@verb("show", "/bug show BUG-1", acts=Duty.READ)
async def show(context: Context, request: Request) -> Response:
    """One bug and the last lines of its trail."""
    bug = await context.bug(request)
    lines = []
    for entry in (await trail(context.ledger, bug.ref.number))[-40:]:
        name = await context.directory.name(str(entry.by))
        said = line(entry, bug, name)
        if said:
            lines.append(said)
    body = "\n".join([f"*{reference(context, bug)} {card.title(bug)}*", *lines[-12:]])
    return Response(text=body[: kit.SECTION])


@verb("catchup", "/bug catchup BUG-1 [30m]", acts=Duty.READ)
async def catchup(context: Context, request: Request) -> Response:
    """You join late: what happened (at all, or in 30 minutes), who does what now, what is open and waits for whom; only you see it"""
    now, asked = context.now(), request.args.strip()
    since = now - timedelta(minutes=grammar.minutes(asked, "/bug catchup BUG-1 30m")) if asked else None
    bug = await context.bug(request)
    entries = await trail(context.ledger, bug.ref.number)
    found = catch_up(entries, bug, now, since)
    actors = {str(entry.by) for entry in entries} | catchup_view.people(found)
    return Response(text=catchup_view.text(found, await context.directory.names(actors)))


@verb("retro_week", "/retro week [last|2026-W48]", acts=Duty.READ)
async def retro_week(context: Context, request: Request) -> Response:
    """What this week came to: how soon customers knew, what it cost, what came again, what is owed; only you see it"""
    return await _summed_up(context, _span(request.args, context.now(), span.week_of, span.week))


@verb("retro_month", "/retro month [last|2026-11]", acts=Duty.READ)
async def retro_month(context: Context, request: Request) -> Response:
    """The same of a month"""
    return await _summed_up(context, _span(request.args, context.now(), span.month_of, span.month))


async def _summed_up(context: Context, of: Span) -> Response:
    found = await summaries.read(context.ledger, of)
    drawn = series.plots(found)
    names = await context.directory.names(summary_view.people(found))
    return Response(text=summary_view.title(found), blocks=tuple(summary_view.blocks(found, names)), plots=drawn)


def _span(said: str, now: datetime, of: Callable[[datetime], Span], named: Callable[[str], Span]) -> Span:
    """Raises Invalid."""
    wanted, present = said.strip().lower(), of(now)
    if wanted in {"", "this"}:
        return present
    return of(present.since - span.DAY) if wanted == "last" else named(said.strip())


@verb("help", "/bug help [all|a word]")
async def help_(_context: Context, request: Request) -> Response:
    """The words that most days need; or all of them, or those about something: `/bug help customer`"""
    said = " ".join(request.args.lower().split())
    typed = sorted((v for v in VERBS.values() if v.usage), key=lambda v: v.usage)
    if not said:
        return Response(text=_help([VERBS[name] for name in EVERYDAY], f"All {len(typed)}: `/bug help all`. {ABOUT}"))
    found = typed if said == "all" else [v for v in typed if said in f"{v.usage} {v.help}".lower()]
    if not found:
        raise Refused(f"No word is about “{foreign(said, 40, one_line=True)}”. `/bug help all` lists every one.")
    return Response(text=_help(found, "" if said == "all" else "`/bug help all` lists every one."))


EVERYDAY = ("list", "claim", "answer", "fix", "undo", "tell", "fixed", "hand", "dismiss", "search")
ABOUT = "About something: `/bug help customer`, `/bug help approve`."


def _help(verbs: Iterable[Verb], last: str) -> str:
    head = "The same words work as `@makegood …` in a bug's thread, where the bug is understood."
    return "\n".join(line for line in (*(f"`{v.usage}` {v.help}" for v in verbs), head, last) if line)
