"""Draws who reads a message: a box for each of a few, everybody or a menu that searches for more; and reads what was chosen. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer, apart, marked
from bot.slack.views import blocks as kit
from bot.slack.views.mrkdwn import channel
from bot.text import cut, plural

PER_BOX = 10
"""Slack allows ten checkboxes in a group."""
BOXES = ("customers", "customers_2", "customers_3")
MANY = PER_BOX * len(BOXES)
"""With more of them nobody looks through boxes."""
EVERYBODY, SEARCHED = "everybody", "searched"
OFFERED = 100
"""Slack's limit of a menu."""
LONGEST = 75
"""Slack's limit of an option."""


def fields(label: str, people: Sequence[Customer], ticked: Sequence[Customer], *, none: bool = False) -> list[Any]:
    """`none`: it may be that nobody is chosen among the first boxes."""
    if len(people) > MANY:
        return _many(label, people, ticked=bool(ticked))
    chosen = [c.id for c in ticked]
    return [
        kit.checkboxes(
            BOXES[i // PER_BOX],
            label if i == 0 else "and",
            choices(people[i : i + PER_BOX], people),
            chosen,
            optional=i > 0 or none,
        )
        for i in range(0, len(people), PER_BOX)
    ]


def _many(label: str, people: Sequence[Customer], *, ticked: bool) -> list[Any]:
    unknowing = _unknowing(people)
    who = f"All {len(unknowing)} who do not know yet" if unknowing else f"All {len(people)}"
    hint = "Type a name or an address. While somebody stands here, nobody else is written to."
    return [
        kit.checkboxes(BOXES[0], label, [(EVERYBODY, who)], [EVERYBODY] * ticked, optional=True),
        kit.search_menu(SEARCHED, "Or only these", optional=True, hint=hint, placeholder="Search for customers"),
    ]


def _unknowing(people: Sequence[Customer]) -> list[Customer]:
    return [c for c in people if not c.told]


def counted(bug: Bug) -> int:
    """The number of the last customer who is known. Whoever joins later was not in the form, and is not written to by it."""
    return max(map(number, bug.customers), default=0)


def number(customer: Customer) -> int:
    return int(customer.id[1:])


def chosen(values: Mapping[str, Any], people: Sequence[Customer], upto: int) -> tuple[str, ...]:
    """The ids, over all boxes. `people`: who could be chosen; `upto`: what was `counted` when the form was drawn."""
    if searched := values.get(SEARCHED):
        return tuple(searched)
    ticked = tuple(id_ for box in BOXES for id_ in values.get(box) or ())
    if EVERYBODY not in ticked:
        return ticked
    there = [c for c in people if number(c) <= upto]
    return tuple(c.id for c in _unknowing(there) or there)


def choices(some: Sequence[Customer], people: Sequence[Customer]) -> list[tuple[str, str]]:
    """`people`: all whom the form knows, among whom a name may repeat."""
    alike = apart(people)
    return [(c.id, _choice(c, alike.get(c.id, ""))) for c in some]


def _choice(customer: Customer, mark: str) -> str:
    tail = f"{' · online' if customer.online else ''} · {channel(customer.source)}"
    return cut(f"{marked(customer, mark)}{tail}" if mark else f"{customer.name}{tail}", LONGEST)


def found(people: Sequence[Customer], query: str) -> list[tuple[str, str]]:
    """Those whom each of the words fits, those who do not know yet first; as many as a menu shows."""
    words = query.casefold().split()
    fits = [c for c in people if all(word in _known(c) for word in words)]
    return choices(sorted(fits, key=lambda c: (c.told is not None, c.name.casefold()))[:OFFERED], people)


def _known(customer: Customer) -> str:
    hint = customer.hint
    return f"{hint.name} {hint.email} {hint.id} {customer.plan} {channel(customer.source)}".casefold()


def said(people: Sequence[Customer]) -> str:
    return f"{plural(len(people), 'customer')} can be told."
