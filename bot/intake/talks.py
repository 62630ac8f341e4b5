"""Keeps which bug a conversation belongs to, or all that was said in it until a person chooses.

What a person must see of it goes into the inbox in the same transaction, as an intent: a sink shows it, and a crash neither
loses nor doubles it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.keys import fit
from bot.bug.values import Actor, CustomerHint, Frozen, Inbound
from bot.bug.workspace import ConversationSettled
from bot.intake.sources import PROPOSAL
from bot.ledger import workspace
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import conversations
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger
from bot.slack.views.proposal import summary

ASKED, JOINED, DROPPED = "asked", "joined", "dropped"
POSTING = "?"
"""Begins what stands in place of the line's ts while it is posted and may stand in the channel already: since when, and whose try it is."""
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
    line: str = ""
    """The ts of its message in the channel; empty before it is posted."""

    @property
    def posting_since(self) -> float | None:
        """When somebody began to post its line, where nobody knows yet that it stands there."""
        return float(self.line.removeprefix(POSTING).split()[0]) if self.line.startswith(POSTING) else None

    @property
    def waits(self) -> bool:
        return self.state == ASKED


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What a person decided, for the workspace's trail."""

    event: ConversationSettled
    by: Actor
    key: str


class Shown(Frozen):
    """An intent: this conversation's line is to be shown as it is now. `maybe`: the bug that it looks like."""

    source: str
    conversation: str
    maybe: int | None = None
    settled: str = ""
    """The whole last text of a line whose conversation is decided; what was said is not kept longer."""


@dataclass(frozen=True)
class Talks:
    ledger: Ledger
    inbox: Inbox

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

    async def exactly(self, source: str, conversation: str) -> Talk | None:
        """The conversation that is kept under this very name."""
        async with self.ledger.db.read() as conn:
            row = (await conn.execute(select(conversations).where(self._is(source, conversation)))).mappings().first()
        return _talk(row) if row else None

    async def waiting(self) -> list[Talk]:
        where = and_(conversations.c.team == self.ledger.team, conversations.c.state == ASKED)
        async with self.ledger.db.read() as conn:
            return [_talk(row) for row in (await conn.execute(select(conversations).where(where))).mappings()]

    async def add(self, source: str, conversation: str, inbound: Inbound, maybe: int | None) -> Talk:
        """One more message of a conversation that waits, with the time at which it came; one that was decided meanwhile as it is."""
        came = replace(inbound, at=inbound.at or self.ledger.clock())
        shown = _intent(inbound.event, Shown(source=source, conversation=conversation, maybe=maybe))
        async with self.ledger.db.write() as conn:
            before = await self._locked(conn, source, conversation)
            # somebody pressed, or another process found its bug, since this one looked: that counts
            if before and not before.waits:
                return before
            said = before.said if before else ()
            if not any(x.event == came.event for x in said):
                said = _bounded((*said, came))
            talk = Talk(source=source, conversation=conversation, state=ASKED, bug=None, said=said)
            await self._put(conn, talk)
            new = await self.inbox.store_in(conn, shown)
        if new:
            self.inbox.hand_on(shown)
        return talk

    async def settle(
        self, talk: Talk, state: str, bug: int | None = None, *, what: str = "", by: Decided | None = None
    ) -> None:
        """It is decided, and `what` in words: what was said is the bug's now, or nobody's."""
        shown = _settled(talk, what) if what and talk.waits else None
        async with self.ledger.db.write() as conn:
            await self._put(conn, replace(talk, state=state, bug=bug, said=()))
            if by:
                await workspace.record_in(conn, self.ledger, lambda _now: by.event, by=by.by, key=by.key)
            new = shown and await self.inbox.store_in(conn, shown)
        if shown and new:
            self.inbox.hand_on(shown)

    async def begin_line(self, talk: Talk) -> bool:
        """Whether this process is the one that posts it; False where another one has begun."""
        since = talk.posting_since or self.ledger.clock().timestamp()
        mark = f"{POSTING}{since:.0f} {token_hex(6)}"
        fresh = update(conversations).where(self._is(talk.source, talk.conversation), conversations.c.line == talk.line)
        async with self.ledger.db.write() as conn:
            return bool((await conn.execute(fresh.values(line=mark))).rowcount)

    async def set_line(self, source: str, conversation: str, line: str) -> None:
        """Where its message stands."""
        async with self.ledger.db.write() as conn:
            await conn.execute(update(conversations).where(self._is(source, conversation)).values(line=line))

    async def _locked(self, conn: AsyncConnection, source: str, conversation: str) -> Talk | None:
        query = select(conversations).where(self._is(source, conversation)).with_for_update()
        row = (await conn.execute(query)).mappings().first()
        return _talk(row) if row else None

    def _is(self, source: str, conversation: str) -> ColumnElement[bool]:
        return and_(
            conversations.c.team == self.ledger.team,
            conversations.c.source == source,
            conversations.c.conversation == conversation,
        )

    async def _put(self, conn: AsyncConnection, talk: Talk) -> None:
        place = {"team": self.ledger.team, "source": talk.source, "conversation": talk.conversation}
        body = json.dumps([x.to_data() for x in talk.said])
        values = {"bug": talk.bug, "state": talk.state, "body": body, "at": self.ledger.clock().timestamp()}
        statement = upsert(conn, conversations).values({**place, **values})
        await conn.execute(statement.on_conflict_do_update(index_elements=list(place), set_=values))


def _settled(talk: Talk, what: str) -> Item:
    text = f"{summary(talk.source, talk.said)} — {what}"
    return _intent("settled", Shown(source=talk.source, conversation=talk.conversation, settled=text))


def _intent(what: str, shown: Shown) -> Item:
    key = fit(f"line:{shown.source}:{shown.conversation}:{what}")
    return Item(key=key, source=PROPOSAL, body=shown.model_dump_json())


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
    known = who(said)
    kept = tuple(_named(x, known) for x in (*(x for x in said[:-1] if x.text), said[-1]))
    return kept if len(kept) <= KEPT else (kept[0], *kept[1 - KEPT :])


def _named(inbound: Inbound, known: CustomerHint) -> Inbound:
    """With all that is known of the customer; what somebody else wrote in the conversation stays theirs."""
    return replace(inbound, customer=known) if same_person(known, inbound.customer) else inbound


def _talk(row: Mapping[Any, Any]) -> Talk:
    stored = json.loads(row["body"])
    said = stored if isinstance(stored, list) else [stored]  # one message, as it was kept at first
    return Talk(
        source=row["source"],
        conversation=row["conversation"],
        state=row["state"],
        bug=row["bug"],
        line=row["line"],
        said=tuple(Inbound.from_data(x) for x in said) if row["state"] == ASKED else (),
    )
