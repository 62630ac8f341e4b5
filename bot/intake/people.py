"""Folds customers' messages into bugs. A message without a bug becomes one line that asks a person."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.bug.arriving import arrivals
from bot.bug.bug import Bug
from bot.bug.course.news import Opened
from bot.bug.customers.customers import CustomerJoined
from bot.bug.errors import NotFound
from bot.bug.keys import fit
from bot.bug.values import Actor, ActorKind, CustomerHint, Inbound, InboundKind
from bot.bug.workspace import ConversationSettled
from bot.intake import again
from bot.intake.alerts import Alerts
from bot.intake.talks import DROPPED, JOINED, MAILS, Decided, Talk, Talks, same_person, who
from bot.ledger.entries import list_bugs
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger, Recorded
from bot.text import cut

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class People:
    ledger: Ledger
    inbox: Inbox
    alerts: Alerts

    @property
    def talks(self) -> Talks:
        return Talks(self.ledger, self.inbox)

    async def fold(self, items: Sequence[Item]) -> None:
        for item in items:
            inbound = Inbound.from_json(item.body)
            # one after another: what a customer writes is read in the order in which they wrote it
            await self._fold(inbound, item.key)
            await self.inbox.finish(item.key, note=_left_out(inbound))

    async def fold_alerts(self, items: Sequence[Item]) -> None:
        """What trackers report. Somebody whom a new bug hit may have written before the tracker did."""
        for recorded in await self.alerts.fold(items):
            await self._hit(recorded)

    async def alert_at_once(self, item: Item) -> bool | None:
        """The same for one that can be stored and folded in one transaction; None where it can't."""
        done = await self.alerts.at_once(item)
        if done and done[1]:
            await self._hit(done[1])
        return done[0] if done else None

    async def _hit(self, recorded: Recorded) -> None:
        if any(isinstance(entry.event, CustomerJoined) for entry in recorded.entries):
            await self.catch_up(recorded.bug)

    async def _fold(self, inbound: Inbound, key: str) -> None:
        if inbound.kind is InboundKind.OTHER:
            return
        if again.timed(inbound.event):  # the same words an hour later are said anew
            inbound = replace(inbound, event=key)
        talk = await self.talks.find(inbound.source, inbound.conversation, *inbound.references)
        if inbound.kind is InboundKind.OURS:
            await self._outside(inbound, talk)
        elif talk and talk.bug:
            await self.arrive(talk.bug, inbound)
        # a conversation that somebody dropped stays dropped, whatever is written in it later
        elif talk is None or talk.waits:
            await self._place(inbound, key, talk)

    async def _outside(self, inbound: Inbound, talk: Talk | None) -> None:
        """What somebody of the team wrote there; where that is about no bug, or nobody knows about which, it is their own matter."""
        known = talk.bug if talk else None
        bug = known or arrivals.match(inbound, await list_bugs(self.ledger), self.ledger.clock()).sure
        if bug:
            await self._record(bug, inbound)

    async def _place(self, inbound: Inbound, key: str, talk: Talk | None) -> None:
        """A conversation that is not any bug's yet."""
        found = arrivals.match(inbound, await list_bugs(self.ledger), self.ledger.clock())
        sure = found.sure or await self._held_back(inbound, key)
        place = (talk.source, talk.conversation) if talk else (inbound.source, inbound.conversation)
        if sure and not talk:
            await self.arrive(sure, inbound)
        elif sure or inbound.text or talk:
            now = await self.talks.add(*place, inbound, None if sure else found.maybe)
            if now.bug:
                await self.arrive(now.bug, inbound)
            elif sure and now.waits:
                await self._join(now, sure, f"joined BUG-{sure}")

    async def arrive(self, bug: int, inbound: Inbound) -> Recorded:
        """It is this bug's: recorded once, whoever finds out first, and so is all that follows in the same conversation."""
        recorded = await self._record(bug, inbound)
        place = Talk(source=inbound.source, conversation=inbound.conversation, state=JOINED, bug=bug, said=())
        await self.talks.settle(place, JOINED, bug)
        return recorded

    async def _record(self, bug: int, inbound: Inbound) -> Recorded:
        by = Actor(kind=ActorKind.SOURCE, id=inbound.source)
        now = self.ledger.clock()
        # the same mail may come by IMAP and by Postmark: one key for both ways
        key = fit(f"in:{'mail' if inbound.source in MAILS else inbound.source}:{inbound.event}")
        return await self.ledger.record(bug, lambda b: arrivals.arrive(b, inbound, now), by=by, key=key)

    async def _join(self, talk: Talk, bug: int, what: str, by: Decided | None = None) -> None:
        """All that was said while it waited, in its order: the customer waits since the first word."""
        first = who(talk.said)
        for inbound in talk.said:
            customer = first if same_person(first, inbound.customer) else inbound.customer
            await self._record(bug, replace(inbound, customer=customer))
        # last: a crash before it leaves the conversation waiting, and the keys of what was said keep it from being said
        # twice
        await self.talks.settle(talk, JOINED, bug, what=what, by=by)

    async def _held_back(self, inbound: Inbound, key: str) -> int | None:
        """An error that was not worth a card hit this very customer: now it is."""
        if not inbound.customer.email:
            return None
        async with self.ledger.db.write() as conn:
            recorded = await self.alerts.held_back(conn, inbound.customer, key)
            if recorded is None:
                return None
            await self.ledger.notify(conn)
        self.ledger.committed(recorded)
        return recorded.bug.ref.number

    async def catch_up(self, bug: Bug) -> None:
        """The conversations that wait and are this bug's join it."""
        mails = {c.hint.email.casefold() for c in bug.customers if c.hint.email}
        for talk in await self.talks.waiting() if mails else ():
            if any(x.customer.email.casefold() in mails for x in talk.said):
                await self._join(talk, bug.ref.number, f"joined BUG-{bug.ref.number}")

    async def last_words(self, customer: CustomerHint) -> list[Inbound]:
        """Of each conversation of this customer that waits for a person's choice."""
        mail = customer.email.casefold()
        waiting = await self.talks.waiting()
        theirs = ([x for x in talk.said if x.customer.email.casefold() == mail] for talk in waiting)
        return [said[-1] for said in theirs if said]

    async def join(self, source: str, conversation: str, bug: int, by: Actor) -> None:
        """A person chose the bug."""
        talk = await self._asked(source, conversation)
        await self._join(talk, bug, f"is BUG-{bug}", _decided(talk, "same", by, bug))

    async def open(self, source: str, conversation: str, by: Actor) -> int:
        """A person made it a bug of its own; pressed twice, or begun again after a cut-off, it is one."""
        talk = await self._asked(source, conversation)
        words = next((x for x in talk.said if x.text), talk.said[0])
        first = Opened(
            source=talk.source,
            title=cut(words.subject or " ".join(words.text.split()), 120),
            message=words.text,
            page=next((x.page for x in talk.said if x.page), ""),
            url=words.url,
            admitted="a customer waits",
        )
        async with self.ledger.db.write() as conn:
            # keyed by the conversation and not by the press: two people who press at once make one bug
            recorded = await self.ledger.open(conn, [first], by=by, key=fit(f"new:{source}:{conversation}"))
            await self.ledger.notify(conn)
        self.ledger.committed(recorded)
        number = recorded.bug.ref.number
        await self._join(talk, number, f"is BUG-{number}", _decided(talk, "new", by, number))
        return number

    async def drop(self, source: str, conversation: str, by: Actor) -> None:
        """Not a bug: nothing more is said of this conversation."""
        talk = await self._asked(source, conversation)
        await self.talks.settle(talk, DROPPED, what="is not a bug", by=_decided(talk, "nothing", by))

    async def _asked(self, source: str, conversation: str) -> Talk:
        talk = await self.talks.find(source, conversation)
        if talk is None or not talk.waits or not talk.said:
            raise NotFound("Somebody has decided about this message already.")
        return talk


def _decided(talk: Talk, what: Literal["new", "same", "nothing"], by: Actor, bug: int | None = None) -> Decided:
    event = ConversationSettled(source=talk.source, conversation=talk.conversation, what=what, bug=bug)
    return Decided(event=event, by=by, key=fit(f"settled:{talk.source}:{talk.conversation}"))


def _left_out(inbound: Inbound) -> str:
    """Kept beside the delivery, so that doctor can name and count it."""
    if inbound.left_out:
        log.info("%s from %s is nobody's word, so nobody was asked about it", inbound.left_out, inbound.customer.email)
    return inbound.left_out
