"""Answers and tells go out in the customer's own channel. Cut off: look there; where one can't look (SMTP), ask a person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.customers import registry
from bot.domain import events as e
from bot.domain.bug import Bug, Customer, Message
from bot.domain.errors import Doubtful, MakegoodError, Outside, Rejected, Unavailable
from bot.domain.events import Event
from bot.domain.makegood import with_codes
from bot.domain.values import Outgoing
from bot.ledger.ledger import utcnow
from bot.ledger.queue import Interest
from bot.ledger.relay import Served, Work
from bot.ports import Channel

MUTE = frozenset(s for s in registry.sources() if hasattr(registry.find(s), "ready_to_copy"))
"""Channels that take no answer from outside: a person pastes it."""
SETTLED = {"granted", "dropped", "undone", "ended"}


@dataclass(frozen=True)
class CustomerSink:
    """`channels` by source; "mail" answers whoever has an address and no better way."""

    channels: Mapping[str, Channel]
    clock: Callable[[], datetime] = utcnow
    name: ClassVar[str] = "customer"
    slots: ClassVar[int] = 8
    interest: ClassVar[Interest] = Interest(
        kinds=frozenset({e.Answered, e.Told, e.Granted, e.TellReleased, e.CustomerPresence})
    )

    async def serve(self, work: Work) -> Served:
        outcomes: list[Event] = []
        for customer, message in _due(work):
            try:
                outcomes.append(await self._send(work, customer, message))
            except (Unavailable, Doubtful) as error:
                return Served(outcomes=tuple(outcomes), stuck=error)
            except Outside as error:
                outcomes.append(_failed(customer, message, error))
        return Served(outcomes=tuple(outcomes))

    async def _send(self, work: Work, customer: Customer, message: Message) -> Event:
        if message.promised and message.promised <= self.clock():
            raise Rejected("It waited so long that the time it promises is over. Write a new one")
        channel = self._channel(customer)
        letter = _letter(work.bug, customer, message, channel.source)
        if work.doubt:
            if not channel.can_look:
                return _failed(
                    customer,
                    message,
                    Doubtful("The sending was cut off, and this channel can't be asked."),
                    doubtful=True,
                )
            found = await channel.find(letter)
            if found:
                return _delivered(customer, message, found.state, found.external_id)
        try:
            sent = await channel.send(letter)
        except Doubtful as error:
            if channel.can_look:
                raise
            return _failed(customer, message, error, doubtful=True)
        return _delivered(customer, message, sent.state, sent.external_id)

    def _channel(self, customer: Customer) -> Channel:
        """The conversation they wrote in; mail where there is none, or they have left one that can't answer."""
        if customer.source in self.channels:
            return self.channels[customer.source]
        if customer.source in MUTE and customer.online:
            raise Rejected(f"{customer.source.capitalize()} lets nobody answer from outside, and they are there now")
        if customer.hint.email and "mail" in self.channels:
            return self.channels["mail"]
        raise Rejected(f"There is no way to answer {customer.name} from here: set up [mail], or tell them by hand")


def _due(work: Work) -> Iterable[tuple[Customer, Message]]:
    """What this entry sets free: an answer at once, a tell once everything it promises is booked (or let go)."""
    entry = work.entry
    if entry is None:
        return
    event = entry.event
    ids: tuple[str, ...]
    if isinstance(event, e.Granted | e.TellReleased):
        seq, ids = event.tell, (event.customer,)
    elif isinstance(event, e.Answered | e.Told):
        seq, ids = entry.seq, event.customers
    else:
        yield from _left(work.bug, event)
        return
    for customer in work.bug.customers:
        waiting = next((m for m in customer.messages if m.seq == seq and m.state == "waiting"), None)
        if customer.id in ids and waiting and all(g.state in SETTLED for g in customer.given if g.tell == seq):
            yield customer, waiting


def _left(bug: Bug, event: Event) -> Iterable[tuple[Customer, Message]]:
    """Nobody pasted the last message while they were there: now that they have left, a mail still reaches them."""
    if isinstance(event, e.CustomerPresence) and not event.online:
        customer = bug.customer(event.customer)
        if customer and customer.source in MUTE and customer.hint.email and not customer.online:
            yield from ((customer, m) for m in customer.messages[-1:] if m.state == "failed")


def _letter(bug: Bug, customer: Customer, message: Message, source: str) -> Outgoing:
    subject = f"Re: {customer.subject}" if customer.subject else "The problem you had"
    same = customer.source == source or customer.source.startswith("email")
    return Outgoing(
        source=source,
        conversation=customer.conversation if same else "",
        customer=customer.hint,
        text=with_codes(customer, message),
        subject=f"{subject} [{bug.ref}]",
        key=f"{bug.ref.team}-{bug.ref}-{message.seq}-{customer.id}",
        in_reply_to=customer.message_id,
        references=customer.references,
    )


def _delivered(customer: Customer, message: Message, state: str, external_id: str) -> Event:
    data = {"message": message.seq, "customer": customer.id, "state": state, "external_id": external_id}
    return e.Delivered.model_validate(data)


def _failed(customer: Customer, message: Message, error: MakegoodError, *, doubtful: bool = False) -> Event:
    return e.NotDelivered(message=message.seq, customer=customer.id, why=str(error), doubtful=doubtful)
