"""Writes a retro for Slack, and the accountant's CSV. Pure.

`names` maps an actor to what people call them, harmless in mrkdwn already (as the directory gives it).
"""

import csv as comma
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any

from bot.bug.retro.model import Retro, Summary
from bot.ledger.exports.sheets import as_cell
from bot.slack.views import blocks as kit
from bot.slack.views.marks import Mark, milliseconds
from bot.slack.views.mrkdwn import foreign
from bot.slack.views.retro.chapters import Section, chapters, money
from bot.slack.views.retro.dialect import MRKDWN
from bot.text import length

MESSAGE = 9500
"""Slack takes 10,000 characters of text in one message; the rest is for the title and the footer."""
SHARES = {
    "In short": 0.15,
    "Answers": 0.1,
    "What we change": 0.08,
    "Who did what": 0.08,
    "Fixes": 0.12,
    "Done alone": 0.06,
    "What it cost": 0.1,
    "Customers": 0.12,
    "Pinned": 0.06,
    "Said in the thread": 0.08,
    "Owed": 0.05,
    "To answer": 0.04,
}
"""Of the budget, at most; the timeline takes what the others leave."""
LEAST = 250
"""Room enough for one line of any chapter, also in a short text."""
MARKER = 40
COLUMNS = ("date", "bug", "customer", "kind", "amount_minor", "currency", "state", "what")

Names = Mapping[str, str]


def headline(story: Retro) -> str:
    """The line a phone shows."""
    times = story.times
    parts = [
        f"Retro of {story.bug} {foreign(story.title, 120, one_line=True)}".rstrip(),
        f"fixed after {length(times.fix)}" if times.fix is not None else "not fixed",
        f"told after {length(times.tell)}" if times.tell is not None else "",
        money(story.gifts),
    ]
    return " · ".join(p for p in parts if p)


def text(story: Retro, names: Names, limit: int = kit.SECTION) -> str:
    """The whole retro in mrkdwn, at most `limit` characters; what does not fit is counted, never silently cut."""
    head = f"*{headline(story)}*"
    return "\n\n".join([head, *_sections(story, names, limit - len(head))])


def blocks(story: Retro, names: Names) -> kit.Blocks:
    body = [kit.section(part, f"retro_{i}") for i, part in enumerate(_sections(story, names, MESSAGE))]
    return kit.render([kit.header(f"Retro of {story.bug}", "retro"), *body, *buttons(story)])


def buttons(story: Retro) -> list[Any]:
    """What follows a retro: the answers, and the whole of it as a page."""
    begun = str(Mark(bug=story.bug.number, seq=1, at=milliseconds(story.opened_at)))
    form = kit.button("Answer the questions…", "retro", begun)
    page = kit.button("Post-mortem", "postmortem", begun)
    return kit.actions([form, page], "retro_more")


def _sections(story: Retro, names: Names, budget: int) -> list[str]:
    """Each chapter as one text within a section's limit, all of them together within the budget."""
    told = chapters(story, names, MRKDWN)
    fitted = {c.title: _fit(c, max(LEAST, int(budget * SHARES[c.title]))) for c in told if c.title in SHARES}
    left = budget - sum(len(part) + 2 for part in fitted.values())
    return [fitted.get(c.title) or _fit(c, left - 2) for c in told]


def _fit(chapter: Section, budget: int) -> str:
    head = f"*{chapter.title}*\n"
    return head + "\n".join(shortened(chapter.lines, min(budget, kit.SECTION) - len(head)))


def shortened(lines: Sequence[str], budget: int) -> list[str]:
    """All lines, or the first and the last of them with the number of those between."""
    if sum(len(line) + 1 for line in lines) <= budget:
        return list(lines)
    first, last, room = 0, len(lines), budget - MARKER
    while True:
        from_top = first <= len(lines) - last
        room -= len(lines[first if from_top else last - 1]) + 1
        if room < 0:
            return [*lines[:first], f"_… {last - first} more, not shown …_", *lines[last:]]
        first, last = first + from_top, last - (not from_top)


def csv(found: Summary, redact: Callable[[str], str]) -> str:
    """One line for each thing given or taken back; dates are UTC, amounts minor units."""
    sheet = io.StringIO()
    rows = comma.writer(sheet)
    rows.writerow(COLUMNS)
    for b in found.bookings:
        date = b.at.astimezone(UTC).date().isoformat()
        amount = "" if b.amount is None else b.amount
        rows.writerow(
            [date, b.bug, as_cell(redact(b.customer)), b.kind, amount, b.currency, b.state, as_cell(redact(b.what))]
        )
    return sheet.getvalue()
