"""Where a bug can be seen: its page, as the mail names it or a person says it; and whether it is reproduced there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from bot.bug.bug import Bug
from bot.bug.errors import Invalid
from bot.bug.event import ANY, STAY, Event, Inert, Move, Outcome, Text, must_allow
from bot.bug.fixes.looks import Probed
from bot.bug.words import Foreign, Person, Words, listed

Where = Literal["production", "development"]
Seen = Literal["yes", "no", "unknown"]
WHERE: tuple[Where, ...] = ("production", "development")
_ADDRESS = re.compile(r"https?://[^\s<>|\"'“”]{1,2000}")
_BEHIND = ".,;:!?)]}"
"""What ends a sentence rather than an address."""
_WHOLE = "Write the page's whole address, as in https://shop.example.com/menus/13."


class PageNamed(Event):
    """A person says on which page it happens."""

    KIND = "page_named"
    MOVES = (Move(ANY, STAY, "somebody knows the page"),)
    page: Text

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, page=self.page)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("round_pushpin", (Person(by), " says where it happens: ", Foreign(self.page)), minor=True)


class Reproduced(Inert, Outcome):
    """Whether the problem can be seen here: by the probes that were asked, or on a person's word."""

    KIND = "reproduced"
    where: Where
    seen: Seen
    said: Text = ""

    def line(self, _bug: Bug, by: str) -> Words:
        head = {"yes": "Reproduced", "no": "Not reproduced", "unknown": "Not known whether it can be reproduced"}
        icon = {"yes": "repeat", "no": "white_check_mark", "unknown": "grey_question"}
        why = (": ", Foreign(self.said)) if self.said else ()
        person = (" (", Person(by), ")") if by[:1] in {"U", "W"} and by.isalnum() else ()
        return Words(icon[self.seen], (f"{head[self.seen]} on {self.where}", *why, *person))


EVENTS = (PageNamed, Reproduced)


def name_page(bug: Bug, text: str) -> PageNamed:
    """Raises Invalid for what is no whole address."""
    must_allow(bug, PageNamed)
    found = pages((text,))
    if len(found) != 1 or found[0] != text.strip().strip("<>"):
        raise Invalid(_WHOLE, {"page": _WHOLE})
    return PageNamed(page=found[0])


def pages(texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses of pages that these texts name, in order."""
    found = (match.rstrip(_BEHIND) for text in texts for match in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(page for page in found if _host(page)))


def _host(page: str) -> str:
    try:
        return urlsplit(page).hostname or ""
    except ValueError:
        return ""


def page_in_mail(bug: Bug, hosts: frozenset[str]) -> str:
    """The page that the customers' words name: one of ours, or else the first; empty where they name no page."""
    named = pages((bug.title, bug.message, *(customer.said for customer in bug.customers)))
    ours = [page for page in named if _host(page) in hosts]
    return next(iter((*ours, *named)), "")


def reproduced(probes: Sequence[Probed]) -> tuple[Reproduced, ...]:
    """What the probes of each place say of the problem itself; whoever asks gets an answer, even where there is no probe."""
    own = [probe for probe in probes if not probe.smoke]
    found = tuple(_there(where, mine) for where in WHERE if (mine := [p for p in own if p.where == where]))
    none = "no probe belongs to this bug; `[probes.NAME]` in the settings makes one"
    return found or (Reproduced(where="production", seen="unknown", said=none),)


def _there(where: Where, probes: Sequence[Probed]) -> Reproduced:
    asked = [probe for probe in probes if not probe.unknown]
    broken = [probe for probe in asked if not probe.ok]
    told = broken or asked or probes
    said = "".join(str(part) for part in listed(f"{p.probe} {p.said}" for p in told))
    seen: Seen = "yes" if broken else "no" if asked else "unknown"
    return Reproduced(where=where, seen=seen, said=said)
