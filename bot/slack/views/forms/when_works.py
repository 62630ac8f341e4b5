"""Draws the box of a preview that tells the customers once it works: each reader by name, the text, and the gift. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.settings.tell import TellSettings
from bot.slack.views import blocks as kit
from bot.slack.views.forms import gifts as gift_fields
from bot.slack.views.mrkdwn import channel, foreign
from bot.text import plural

BOX = "when_works"
MOST = 25
"""Readers of one tick: more are told with *Tell*, where each can be chosen."""


def fields(
    bug: Bug, settings: TellSettings, *, probed: bool, billing: bool, plans: Sequence[str], now: datetime
) -> list[Any]:
    """Nothing where nobody waits to be told; a sentence where no probe could say that it works."""
    wrote, hit = readers(bug)
    if not (wrote or hit):
        return []
    if not probed:
        said = "No `[probes.…]` looks at this page, so Makegood can't see that it works: press *Tell* afterwards."
        return [kit.context(said, "no_probe")]
    choices = [(_ids(some), label) for some, label in ((wrote, _wrote(wrote)), (hit, _hit(hit, wrote))) if some]
    begun = [_ids(wrote)] if settings.when_works and wrote else []
    text = kit.text_input(
        "text", "What they read", settings.tell, many=True, optional=True, hint="No internals: they don't need to know."
    )
    return [
        kit.checkboxes(BOX, "When it works", choices, begun, optional=True),
        *([kit.context(_named([*wrote, *hit]), "readers")] if len(wrote) + len(hit) > 1 else []),
        text,
        *(gift_fields.presets(bug, [*wrote, *hit], settings, plans, now) if billing else []),
        kit.context(
            "It goes out when the page works and nothing else broke. If it does not work within 2 minutes of the run, "
            "nothing is sent, and you are told.",
            "goes_out",
        ),
    ]


def readers(bug: Bug) -> tuple[list[Customer], list[Customer]]:
    """Who wrote to us and does not know yet; and who was only hit."""
    untold = [c for c in bug.untold if c.to_tell]
    return [c for c in untold if c.said_at][:MOST], [c for c in untold if not c.said_at][:MOST]


def _ids(some: Sequence[Customer]) -> str:
    return ",".join(c.id for c in some)


def _wrote(some: Sequence[Customer]) -> str:
    if len(some) == 1:
        return f"Tell {some[0].name} ({channel(some[0].source)})"
    return f"Tell the {len(some)} customers who wrote"


def _hit(some: Sequence[Customer], wrote: Sequence[Customer]) -> str:
    also = "also " if wrote else ""
    if len(some) == 1:
        return f"Tell {also}{some[0].name}, who was only hit"
    return f"Tell {also}the {plural(len(some), 'customer')} who were only hit"


def _named(some: Sequence[Customer]) -> str:
    """Each reader by name, with the way there and what they did."""
    each = (
        f"{foreign(c.name, 60, one_line=True)} ({channel(c.source)}, {'wrote' if c.said_at else 'was only hit'})"
        for c in some
    )
    return ", ".join(each)
