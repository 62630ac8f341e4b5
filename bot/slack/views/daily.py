"""Draws the daily list of what nobody else has seen. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.bug.bug import Bug, DoneAlone
from bot.bug.permissions.seen import find
from bot.slack.views import blocks as kit
from bot.slack.views.marks import mark_at
from bot.slack.views.mrkdwn import clock, day, foreign
from bot.text import plural

WHAT = 150
OVER = "This list is over. What nobody else has seen since stands in a newer one, and on Home."
TO_DO = " It went ahead without an approval. Open the bug, look at what was changed, then press *Seen*."


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing on the list; `one` is None where it was undone since."""

    ref: str
    """BUG-17, as a link to its card."""
    bug: int
    seq: int
    mark: str
    """What its button carries."""
    one: DoneAlone | None
    by: str
    """What people call who did it."""
    seen_by: str = ""


def item(bug: Bug, seq: int, ref: str) -> Item:
    one = find(bug, seq)
    by, seen_by = (one.by, one.seen_by) if one else ("", "")
    mark = mark_at(bug, seq, one.at if one else None, of=seq)
    return Item(ref=ref, bug=bug.ref.number, seq=seq, mark=mark, one=one, by=by, seen_by=seen_by)


def headline(items: Sequence[Item], more: int = 0) -> str:
    """The lock-screen line."""
    left = sum(map(open_, items)) + more
    if not left:
        return "Somebody else has seen all of this"
    return f"{plural(left, 'change')} that nobody else has seen"


def blocks(items: Sequence[Item], more: int = 0) -> kit.Blocks:
    """Each thing with its button; `more` are not listed."""
    head = f"*{headline(items, more)}.*" + (TO_DO if any(open_(one) for one in items) else "")
    rest = [kit.context(f"and {more} more: they stand on Makegood's *Home*", "more")] if more else []
    return kit.render([kit.section(head, "daily"), *map(_line, items), *rest])


def over(items: Sequence[Item]) -> kit.Blocks:
    """The list of a day that is over: what is still open stands in a newer one."""
    return kit.render(
        [kit.section(f"_{OVER}_", "daily"), *(kit.section(line(one), f"was_{one.bug}_{one.seq}") for one in items)]
    )


def line(one: Item) -> str:
    """Which bug, what, by whom, when; and who has seen it."""
    if one.one is None:
        return f":leftwards_arrow_with_hook: {one.ref} was undone since"
    when = f"{day(one.one.at)}, {clock(one.one.at)}"
    what = f"{one.ref} `{foreign(one.one.what, WHAT, one_line=True)}` · {one.by} · {when}"
    return f":white_check_mark: {what} · seen by {one.seen_by}" if one.seen_by else f":eyes: {what}"


def button(mark: str) -> Any:
    return kit.button("Seen", "seen", mark)


def _line(one: Item) -> Any:
    return kit.section(line(one), f"seen_{one.bug}_{one.seq}", button(one.mark) if open_(one) else None)


def open_(one: Item) -> bool:
    return one.one is not None and not one.seen_by
