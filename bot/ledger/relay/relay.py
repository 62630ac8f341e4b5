"""Serves due cursors: leases them, calls their sinks, and writes the outcomes in the transaction that moves the cursor."""

import asyncio
import json
import logging
import math
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.bug.bug import Bug
from bot.bug.course.delivery import CaughtUp, Delayed, GaveUp
from bot.bug.errors import Doubtful, MakegoodError, Mendable, Newer, Unavailable
from bot.bug.event import Event, allowed
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import SINKS
from bot.ledger.entries import entries_after, load
from bot.ledger.ledger import Entry, Ledger, Recorded
from bot.ledger.relay import lease as leases
from bot.ledger.relay.heartbeat import Heartbeat
from bot.ledger.relay.leased import LEASE, Lease
from bot.ledger.relay.order import Order
from bot.ledger.relay.pace import TooSoon
from bot.ledger.relay.sink import NotYet, Prepares, Served, Sink, Work
from bot.ledger.relay.steady import Steady
from bot.process.tasks import Lasting, surviving
from bot.text import sentence

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 40
"""More than an hour's worth: a system that is away so long is caught up with by itself.

What somebody can mend, and a sink that is endless, goes on: from then on ever more rarely.
"""
NOTICED = 5
"""Attempts after which the bug says what it waits for."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
RAREST = 1800.0
"""Seconds between two attempts at what was not mended for hours."""
DOUBT_PAUSE = 10.0
"""Seconds: a call that was cut off may still arrive there; looking sooner would see nothing."""
FOREIGN_PAUSE = 5.0
"""Seconds: a newer version is at work beside this one, and serves the bugs that this one can't read."""
MOMENT = 0.01
"""Seconds that the other sinks of a new bug leave to its card."""
SET_BACK = (
    "This machine's clock was set back by %.0f s. What waits is asked again soon; what a person is promised by a time of day, "
    "such as a reminder, comes by the new one."
)
POLL = 1.0


@dataclass
class Relay:
    """Runs the sinks of this process until `stop`."""

    ledger: Ledger
    sinks: Mapping[str, Sink]
    max_attempts: int = MAX_ATTEMPTS
    lease_seconds: float = LEASE
    poll: float = POLL
    """Seconds between two looks at what is due, where nothing wakes it."""
    taken_over: Callable[[str], None] = lambda _sink: None
    """Told the sink of each lease of another's that ran out."""
    lasting: Lasting = field(default_factory=Lasting)
    _tasks: dict[asyncio.Task[None], str] = field(default_factory=dict)
    _left_alone: set[int] = field(default_factory=set)
    """Bugs that only a newer version can read, of which the log has heard."""
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._holding = Heartbeat(self.ledger, self.lease_seconds)
        self._first = {name: sink for name, sink in self.sinks.items() if isinstance(sink, Prepares)}
        self._steady = Steady(lambda: self.ledger.clock().timestamp())  # stories set another clock later
        self._order = Order(self.sinks, self._steady)

    def wake(self) -> None:
        self.ledger.wakes.wake()

    async def run(self) -> None:
        """Until `stop`: then what is under way is finished, and nothing new is begun."""
        heartbeat = self.lasting.start("renewing of leases", self._holding.keep())
        self.ledger.wakes.serve(self)
        try:
            await self._loop()
        finally:
            self.ledger.wakes.leave(self)
            self.lasting.cancel(heartbeat)

    async def _loop(self) -> None:
        while not self._stopping:
            # before the look: what is written while we look wakes us again, and is not missed
            self.ledger.wakes.clear()
            found = 0
            with surviving("What is due can't be read, and is tried again"):
                await self._mind_the_clock()
                # it goes round as long as something was found, because more may be due than there were places
                found = await self._begin()
            if not found:
                await self._rest()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _mind_the_clock(self) -> None:
        """At the start, and when the clock was set back: what was to be due by the other time is asked again."""
        if by := self._steady.set_back():
            await leases.awaken(self.ledger, DOUBT_PAUSE)
            log.warning(SET_BACK, by) if math.isfinite(by) else None
            self._steady.minded()

    async def stop(self, drain: float = 10.0) -> None:
        self._stopping = True
        # first of all: what is written from here on is left to others, or to the next start
        self.ledger.wakes.leave(self)
        self.wake()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=drain)
        for task in self._tasks:
            # what it was sending is in doubt then; the lease is not given back, so nobody looks before it can have
            # arrived
            task.cancel()

    async def _rest(self) -> None:
        await self.ledger.wakes.wait(max(0.01, min(self.poll, self._order.soonest(self.poll))))

    @property
    def seconds(self) -> float:
        return self.lease_seconds

    def free(self) -> dict[str, int]:
        """Sinks that would serve more bugs at once, and how many; what is due already, or waits for what is scarce, keeps its order."""
        kept = self._order.kept
        return {name: places for name, places in self._free().items() if name not in kept}

    def elsewhere(self, sink: str) -> bool:
        """Whether another process may serve it sooner. What waits for Slack waits there, too."""
        return sink not in self._free()

    def left(self, sinks: Collection[str]) -> None:
        """Something of theirs is due, and nobody serves it yet: what is written from now on comes after it."""
        self._order.leave(sinks)

    def wants(self, sink: str, rank: int) -> bool:
        """Whether a look at what is due would find it: what is scarce, busy, or another process's is looked for in its time."""
        return sink in self._free() and self._order.may(sink, rank)

    def prepare(self, leases: Iterable[Lease], recorded: Recorded) -> None:
        """Before the commit of a new bug, whose wait for the disk is time to draw in."""
        for lease in leases:
            if first := self._first.get(lease.sink):
                first.prepare(recorded.bug)

    def begin(self, leases: Sequence[Lease], taken: float, recorded: Recorded | None = None) -> None:
        """Serves them. `taken`: the loop's time before they were; `recorded`: what was written with them."""
        new = recorded is not None and not recorded.before.seq and any(x.sink in self._first for x in leases)
        for lease in leases:
            pause = MOMENT if new and lease.sink not in self._first else 0
            task = asyncio.create_task(self._serve(lease, taken, recorded, pause))
            self._tasks[task] = lease.sink
            task.add_done_callback(self._ended)

    def _free(self) -> dict[str, int]:
        """Sinks with their free places."""
        busy = list(self._tasks.values())
        free = {name: sink.slots - busy.count(name) for name, sink in self.sinks.items()}
        return {name: places for name, places in free.items() if places > 0}

    async def _begin(self) -> int:
        # before the statement is sent: the lease counts from when the database writes it, and that may be any time
        # after
        now, begun = asyncio.get_running_loop().time(), self._order.look()
        free = self._free()
        found = await leases.take(self.ledger, free, begun.below, self.lease_seconds)
        self.begin(found.leases, now)
        for sink in found.late:
            self.taken_over(sink)
        self._order.seen(begun, free.keys() - found.more)
        return len(found.leases)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self.wake()
        if not task.cancelled() and (error := task.exception()):
            expected = isinstance(error, MakegoodError)  # a database that is away says all in its sentence
            log.error(
                "A cursor could not be moved: %s Its lease will run out and it is tried again.",
                sentence(error),
                exc_info=None if expected else error,
            )

    async def _serve(self, lease: Lease, taken: float, recorded: Recorded | None, pause: float) -> None:
        """One cursor up to its head, or to the first thing that does not go. A run on production is never stopped for a lease."""
        async with self._holding.hold(lease, taken, endless=lease.sink == "production"):
            if pause:  # a card is on its way out, and all others can wait that long
                await asyncio.sleep(pause)
            await self._serve_held(self.sinks[lease.sink], lease, recorded)

    async def _serve_held(self, sink: Sink, lease: Lease, recorded: Recorded | None) -> None:
        asked = True  # a cursor is due for something new, or because its sink wanted to be asked again
        while lease:
            called = False
            try:
                bug, entry, head = await self._found(sink, lease, recorded)
                recorded = None
                # a card is drawn again although nothing is new when it asked for that itself: minutes on it have passed
                if entry is None and not (sink.interest.jumps and (asked or lease.done < bug.seq)):
                    await leases.rest(self.ledger, lease, done=head)
                    return
                if entry and entry.seq > bug.seq:  # written since: a sink's bug holds what it is asked about
                    bug = await load(self.ledger, lease.bug)
                called, work = True, _work(bug, entry, lease)
                served = await sink.serve(work)
            except Exception as error:  # noqa: BLE001 - whatever a sink meets concerns this bug alone: it is kept, retried, given up
                await self._failed(lease, error, called=called)
                return
            if served.stuck:
                await self._partly(lease, served)
                return
            lease, asked = await self._done(sink, lease, work, served), False

    async def _partly(self, lease: Lease, served: Served) -> None:
        """What is done is written at once; the rest is an attempt that failed."""
        if served.outcomes:
            by = Actor(kind=ActorKind.SYSTEM, id=lease.sink)
            # what has happened is written before anything else can fail: three customers told must never be told again
            # for the fourth
            fitting = partial(_fitting, events=served.outcomes)
            await self.ledger.record(lease.bug, fitting, by=by, rank=SINKS, facts=True)
        if served.external is not None:
            await leases.keep(self.ledger, lease, served.external)
        await self._failed(lease, served.stuck or MakegoodError(), called=True)

    async def _found(self, sink: Sink, lease: Lease, recorded: Recorded | None) -> tuple[Bug, Entry | None, int]:
        """The bug, and as `_next`. What was just written is at hand where the cursor had come so far."""
        if recorded is None or lease.done != recorded.before.seq:
            bug = await load(self.ledger, lease.bug)
            return bug, *await self._next(sink, lease, bug)
        if sink.interest.jumps:
            return recorded.bug, None, recorded.bug.seq
        entry = next((x for x in recorded.entries if type(x.event) in sink.interest.kinds), None)
        return recorded.bug, entry, lease.done if entry else recorded.bug.seq

    async def _next(self, sink: Sink, lease: Lease, bug: Bug) -> tuple[Entry | None, int]:
        """The first entry after the cursor that the sink follows, and how far the cursor may go without it."""
        if sink.interest.jumps:
            return None, bug.seq
        done = lease.done
        for entry in await entries_after(self.ledger, lease.bug, lease.done):
            if type(entry.event) in sink.interest.kinds:
                return entry, done
            done = entry.seq
        return None, done

    async def _done(self, sink: Sink, lease: Lease, work: Work, served: Served) -> Lease:
        """Outcomes and the cursor's move, together. A lease that was lost moves nothing, but its outcomes are facts all the same."""
        by, seq = Actor(kind=ActorKind.SYSTEM, id=sink.name), work.entry.seq if work.entry else work.bug.seq
        behind = sink.name in work.bug.delayed
        # asked for at once, it is one step of several: the next one has to look as well
        doubt = work.doubt and served.again_in == 0
        async with self.ledger.db.write(SINKS) as conn:
            # in the transaction that writes the outcome: asked before, the lease could be lost in between
            held = await leases.held(conn, self.ledger, lease)
            recorded = None
            outcomes = (*served.outcomes, *((CaughtUp(sink=sink.name),) if behind else ()))
            # what a run did to production is true whoever holds the lease; any other outcome is left to the one who has
            # it now
            if outcomes and (held or sink.name == "production"):
                fitting = partial(_fitting, events=outcomes)
                recorded = await self.ledger.record_in(conn, lease.bug, fitting, by=by, facts=True)
            if held:
                done = _past_own(sink, seq, recorded)
                lease = await leases.move(
                    conn, self.ledger, lease, done, served.external, served.again_in, self.lease_seconds, doubt=doubt
                )
            await self.ledger.notify(conn)
        if recorded:
            self.ledger.committed(recorded)
        return lease if held and served.again_in is None else Lease.none()

    async def _failed(self, lease: Lease, error: Exception, *, called: bool) -> None:
        """`called`: the sink was asked already, and may have called out."""
        if isinstance(error, TooSoon | NotYet):
            await self._too_early(lease, error)
            return
        if isinstance(error, Newer):
            await self._leave(lease, error, doubt=called)
            return
        # an error that nobody foresaw may have come after the call went out
        doubt = isinstance(error, Doubtful) or not isinstance(error, MakegoodError)
        if not isinstance(error, MakegoodError):
            log.error("%s failed on BUG-%s", lease.sink, lease.bug, exc_info=error)
        if self._is_over(lease, error):
            await self._give_up(lease, str(error))
            return
        pause = self._pause(lease, error)
        await leases.later(self.ledger, lease, max(pause, DOUBT_PAUSE) if doubt else pause, failed=True, doubt=doubt)
        # once, and after some ten seconds: many outages are over sooner, and a line for each would bury the thread
        if lease.attempts + 1 == NOTICED:
            waits = Delayed(sink=lease.sink, why=str(error))
            by = Actor(kind=ActorKind.SYSTEM, id=lease.sink)
            await self.ledger.record(lease.bug, lambda _b: waits, by=by, rank=SINKS, facts=True)

    def _pause(self, lease: Lease, error: Exception) -> float:
        """Exponential with full jitter above the base; never sooner than the other side asked."""
        longest = LONGEST_PAUSE if lease.attempts < self.max_attempts else RAREST
        asked = getattr(error, "retry_after", None) or 0.0
        if asked and self.sinks[lease.sink].interest.endless:
            # one that gives up in the end needs the growing pauses: short ones would use up its attempts in seconds
            longest = min(longest, 2 * asked)
        # 2^20 s is twelve days: more is never meant, and a float would overflow in the end
        longest = min(FIRST_PAUSE * 2.0 ** min(lease.attempts, 20), longest)
        return float(max(asked, longest / 2 + random.random() * longest / 2))  # noqa: S311 - jitter

    async def _leave(self, lease: Lease, error: Newer, *, doubt: bool) -> None:
        """To a process that can read it, which asks for it in the same way."""
        if lease.bug not in self._left_alone:
            self._left_alone.add(lease.bug)
            log.warning("%s The newer one goes on with BUG-%s.", sentence(error), lease.bug)
        # without the part by chance we would look just as it is due, each time before the newer one does
        pause = FOREIGN_PAUSE + random.random() * self.poll  # noqa: S311 - jitter
        await leases.later(self.ledger, lease, pause, forgiven=True, doubt=doubt)

    async def _too_early(self, lease: Lease, error: TooSoon | NotYet) -> None:
        """No failure. What is scarce keeps its place among those that wait for it."""
        if isinstance(error, NotYet):
            await leases.later(self.ledger, lease, error.wait, forgiven=True, seen=error.seen)
            return
        self._order.met(lease.sink, lease.rank, error.wait)
        # due since when it was: a later time would put it behind all that waits already
        await leases.later(self.ledger, lease, None)

    def _is_over(self, lease: Lease, error: Exception) -> bool:
        """Asking again won't help, or was tried often enough; never what somebody can mend, nor what nobody would see."""
        if isinstance(error, Mendable):
            return False
        if isinstance(error, MakegoodError) and not isinstance(error, Unavailable | Doubtful):
            return True
        endless = self.sinks[lease.sink].interest.endless
        return not endless and lease.attempts + 1 >= self.max_attempts

    async def _give_up(self, lease: Lease, why: str) -> None:
        """Where `makegood doctor` and the card say so; other bugs go on."""
        by = Actor(kind=ActorKind.SYSTEM, id=lease.sink)
        async with self.ledger.db.write(SINKS) as conn:
            if not await leases.held(conn, self.ledger, lease):
                return
            gave_up = GaveUp(sink=lease.sink, why=why)
            recorded = await self.ledger.record_in(conn, lease.bug, lambda _b: gave_up, by=by, facts=True)
            await leases.give_up(conn, self.ledger, lease, why)
            await self.ledger.notify(conn)
        log.warning("%s on %s waits for a person: %s", lease.sink, recorded.bug.ref, why)
        self.ledger.committed(recorded)


def _past_own(sink: Sink, seq: int, recorded: Recorded | None) -> int:
    """How far the cursor goes: a sink's own outcomes are no news to it, unless it follows them or something came between."""
    own = recorded.entries if recorded else ()
    # somebody else wrote between the entry that was served and our outcome: the cursor must not jump over that
    if not own or own[0].seq != seq + 1 or any(type(entry.event) in sink.interest.kinds for entry in own):
        return seq
    return own[-1].seq


def _fitting(bug: Bug, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Facts always; what a sink concludes from them only where the life of the bug still allows it."""
    return tuple(event for event in events if allowed(bug, type(event)))


def _work(bug: Bug, entry: Entry | None, lease: Lease) -> Work:
    """Whatever is from before a backup came back may have been done by a trail that is lost."""
    of_lost = entry.seq <= bug.restored if entry else lease.done < bug.restored
    return Work(
        bug=bug,
        entry=entry,
        external=json.loads(lease.external),
        doubt=lease.doubt or of_lost,
        attempt=lease.attempts,
        lease=lease,
    )
