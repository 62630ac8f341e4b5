"""Whoever comes, leaves or is cancelled, in whatever order the loop runs them: one writer at a time, and no turn is lost."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.ledger.db.turnstile import Turnstile
from bot.ledger.db.writer import Together

ENOUGH = 12
"""Rounds of the loop after which everything has happened that can happen."""


@dataclass(eq=False)
class Writer:
    rank: int
    arrived: int
    may_go: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Doorway(RuleBasedStateMachine):
    """`waiting` have asked and are not inside. The loop runs one round at a time, so that cancellations fall between any two."""

    @initialize()
    def opens(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.turnstile = Turnstile[Together]()
        self.waiting: list[Writer] = []
        self.inside: list[Writer] = []
        self.arrivals = 0

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        for writer in (*self.waiting, *self.inside):
            self.cancels(writer)
        self.rounds(ENOUGH)
        self.loop.close()

    async def passes(self, writer: Writer) -> None:
        try:
            async with self.turnstile.hold(writer.rank):
                self.waiting.remove(writer)
                self.inside.append(writer)
                try:
                    await writer.may_go.wait()
                finally:
                    self.inside.remove(writer)
        finally:
            with suppress(ValueError):
                self.waiting.remove(writer)

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()

    def cancels(self, writer: Writer) -> None:
        assert writer.task
        writer.task.cancel()

    @rule(rank=st.integers(0, 2))
    def somebody_comes(self, rank: int) -> None:
        writer = Writer(rank, self.arrivals)
        self.arrivals += 1
        self.waiting.append(writer)
        writer.task = self.loop.create_task(self.passes(writer))
        self.rounds(1)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def somebody_who_waits_is_cancelled(self, data: Any) -> None:
        self.cancels(data.draw(st.sampled_from(self.waiting)))

    @precondition(lambda self: self.inside)
    @rule(cancelled=st.booleans())
    def who_is_inside_goes(self, *, cancelled: bool) -> None:
        self.cancels(self.inside[0]) if cancelled else self.inside[0].may_go.set()

    @rule()
    def the_loop_runs_once(self) -> None:
        self.rounds(1)

    @rule()
    def everything_happens_that_can(self) -> None:
        """Whoever waits then waits for somebody, and is not more urgent than who went in last."""
        self.rounds(ENOUGH)
        assert self.inside or not self.waiting
        if self.waiting:
            before = [(w.rank, w.arrived) for w in self.waiting]
            self.inside[0].may_go.set()
            self.rounds(ENOUGH)
            assert [(w.rank, w.arrived) for w in self.inside] == [min(before)]

    @invariant()
    def one_is_inside(self) -> None:
        assert len(getattr(self, "inside", ())) <= 1


TestDoorway = Doorway.TestCase
TestDoorway.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
