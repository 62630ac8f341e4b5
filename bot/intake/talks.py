"""What is kept of each conversation: whose bug it is, or, while a person's choice is awaited, all that was said in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.values import CustomerHint, Inbound
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import conversations
from bot.ledger.ledger import Ledger

ASKING, ASKED, JOINED, DROPPED = "asking", "asked", "joined", "dropped"
"""`ASKING`: the line that asks a person may stand in the channel, or not yet."""
WAITING = frozenset({ASKING, ASKED})
MAILS = ("mail", "email_postmark")
"""Two ways by which the same mails come."""
KEPT = 30
"""Messages of one conversation that wait: the first one and the newest."""


@dataclass(frozen=True, kw_only=True)
class Talk:
    source: str
    conversation: str
    state: str
    bug: int | None
    said: tuple[Inbound, ...]

    @property
    def waits(self) -> bool:
        return self.state in WAITING


@dataclass(frozen=True)
class Talks:
    ledger: Ledger

    async def find(self, source: str, *known_as: str) -> Talk | None:
        """A mail's thread is known by each of its mails, whichever way they came; one that is a bug's counts first."""
        where = and_(
            conversations.c.team == self.ledger.team,
            conversations.c.source.in_(MAILS if source in MAILS else (source,)),
            conversations.c.conversation.in_(known_as),
        )
        query = select(conversations).where(where).order_by(conversations.c.bug.is_(None), conversations.c.at.desc())
        async with self.ledger.db.read() as conn:
            row = (await conn.execute(query.limit(1))).mappings().first()
        return _talk(row) if row else None

    async def waiting(self) -> list[Talk]:
        where = and_(conversations.c.team == self.ledger.team, conversations.c.state.in_(WAITING))
        async with self.ledger.db.read() as conn:
            return [_talk(row) for row in (await conn.execute(select(conversations).where(where))).mappings()]

    async def add(self, source: str, conversation: str, inbound: Inbound, state: str) -> Talk:
        """One more message of a conversation that waits; it keeps the time at which it came."""
        came = inbound.model_copy(update={"at": inbound.at or self.ledger.clock()})
        async with self.ledger.db.write() as conn:
            query = select(conversations).where(self._is(source, conversation)).with_for_update()
            row = (await conn.execute(query)).mappings().first()
            before = _talk(row).said if row else ()
            said = before if any(x.event == came.event for x in before) else _bounded((*before, came))
            talk = Talk(source=source, conversation=conversation, state=state, bug=None, said=said)
            await self._put(conn, talk)
        return talk

    async def settle(self, source: str, conversation: str, state: str, bug: int | None = None) -> None:
        """It is decided: what was said is the bug's now, or nobody's."""
        async with self.ledger.db.write() as conn:
            await self._put(conn, Talk(source=source, conversation=conversation, state=state, bug=bug, said=()))

    def _is(self, source: str, conversation: str) -> ColumnElement[bool]:
        return and_(
            conversations.c.team == self.ledger.team,
            conversations.c.source == source,
            conversations.c.conversation == conversation,
        )

    async def _put(self, conn: AsyncConnection, talk: Talk) -> None:
        place = {"team": self.ledger.team, "source": talk.source, "conversation": talk.conversation}
        body = json.dumps([x.model_dump(mode="json", exclude_defaults=True) for x in talk.said])
        values = {"bug": talk.bug, "state": talk.state, "body": body, "at": self.ledger.clock().timestamp()}
        statement = upsert(conn, conversations).values({**place, **values})
        await conn.execute(statement.on_conflict_do_update(index_elements=list(place), set_=values))


def who(said: Sequence[Inbound]) -> CustomerHint:
    """All that a conversation tells of its customer: somebody who began without a name may have left an address later."""
    known = CustomerHint()
    for inbound in said:
        if same_person(known, inbound.customer):
            known = known.completed(inbound.customer)
    return known


def same_person(one: CustomerHint, other: CustomerHint) -> bool:
    """Two addresses are two people, also in one conversation."""
    return not (one.email and other.email) or one.email.casefold() == other.email.casefold()


def _bounded(said: tuple[Inbound, ...]) -> tuple[Inbound, ...]:
    """The first word, the newest ones, and whether they are still there."""
    said = (*(x for x in said[:-1] if x.text), said[-1].model_copy(update={"customer": who(said)}))
    return said if len(said) <= KEPT else (said[0], *said[1 - KEPT :])


def _talk(row: Mapping[Any, Any]) -> Talk:
    stored = json.loads(row["body"])
    said = stored if isinstance(stored, list) else [stored]  # one message, as it was kept at first
    return Talk(
        source=row["source"],
        conversation=row["conversation"],
        state=row["state"],
        bug=row["bug"],
        said=tuple(Inbound.model_validate(x) for x in said) if row["state"] in WAITING else (),
    )
