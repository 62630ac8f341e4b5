"""Draws App Home for one person: what waits for them, what is open, what is promised and owed, the week in a picture. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.bug.bug import LIVE, Bug, DoneAlone, Status
from bot.bug.clocks.clocks import promise
from bot.bug.fixes.fix import RunState
from bot.bug.permissions.policy import Member
from bot.bug.words import service_name
from bot.ledger.home import Lists, Page, Pages, asked
from bot.ledger.strange import Strange
from bot.ledger.workspace import WorkspaceEntry
from bot.slack.views import blocks, card, daily
from bot.slack.views.forms.forms import View
from bot.slack.views.marks import bare, mark
from bot.slack.views.mrkdwn import clock, day, foreign, who
from bot.slack.views.retro import summary
from bot.slack.views.thread_lines import workspace_line
from bot.text import length, plural

Reference = Callable[[Bug], str]
"""How a bug is named here: its number, as a link to its card."""
SHOWN, TITLE = 15, 100
SECTIONS = 3
"""Blocks of a chapter that is only read; what there is no room for in them is counted."""
OPEN = LIVE - {Status.OWED}
NOTHING_OPENED = "Nothing was opened for these. `makegood doctor` lists them; look there whether something is wrong."
OTHERS = (
    "Lists of all bugs are for full members of the workspace. You can help in the thread of a bug: "
    "claim it on its card, or write `@makegood help` there."
)
BEGIN = (
    "An error that arrives in the error channel becomes a card there. Nobody has to come here to work: "
    "`/bug help` names the words you need, and `/bug new what is wrong` opens a bug that no tracker saw."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What the Home shows."""

    lists: Lists
    pages: Pages
    ended: Sequence[Bug]
    strange: Sequence[Strange] = ()
    held: str = ""
    decided: Sequence[WorkspaceEntry] = ()
    may: Sequence[str] = ()
    """What this person may do alone."""
    somebody_beside: bool = True
    """Whether anybody could say *Seen*."""
    whole: bool = True
    """Else only what is theirs: a guest, and whoever Slack can't say anything of."""
    charts: bool = True
    """Whether Slack takes them here; else the week is drawn in letters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Around:
    user: str
    name: Reference
    now: datetime
    pages: Pages


def view(found: Found, user: str, name: Reference, now: datetime) -> View:
    """For one person; its metadata says on which pages they are, so that a press leaves them there."""
    lists, around = found.lists, _Around(user=user, name=name, now=now, pages=found.pages)
    if not found.whole:
        return blocks.home([*_list("mine", "You have", lists.mine, _mine, around), blocks.context(OTHERS, "others")])
    rest = (
        ("Not understood", [*map(arrived, found.strange), NOTHING_OPENED] if found.strange else []),
        ("Lately", [_line(bug, name, foreign(bug.closed_why, TITLE, one_line=True)) for bug in found.ended]),
        ("You may", found.may),
        ("For all bugs", [f"{workspace_line(entry)} · {day(entry.at)}" for entry in reversed(found.decided)]),
    )
    shown = [
        *_chapter("Slack", [found.held] if found.held else []),
        *_list("waits", "Waits for you", lists.waits, _waiting, around),
        *(_unseen(lists.unseen, around) if found.somebody_beside else ()),
        *_list("mine", "You have", lists.mine, _mine, around),
        *_list("promises", "Promised", lists.promises, _promised, around),
        *_open(lists.open, around),
        *_list("debts", "You owe", lists.debts, _owed, around),
        *_others_owe(lists),
        *_week(lists, charts=found.charts),
        *(block for title, lines in rest for block in _chapter(title, lines)),
        blocks.context(BEGIN, "begin"),
    ]
    return {**blocks.home(shown), "private_metadata": str(found.pages)}


Row = Callable[[Bug, _Around], tuple[str, Any]]
"""A bug's line, and its button; None: it has none."""


def _list(name: str, title: str, page: Page[Bug], row: Row, around: _Around) -> Iterator[Any]:
    """Nothing where the list is empty."""
    if not page.all:
        return
    yield blocks.header(f"{title} · {_range(page)}", f"{name}_title")
    for bug in page.shown:
        line, press = row(bug, around)
        yield blocks.section(line, f"{name}_{bug.ref.number}", press)
    yield from _turning(name, page, around.pages)


def _range(page: Page[Any]) -> str:
    """How many there are, and where one page does not show them all, which of them stand here."""
    if page.all <= page.size:
        return f"{page.all:,}"
    return f"{page.past + 1:,} to {page.past + len(page.shown):,} of {page.all:,}"


def _turning(name: str, page: Page[Any], pages: Pages) -> Iterator[Any]:
    ways = (("First", 0), ("Back", page.page - 1), ("Next", page.page + 1), ("Last", page.last))
    if page.last:
        there = [(said, to) for said, to in ways if 0 <= to <= page.last and to != page.page]
        presses = [blocks.button(said, f"home_page_{said.lower()}", _turn(pages, name, to)) for said, to in there]
        yield from blocks.actions(presses, f"{name}_pages")


def _turn(pages: Pages, name: str, to: int) -> str:
    return bare(home=str(pages.turned(name, to)))


def _press(bug: Bug, verb: str, label: str, style: str | None = None) -> Any:
    return blocks.button(label, verb, mark(bug), style)


def _open(page: Page[Bug], around: _Around) -> Iterator[Any]:
    if not page.all:
        yield blocks.header("Open", "open_title")
        yield blocks.section("Nothing is open. :tada:", "open_none")
        return
    yield from _list("open", "Open", page, _in_hand, around)
    if page.all > 1:
        yield blocks.context("Who waits longest stands first; then the oldest.", "open_order")


def _unseen(page: Page[tuple[Bug, DoneAlone]], around: _Around) -> Iterator[Any]:
    """What was done alone, the newest first; whoever did it has no button."""
    if not page.all:
        return
    yield blocks.header(f"Nobody else has seen · {_range(page)}", "unseen_title")
    for bug, one in page.shown:
        mine = one.by == around.user
        item = replace(daily.item(bug, one.seq, around.name(bug)), by="you" if mine else who(one.by))
        press = None if mine else daily.button(item.mark)
        yield blocks.section(daily.line(item), f"unseen_{bug.ref.number}_{one.seq}", press)
    yield from _turning("unseen", page, around.pages)


def _waiting(bug: Bug, around: _Around) -> tuple[str, Any]:
    if not asked(bug, around.user):
        said = f":speech_balloon: {around.name(bug)} works, and {_names(bug)} does not know yet"
        return said, _press(bug, "tell", "Tell", "primary")
    runs = [fix for fix in bug.fixes if fix.state is RunState.WAITING]
    what = ", ".join(f"{who(fix.by)} wants to run `{foreign(fix.name, TITLE, one_line=True)}`" for fix in runs)
    return f":raised_hand: {around.name(bug)} {what}", _press(bug, "approve", "Decide…", "primary")


def _names(bug: Bug) -> str:
    first = foreign(bug.untold[0].name, TITLE, one_line=True)
    return first if len(bug.untold) == 1 else plural(len(bug.untold), "customer")


def _mine(bug: Bug, around: _Around) -> tuple[str, Any]:
    by = f"news promised by {clock(bug.back_by)}" if bug.back_by and promise(bug) else ""
    return _line(bug, around.name, by, _wait(bug, around.now)), _next_press(bug)


def _next_press(bug: Bug) -> Any:
    """What its owner would press now on its card, where that takes no choice."""
    if bug.status is Status.FIXED and bug.untold:
        return _press(bug, "tell", "Tell", "primary")
    if any(c.said_at and not c.answered_at for c in bug.untold):
        return _press(bug, "answer", "Answer: looking")
    return None


def _promised(bug: Bug, around: _Around) -> tuple[str, Any]:
    at = bug.back_by or around.now
    late = f":alarm_clock: {length(around.now - at)} late: " if at < around.now else ""
    has = who(bug.owner) if bug.owner else "nobody has it"
    press = _press(bug, "claim", "Claim", "primary") if bug.status is Status.OPEN else None
    return f"{late}*{clock(at)}* {_line(bug, around.name, has, _wait(bug, around.now))}", press


def _in_hand(bug: Bug, around: _Around) -> tuple[str, Any]:
    has = who(bug.owner) if bug.owner else "nobody has it"
    press = _press(bug, "claim", "Claim", "primary") if bug.status is Status.OPEN else None
    return _line(bug, around.name, has, _wait(bug, around.now)), press


def _wait(bug: Bug, now: datetime) -> str:
    waits = min((c.since for c in bug.untold), default=None)
    return f"a customer waits {length(now - waits)}" if waits else ""


def _owed(bug: Bug, around: _Around) -> tuple[str, Any]:
    late = ":alarm_clock: " if bug.debt and bug.debt.due < around.now else ""
    said = f"{late}the proper fix by {day(bug.debt.due)}" if bug.debt else ""
    return _line(bug, around.name, said), _press(bug, "paid", "Fix merged")


def _others_owe(lists: Lists) -> Iterator[Any]:
    others = lists.owed - lists.debts.all
    if others > 0:
        theirs = plural(others, "proper fix").replace("fixs", "fixes")
        yield blocks.context(f"Others owe {theirs}: `/bug list owed` shows them, the oldest first.", "others_owe")


def _week(lists: Lists, *, charts: bool) -> Iterator[Any]:
    yield blocks.header("This week", "week_title")
    if charts and any(share.bugs for share in lists.week):
        yield summary.by_part(lists.week)
    yield blocks.section(summary.in_a_line(lists.week, drawn=not charts), "week_line")


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


def _chapter(title: str, lines: Sequence[str]) -> Iterator[Any]:
    """Whole lines only, in as few blocks as they fit into; what is left over is counted."""
    if not lines:
        return
    yield blocks.header(title, title)
    packed = list(_packed(lines))
    for number, some in enumerate(packed[:SECTIONS]):
        yield blocks.section("\n".join(some), f"{title} lines {number}")
    left = sum(map(len, packed[SECTIONS:]))
    if left:
        yield blocks.context(f"and {left} more", f"{title} more")


def _packed(lines: Iterable[str]) -> Iterator[list[str]]:
    some: list[str] = []
    for line in lines:
        if some and sum(map(len, some)) + len(some) + len(line) > blocks.SECTION:
            yield some
            some = []
        some.append(line)
    yield some


def _line(bug: Bug, name: Reference, *said: str) -> str:
    return " · ".join(x for x in (f"{card.ICON[bug.status]} {name(bug)} {card.title(bug)}", *said) if x)
