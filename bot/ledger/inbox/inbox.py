"""Stores deliveries under their keys before they are answered, many in one commit. Each key is worked on once."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.values import Alert
from bot.ledger.db.engine import HOOKS, PEOPLE, Database
from bot.ledger.db.sequences import insert_of
from bot.ledger.db.tables import inbox
from bot.ledger.inbox.batches import BATCH, Batches

OWN_TURN = 20.0
"""Seconds that the process which stored an item has before others may take it up."""
MAX_ATTEMPTS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One delivery: `source` says who reads `body`."""

    key: str
    source: str
    body: str
    attempts: int = 0
    at: float = 0.0
    """When it was stored, for what is taken up again; 0 at first hand."""
    alerts: tuple[Alert, ...] = ()
    """What `body` says, at first hand: reading it again would cost as much as storing it."""


@dataclass(frozen=True, slots=True)
class _Done:
    """A key that is used up, and what came of it."""

    key: str
    state: str
    note: str


class Inbox:
    """`store` and `finish` return after the commit; those that wait at the same time share one.

    `elsewhere`: sources that this process stores and another one works on.
    """

    def __init__(
        self, db: Database, team: str, clock: Callable[[], float], elsewhere: Collection[str] = frozenset()
    ) -> None:
        self.db, self.team, self.clock, self.elsewhere = db, team, clock, elsewhere
        self.fresh: asyncio.Queue[Item] = asyncio.Queue()
        """What this process stored for itself, for its worker."""
        self._people, self._hooks = (Batches[Item | _Done](partial(self._commit, rank)) for rank in (PEOPLE, HOOKS))

    async def store(self, item: Item, *, pressed: bool = False) -> bool:
        """True where it is new; False where this key was stored before. Either way it is durable now.

        `pressed`: a person waits for it, so it does not stand behind a storm of deliveries.
        """
        return await (self._people if pressed else self._hooks).write(item)

    async def store_in(self, conn: AsyncConnection, item: Item) -> bool:
        """An intent, in the transaction that it follows from: `hand_on` it after the commit, where it is new."""
        return bool(await self._insert(conn, [item]))

    async def store_done_in(self, conn: AsyncConnection, item: Item) -> bool:
        """For what is worked on in this very transaction: only its key stays. False where the key was stored before."""
        row = self._row(item, self.clock()) | {"state": "done", "body": ""}
        return (await conn.execute(_store(conn.dialect.name), row)).first() is not None

    def hand_on(self, item: Item) -> None:
        """Worked on at once; one that is not handed on is taken up by whoever looks next."""
        if item.source not in self.elsewhere:
            self.fresh.put_nowait(item)

    async def finish(self, key: str, state: str = "done", note: str = "") -> None:
        """Done with this key: a refusal uses it up too. A press is noted as done before it is answered, so somebody waits for it."""
        await self._people.write(_Done(key, state, note))

    async def _commit(self, rank: int, batch: Sequence[Item | _Done]) -> Sequence[bool]:
        items = {each.key: each for each in batch if isinstance(each, Item)}
        ended = [each for each in batch if isinstance(each, _Done)]
        new: set[str] = set()
        async with self.db.write(rank) as conn:
            if items:
                new = await self._insert(conn, items.values())
            for state, note in {(x.state, x.note) for x in ended}:
                await self.finish_in(conn, [x.key for x in ended if (x.state, x.note) == (state, note)], state, note)
        # the same key twice in a batch: only the first of them is new
        firsts = {each.key: nth for nth, each in reversed(tuple(enumerate(batch)))}
        return [each.key in new and firsts[each.key] == nth for nth, each in enumerate(batch)]

    async def _insert(self, conn: AsyncConnection, items: Iterable[Item]) -> set[str]:
        now = self.clock()
        rows = [self._row(i, now) for i in sorted(items, key=lambda i: i.key)]  # the order in which everybody locks
        return set((await conn.execute(_store(conn.dialect.name), rows)).scalars())

    def _row(self, item: Item, now: float) -> dict[str, Any]:
        mine = {"team": self.team, "key": item.key, "source": item.source, "body": item.body}
        # not due at once: this process works on it right now, and another one must not take it up at the same time
        turn = 0 if item.source in self.elsewhere else OWN_TURN
        return mine | {"at": now, "due": now + turn, "state": "new", "attempts": 0, "note": ""}

    async def take(self, sources: Iterable[str], limit: int = BATCH, *, besides: Collection[str] = ()) -> list[Item]:
        """Items that nobody finished: their process died, or they failed and are due again. Those `besides` are left to others."""
        now = self.clock()
        mine = inbox.c.team == self.team
        due = mine & (inbox.c.state == "new") & (inbox.c.due <= now) & inbox.c.source.in_(tuple(sources))
        query = (
            select(inbox.c.key, inbox.c.source, inbox.c.body, inbox.c.attempts, inbox.c.at)
            .where(due, inbox.c.key.not_in(besides))
            .order_by(inbox.c.due)
            .limit(limit)
        )
        async with self.db.write(HOOKS) as conn:
            # SKIP LOCKED: processes that sweep at the same moment take different items, and none waits for the other
            rows = (await conn.execute(query.with_for_update(skip_locked=True))).all()
            keys = [r.key for r in rows]
            # counted as an attempt before it is worked on: an item that kills the process must not do so for ever
            again = {"due": now + OWN_TURN * 3, "attempts": inbox.c.attempts + 1}
            await conn.execute(update(inbox).where(mine & inbox.c.key.in_(keys)).values(again)) if keys else None
        return [Item(key=r.key, source=r.source, body=r.body, attempts=r.attempts, at=r.at) for r in rows]

    async def waiting(self, sources: Iterable[str]) -> bool:
        """Whether anything is due; a cheap look before a write."""
        asked = {"now": self.clock(), "sources": list(sources)}
        async with self.db.read() as conn:
            return (await conn.execute(_DUE, asked)).first() is not None

    async def stored_since(self, key: str, at: float) -> bool:
        query = select(inbox.c.key).where(inbox.c.team == self.team, inbox.c.key == key, inbox.c.at >= at)
        async with self.db.read() as conn:
            return (await conn.execute(query)).first() is not None

    async def finish_in(self, conn: AsyncConnection, keys: Iterable[str], state: str = "done", note: str = "") -> None:
        """Done with these keys, in the transaction that did it; what they said is not kept a second time."""
        ended = {"of_team": self.team, "state": state, "note": _note(note)}
        rows = [ended | {"of_key": key} for key in sorted(keys)]
        await conn.execute(_FINISH, rows) if rows else None

    async def left(self, conn: AsyncConnection, keys: Iterable[str]) -> set[str]:
        """Which of these nobody finished yet; locked, so that nobody does before this transaction ends."""
        return set((await conn.execute(_LEFT, {"team": self.team, "keys": list(keys)})).scalars())

    async def failed(self, item: Item, why: str) -> None:
        """Try again later; after MAX_ATTEMPTS it is dead and `makegood doctor` says so."""
        # kept in the table for a person: a sender was told 200, so nothing may vanish
        state = "dead" if item.attempts + 1 >= MAX_ATTEMPTS else "new"
        await self._again(item, state, why, item.attempts + 1, 2.0**item.attempts)

    async def later(self, item: Item, why: str, pause: float) -> None:
        """It could not be worked on yet, through no fault of its own: not an attempt."""
        await self._again(item, "new", why, item.attempts, pause)

    async def _again(self, item: Item, state: str, why: str, attempts: int, pause: float) -> None:
        """Whatever was finished meanwhile stays finished."""
        mine = (inbox.c.team == self.team) & (inbox.c.key == item.key) & (inbox.c.state == "new")
        values = {"state": state, "note": _note(why), "attempts": attempts, "due": self.clock() + pause}
        async with self.db.write(HOOKS) as conn:
            await conn.execute(update(inbox).where(mine).values(values))

    async def abandoned(self) -> None:
        """The only process starts: whatever is new was left behind by the one before."""
        async with self.db.write(HOOKS) as conn:
            mine = (inbox.c.team == self.team) & (inbox.c.state == "new")
            await conn.execute(update(inbox).where(mine).values(due=self.clock()))

    async def awaken(self) -> None:
        """The clock was set back: nothing waits for longer than what is stored just now."""
        soon = self.clock() + OWN_TURN
        mine = (inbox.c.team == self.team) & (inbox.c.state == "new") & (inbox.c.due > soon)
        async with self.db.write(HOOKS) as conn:
            await conn.execute(update(inbox).where(mine).values(due=soon))

    async def tidy(self, older_than: float) -> None:
        """Forgets keys that no delivery repeats any more (a day is ample: Slack and hooks give up within 16 hours)."""
        old = (
            (inbox.c.team == self.team)
            & (inbox.c.state.in_(("done", "refused")))
            & (inbox.c.at < self.clock() - older_than)
        )
        async with self.db.write(HOOKS) as conn:
            await conn.execute(inbox.delete().where(old))


# made once: SQLAlchemy takes twice as long to make a statement as to run it
_NEW = (inbox.c.team == bindparam("team"), inbox.c.key.in_(bindparam("keys", expanding=True)), inbox.c.state == "new")
_LEFT = select(inbox.c.key).where(*_NEW).order_by(inbox.c.key).with_for_update()
_THIS = (inbox.c.team == bindparam("of_team"), inbox.c.key == bindparam("of_key"))
_DUE = (
    select(inbox.c.key)
    .where(
        inbox.c.state == "new",
        inbox.c.due <= bindparam("now"),
        inbox.c.source.in_(bindparam("sources", expanding=True)),
    )
    .limit(1)
)
_FINISH = update(inbox).where(*_THIS).values(state=bindparam("state"), note=bindparam("note"), body="")


@cache
def _store(dialect: str) -> Any:
    return insert_of(dialect, inbox).on_conflict_do_nothing().returning(inbox.c.key)


def _note(text: str) -> str:
    """What any database stores: PostgreSQL knows no NUL."""
    return text[:500].replace("\x00", "")
