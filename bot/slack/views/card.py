"""Draws the card: the present state of a bug in four lines, and the buttons that now apply. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.bug.bug import Bug, Status
from bot.bug.course.course import is_muted
from bot.bug.course.seriousness import judged
from bot.bug.customers.customer import Customer
from bot.bug.debt.pull import shown
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.permissions.modes import Modes
from bot.bug.words import service_name
from bot.slack.views import blocks as kit
from bot.slack.views import card_buttons, waiting
from bot.slack.views.mrkdwn import clock, day, foreign, gift, link, who
from bot.suggestions import NOTHING, Proposed
from bot.text import length, plural

ICON = {
    Status.OPEN: "🔴",
    Status.CLAIMED: "🟠",
    Status.FIXED: "🟢",
    Status.OWED: "🔵",
    Status.CLOSED: "⚪",
    Status.DISMISSED: "⚪",
    Status.MERGED: "⚪",
}
TITLE, NAME, QUOTE = 120, 60, 140
ASKED = 90
"""Characters of a customer's words on a lock screen."""
SHOWN_CUSTOMERS = 2
SHOWN_PULLS = 2


@dataclass(frozen=True, kw_only=True)
class CardContext:
    """What the card shows besides the bug itself."""

    now: datetime
    proposed: Proposed = NOTHING
    """The fix that the error or the memory names."""
    modes: Modes = field(default_factory=Modes)
    behind: waiting.Behind = field(default_factory=dict)
    """What waits for systems that do not answer."""


def title(bug: Bug) -> str:
    return foreign(bug.title or "a bug without a name", TITLE, one_line=True)


def reference(bug: Bug, workspace_url: str) -> str:
    """BUG-17, as a link to its card where it stands. `workspace_url` ends with a slash; empty: not known."""
    where = address(bug, workspace_url)
    return link(where, str(bug.ref)) if where else str(bug.ref)


def address(bug: Bug, workspace_url: str) -> str:
    """Where its card stands; empty: nowhere, or not known."""
    if not (bug.card and workspace_url):
        return ""
    return f"{workspace_url}archives/{bug.card.channel}/p{bug.card.ts.replace('.', '')}"


def lock_screen(bug: Bug, now: datetime) -> str:
    """The line a phone shows: what matters now, first."""
    name = f"{bug.ref} {title(bug)}"
    waiting = next(iter(bug.untold), None)
    wait = f"{_name(waiting)} waiting {length(now - waiting.since)}" if waiting else ""
    asked = f" · “{foreign(waiting.said, ASKED, one_line=True)}”" if waiting and waiting.said else ""
    match bug.status:
        case Status.OPEN:
            return (
                f"{wait} · {bug.ref} {_short(bug) if asked else title(bug)}{asked}"
                if wait
                else f"{name} · nobody has it"
            )
        case Status.CLAIMED:
            return f"{who(bug.owner or '')} has {bug.ref}" + (f" · {wait}{asked}" if wait else f" · {title(bug)}")
        case Status.FIXED:
            names = ", ".join(_name(c) for c in bug.untold[:2]) or "Everybody"
            return f"Fixed. {names} does not know yet · {name}"
        case Status.OWED:
            return f"{_told_words(bug)} · {who(bug.debt.owner if bug.debt else bug.owner or '')} owes the fix · {name}"
        case Status.MERGED:
            return f"{name} goes on as BUG-{bug.merged_into}"
        case _:
            return f"{name} is {bug.status.value}"


def _short(bug: Bug) -> str:
    """A phone shows about 150 characters, and the customer's words should be among them."""
    return foreign(bug.title or "a bug without a name", NAME, one_line=True)


def blocks(bug: Bug, around: CardContext) -> kit.Blocks:
    """The whole message: at most four lines, then buttons."""
    lines = [_head(bug), *_middle(bug, around)]
    body = [kit.section("\n".join(line for line in lines if line), "card")]
    return kit.render([*body, *card_buttons.row(bug, around.modes, around.proposed)])


def _head(bug: Bug) -> str:
    head = f"{ICON[bug.status]} *{bug.ref} {title(bug)}*"
    match bug.status:
        case Status.OPEN:
            promised = f", news promised by {clock(bug.back_by)}" if bug.back_by else ""
            return f"{head} · nobody has it{promised}"
        case Status.CLAIMED:
            by = f", by {clock(bug.back_by)}" if bug.back_by else ""
            guess = f", about {length(bug.estimate * 60)}" if bug.estimate else ""
            return f"{head} · {who(bug.owner or '')}{by}{guess}"
        case Status.FIXED:
            return f"{head} *works* · {_why_works(bug)}"
        case Status.OWED:
            return f"{head} · {_told_words(bug)}{_gifts(bug)}"
        case Status.MERGED:
            return f"{head} · goes on as BUG-{bug.merged_into}"
        case _:
            return f"{head} · {bug.status.value} · {foreign(bug.closed_why, NAME, one_line=True)}"


def _why_works(bug: Bug) -> str:
    """And who has it: what is left needs an owner."""
    said, has = foreign(bug.fixed_said, NAME, one_line=True), who(bug.owner or "")
    return " · ".join(x for x in (said, has) if x) if said else f"on {has or 'somebody'}’s word"


def _middle(bug: Bug, around: CardContext) -> list[str]:
    if bug.status in {Status.CLOSED, Status.DISMISSED, Status.MERGED}:
        return [_summary(bug), waiting.said(bug, around.behind)]
    return [
        _customers(bug, around.now),
        _numbers(bug, around) if bug.status is not Status.OWED else _debt(bug, around),
        _work(bug, around),
        _broken(bug),
    ]


def _broken(bug: Bug) -> str:
    names = ", ".join(foreign(p.name, NAME, one_line=True) for p in bug.broken)
    return f"🚨 worked before the fix and fails now: {names}" if names else ""


def _customers(bug: Bug, now: datetime) -> str:
    """The customer who waits, since when, and their words; the other customers as a number."""
    waiting = sorted(bug.customers, key=lambda c: (c.told_at is not None, not c.online, c.since))
    shown = [_customer(c, now, works=bug.status is Status.FIXED) for c in waiting[:SHOWN_CUSTOMERS]]
    more = len(waiting) - len(shown)
    return "\n".join(shown) + (f" · and {more} more" if more > 0 else "")


def _customer(customer: Customer, now: datetime, *, works: bool) -> str:
    plan = f" ({foreign(customer.plan, 20, one_line=True)})" if customer.plan else ""
    there = ", ".join(x for x in ("online" if customer.online else "", _since(customer, now)) if x)
    said = f": “{foreign(customer.said, QUOTE, one_line=True)}”" if customer.said else ""
    parts = (f"{_name(customer)}{plan} {there}".rstrip() + said, _knows(customer, works=works))
    return " · ".join(part for part in parts if part)


def _since(customer: Customer, now: datetime) -> str:
    """A wait ends with the tell. Who never wrote was hit, and may not wait at all."""
    if customer.told_at:
        return ""
    ago = length(now - customer.since)
    return ago if customer.said_at else f"hit {ago} ago"


def _knows(customer: Customer, *, works: bool) -> str:
    if customer.told_at:
        return f"told {clock(customer.told_at)}"
    if any(m.state in {"failed", "doubtful"} for m in customer.messages[-1:]):
        return "⚠️ the message did not go out"
    if customer.told:
        return "being told"
    if works:
        return "NOT TOLD"
    return f"answered {clock(customer.answered_at)}" if customer.answered_at else ""


def _name(customer: Customer) -> str:
    return foreign(customer.name, NAME, one_line=True)


def _numbers(bug: Bug, around: CardContext) -> str:
    people = plural(bug.users, "person").replace("persons", "people") if bug.users else ""
    source = link(bug.url, service_name(bug.source)) if bug.url else ""
    board = link(bug.board.url, "Trello") if bug.board else ""
    muted = "muted" if is_muted(bug, around.now) else ""
    waits = waiting.said(bug, around.behind)
    serious = str(judged(bug) or "")
    return " · ".join(
        x for x in (serious, f"{bug.occurrences}×", people, source, board, _pulls(bug), muted, waits) if x
    )


def _debt(bug: Bug, around: CardContext) -> str:
    if not bug.debt:
        return ""
    board = f" · {link(bug.board.url, 'Trello')}" if bug.board else ""
    often = max((fix.repeats for fix in bug.fixes), default=0)
    again = f" · quick fix no. {often + 1} this month" if often else ""
    waits = "".join(f" · {words}" for words in (waiting.said(bug, around.behind),) if words)
    pulls = f" · {_pulls(bug)}" if bug.pulls and _pulls(bug) else ""
    return f"owed: proper fix · {who(bug.debt.owner)} · {day(bug.debt.due)}{board}{pulls}{again}{waits}"


def _pulls(bug: Bug) -> str:
    """ "PR 212: tests run, conflict with main"; of many the newest, and how many more."""
    found = shown(bug.pulls)
    said = [f"{link(x.url, x.name)}: {foreign(x.standing, NAME, one_line=True)}" for x in found[:SHOWN_PULLS]]
    more = f"and {len(found) - SHOWN_PULLS} more" if len(found) > SHOWN_PULLS else ""
    return " · ".join(x for x in (*said, more) if x)


def _work(bug: Bug, around: CardContext) -> str:
    """The fix under way or the last one, else what is proposed, and by what."""
    fix = next(iter(reversed(bug.fixes)), None)
    if fix and fix.state not in {RunState.REFUSED, RunState.CANCELLED, RunState.PREVIEWED}:
        return _fix(fix, around.now)
    return foreign(around.proposed.why, QUOTE, one_line=True)


def _fix(fix: Fix, now: datetime) -> str:
    name = ("undo of " if fix.undo_of else "") + foreign(fix.name, NAME, one_line=True)
    name += " 🚨 WITHOUT an approval" if fix.broken_glass else " 👤 alone" if fix.alone else ""
    if fix.waits_for and fix.state is RunState.APPROVED:
        return f"{name} · waits for BUG-{fix.waits_for[0]}'s run"
    if fix.state is RunState.WAITING:
        waited = f" ({length(now - fix.confirmed_at)})" if fix.confirmed_at else ""
        return f"{name} · waits for {', '.join(who(x) for x in fix.asked or (fix.by,))}{waited}"
    if fix.state is RunState.UNKNOWN:
        return f"⚠️ {name} · cut off: nobody knows whether it happened"
    if fix.state in {RunState.FAILED, RunState.LAPSED, RunState.REJECTED, RunState.SENT_BACK}:
        return f"{name} · {fix.state_said}: {foreign(fix.why, NAME, one_line=True)}"
    return f"{name} · {'undone' if fix.undone_by else fix.state_said}"


def _told_words(bug: Bug) -> str:
    told = [c for c in bug.customers if c.told_at]
    if not told:
        return "nobody had to be told"
    first = min(told, key=lambda c: c.told_at or c.since)
    more = f" and {len(told) - 1} more" if len(told) > 1 else ""
    waited = length(first.told_at - first.since) if first.told_at else ""
    return f"{_name(first)}{more} told after {waited}"


def _gifts(bug: Bug) -> str:
    given = {gift(g.grant): None for c in bug.customers for g in c.given if g.state == "granted"}
    return f" · {' + '.join(given)}" if given else ""


def _summary(bug: Bug) -> str:
    parts: Sequence[Any] = (
        _told_words(bug) if bug.customers else "",
        f"fixed after {length(bug.fixed_at - bug.opened_at)}" if bug.fixed_at and bug.opened_at else "",
        _gifts(bug).removeprefix(" · "),
        link(bug.board.url, "Trello") if bug.board else "",
    )
    return " · ".join(x for x in parts if x)
