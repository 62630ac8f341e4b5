"""The only writer of bugs: lock the bug's row, load, decide, append, update, wake the sinks; one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course.course import consequences
from bot.bug.errors import NotFound
from bot.bug.event import Event, Retention, follow, must_allow
from bot.bug.values import Actor, ActorKind, BugRef
from bot.ledger import chain, rows, states
from bot.ledger.db.engine import PEOPLE, Database
from bot.ledger.db.sequences import next_number
from bot.ledger.db.tables import bugs, entries
from bot.ledger.index import caps, locks, pulls, remedies, threads
from bot.ledger.relay import subscription
from bot.ledger.relay.leased import Lease, take_own
from bot.ledger.relay.wakes import Wakes
from bot.ledger.shape import UNFOLDED

Decision = Event | Iterable[Event] | None
Decide = Callable[[Bug], Decision]
Also = Callable[[AsyncConnection, Bug, tuple["Entry", ...]], Awaitable[None]]
_OTHERS = "makegood_others"
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="makegood")

# made once: SQLAlchemy takes twice as long to make a statement as to run it
_USED = select(entries.c.bug).where(entries.c.team == bindparam("team"), entries.c.key == bindparam("key"))
_THIS = (bugs.c.team == bindparam("of_team"), bugs.c.number == bindparam("of_number"))
_LOCK = select(*states.STATE, bugs.c.head).where(*_THIS).with_for_update()
_CHANGED = [c.name for c in bugs.c if not c.primary_key and c.name != "searched"]
_UPDATE = update(bugs).where(*_THIS).values({name: bindparam(name) for name in _CHANGED})
_OPEN = bugs.insert()
_ADDED = ("seq", "head", "touched", "shape")
_ADD = update(bugs).where(*_THIS).values({name: bindparam(name) for name in _ADDED})


def utcnow() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One fact of the trail."""

    bug: BugRef
    seq: int
    event: Event
    at: datetime
    by: Actor
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What a `record` did: `entries` is empty where the decision was nothing, or the key was used before (`again`)."""

    before: Bug
    bug: Bug
    entries: tuple[Entry, ...]
    again: bool = False


class _Locked(NamedTuple):
    """`whole`: every entry is known here; where not, the bug is only as far as this version understands it."""

    bug: Bug
    head: str
    whole: bool


def _unheard(_recorded: Recorded) -> None:
    """The follower of a ledger that nobody follows."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """`sinks` names what follows the trail: each (bug, sink) has a cursor, woken here in the same transaction.

    After each commit `hear` is told what was written, and `wakes` wakes the relay of this process.
    """

    db: Database
    team: str
    sinks: Mapping[str, subscription.Subscription]
    clock: Callable[[], datetime] = utcnow
    hear: Callable[[Recorded], None] = _unheard
    wakes: Wakes[Recorded] = field(default_factory=Wakes)
    keep: Retention = field(default_factory=Retention)

    def seconds(self) -> float:
        """The present time as cursors, flags and budgets count it."""
        return self.clock().timestamp()

    async def record(
        self,
        bug: int,
        decide: Decide,
        *,
        by: Actor,
        key: str | None = None,
        also: Also | None = None,
        rank: int = PEOPLE,
        facts: bool = False,
    ) -> Recorded:
        """Decide on the present state and write what follows, all or nothing. Raises Refused as `decide` does.

        `key` makes it happen once: used before, nothing is written and `again` is true. `also` runs in the same transaction.
        Raises Newer where a newer version wrote what this one can't read; `facts`: what has happened is written all the same.
        """
        async with self.db.write(rank) as conn:
            # the key is looked up under the bug's lock: two deliveries of the same press queue here, and the second
            # finds the first
            recorded = await self.record_in(conn, bug, decide, by=by, key=key, facts=facts)
            if also:
                await also(conn, recorded.bug, recorded.entries)
            await self.notify(conn)
        self.committed(recorded)
        return recorded

    def committed(self, recorded: Recorded) -> None:
        """Call this after the commit of your own transaction, so that whoever follows hears of what was recorded."""
        self.hear(recorded)

    async def record_in(
        self, conn: AsyncConnection, bug: int, decide: Decide, *, by: Actor, key: str | None = None, facts: bool = False
    ) -> Recorded:
        """The same inside a transaction that somebody else opened and will commit."""
        locked = await self._lock(conn, bug)
        if not locked.whole and not facts:
            raise states.newer(str(locked.bug.ref))
        if key and await self.used(conn, key) is not None:
            return Recorded(before=locked.bug, bug=locked.bug, entries=(), again=True)
        return await self._append(conn, locked, _events(decide(locked.bug)), by, key)

    async def open(
        self, conn: AsyncConnection, first: Iterable[Event], *, by: Actor, key: str | None = None
    ) -> Recorded:
        """A new bug, inside the caller's transaction; under a key that was used before, the bug that it made."""
        made = key and await self.used(conn, key)
        if made:
            before = await self.lock(conn, made)
            return Recorded(before=before, bug=before, entries=(), again=True)
        # taken in the transaction: a bug that is not opened after all leaves no gap in the numbers
        number = await next_number(conn, self.team, "bug")
        blank = Bug(ref=BugRef(team=self.team, number=number))
        return await self._append(conn, _Locked(blank, chain.START, whole=True), tuple(first), by, key)

    @staticmethod
    def wake_others(conn: AsyncConnection) -> None:
        """Something is due by this transaction that another process may serve sooner, or serves alone: `notify` tells of it."""
        conn.info[_OTHERS] = True

    async def notify(self, conn: AsyncConnection) -> None:
        """Wakes other processes where something is due for them; PostgreSQL delivers it at the commit."""
        # whoever wrote has most of it in hand already: a look of every process at every entry doubles what an entry costs
        if conn.info.pop(_OTHERS, False) and not self.db.sqlite:
            await conn.exec_driver_sql("SELECT pg_notify('makegood', '')")

    async def used(self, conn: AsyncConnection, key: str) -> int | None:
        """The bug whose trail holds this key; 0 for the workspace's."""
        bug: int | None = (await conn.execute(_USED, {"team": self.team, "key": key})).scalar()
        return bug

    async def lock(self, conn: AsyncConnection, bug: int) -> Bug:
        """The bug as nobody else changes it until the transaction ends; who locks several does so by rising number.

        Raises Newer.
        """
        locked = await self._lock(conn, bug)
        if not locked.whole:
            raise states.newer(str(locked.bug.ref))
        return locked.bug

    async def _lock(self, conn: AsyncConnection, bug: int) -> _Locked:
        row = (await conn.execute(_LOCK, {"of_team": self.team, "of_number": bug})).first()
        if row is None:
            raise NotFound(f"There is no BUG-{bug}. `/bug list` shows those that are open.")
        found, whole = await states.read(conn, self.team, row)
        return _Locked(found, row.head, whole)

    async def _append(
        self, conn: AsyncConnection, locked: _Locked, events: tuple[Event, ...], by: Actor, key: str | None
    ) -> Recorded:
        # one time for all that is decided together, so that minutes in the card and in the retro agree
        now = rows.as_stored(self.clock())
        # of the same moment: leases are written from `now` on, and must never seem to last longer than their rows say
        taken = asyncio.get_running_loop().time()
        before, head, whole = locked
        bug = before
        chained: list[dict[str, Any]] = []
        hidden: list[dict[str, Any]] = []
        written: list[Entry] = []
        for event, actor in self._with_consequences(before, events, by, now) if whole else _facts(events, by):
            # seq 0: nothing is there yet that could forbid the first entry
            must_allow(bug, type(event)) if not event.OUTCOME and bug.seq else None
            bug = follow(bug, event, now, actor)
            entry = Entry(bug=bug.ref, seq=bug.seq, event=event, at=now, by=actor, key=None if written else key)
            place = rows.Place(self.team, bug.ref.number, bug.seq)
            row, secret = rows.rows(place, event, now, actor, entry.key, head, self.keep)
            head = row["hash"]
            chained.append(row)
            written.append(entry)
            hidden += [secret] if secret else []
        recorded = Recorded(before=before, bug=bug, entries=tuple(written))
        if written:
            await self._write(conn, _Locked(bug, head, whole), chained, hidden, now)
            # rows that span bugs follow in this very transaction: a lock or a cap that lagged behind its entry could be
            # used twice
            await caps.follow(conn, before, [x.event for x in written])
            await threads.follow(conn, before, [x.event for x in written])
            await pulls.follow(conn, before, [x.event for x in written])
            await locks.follow(conn, before, [x.event for x in written])
            await remedies.follow(conn, bug, [x.event for x in written], now)
            # last, because it may take leases for work that only exists once everything above is written
            await self._hand_over(conn, recorded, now.timestamp(), taken, whole=whole)
        return recorded

    async def _hand_over(
        self, conn: AsyncConnection, recorded: Recorded, now: float, taken: float, *, whole: bool
    ) -> None:
        """Makes the sinks' cursors due, and takes the leases of those that this process serves itself: none of a bug that is not whole.

        `now`, `taken`: the same moment, by the ledger's clock and by the loop's, before anything was written.
        """
        server = self.wakes.server if whole else None
        bug, taken_here = recorded.bug, self.db.taken(conn)
        places = server.free() if server else {}
        free = [name for name in places if places[name] > taken_here[name]]
        new, until = recorded.before.seq == 0, now + (server.seconds if server else 0)
        leased = dict.fromkeys(free, until) if new else {}
        woken = await subscription.wake(
            conn, self.sinks, recorded.before, bug, [x.event for x in recorded.entries], now, leased
        )
        mine = [name for name in woken.sinks if name in free] if woken.now else []
        leases = [_first(bug, name, woken) for name in mine] if new else []
        if mine and server and not new:
            # a new bug's cursors were inserted with their lease; those of an old one may be leased to somebody, so each
            # is asked
            leases = await take_own(conn, self.team, bug.ref.number, mine, now=now, seconds=server.seconds)
        taken_here.update(lease.sink for lease in leases)
        if leases and server and new:
            server.prepare(leases, recorded)
        left = set(woken.sinks) - {lease.sink for lease in leases} if woken.now else set()
        more = any(server is None or server.wants(name, woken.rank) for name in left)
        if server is None or any(server.elsewhere(name) for name in left):
            self.wake_others(conn)
        if leases or left:
            # a sink that began before the commit would act on an entry that may never come to be
            self.db.after_commit(conn, partial(self.wakes.written, leases, taken, recorded, left=left, more=more))

    def _with_consequences(
        self, bug: Bug, events: tuple[Event, ...], by: Actor, now: datetime
    ) -> Iterable[tuple[Event, Actor]]:
        for event in events:
            yield event, by
            bug = follow(bug, event, now, by)
            # what follows by itself (owed, closed) is written with its cause: no crash can leave a bug told, but owing
            # nothing
            while follows := consequences(bug, now):
                yield follows, SYSTEM
                bug = follow(bug, follows, now, SYSTEM)

    async def _write(
        self,
        conn: AsyncConnection,
        after: _Locked,
        chained: list[dict[str, Any]],
        hidden: list[dict[str, Any]],
        now: datetime,
    ) -> None:
        bug = after.bug
        await conn.execute(rows.APPEND, chained)
        if hidden:
            await conn.execute(rows.HIDE, hidden)
        # as many entries as were just written: the bug is new, and its row is not there to be updated
        if bug.seq == len(chained):
            await conn.execute(_OPEN, _row(bug, after.head, now))
            return
        this = {"of_team": self.team, "of_number": bug.ref.number}
        if not after.whole:
            # the state stays as the newer version left it, and says that it lags behind
            added = {"seq": bug.seq, "head": after.head, "touched": now.timestamp(), "shape": UNFOLDED}
            await conn.execute(_ADD, this | added)
            return
        await conn.execute(_UPDATE, this | _row(bug, after.head, now))


def _first(bug: Bug, sink: str, woken: subscription.Woken) -> Lease:
    """That of a new cursor."""
    return Lease(
        bug=bug.ref.number,
        sink=sink,
        done=0,
        rank=woken.rank,
        attempts=0,
        fence=1,
        doubt=False,
        external=subscription.NOTHING,
    )


def _events(decision: Decision) -> tuple[Event, ...]:
    if decision is None:
        return ()
    return (decision,) if isinstance(decision, Event) else tuple(decision)


def _facts(events: tuple[Event, ...], by: Actor) -> Iterable[tuple[Event, Actor]]:
    """What has happened. What would follow is left to a version that knows the whole trail (refreshing.py)."""
    return ((event, by) for event in events if event.OUTCOME)


def _row(bug: Bug, head: str, now: datetime) -> dict[str, Any]:
    return {
        "team": bug.ref.team,
        "number": bug.ref.number,
        "seq": bug.seq,
        "head": head,
        "touched": now.timestamp(),
        **states.columns(bug),
    }
