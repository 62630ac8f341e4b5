"""Sends answers and tells in the customer's own channel. After a cut-off it looks there, or asks a person where it can't (SMTP)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from bot.adapters.opening import MAIL
from bot.adapters.ports import Channel
from bot.adapters.registry import PASTED
from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer, Given, Message, place
from bot.bug.customers.customers import CustomerPresence
from bot.bug.errors import Doubtful, MakegoodError, Outside, Rejected, Unavailable
from bot.bug.event import Event
from bot.bug.gifts.gifts import Granted, NotGranted, TellReleased
from bot.bug.keys import of_entry
from bot.bug.telling.courtesy import Courtesy
from bot.bug.telling.gift_texts import letter
from bot.bug.telling.letters import LetterLeft
from bot.bug.telling.messages import Answered, Delivered, NotDelivered, Told
from bot.bug.values import Outgoing, Sent
from bot.bug.words import service_name
from bot.ledger.ledger import utcnow
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.once import once

SETTLED = {"granted", "dropped", "undone", "ended"}
Due = tuple[Customer, Message]


async def unknown(_writer: str) -> str:
    return ""


@dataclass(frozen=True)
class CustomerSink:
    """`channels` by source; "mail" answers whoever has an address and no better way."""

    channels: Mapping[str, Channel]
    courtesy: Courtesy = field(default_factory=Courtesy)
    called: Callable[[str], Awaitable[str]] = unknown
    """What customers may call whoever of the team wrote; empty where nobody knows."""
    clock: Callable[[], datetime] = utcnow
    name: ClassVar[str] = "customer"
    slots: ClassVar[int] = 8
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset(
            {Answered, Told, LetterLeft, Granted, NotGranted, TellReleased, CustomerPresence, Delivered, NotDelivered}
        )
    )

    async def serve(self, work: Work) -> Served:
        """One letter, whose outcome brings up the next: a cut-off leaves one in doubt, whoever else was to read it."""
        due = _due(work)
        if due is None:
            return Served()
        try:
            return Served(outcomes=(await self._send(work, *due),))
        # the cursor stays on this letter: what comes after it for other customers waits, and the order of words to one
        # is kept
        except (Unavailable, Doubtful) as error:
            return Served(stuck=error)
        except Outside as error:
            return Served(outcomes=(_failed(*due, error),))

    async def _send(self, work: Work, customer: Customer, message: Message) -> Event:
        # "back by 14:15", read at 15:00 after an outage, is worse than nothing
        if message.promised and message.promised <= self.clock():
            raise Rejected("It waited so long that the time it promises is over. Write a new one")
        channel = self._channel(customer)
        letter = _letter(work.bug, customer, message, channel.source, await self._words(channel, customer, message))
        # SMTP after DATA: nobody can be asked whether it went out. A customer who reads it twice, or never, is for a
        # person to weigh.
        if work.doubt and not channel.can_look:
            cut_off = Doubtful("The sending was cut off, and this channel can't be asked.")
            return _failed(customer, message, cut_off, doubtful=True)
        try:
            sent = await once(lambda: channel.find(letter), lambda: channel.send(letter), doubt=work.doubt)
        except Doubtful as error:
            # the next attempt looks first, so this one need not bother a person
            if channel.can_look:
                raise
            return _failed(customer, message, error, doubtful=True)
        return _delivered(customer, message, letter, sent)

    async def _words(self, channel: Channel, customer: Customer, message: Message) -> str:
        text = letter(customer, message)
        if channel.source != MAIL:
            return text
        return self.courtesy.framed(text, customer.hint.name, await self.called(message.by))

    def _channel(self, customer: Customer) -> Channel:
        """The channel they wrote in. By mail, where we have no way into that channel, or they have left one that takes no answer."""
        if customer.source in self.channels:
            return self.channels[customer.source]
        # a mail would reach them in a moment, while they wait in a chat for an answer
        if customer.source in PASTED and customer.online:
            raise Rejected(f"{service_name(customer.source)} lets nobody answer from outside, and they are there now")
        if customer.hint.email and "mail" in self.channels:
            return self.channels["mail"]
        raise Rejected(f"There is no way to answer {customer.name} from here: set up [mail], or tell them by hand")


def _due(work: Work) -> Due | None:
    """What this entry sets free: an answer at once, a tell once everything it promises is booked (or let go); letters when they leave."""
    match work.entry and work.entry.event:
        case Answered() | Told():
            return _next(work.bug, work.entry.seq if work.entry else 0, letter=False)
        case LetterLeft(message=seq):
            return _next(work.bug, seq, letter=True)
        case Delivered(message=seq, customer=id_) | NotDelivered(message=seq, customer=id_):
            return _next(work.bug, seq, letter=_was_letter(work.bug, seq, id_))
        case (
            Granted(tell=seq, customer=id_) | NotGranted(tell=seq, customer=id_) | TellReleased(tell=seq, customer=id_)
        ):
            return _booked(work.bug, seq, id_)
        case CustomerPresence(customer=id_, online=False):
            return _left(work.bug, id_)
        case _:
            return None


def _next(bug: Bug, seq: int, *, letter: bool) -> Due | None:
    """The next of those who only read something; who gets something is told when that is booked.

    Of letters and of what goes at once by itself: an attempt that was cut off comes up as the same one again.
    """
    found = (_waiting(c, seq) for c in bug.customers if not _gets(c, seq))
    return next((one for one in found if one and one[1].letter is letter), None)


def _was_letter(bug: Bug, seq: int, id_: str) -> bool:
    customer = bug.customer(id_)
    return any(m.letter for m in customer.messages if m.seq == seq) if customer else False


def _booked(bug: Bug, seq: int, id_: str) -> Due | None:
    customer = bug.customer(id_)
    # a letter names what was booked; sent before, it would promise what the biller may still refuse
    ready = customer and all(given.state in SETTLED or given.homeless for given in _gets(customer, seq))
    return _waiting(customer, seq) if customer and ready else None


def _gets(customer: Customer, tell: int) -> tuple[Given, ...]:
    return tuple(given for given in customer.given if given.tell == tell)


def _waiting(customer: Customer, seq: int) -> Due | None:
    return next(
        ((customer, m) for m in customer.messages if m.seq == seq and m.state == "waiting" and not m.held), None
    )


def _left(bug: Bug, id_: str) -> Due | None:
    """The last message that nobody pasted while the customer was there. Now that they have left, a mail can reach them."""
    customer = bug.customer(id_)
    if customer is None or customer.source not in PASTED or not customer.hint.email or customer.online:
        return None
    return next(((customer, m) for m in customer.messages[-1:] if m.state == "failed"), None)


def _letter(bug: Bug, customer: Customer, message: Message, source: str, text: str) -> Outgoing:
    subject = f"Re: {customer.subject}" if customer.subject else "The problem you had"
    # a chat's number means nothing to a mailbox
    same = customer.source == source or customer.source.startswith("email")
    return Outgoing(
        source=source,
        conversation=customer.conversation if same else "",
        customer=customer.hint,
        text=text,
        subject=subject,
        # with the entry's time: after a backup came back, another entry may bear the same bug and number
        key=f"{of_entry(bug.ref, message.seq, message.at)}-{customer.id}",
        in_reply_to=customer.message_id,
        references=customer.references,
        at=message.at,
    )


def _delivered(customer: Customer, message: Message, letter: Outgoing, sent: Sent) -> Event:
    return Delivered(
        message=message.seq,
        customer=customer.id,
        state=sent.state,
        external_id=sent.external_id,
        to=place(letter.source, letter.conversation, letter.customer.email),
    )


def _failed(customer: Customer, message: Message, error: MakegoodError, *, doubtful: bool = False) -> Event:
    return NotDelivered(message=message.seq, customer=customer.id, why=str(error), doubtful=doubtful)
