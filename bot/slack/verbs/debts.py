"""The verbs of the proper fixes that are owed: the list, owner and day, paid."""

import re
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.debt import debt
from bot.bug.permissions.policy import Duty, may_take
from bot.ledger.entries import some_of
from bot.ledger.interest import interest
from bot.slack.incoming import days, grammar
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.reading import more, reference
from bot.slack.verbs.registry import verb
from bot.slack.views import debts as view
from bot.slack.views.forms.debt import form

PAGE = 10
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


@verb("debts", "/bug debts [page]", acts=Duty.READ)
async def debts(context: Context, request: Request) -> Response:
    """The proper fixes that are owed, oldest first: by whom until when, how often the quick fix was needed, what it cost"""
    said = request.args.strip()
    page = max(int(said), 1) if said.isdecimal() and len(said) < 6 else 1  # noqa: PLR2004 - digits of a page
    owed, all_ = await some_of(context.ledger, "owed", request.user, PAGE, PAGE * (page - 1))
    cost, now = await interest(context.ledger, owed), context.now()
    lines = [view.line(bug, cost[bug.ref.number], reference(context, bug), now) for bug in owed]
    nothing = "No proper fix is owed. :tada:" if page == 1 else "There is no such page."
    lines = [*(lines or [nothing]), more("/bug debts", page, len(owed), all_, of=PAGE)]
    return Response(text="\n".join(x for x in lines if x))


@verb("debt", "/bug debt BUG-1 [@dana] [2026-12-01]", acts=Duty.ACT)
async def owed(context: Context, request: Request) -> Response:
    """Somebody else owes the proper fix, or until another day: `friday`, `2w`, `2026-12-01`"""
    bug = await context.bug(request)
    if not (request.args or request.values):
        return Response(modal=_form(context, bug)) if request.trigger else NOTHING
    owner, due = _asked(context, request, bug)
    if owner:
        may_take(await context.directory.member(owner))
    await context.record(request, lambda now: debt.change(now, context.now(), owner, due))
    return Response(close=True) if request.values else NOTHING


def _form(context: Context, bug: Bug) -> dict[str, object]:
    """Refused where nothing is owed."""
    debt.must_be_owed(bug)
    return dict(form(bug, bug.debt.owner if bug.debt else "", _day(context, bug)))


def _day(context: Context, bug: Bug) -> str:
    """Until when it is owed, as the form has it."""
    return f"{bug.debt.due.astimezone(context.settings.clocks.local).date()}" if bug.debt else ""


def _asked(context: Context, request: Request, bug: Bug) -> tuple[str | None, datetime | None]:
    """Who, and until when; None: as it is. Raises Refused."""
    if request.values:
        chosen = request.field("due")
        changed = chosen if chosen != _day(context, bug) else ""
        return request.field("owner") or None, _due(context, changed)
    rest = grammar.without_person(request.args)
    person = grammar.person(request.args) if rest != request.args.strip() else None
    return person, _due(context, rest)


def _due(context: Context, said: str) -> datetime | None:
    office = context.settings.clocks.office
    return office.closes(days.read(said, context.now(), office.local)) if said else None


@verb("paid", "/bug paid BUG-1 PR 212", acts=Duty.ACT)
async def paid(context: Context, request: Request) -> Response:
    """The proper fix is merged and out; a link that shows it may stand with it"""
    said = grammar.typed(request.args)
    shows = _ADDRESS.search(said)
    how = " ".join(_ADDRESS.sub(" ", said).split())

    def decide(bug: Bug) -> debt.Paid:
        known = next((pull.name for pull in bug.pulls if shows and pull.url == shows[0]), "")
        return debt.paid(bug, how or known, shows[0] if shows else "")

    await context.record(request, decide)
    return NOTHING
