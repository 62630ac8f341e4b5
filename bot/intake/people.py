"""Folds what customers write into bugs; what belongs to none becomes one line that asks a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from bot.domain.bug import Bug
from bot.domain.decide import inbound as rules
from bot.domain.errors import NotFound
from bot.domain.events import Opened
from bot.domain.values import Actor, ActorKind, Inbound, InboundKind
from bot.domain.words import cut
from bot.intake.alerts import Alerts
from bot.intake.proposal import Proposals
from bot.ledger.inbox import Inbox, Item
from bot.ledger.ledger import Ledger, Recorded
from bot.ledger.numbers import upsert
from bot.ledger.reading import list_bugs
from bot.ledger.tables import conversations

ASKING, ASKED, JOINED, DROPPED = "asking", "asked", "joined", "dropped"
"""`ASKING`: the line that asks a person may stand in the channel, or not yet."""


MAILS = ("mail", "email_postmark")
"""Two ways by which the same mails come."""


@dataclass(frozen=True, kw_only=True)
class People:
    ledger: Ledger
    inbox: Inbox
    alerts: Alerts
    proposals: Proposals

    async def fold(self, items: Sequence[Item]) -> None:
        for item in items:
            await self._fold(Inbound.model_validate_json(item.body), item.key)
            await self.inbox.finish(item.key)

    async def _fold(self, inbound: Inbound, key: str) -> None:
        if inbound.kind is InboundKind.OTHER:
            return
        row = await self._row(inbound)
        if row and row["bug"]:
            await self.arrive(row["bug"], inbound)
        elif row and row["state"] == DROPPED:
            return
        else:
            await self._place(inbound, key, row["state"] if row else "")

    async def _place(self, inbound: Inbound, key: str, state: str) -> None:
        """A conversation that is not any bug's yet."""
        found = rules.match(inbound, await list_bugs(self.ledger), self.ledger.clock())
        if found.sure:
            await self.arrive(found.sure, inbound)
            return
        held = await self._held_back(inbound, key)
        if held:
            await self.arrive(held, inbound)
        elif inbound.text and state != ASKED:
            await self._save(inbound, ASKING)
            await self.proposals.ask(inbound, found.maybe, doubt=state == ASKING)
            await self._save(inbound, ASKED)
        elif inbound.text:
            await self._save(inbound, ASKED)

    async def arrive(self, bug: int, inbound: Inbound) -> Recorded:
        """It is this bug's: recorded once, whoever finds out first, and so is all that follows in the same conversation."""
        by = Actor(kind=ActorKind.SOURCE, id=inbound.source)
        now = self.ledger.clock()
        key = f"in:{'mail' if inbound.source in MAILS else inbound.source}:{inbound.event}"[:200]
        recorded = await self.ledger.record(bug, lambda b: rules.arrive(b, inbound, now), by=by, key=key)
        await self._save(inbound, JOINED, bug)
        return recorded

    async def _held_back(self, inbound: Inbound, key: str) -> int | None:
        """An error that was not worth a card hit this very customer: now it is."""
        if not inbound.customer.email:
            return None
        async with self.ledger.db.write() as conn:
            recorded = await self.alerts.held_back(conn, inbound.customer, key)
            if recorded is None:
                return None
            await self.ledger.notify(conn)
        self.ledger.woken(recorded)
        return recorded.bug.ref.number

    async def catch_up(self, bug: Bug) -> None:
        """A new bug: somebody whom it hit may have written before the tracker did."""
        mails = {c.hint.email.casefold() for c in bug.customers if c.hint.email}
        if not mails:
            return
        where = and_(conversations.c.team == self.ledger.team, conversations.c.state.in_((ASKING, ASKED)))
        async with self.ledger.db.read() as conn:
            bodies = list((await conn.execute(select(conversations.c.body).where(where))).scalars())
        for inbound in map(Inbound.model_validate_json, bodies):
            if inbound.customer.email.casefold() in mails:
                await self.arrive(bug.ref.number, inbound)
                await self.proposals.settled(inbound, f"joined BUG-{bug.ref.number}")

    async def join(self, source: str, conversation: str, bug: int) -> None:
        """A person chose the bug."""
        inbound = await self._asked(source, conversation)
        await self.arrive(bug, inbound)
        await self.proposals.settled(inbound, f"is BUG-{bug}")

    async def open(self, source: str, conversation: str, by: Actor) -> int:
        """A person made it a bug of its own; pressed twice, or begun again after a cut-off, it is one."""
        inbound = await self._asked(source, conversation)
        title = cut(inbound.subject or " ".join(inbound.text.split()), 120)
        first = Opened(
            source=inbound.source,
            title=title,
            message=inbound.text,
            page=inbound.page,
            url=inbound.url,
            admitted="a customer waits",
        )
        async with self.ledger.db.write() as conn:
            recorded = await self.ledger.open(conn, [first], by=by, key=f"new:{source}:{conversation}"[:200])
            await self.ledger.notify(conn)
        self.ledger.woken(recorded)
        number = recorded.bug.ref.number
        await self.join(source, conversation, number)
        return number

    async def drop(self, source: str, conversation: str) -> None:
        """Not a bug: nothing more is said of this conversation."""
        inbound = await self._asked(source, conversation)
        await self._save(inbound, DROPPED)
        await self.proposals.settled(inbound, "is not a bug")

    async def _asked(self, source: str, conversation: str) -> Inbound:
        row = await self._row_of(source, conversation)
        if row is None or row["state"] not in {ASKING, ASKED}:
            raise NotFound("Somebody has decided about this message already.")
        return Inbound.model_validate_json(row["body"])

    async def _row(self, inbound: Inbound) -> Mapping[str, Any] | None:
        return await self._row_of(inbound.source, inbound.conversation, *inbound.references)

    async def _row_of(self, source: str, *known_as: str) -> Mapping[str, Any] | None:
        """A mail's thread is known by each of its mails, whichever way they came; one that is a bug's counts first."""
        where = and_(
            conversations.c.team == self.ledger.team,
            conversations.c.source.in_(MAILS if source in MAILS else (source,)),
            conversations.c.conversation.in_(known_as),
        )
        query = select(conversations).where(where).order_by(conversations.c.bug.is_(None), conversations.c.at.desc())
        async with self.ledger.db.read() as conn:
            row = (await conn.execute(query.limit(1))).mappings().first()
        return dict(row) if row else None

    async def _save(self, inbound: Inbound, state: str, bug: int | None = None) -> None:
        place = {"team": self.ledger.team, "source": inbound.source, "conversation": inbound.conversation}
        row = {
            **place,
            "bug": bug,
            "state": state,
            "body": inbound.model_dump_json(),
            "at": self.ledger.clock().timestamp(),
        }
        changed = {k: row[k] for k in ("bug", "state", "at")} | ({"body": row["body"]} if inbound.text else {})
        async with self.ledger.db.write() as conn:
            statement = upsert(conn, conversations).values(row)
            await conn.execute(statement.on_conflict_do_update(index_elements=list(place), set_=changed))
