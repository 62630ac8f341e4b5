"""Draws the line with *Take back* that whoever wrote letters sees while these wait. Pure."""

from datetime import datetime
from typing import Any

from bot.bug.bug import Bug
from bot.bug.telling import letters
from bot.slack.views import blocks as kit
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import foreign
from bot.slack.views.prompt import name
from bot.text import cut

NAMED = 3
WHOLE = 2500
"""Characters of a letter that are shown."""


def waiting(bug: Bug, message: int, now: datetime, read: str = "") -> tuple[str, list[dict[str, Any]]] | None:
    """Text and blocks. None where this message's letters have left, or another message of the same press says it for all.

    `read`: the whole letter to the first of them, as it goes out.
    """
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
    quoted = "\n".join(f">{foreign(line, 500)}" for line in read.splitlines()) if read else ""
    whole = [kit.section(cut(quoted, WHOLE), "whole")] if quoted else []
    return text, kit.render([kit.section(text, "letter"), *whole, *kit.actions([back], "letters")])
