"""Letters wait a little before they leave, so that whoever sent them can take them back. A chat's words go at once.

Until a letter leaves nothing of it has happened: nobody has read it, and what is given with it is not booked.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer, Given, Message
from bot.bug.customers.customers import named
from bot.bug.errors import Refused
from bot.bug.event import ANY, STAY, Event, Move, Outcome, Quiet, must_allow
from bot.bug.telling.messages import Answered, Told
from bot.bug.words import Person, Press, Words

CLOCKS = timedelta(seconds=2)
"""By which the clocks of two processes may differ."""
GONE = "The letter has left already. Write another one with *Tell* or *Answer*."


class LetterLeft(Quiet, Outcome):
    """The wait of a message's letters is over: from here on nobody can take them back."""

    KIND = "letter_left"
    message: int
    """seq of the Answered or Told entry."""
    written: AwareDatetime
    """When that was: what is done outside for it is named by this time."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return _changed(bug, (self.message,), lambda m: replace(m, leaves=None))


class LettersTakenBack(Event):
    """Somebody took letters back before they left: nobody has read them, and nothing was given."""

    KIND = "letters_taken_back"
    MOVES = (Move(ANY, STAY, "what has not left can be taken back at any time"),)
    messages: tuple[int, ...]
    """seqs of the Answered or Told entries."""
    customers: tuple[str, ...]

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        after = _changed(bug, self.messages, lambda m: replace(m, state="taken_back", leaves=None))
        given = replace(after, customers=tuple(map(self._ungiven, after.customers)))
        return replace(given, back_by=_still_promised(given))

    def _ungiven(self, customer: Customer) -> Customer:
        def dropped(given: Given) -> Given:
            return replace(given, state="dropped") if takes_back(self, customer.id, given) else given

        return replace(customer, given=tuple(map(dropped, customer.given)))

    def line(self, bug: Bug, by: str) -> Words:
        back = (Person(by), " took the letter to ", named(bug, self.customers), " back before it left. ")
        return Words("leftwards_arrow_with_hook", (*back, Press("Tell"), " and ", Press("Answer"), " are on the card."))


EVENTS = (LetterLeft, LettersTakenBack)


def takes_back(event: LettersTakenBack, customer: str, given: Given) -> bool:
    """Whether this gift was only promised in one of these letters."""
    return given.tell in event.messages and customer in event.customers and given.state == "promised"


def _changed(bug: Bug, messages: Sequence[int], change: Callable[[Message], Message]) -> Bug:
    """Only what is still held: a letter that was taken back never leaves, one that has left is never taken back."""

    def each(customer: Customer) -> Customer:
        mine = (change(m) if m.seq in messages and m.held else m for m in customer.messages)
        return replace(customer, messages=tuple(mine))

    return replace(bug, customers=tuple(map(each, bug.customers)))


def _still_promised(bug: Bug) -> datetime | None:
    """The last time by which we said to be back, in what was not taken back."""
    said = [m for c in bug.customers for m in c.messages if m.promised and m.state != "taken_back"]
    return max(said, key=lambda m: m.seq).promised if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Which messages are letters, and how long these wait; no time: everything goes at once."""

    wait: timedelta
    chats: frozenset[str]
    """Sources that are answered where the customer wrote."""
    pasted: Container[str]
    """Sources that take no answer from outside: while the customer is there, a person pastes it."""

    def hold(self, bug: Bug, decided: Event | Iterable[Event] | None, now: datetime) -> tuple[Event, ...]:
        """The same decision, with the letters among its messages held."""
        events = (decided,) if isinstance(decided, Event) else tuple(decided or ())
        return tuple(self._held(bug, one, now) if isinstance(one, Answered | Told) else one for one in events)

    def _held(self, bug: Bug, sent: Answered | Told, now: datetime) -> Answered | Told:
        mine = tuple(c.id for c in bug.customers if c.id in sent.customers and self.is_letter(c))
        if not (self.wait and mine):
            return sent
        leaves = now + self.wait
        if isinstance(sent, Told):
            return Told(
                customers=sent.customers,
                text=sent.text,
                grants=sent.grants,
                thanks=sent.thanks,
                letters=mine,
                leaves=leaves,
            )
        return Answered(customers=sent.customers, text=sent.text, promised=sent.promised, letters=mine, leaves=leaves)

    def is_letter(self, customer: Customer) -> bool:
        """Whether they are answered by mail."""
        if customer.source in self.chats or not customer.hint.email:
            return False
        return not (customer.source in self.pasted and customer.online)


def held(bug: Bug) -> tuple[tuple[Customer, Message], ...]:
    """Every letter that can still be taken back."""
    return tuple((customer, message) for customer in bug.customers for message in customer.messages if message.held)


def of_one_press(bug: Bug, message: int) -> tuple[tuple[Customer, Message], ...]:
    """The letters that were written with this one, all of which still wait; it may be several messages with different gifts."""
    this = next(((m.by, m.at) for _, m in held(bug) if m.seq == message), None)
    return tuple((c, m) for c, m in held(bug) if (m.by, m.at) == this)


def written_later(bug: Bug, now: datetime) -> bool:
    """Whether a letter waits that was written at a time to come: the clock was set back since, by more than clocks differ."""
    return any(m.at > now + CLOCKS for _, m in held(bug))


def next_at(bug: Bug, back: datetime | None = None) -> datetime | None:
    """When the next letter leaves; None: none waits. `back`: when it was seen that the clock had been set back."""
    return min((_leaves(m, back) for _, m in held(bug)), default=None)


def leaving(bug: Bug, now: datetime, back: datetime | None = None) -> tuple[LetterLeft, ...]:
    """The messages whose letters leave now."""
    due = {m.seq: m.at for _, m in held(bug) if _leaves(m, back) <= now}
    return tuple(LetterLeft(message=seq, written=at) for seq, at in due.items())


def _leaves(message: Message, back: datetime | None) -> datetime:
    """What was written before the clock was set back waits as long from then on as it was to wait, and no longer."""
    leaves = message.leaves or message.at
    return back + (leaves - message.at) if back and message.at > back else leaves


def take_back(bug: Bug, message: int | None = None) -> LettersTakenBack:
    """The letters of one press, which may be several messages; without `message` all that wait. Raises Refused: they have left."""
    must_allow(bug, LettersTakenBack)
    chosen = held(bug) if message is None else of_one_press(bug, message)
    if not chosen:
        raise Refused(_not_waiting(bug, message))
    return LettersTakenBack(
        messages=tuple(dict.fromkeys(m.seq for _, m in chosen)), customers=tuple(dict.fromkeys(c.id for c, _ in chosen))
    )


def untrue(bug: Bug) -> tuple[LettersTakenBack, ...]:
    """It does not work after all: the letters that say that it does, and have not left, never do."""
    said = [(customer, message) for customer, message in held(bug) if message.kind == "told"]
    messages, customers = dict.fromkeys(m.seq for _, m in said), dict.fromkeys(c.id for c, _ in said)
    return (LettersTakenBack(messages=tuple(messages), customers=tuple(customers)),) if said else ()


def _not_waiting(bug: Bug, message: int | None) -> str:
    mine = [m for c in bug.customers for m in c.messages if message is None or m.seq == message]
    if any(m.state == "taken_back" for m in mine) and message is not None:
        return "The letter was taken back already. Nobody has read it."
    return GONE if message is not None else f"No letter of {bug.ref} waits. What was written has left already."


def spared_words(bug: Bug) -> str:
    """What stood in the last tell that was taken back, for whoever writes it again; empty where none was, or somebody was told since."""
    told = [
        m for c in bug.customers if c.to_tell for m in c.messages[-1:] if m.kind == "told" and m.state == "taken_back"
    ]
    return max(told, key=lambda m: m.seq).text if told else ""
