"""Writes what somebody who joins late reads, within one message; of what happened, the newest stays. Pure."""

from collections.abc import Mapping, Sequence

from bot.bug.retro.catchup import CatchUp
from bot.bug.words import Person
from bot.slack.views import blocks as kit
from bot.slack.views.card import title
from bot.slack.views.retro.chapters import done, said
from bot.slack.views.retro.dialect import MRKDWN
from bot.slack.views.retro.view import shortened

NOW, OPEN, DID = 500, 900, 300
"""Characters for each chapter, at most; what happened takes what they leave."""
MARKER = 60
NOTHING = "Nothing."


def text(found: CatchUp, names: Mapping[str, str]) -> str:
    """`names` maps an actor to what people call them, harmless in mrkdwn."""
    head = f"*{found.bug.ref} {title(found.bug)}* · {found.bug.status.value}"
    d = MRKDWN
    did = [f"{d.name(one.person, names)}: {done(one)}" for one in found.did]
    tail = [
        _chapter("Who did what", did, DID),
        _chapter("Now", [d.sentence(one, names) for one in found.now], NOW),
        _chapter("Open", [d.sentence(one, names) for one in found.open] or [NOTHING], OPEN),
    ]
    since = f"What happened since {d.clock(found.since)}" if found.since else "What happened"
    left = kit.SECTION - len(head) - sum(len(part) + 2 for part in tail if part) - len(since) - 10
    steps = newest([said(step, names, d) for step in found.happened] or [NOTHING], left)
    return "\n\n".join(part for part in (head, f"*{since}*\n" + "\n".join(steps), *tail) if part)


def people(found: CatchUp) -> set[str]:
    """Everybody who is named in it, as actors."""
    sentences = (*found.now, *found.open, *(step.parts for step in found.happened))
    return {part.id for one in sentences for part in one if isinstance(part, Person)} | {
        one.person for one in found.did
    }


def newest(lines: Sequence[str], budget: int) -> list[str]:
    """All lines, or the last of them with the number of those before."""
    if sum(len(line) + 1 for line in lines) <= budget:
        return list(lines)
    room, first = budget - MARKER, len(lines)
    while first and room > len(lines[first - 1]):
        first -= 1
        room -= len(lines[first]) + 1
    return [f"_{first} earlier ones stand in the thread_", *lines[first:]]


def _chapter(name: str, lines: Sequence[str], budget: int) -> str:
    """Empty where there is nothing to say."""
    return f"*{name}*\n" + "\n".join(shortened(lines, budget)) if lines else ""
