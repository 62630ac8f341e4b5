"""How serious a bug is for who meets it: a person says so; until then what the customers wrote lets us guess."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import ALIVE, CLOSED, STAY, Event, Move, Text, must_allow
from bot.bug.words import Part, Person, Quote, Words

HOW = "Say it as in `/bug serious BUG-1 blocks`: blocks, degrades or cosmetic; a reason may follow."
LONGEST = 2_000
"""Characters of a customer's words that are looked at."""


class Serious(StrEnum):
    BLOCKS = "blocks"
    """A customer cannot go on."""
    DEGRADES = "degrades"
    """They can, with trouble: it is slow, fails now and then, or there is a way around."""
    COSMETIC = "cosmetic"


SAID = {
    Serious.BLOCKS: "blocks a customer",
    Serious.DEGRADES: "degrades",
    Serious.COSMETIC: "cosmetic",
}
MEANT = {
    Serious.BLOCKS: "It blocks a customer",
    Serious.DEGRADES: "It degrades: they can go on, with trouble",
    Serious.COSMETIC: "It is cosmetic",
}
WORDS = {
    Serious.BLOCKS: re.compile(
        r"\b(can ?not|can[’'`]?t|could ?n[’'`]?o?t|unable to|impossible|blocked|stuck|locked out|no longer (?:able|possible)"
        r"|(?:nothing|none of it) works|won[’'`]?t (?:load|open|start|save|let)|all (?:my|our) \w+ (?:is|are) gone|lost (?:all|my|our))\b"
        r"|\b(kann|können|konnte) (?:\w+ ){0,4}(?:nicht|kein\w*)\b|\b(geht|funktioniert) (?:gar |überhaupt )?nicht\b|\bausgesperrt\b"
        r"|\b(impossible|bloqu\w+|ne (?:peux|peut|pouvons) (?:plus|pas)|no (?:puedo|podemos))\b"
        r"|\b(não consig\w+|non riesc\w+|niet mogelijk|kan niet)\b",
        re.IGNORECASE,
    ),
    Serious.DEGRADES: re.compile(
        r"\b(slow\w*|sluggish|lag\w*|takes (?:ages|forever|long|minutes)|sometimes|now and then|intermittent\w*|flaky"
        r"|time[sd]? ?out|workaround"
        r"|langsam\w*|manchmal|hin und wieder|dauert|lent\w*|parfois|a veces|lento|às vezes|a volte|soms|traag)\b",
        re.IGNORECASE,
    ),
    Serious.COSMETIC: re.compile(
        r"\b(typos?|misspel\w+|spelling|misaligned|alignment|overlap\w*|colou?rs?|font|pixel\w*|looks (?:odd|wrong|ugly|weird|off)"
        r"|tippfehler|rechtschreib\w+|verschoben|farbe\w*|schriftart|faute d[’']orthographe|couleurs?|colores|cor errada)\b",
        re.IGNORECASE,
    ),
}


class Judged(NamedTuple):
    how: Serious
    guessed: bool

    def __str__(self) -> str:
        return f"probably {SAID[self.how]}" if self.guessed else SAID[self.how]


class SeriousnessSaid(Event):
    """Somebody says how serious it is; the last one counts."""

    KIND = "seriousness_said"
    MOVES = (Move((*ALIVE, CLOSED), STAY, "somebody knows how serious it is"),)
    how: Serious
    why: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, serious=self.how.value)

    def line(self, _bug: Bug, by: str) -> Words:
        why: tuple[Part, ...] = (": ", Quote(self.why)) if self.why else ()
        return Words("vertical_traffic_light", (Person(by), f" says how serious it is: {SAID[self.how]}", *why))


EVENTS = (SeriousnessSaid,)


def say(bug: Bug, how: str, why: str = "") -> SeriousnessSaid:
    """Raises Refused for any other word."""
    must_allow(bug, SeriousnessSaid)
    try:
        said = Serious(how.strip().casefold())
    except ValueError:
        raise Refused(HOW) from None
    return SeriousnessSaid(how=said, why=why.strip())


def judged(bug: Bug) -> Judged | None:
    """What a person said; else the worst that the words of who waits let us guess; None where they say nothing of it."""
    if bug.serious:
        return Judged(Serious(bug.serious), guessed=False)
    guesses = {found for text in _words(bug) if (found := guess(text))}
    return next((Judged(how, guessed=True) for how in Serious if how in guesses), None)


def guess(text: str) -> Serious | None:
    return next((how for how, words in WORDS.items() if words.search(text[:LONGEST])), None)


def _words(bug: Bug) -> Iterator[str]:
    """Of people alone: "can't access property" is a program's way to say anything at all."""
    yield from (customer.said for customer in bug.customers if customer.said)
    if not bug.groups:
        yield from (bug.title, bug.message)
