"""frontrun plays every order in which those who wait at the turnstile can go on that differs from the others in what it leads to.

It sees who waits for an event, and takes a task that waits for a bare future for one that can go on: its runs end in time-outs then, and
prove nothing (seen with 0.7.0). So the turns are given by events here. Whoever is cancelled, guests, commits, leases and what SQLite and
PostgreSQL do with them are played by tests/support/steps.py.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Generator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from bot.ledger.db import turnstile
from bot.ledger.db.turnstile import Turnstile
from bot.ledger.db.writer import Together

frontrun = pytest.importorskip("frontrun", reason="it has no wheel for Macs with Intel's processors")


class Turn:
    """What the turnstile uses of a future."""

    def __init__(self) -> None:
        self._given, self._gone, self._host = asyncio.Event(), False, None

    def done(self) -> bool:
        return self._gone or self._given.is_set()

    def set_result(self, host: Any) -> None:
        assert not self.done(), "a turn is given once"
        self._host = host
        self._given.set()

    def __await__(self) -> Generator[Any, Any, Any]:
        yield from self._given.wait().__await__()
        return self._host


class Watched(Turnstile[Together]):
    """`looks`: heapq changes the list where frontrun can't see it; so each call touches something that it sees."""

    looks = 0

    async def enter(self, rank: int, *, shares: bool = False) -> Together | None:
        self.looks += 1
        return await super().enter(rank, shares=shares)

    def leave(self) -> None:
        self.looks += 1
        super().leave()


class Doorway:
    def __init__(self) -> None:
        self.turnstile, self.inside, self.most, self.gone = Watched(), 0, 0, 0

    def nobody_is_left(self) -> bool:
        return (self.most, self.gone, self.turnstile._busy) == (1, 3, False)


@pytest.fixture(autouse=True)
def turns_that_frontrun_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = SimpleNamespace(create_future=Turn)
    seen = SimpleNamespace(get_running_loop=lambda: loop, CancelledError=asyncio.CancelledError)
    monkeypatch.setattr(turnstile, "asyncio", seen)


@pytest.fixture(autouse=True)
def whoever_counts_branches_goes_on() -> Iterator[None]:
    """Before Python 3.12 frontrun takes the place of what traces, and leaves it empty."""
    tracer = sys.gettrace()
    yield
    sys.settrace(tracer)


def passes(rank: int) -> Callable[[Doorway], Coroutine[Any, Any, None]]:
    async def through(doorway: Doorway) -> None:
        async with doorway.turnstile.hold(rank):
            doorway.inside += 1
            doorway.most = max(doorway.most, doorway.inside)
            await asyncio.sleep(0)
            doorway.inside -= 1
        doorway.gone += 1

    return through


async def explored() -> Any:
    """A virtual clock: with it frontrun says at once that nobody can go on."""
    return await frontrun.explore(
        setup=Doorway,
        workers=[passes(rank) for rank in (1, 0, 1)],
        invariant=Doorway.nobody_is_left,
        clock="virtual",
        timeout_per_run=20,
        reproduce_on_failure=0,
    )


async def test_one_is_inside_and_nobody_is_left_in_every_order() -> None:
    found = await explored()
    found.assert_holds()
    assert found.num_explored >= 20


async def test_planted_a_turn_that_nobody_gives_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(self: Turnstile[Together]) -> None:
        self._busy = bool(self._waiting)

    monkeypatch.setattr(Turnstile, "leave", kept)
    found = await explored()
    assert found.property_holds is False
    assert "Deadlock" in found.explanation


async def test_planted_a_door_that_is_not_locked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def enter(self: Turnstile[Together], rank: int, *, shares: bool = False) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(Turnstile, "enter", enter)
    assert (await explored()).property_holds is False
