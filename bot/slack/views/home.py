"""Draws App Home for one person: what waits for them, what is open, what they owe, what ended lately. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.bug.bug import LIVE, Bug, Status
from bot.bug.fixes.fix import RunState
from bot.bug.policy import Member
from bot.bug.words import service_name
from bot.ledger.entries import Awaits
from bot.ledger.strange import Strange
from bot.ledger.workspace import WorkspaceEntry
from bot.slack.views import blocks, card, daily
from bot.slack.views.forms.forms import View
from bot.slack.views.mrkdwn import day, foreign, who
from bot.slack.views.thread_lines import workspace_line
from bot.text import length, plural

Reference = Callable[[Bug], str]
"""How a bug is named here: its number, as a link to its card."""
SHOWN, TITLE = 15, 100
OPEN = LIVE - {Status.OWED}
NOTHING_OPENED = "Nothing was opened for these. `makegood doctor` lists them; look there whether something is wrong."
BEGIN = (
    "An error that arrives in the error channel becomes a card there. Nobody has to come here to work: "
    "`/bug help` lists every word, and `/bug new what is wrong` opens a bug that no tracker saw."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What the Home shows: `open` are the newest of `opened` bugs."""

    open: Sequence[Bug]
    opened: int
    awaits: Awaits
    ended: Sequence[Bug]
    strange: Sequence[Strange] = ()
    held: str = ""
    decided: Sequence[WorkspaceEntry] = ()
    may: Sequence[str] = ()
    """What this person may do alone."""
    unseen: Sequence[Bug] = ()
    """With something that was done alone and nobody else has seen."""


def view(found: Found, user: str, name: Reference, now: datetime) -> View:
    """For one person."""
    awaits, odd = found.awaits, found.strange
    tells = [_untold(bug, name) for bug in awaits.tells]
    open_ = [_open(bug, name, now) for bug in found.open]
    first = (
        ("Slack", [found.held] if found.held else [], 0),
        ("Waits for you", [*(line for bug in awaits.approvals for line in _asked(bug, user, name)), *tells], 0),
    )
    chapters = (
        ("Open", open_ or ["Nothing is open. :tada:"], found.opened - len(open_)),
        ("You owe", [_owed(bug, name) for bug in awaits.owed], 0),
        ("Not understood", [*map(arrived, odd), NOTHING_OPENED] if odd else [], 0),
        ("Lately", [_line(bug, name, foreign(bug.closed_why, TITLE, one_line=True)) for bug in found.ended], 0),
        ("You may", list(found.may), 0),
        ("For all bugs", [f"{workspace_line(entry)} · {day(entry.at)}" for entry in reversed(found.decided)], 0),
    )
    shown = [*_chapters(first), *_unseen(found.unseen, user, name), *_chapters(chapters)]
    return blocks.home([*shown, blocks.context(BEGIN, "begin")])


def _chapters(them: Iterable[tuple[str, Sequence[str], int]]) -> Iterator[object]:
    for title, lines, more in them:
        if lines:
            yield from _chapter(title, lines, more)


def _unseen(bugs: Sequence[Bug], user: str, name: Reference) -> Iterator[object]:
    """What was done alone, the newest first; whoever did it has no button."""
    every = [(bug, one) for bug in bugs for one in reversed(bug.unseen)]
    if every:
        yield blocks.header("Nobody else has seen", "unseen")
    for bug, one in every[:SHOWN]:
        mine = one.by == user
        item = replace(daily.item(bug, one.seq, name(bug)), by="you" if mine else who(one.by))
        press = None if mine else daily.button(bug.ref.number, one.seq)
        yield blocks.section(daily.line(item), f"unseen_{bug.ref.number}_{one.seq}", press)
    if len(every) > SHOWN:
        yield blocks.context(f"and {len(every) - SHOWN} more", "unseen_more")


def may(member: Member, rows: Sequence[tuple[str, str]]) -> list[str]:
    """Each way with its actions, as (action, how); and what else this person may."""
    if member.guest:
        return ["As a guest you claim, and freeze production if you see a fire; nothing else reaches it."]
    ways: dict[str, dict[str, None]] = {}
    for action, how in rows if member.runner else ():
        ways.setdefault(how, {})[f"`{foreign(action, 60)}`"] = None
    lines = [f"• {', '.join(list(actions)[:SHOWN])}: {how}" for how, actions in ways.items()]
    lines += [] if member.runner else ["• run no fix: `[policy] runners` names others"]
    lines.append("• look at production" + (", write to customers, give within the caps" if member.teller else ""))
    return [*lines, "• approve what others ask for, thaw, turn actions on"] if member.approver else lines


def arrived(one: Strange) -> str:
    """What a service sent that nobody foresaw."""
    kind = foreign(one.kind, TITLE, one_line=True)
    return f":grey_question: {foreign(service_name(one.source), 40)} sent “{kind}” · {one.count}×"


def not_understood(found: Sequence[Strange]) -> str:
    """The line in the channel."""
    kinds = [
        f"{foreign(service_name(x.source), 40)} “{foreign(x.kind, TITLE, one_line=True)}” {x.count}×"
        for x in found[:SHOWN]
    ]
    more = f" and {plural(len(found) - SHOWN, 'more kind')}" if len(found) > SHOWN else ""
    return (
        f":grey_question: Something arrived that is not understood: {', '.join(kinds)}{more}. "
        "Nothing was opened for it, it is kept. If it matters, look where it came from; `makegood doctor` lists all."
    )


def _chapter(title: str, lines: Sequence[str], unread: int) -> Iterator[object]:
    left = max(len(lines) - SHOWN, 0) + unread
    more = [f"and {plural(left, 'more bug')}: `/bug list`"] if left > 0 else []
    yield blocks.header(title, title)
    yield blocks.section("\n".join([*lines[:SHOWN], *more]), f"{title} lines")


def _asked(bug: Bug, user: str, name: Reference) -> Iterator[str]:
    """Fixes that go on only when this person approves."""
    for fix in bug.fixes:
        if fix.state is RunState.WAITING and user in fix.asked and user not in fix.approved_by:
            what = foreign(fix.name, TITLE, one_line=True)
            yield f":raised_hand: {name(bug)} {who(fix.by)} wants to run `{what}`: approve it under *Messages*"


def _untold(bug: Bug, name: Reference) -> str:
    return f":speech_balloon: {name(bug)} works, and {_names(bug)} does not know yet: press *Tell* on its card"


def _names(bug: Bug) -> str:
    first = foreign(bug.untold[0].name, TITLE, one_line=True)
    return first if len(bug.untold) == 1 else plural(len(bug.untold), "customer")


def _open(bug: Bug, name: Reference, now: datetime) -> str:
    waits = min((c.since for c in bug.untold), default=None)
    for_ = f"a customer waits {length(now - waits)}" if waits else ""
    return _line(bug, name, who(bug.owner) if bug.owner else "nobody has it", for_)


def _owed(bug: Bug, name: Reference) -> str:
    return _line(bug, name, f"the proper fix by {day(bug.debt.due)}" if bug.debt else "")


def _line(bug: Bug, name: Reference, *said: str) -> str:
    return " · ".join(x for x in (f"{card.ICON[bug.status]} {name(bug)} {card.title(bug)}", *said) if x)
