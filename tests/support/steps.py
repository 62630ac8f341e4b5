"""Plays one story in many orders of its steps, with strikes (a cancelled task, a full disk, a clock that jumps) between any two.

A step is what a task does from one await to the next. On the loop of a play they wait until the play chooses one of them; all else
(callbacks, timers, sockets) runs as ever. So one order is one list of choices, and the same list plays it again.

frontrun drives what waits for locks and events (tests/parts/ledger/test_turns_explored.py). The rest of the ledger it can't: it takes
a task that waits for a bare future, `asyncio.shield` or `asyncio.wait` for one that can go on (so its runs end in time-outs, which prove
nothing), it leaves tasks of tasks to the loop, and a worker that is cancelled is a crash to it.
"""

import asyncio
import os
import random
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import event

from bot.ledger.db.engine import Database

LONG = os.environ.get("MAKEGOOD_INTERLEAVINGS") == "long"
"""`make interleavings`: some hundred times as many orders."""
QUIET = 0.5
"""Seconds after which tasks of which none can go on wait for ever; sockets and threads may take that long."""
SOON = 0.008
"""Seconds for which a socket is waited for before what comes from outside does."""
OUTSIDE = 0.15
"""How likely the next thing by chance is none of the steps."""
LONGEST = 400
"""Steps of one order: a story that takes more goes round in a circle."""


class StepLoop(asyncio.SelectorEventLoop):
    """While it `holds`, steps of tasks wait in `steps`."""

    def __init__(self) -> None:
        super().__init__()
        self.holds = False
        self.steps: list[tuple[Callable[..., Any], tuple[Any, ...], Context | None]] = []
        self.others = 0

    def call_soon(  # type: ignore[override] # of any arguments
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        if self.holds and isinstance(getattr(callback, "__self__", None), asyncio.Task):
            self.steps.append((callback, args, context))
            return asyncio.Handle(callback, args, self, context)  # no task cancels the handle of its step
        self.others += 1
        return super().call_soon(callback, *args, context=context)

    def step(self, nth: int) -> None:
        callback, args, context = self.steps.pop(nth)
        super().call_soon(callback, *args, context=context)
        self.settle()

    def settle(self) -> None:
        """Until nothing but steps is left to be done now."""
        before = -1
        while before != self.others:
            before = self.others
            super().call_soon(self.stop)
            self.run_forever()

    def patient(self, seconds: float) -> None:
        """Until a socket, a thread or a timer brings a step."""
        until = self.time() + seconds
        while not self.steps and self.time() < until:
            self.call_later(0.0005, self.stop)
            self.run_forever()


Strike = Callable[[Sequence["asyncio.Task[object]"]], None]


def cancel(nth: int) -> Strike:
    """Whoever waited for this task hangs up."""

    def cancelled(tasks: Sequence["asyncio.Task[object]"]) -> None:
        tasks[nth].cancel()

    return cancelled


@dataclass(kw_only=True)
class Play:
    """What one order is played with, made anew for each. `judge` is asked when all tasks are done; it raises AssertionError."""

    tasks: Sequence[Coroutine[Any, Any, object]]
    judge: Callable[[Sequence[object]], Awaitable[None]]
    """Told what each task gave back, or raised."""
    strikes: Sequence[Strike] = ()
    """Each falls at most once."""
    comes: Sequence[Strike] = ()
    """These do fall, at the latest when nobody can go on, and in this order."""
    sockets: bool = False
    """Whether tasks wait for another process, so that nobody can go on for a moment. Then one may stall until all others wait, too."""


class Story(Protocol):
    """`play` begins it anew, whatever the play before it left."""

    async def play(self) -> Play: ...
    async def close(self) -> None: ...


@dataclass
class Order:
    """`wanted`: the choices to begin with. 0 is the step that has waited longest, as the loop itself would choose."""

    wanted: Sequence[int] = ()
    chance: random.Random | None = None
    chosen: list[int] = field(default_factory=list)
    offered: list[int] = field(default_factory=list)

    def choose(self, steps: int, others: int) -> int:
        """Below `steps` one of them, else what comes from outside."""
        nth, offered = len(self.chosen), steps + others
        if nth >= LONGEST:
            raise AssertionError("It goes round in a circle.")
        taken = min(self.wanted[nth], offered - 1) if nth < len(self.wanted) else self._by_chance(steps, others)
        self.chosen.append(taken)
        self.offered.append(offered)
        return taken

    def _by_chance(self, steps: int, others: int) -> int:
        if not self.chance:
            return 0
        # else all that comes from outside would fall among the first steps
        if steps and self.chance.random() > OUTSIDE:
            return self.chance.randrange(steps)
        return steps + self.chance.randrange(others) if others else self.chance.randrange(steps)

    @property
    def departures(self) -> int:
        return sum(1 for taken in self.chosen if taken)


@dataclass
class Explored:
    """`broken`: the first order that broke the story, and how. `whole`: every order with so few departures was played."""

    orders: int = 0
    whole: bool = True
    broken: str = ""
    choices: tuple[int, ...] = ()
    struck: int = 0

    def holds(self) -> None:
        assert not self.broken, f"{self.broken}\nAfter {self.orders} orders, by Order({self.choices})."


def explore(story: Story, *, departures: int, most: int, walks: int = 0, seed: int = 0) -> Explored:
    """Every order that departs from the loop's own at most so often (where these are more than `most`: drawn ones), then pure chance."""
    found, draw, loop = Explored(), random.Random(seed), StepLoop()  # noqa: S311 - to be drawn again
    try:
        _systematically(loop, story, found, departures, most, draw)
        for _ in range(walks):
            if not found.broken:
                _played(loop, story, Order((), draw), found)
    finally:
        loop.run_until_complete(story.close())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
    return found


def _systematically(
    loop: StepLoop, story: Story, found: Explored, departures: int, most: int, draw: random.Random
) -> None:
    waiting: list[tuple[int, ...]] = [()]
    while waiting and not found.broken and found.orders < most:
        order = Order(waiting.pop(draw.randrange(len(waiting))))
        _played(loop, story, order, found)
        if order.departures < departures:
            begun, chosen = len(order.wanted), order.chosen
            points = range(begun, len(chosen))
            waiting += [(*chosen[:nth], other) for nth in points for other in range(1, order.offered[nth])]
    found.whole = not waiting


def _played(loop: StepLoop, story: Story, order: Order, found: Explored) -> None:
    found.orders += 1
    try:
        found.struck += _play(loop, story, order)
    except Exception as error:  # noqa: BLE001 - whatever an order ends in that its judge did not expect has broken it
        found.broken = str(error) if isinstance(error, AssertionError) else repr(error)
        found.choices = tuple(order.chosen)


def _play(loop: StepLoop, story: Story, order: Order) -> int:
    """How many strikes fell."""
    play = loop.run_until_complete(story.play())
    strikes = list(play.strikes)
    try:
        loop.holds = True
        tasks = [loop.create_task(work) for work in play.tasks]
        try:
            _steps(loop, tasks, strikes, list(play.comes), order, sockets=play.sockets)
        finally:
            _let_go(loop, tasks)
        told = loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(asyncio.wait_for(play.judge(told), 5))
    except TimeoutError:
        raise AssertionError("Afterwards nobody could go on.") from None
    return len(play.strikes) - len(strikes)


def _steps(
    loop: StepLoop,
    tasks: Sequence["asyncio.Task[object]"],
    strikes: list[Strike],
    comes: list[Strike],
    order: Order,
    *,
    sockets: bool,
) -> None:
    loop.settle()
    stalled: list[Any] = []
    while not all(task.done() for task in tasks) or loop.steps or stalled or comes:
        if not loop.steps:
            loop.patient(SOON if sockets and (stalled or comes) else 0 if comes else QUIET)
        if not loop.steps:
            loop.steps, stalled = stalled, []
        if not loop.steps and not comes:
            raise AssertionError("Nobody can go on.")
        next_comes = comes[:1]
        outside = [*next_comes, *strikes]
        stalls = bool(sockets and loop.steps)
        chosen = order.choose(len(loop.steps), len(outside) + stalls) - len(loop.steps)
        if chosen < 0:
            loop.step(chosen)
        elif chosen == len(outside):
            stalled.append(loop.steps.pop(0))
        else:
            (comes if chosen < len(next_comes) else strikes).remove(outside[chosen])
            outside[chosen](tasks)
            loop.settle()


class Cue:
    """A task that begins when its cue comes: `Play(tasks=[cue.begins(work)], comes=[cue])`."""

    def __init__(self) -> None:
        self._given = asyncio.Event()

    def __call__(self, _tasks: Sequence["asyncio.Task[object]"]) -> None:
        self._given.set()

    async def begins(self, work: Coroutine[Any, Any, object]) -> object:
        try:
            await self._given.wait()
        except asyncio.CancelledError:
            work.close()
            raise
        return await work


def _let_go(loop: StepLoop, tasks: Sequence["asyncio.Task[object]"]) -> None:
    """The loop goes its own way from here on; whoever is still under way is cancelled."""
    loop.holds = False
    for task in tasks:
        task.cancel()
    while loop.steps:
        loop.step(0)
    loop.patient(0)
    if any(not task.done() for task in tasks):
        loop.run_until_complete(asyncio.wait(tasks, timeout=1))


class Disk:
    """Commits to SQLite on the loop instead of in a thread, so that when one is done is a step like any other."""

    full = False

    def fill(self) -> None:
        """For one commit."""
        self.full = True

    def commit(self, connection: sqlite3.Connection) -> "asyncio.Future[None]":
        return asyncio.get_running_loop().create_task(self._commit(connection))

    async def _commit(self, connection: sqlite3.Connection) -> None:
        if self.full:
            self.full = False
            raise sqlite3.OperationalError("database or disk is full")
        connection.commit()


def hasty(db: Database) -> Database:
    """What nobody pulls the plug of need not wait for the disk."""

    def hastens(connection: Any, _record: Any) -> None:
        connection.cursor().execute("PRAGMA synchronous=OFF")

    event.listen(db.engine.sync_engine, "connect", hastens)
    return db
