"""In the order in which it was written, whatever a process that died left behind, and however often a place gets free."""

import asyncio
import random
from dataclasses import dataclass, field

import pytest

from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import TooSoon
from bot.ledger.relay.sink import Served, Work
from tests.parts.ledger.sinks import CARD, Scribe, follows, relaying, until
from tests.support.stores import Store, open_bug

BUGS = 40


@dataclass
class Slow(Scribe):
    """One bug at a time, and some must wait for Slack first."""

    seed: int = 0
    done: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a story, told again by its seed

    async def serve(self, work: Work) -> Served:
        await asyncio.sleep(self._random.choice([0, 0, 0.001, 0.004]))
        if self._random.random() < 0.2:  # one in five
            raise TooSoon("post", self._random.choice([0.002, 0.01]))
        self.done.append(work.bug.ref.number)
        return Served()


async def _written(store: Store, ledger: Ledger, bugs: int, chance: random.Random) -> None:
    for _ in range(bugs):
        store.clock.advance(0.001)
        await open_bug(ledger, "new")
        await asyncio.sleep(chance.choice([0, 0, 0.001, 0.003]))


def _ended(store: Store, cards: Slow) -> bool:
    store.clock.advance(0.01)
    return len(cards.done) >= BUGS


@pytest.mark.parametrize("seed", range(2))
async def test_cards_come_in_the_order_of_their_bugs_after_a_start_too(store: Store, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - as above
    cards = Slow(CARD, name="card", slots=1, seed=seed)
    ledger = follows(store, cards)
    await _written(store, ledger, BUGS // 2, chance)
    async with relaying(ledger, cards) as relay:
        relay.poll = 0.05
        writing = asyncio.create_task(_written(store, ledger, BUGS // 2, chance))
        await until(lambda: _ended(store, cards), 30)
        await writing
    assert cards.done == sorted(cards.done)
