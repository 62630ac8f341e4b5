"""Draws the line with *Take back* that whoever wrote letters sees while these wait. Pure."""

from datetime import datetime
from typing import Any

from bot.bug import letters
from bot.bug.bug import Bug
from bot.slack.views import blocks as kit
from bot.slack.views.marks import mark
from bot.slack.views.prompt import name

NAMED = 3


def waiting(bug: Bug, message: int, now: datetime) -> tuple[str, list[dict[str, Any]]] | None:
    """Text and blocks; None where this message's letters have left, or another message of the same press says it for all."""
    waits = letters.of_one_press(bug, message)
    leaves = next((m.leaves for _, m in waits if m.leaves), None)
    if leaves is None or message != min(m.seq for _, m in waits):
        return None
    people = list(dict.fromkeys(name(c) for c, _ in waits))
    more = f" and {len(people) - NAMED} more" if len(people) > NAMED else ""
    seconds = max(round((leaves - now).total_seconds()), 1)
    which = "Letter" if len(people) == 1 else "Letters"
    text = f":envelope: {bug.ref}: {which} to {', '.join(people[:NAMED])}{more}, on the way in {seconds} s."
    back = kit.button("Take back", "tell_back", mark(bug, message=message))
    return text, kit.render([kit.section(text, "letter"), *kit.actions([back], "letters")])
