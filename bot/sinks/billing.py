"""Books makegoods before the tell that promises them goes out. After a cut-off it looks for our key before it books again."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.adapters.ports import Biller
from bot.bug.bug import Bug
from bot.bug.course.course import Fixed
from bot.bug.customers.customer import Customer
from bot.bug.customers.customers import AccountSeen, CustomerFelt, CustomerJoined, CustomerWrote
from bot.bug.errors import Doubtful, Outside, Rejected, Unavailable
from bot.bug.event import Event
from bot.bug.gifts.gifts import Granted, GrantKept, GrantUndoAsked, GrantUndone, NotGranted
from bot.bug.keys import of_entry
from bot.bug.money import Account, Grant, Receipt, Upgrade
from bot.bug.telling.letters import LetterLeft
from bot.bug.telling.messages import Told
from bot.ledger.ledger import Entry
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.once import once

log = logging.getLogger(__name__)

SEEN = ("plan", "currency", "monthly", "terms")
ASKED = 30
"""Customers whose accounts are read again before a tell: as many as its form shows."""
Receipts = Callable[[int, int], Awaitable[Granted]]


class NoAccount(Rejected):
    """The billing system has nobody to book it on."""


@dataclass(frozen=True)
class BillingSink:
    """`receipts(bug, seq)` finds the Granted entry again, for an undo."""

    biller: Biller
    receipts: Receipts
    name: ClassVar[str] = "billing"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset({Told, LetterLeft, GrantUndoAsked, CustomerJoined, CustomerWrote, Fixed})
    )

    async def serve(self, work: Work) -> Served:
        if told := _told(work.entry):
            return await self._grant_all(work, *told)
        match work.entry and work.entry.event:
            case GrantUndoAsked() as asked:
                return await self._undo(work.bug, asked)
            case CustomerJoined(customer=id_):
                return await self._plan(work.bug, id_)
            case CustomerWrote(customer=id_):
                return await self._bought(work.bug, id_)
            case Fixed():
                return await self._before_telling(work.bug)
            case _:
                return Served()

    async def _grant_all(self, work: Work, tell: int, at: datetime) -> Served:
        """`tell`, `at`: the Told entry."""
        outcomes: list[Event] = []
        for customer, index, grant in _promised(work.bug, tell):
            key = f"{of_entry(work.bug.ref, tell, at)}-{customer.id}-{index}"
            try:
                receipt = await self._grant(customer, grant, key, doubt=work.doubt)
                outcomes.append(Granted(tell=tell, customer=customer.id, grant=grant, receipt=receipt))
            except (Unavailable, Doubtful) as error:
                # what was booked before it is written down now: the next attempt begins with what is still missing
                return Served(outcomes=tuple(outcomes), stuck=error)
            except Outside as error:
                nobody, why = isinstance(error, NoAccount), str(error)
                outcomes.append(NotGranted(tell=tell, customer=customer.id, grant=grant, why=why, homeless=nobody))
        return Served(outcomes=tuple(outcomes))

    async def _grant(self, customer: Customer, grant: Grant, key: str, *, doubt: bool) -> Receipt:
        account = await self.biller.account(customer.hint)
        if account is None:
            raise NoAccount(f"The billing system knows no account of {customer.name}")
        return await once(
            lambda: self.biller.find(account, grant, key),
            lambda: self.biller.apply(account, grant, key),
            doubt=doubt,
        )

    async def _undo(self, bug: Bug, asked: GrantUndoAsked) -> Served:
        """What was changed by somebody else since stays as it is: a person is told."""
        granted = await self.receipts(bug.ref.number, asked.granted)
        try:
            # a key of its own, made from the booking's: an undo that is cut off and repeated takes the money back once
            await self.biller.undo(granted.receipt, f"{granted.receipt.key}-undo")
        except Rejected as error:
            return Served(outcomes=(GrantKept(granted=asked.granted, why=str(error)),))
        return Served(outcomes=(GrantUndone(granted=asked.granted, ended=asked.ended),))

    async def _plan(self, bug: Bug, id_: str) -> Served:
        """What the customer pays for, so that the card says whom we are about to lose. Nice to know: never retried for long."""
        customer = bug.customer(id_)
        account = await self._account(customer) if customer and not customer.plan else None
        return Served(outcomes=(_seen(id_, account),)) if account and account.plan else Served()

    async def _bought(self, bug: Bug, id_: str) -> Served:
        """Somebody who was told writes again: another plan than before, which we did not give, they bought."""
        customer = bug.customer(id_)
        account = await self._account(customer) if customer and customer.told_at else None
        if customer is None or account is None or account.plan in {"", customer.plan}:
            return Served()
        # the plan that we gave them shows at the biller like one that they bought
        ours = {g.grant.plan for g in customer.given if isinstance(g.grant, Upgrade)}
        bought = (CustomerFelt(customer=id_, what="bought"),) if account.plan not in ours else ()
        return Served(outcomes=(_seen(id_, account), *bought))

    async def _before_telling(self, bug: Bug) -> Served:
        """How far everybody has paid may have changed since they came: the form that tells them proposes from it."""
        seen: list[Event] = []
        try:
            # each costs a call to the biller, and the form shows no more than these
            for customer in bug.untold[:ASKED]:
                account = await self.biller.account(customer.hint)
                if account is None and customer.billed is not False:
                    seen.append(AccountSeen(customer=customer.id, plan="", known=False))
                elif account and (_changed(customer, account) or not customer.billed):
                    seen.append(_seen(customer.id, account))
        except Outside as error:
            log.info("%s is told with what was known of its customers before: %s", bug.ref, error)
        return Served(outcomes=tuple(seen))

    async def _account(self, customer: Customer) -> Account | None:
        try:
            return await self.biller.account(customer.hint)
        except Outside:
            return None


def _seen(id_: str, account: Account) -> AccountSeen:
    same = {name: getattr(account, name) for name in SEEN}
    return AccountSeen(customer=id_, **same)


def _changed(customer: Customer, account: Account) -> bool:
    return any(getattr(customer, name) != getattr(account, name) for name in SEEN)


def _told(entry: Entry | None) -> tuple[int, datetime] | None:
    """The tell that this entry sets free to be booked: its number and its time."""
    match entry and entry.event:
        case Told():
            return (entry.seq, entry.at) if entry else None
        case LetterLeft(message=seq, written=at):
            return seq, at
        case _:
            return None


def _promised(bug: Bug, tell: int) -> Iterator[tuple[Customer, int, Grant]]:
    """What this tell promises and is not booked yet; nothing of a letter that can still be taken back."""
    for customer in bug.customers:
        if not any(m.seq == tell and m.held for m in customer.messages):
            mine = enumerate(g for g in customer.given if g.tell == tell)
            yield from ((customer, i, g.grant) for i, g in mine if g.state == "promised")
