"""What a person should see of a message before it goes to customers: internals in its words, and many readers."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.customers.customers import CustomerWrote
from bot.bug.telling.internals import internals
from bot.ledger.entries import trail
from bot.production.redaction import Redactor
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request
from bot.slack.views.mrkdwn import foreign
from bot.text import plural

MANY = 10
"""So many readers need no second look."""
NAMED = 12


@dataclass(frozen=True, slots=True)
class Concerns:
    """`asks` are sentences for the form; `seen` stands for exactly this text and these readers."""

    asks: tuple[str, ...] = ()
    seen: str = ""
    words: tuple[str, ...] = ()
    """What customers need not know of the text."""

    def unseen(self, request: Request) -> bool:
        """Whether the form has to be shown once more: the second press counts for what was shown, and for nothing else."""
        return bool(self.asks) and request.about.get("seen") != self.seen


NO_CONCERNS = Concerns()


async def look_over(
    context: Context, bug: Bug, chosen: Collection[str], text: str, template: str, *, counted: bool = False
) -> Concerns:
    """Nothing where there is nothing new to tell: the team's own template to a few readers, or to some that were `counted` already."""
    readers = [c for c in bug.customers if c.id in chosen]
    said = [x.event.text for x in await trail(context.ledger, bug.ref.number) if isinstance(x.event, CustomerWrote)]
    ours = str(context.settings.mail.get("sender", ""))
    found = internals(text, bug, readers, said, template=template, ours=ours)
    redactor = context.engine.redactor
    secret = redactor.holds(text) and not redactor.holds(template)  # the team's own template they wrote themselves
    told = tuple(_secret(text, redactor)) if secret else ()
    asks = (*told, *_words(text, found), *(() if counted else _readers(readers)))
    shown = "\0".join((*sorted(chosen), text))
    words = ("a secret of ours", *found) if secret else tuple(found)
    return Concerns(asks, hashlib.sha256(shown.encode()).hexdigest()[:16], words) if asks else NO_CONCERNS


def _secret(text: str, redactor: Redactor) -> Iterator[str]:
    """What a person confirms goes out as it stands, so they are told first."""
    lines = [line for line in text.splitlines() if redactor.holds(line)]
    shown = "\n".join(f">{foreign(redactor.redact(line), 500)}" for line in lines[:4])
    which = "the dots below: a value of makegood.toml or of the environment"
    yield f":warning: *This holds a secret of ours* ({which}). Take it out:\n{shown}"


def _words(text: str, found: Sequence[str]) -> Iterator[str]:
    """Each line in which something stands, with the piece marked."""
    if not found:
        return
    lines = [line for line in text.splitlines() if any(piece in line for piece in found)]
    marked = "\n".join(f">{_marked(line, found)}" for line in lines[:4])
    yield f"Customers need not know this. Change it, or press *Send as it is*:\n{marked}"


def _marked(line: str, found: Sequence[str]) -> str:
    """The longest first: one may stand in another."""
    if len(line) > 500 or not found:  # noqa: PLR2004 - a line that nobody could read here
        return foreign(line, 500)
    piece = max(found, key=len)
    rest = [one for one in found if one != piece]
    return f" `{foreign(piece, 200)}` ".join(_marked(part, rest) if part else "" for part in line.split(piece)).strip()


def _readers(readers: Sequence[Customer]) -> Iterator[str]:
    if len(readers) <= MANY:
        return
    names = ", ".join(foreign(c.name, 40, one_line=True) for c in readers[:NAMED])
    more = f" and {len(readers) - NAMED} more" if len(readers) > NAMED else ""
    yield f"*This goes to {plural(len(readers), 'customer')}*: {names}{more}. Press *Send as it is* to write to all of them."
