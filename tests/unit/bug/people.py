"""Four people, where they can be reached, and a channel and a biller that count what each place and each account got."""

from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.bug.errors import Unavailable
from bot.bug.gifts.gifts import Granted
from bot.bug.money import Account, Grant, Receipt
from bot.bug.values import Actor, ActorKind, CustomerHint, Inbound, Outgoing, Sent
from bot.ledger.relay.leased import Lease
from bot.ledger.relay.sink import Served, Sink, Work
from bot.sinks.billing import BillingSink
from bot.sinks.customer import CustomerSink
from tests.unit.bug.story import Story


@dataclass(frozen=True)
class Human:
    """`place`: what they read. `account`: what the biller keeps of them."""

    hint: CustomerHint
    source: str
    conversation: str
    place: str
    account: str = ""

    @property
    def places(self) -> set[str]:
        return {self.place, self.hint.email} - {""}

    def says(self, event: str) -> Inbound:
        return Inbound(
            source=self.source,
            conversation=self.conversation,
            event=event,
            customer=self.hint,
            text="It fails",
            message_id=self.conversation,
        )


ADA = Human(CustomerHint(name="Ada", email="ada@x.example"), "mail", "<ada@1>", "ada@x.example", "ada@x.example")
BEN = Human(CustomerHint(name="Ben", email="ben@x.example"), "chatwoot", "31", "31")
CY = Human(CustomerHint(name="Cy", email="cy@x.example"), "chatwoot", "31", "31", "cy@x.example")
DOT = Human(CustomerHint(name="Dot", id="acct-7"), "chatwoot", "32", "32", "acct-7")
EVERYBODY = (ADA, BEN, CY, DOT)


@dataclass
class Counted:
    """Channel and biller in one: what went where, by the key under which it went."""

    source: str = "counted"
    can_look: bool = True
    sent: list[tuple[str, str]] = field(default_factory=list)
    """(place, key)"""
    bookings: list[tuple[str, str]] = field(default_factory=list)
    """(account, key)"""
    away: bool = False

    async def send(self, message: Outgoing) -> Sent:
        self._there()
        place = message.customer.email if message.source == "mail" else message.conversation
        assert place, "a letter to nobody"
        if (place, message.key) not in self.sent:
            self.sent.append((place, message.key))
        return Sent(state="delivered", external_id=message.key)

    async def find(self, *asked: Any) -> Any:
        del asked
        return

    async def close(self) -> None: ...

    def _there(self) -> None:
        if self.away:
            raise Unavailable("away")

    async def account(self, customer: CustomerHint) -> Account | None:
        known = {h.account for h in EVERYBODY if h.account}
        id_ = next((one for one in (customer.email, customer.id) if one in known), "")
        return Account(id=id_, email=customer.email) if id_ else None

    async def plans(self) -> tuple[str, ...]:
        return ()

    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt:
        self._there()
        self.bookings.append((account.id, key))
        return Receipt(key=key, grant=grant, account=account.id, external_ids=(key,))

    async def undo(self, receipt: Receipt, key: str) -> None: ...


@dataclass
class Town:
    """Bugs with the real sinks behind them; each sink reads each bug's trail from where it stopped."""

    stories: Mapping[int, Story]
    world: Counted = field(default_factory=Counted)
    read: Counter[tuple[str, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        channels = {name: _named(self.world, name) for name in ("mail", "chatwoot")}
        self.sinks: tuple[Sink, ...] = (BillingSink(self.world, self._receipt), CustomerSink(channels))

    async def _receipt(self, bug: int, seq: int) -> Granted:
        found = next(f.event for f in self.stories[bug].facts if f.seq == seq)
        assert isinstance(found, Granted)
        return found

    def works(self) -> None:
        """Until nothing is left to do, as the relay does it."""
        while any(self._serve(sink, number) for sink in self.sinks for number in self.stories):
            pass

    def _serve(self, sink: Sink, number: int) -> bool:
        story, place = self.stories[number], (sink.name, number)
        for fact in story.facts[self.read[place] :]:
            if type(fact.event) in sink.interest.kinds:
                work = Work(bug=story.bug, entry=fact, external={}, doubt=False, attempt=0, lease=Lease.none())  # type: ignore[arg-type] # a fact is an entry without its key
                served = _at_once(sink.serve(work))
                story.then(served.outcomes, Actor(kind=ActorKind.SYSTEM, id=sink.name))
                if served.stuck:
                    return False
            self.read[place] += 1
            return True
        return False


def _at_once(work: Coroutine[Any, Any, Served]) -> Served:
    """Nothing here waits for anything, so that no loop is needed."""
    try:
        work.send(None)
    except StopIteration as done:
        served: Served = done.value
        return served
    raise AssertionError("it waits")


def _named(world: Counted, name: str) -> Counted:
    class Channel(Counted):
        async def send(self, message: Outgoing) -> Sent:
            return await world.send(message)

    return Channel(source=name)
