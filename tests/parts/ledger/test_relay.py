"""Cursors follow the trail: in order, once, and what fails holds up nobody but itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.domain import events as e
from bot.domain.decide import owner
from bot.domain.errors import Doubtful, Outside, Rejected, Unavailable
from bot.ledger import leases
from bot.ledger.ledger import Ledger
from bot.ledger.pace import TooSoon
from bot.ledger.queue import Interest
from bot.ledger.reading import load, trail
from bot.ledger.relay import DOUBT_PAUSE, FOREIGN_PAUSE, NotYet, Relay, Served, Work
from tests.support.stores import Store, cursor, kinds, of_kind, open_bug, person, said, sql

Answer = Served | Exception
SAID = Interest(kinds=frozenset({e.Said}))
CARD = Interest(kinds=frozenset({e.Opened, e.Said, e.Claimed, e.CardMade}), jumps=True)


@dataclass
class Scribe:
    """A sink that writes down what it is asked, and answers what the story says, at last with "done"."""

    interest: Interest = SAID
    answers: list[Answer] = field(default_factory=list)
    name: str = "scribe"
    slots: int = 4
    served: list[Work] = field(default_factory=list)

    async def serve(self, work: Work) -> Served:
        self.served.append(work)
        answer = self.answers.pop(0) if self.answers else Served()
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def read(self) -> list[object]:
        """What was said, or None for a call that serves the present."""
        return [getattr(w.entry.event, "text", "") if w.entry else None for w in self.served]

    @property
    def doubts(self) -> list[bool]:
        return [work.doubt for work in self.served]


@dataclass
class Blocked(Scribe):
    """Never comes back from a bug in `on` until it is let go."""

    on: frozenset[int] = frozenset()
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, work: Work) -> Served:
        self.served.append(work)
        if work.bug.ref.number in self.on:
            await self.go.wait()
        return Served()


@asynccontextmanager
async def relaying(
    ledger: Ledger, *sinks: Scribe, seconds: float = leases.LEASE, attempts: int = 8
) -> AsyncIterator[Relay]:
    relay = Relay(ledger, {sink.name: sink for sink in sinks}, max_attempts=attempts, lease_seconds=seconds)
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        await relay.stop(0.2)
        await running


async def until(holds: Callable[[], Awaitable[object]] | Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.01)


def later(store: Store, relay: Relay, seconds: float) -> None:
    """Time goes by, and the relay looks at once."""
    store.clock.advance(seconds)
    relay.wake()


def follows(store: Store, *sinks: Scribe) -> Ledger:
    return store.ledger({sink.name: sink.interest for sink in sinks})


def at_rest(ledger: Ledger, bug: int, sink: str) -> Callable[[], Awaitable[bool]]:
    async def resting() -> bool:
        found = await cursor(ledger, bug, sink)
        return found["due"] is None and found["lease"] == 0

    return resting


def paused(ledger: Ledger, bug: int, sink: str = "scribe") -> Callable[[], Awaitable[bool]]:
    async def waits() -> bool:
        found = await cursor(ledger, bug, sink)
        return bool(found["due"] and found["due"] > ledger.clock().timestamp() and found["lease"] == 0)

    return waits


# ---- order


async def test_entries_are_served_once_and_in_order(store: Store) -> None:
    scribe = Scribe()
    ledger = follows(store, scribe)
    bugs = [await open_bug(ledger, f"error {i}") for i in range(3)]
    async with relaying(ledger, scribe) as relay:
        ledger.woken = lambda _recorded: relay.wake()
        await asyncio.gather(*(said(ledger, bug, *"abcde") for bug in bugs))
        for bug in bugs:
            await until(at_rest(ledger, bug, "scribe"))
    for bug in bugs:
        assert [w.entry.seq for w in scribe.served if w.entry and w.bug.ref.number == bug] == [2, 3, 4, 5, 6]
    assert not any(scribe.doubts)


async def test_a_sink_that_shows_the_present_is_asked_once_for_all(store: Store) -> None:
    card = Scribe(CARD, name="card")
    ledger = follows(store, card)
    bug = await open_bug(ledger)
    await said(ledger, bug, *"abc")
    async with relaying(ledger, card):
        await until(at_rest(ledger, bug, "card"))
    assert [(w.entry, w.bug.seq) for w in card.served] == [(None, 4)]


async def test_a_sink_that_shows_the_present_may_ask_to_show_it_again(store: Store) -> None:
    card = Scribe(CARD, name="card", answers=[Served(again_in=60), Served(again_in=60)])
    ledger = follows(store, card)
    bug = await open_bug(ledger)
    async with relaying(ledger, card) as relay:
        await until(paused(ledger, bug, "card"))
        later(store, relay, 61)
        await until(lambda: len(card.served) == 2)
        await until(paused(ledger, bug, "card"))
        later(store, relay, 61)
        await until(at_rest(ledger, bug, "card"))
    assert len(card.served) == 3


async def test_what_is_written_while_a_sink_pauses_wakes_it(store: Store) -> None:
    card = Scribe(CARD, name="card", answers=[Served(again_in=60)])
    ledger = follows(store, card)
    bug = await open_bug(ledger)
    async with relaying(ledger, card):
        await until(paused(ledger, bug, "card"))
        await said(ledger, bug, "a")
        await until(at_rest(ledger, bug, "card"))
    assert [w.bug.seq for w in card.served] == [1, 2]


async def test_a_newly_configured_sink_starts_at_the_head(store: Store) -> None:
    old = store.ledger()
    bug = await open_bug(old)
    await said(old, bug, "a", "b")
    scribe = Scribe()
    ledger = follows(store, scribe)
    await said(ledger, bug, "c")
    async with relaying(ledger, scribe):
        await until(at_rest(ledger, bug, "scribe"))
    assert scribe.read == ["c"]


async def test_what_a_sink_does_not_follow_is_passed_over(store: Store) -> None:
    scribe = Scribe()
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    await ledger.record(bug, lambda b: owner.claim(b, "U1"), by=person("U1"))
    async with relaying(ledger, scribe):
        await until(at_rest(ledger, bug, "scribe"))
    assert (scribe.read, (await cursor(ledger, bug, "scribe"))["done"]) == (["a"], 3)


async def test_urgent_bugs_are_served_first(store: Store) -> None:
    card = Scribe(Interest(kinds=frozenset({e.Opened, e.Repeated, e.Claimed}), jumps=True), name="card", slots=1)
    ledger = follows(store, card)
    new, repeated, live = [await open_bug(ledger, title) for title in ("new", "repeated", "live")]
    await sql(ledger.db, "UPDATE cursors SET due = NULL WHERE bug > 1")
    await ledger.record(repeated, lambda _b: e.Repeated(deliveries=1, occurrences=2), by=person("U1"))
    store.clock.advance(10)
    await ledger.record(live, lambda b: owner.claim(b, "U1"), by=person("U1"))
    async with relaying(ledger, card):
        await until(lambda: len(card.served) == 3)
    assert [w.bug.ref.number for w in card.served] == [live, new, repeated]


# ---- newer versions


@pytest.mark.parametrize("interest", [SAID, CARD], ids=["follows", "jumps"])
async def test_a_kind_that_this_version_does_not_know_is_never_passed(store: Store, interest: Interest) -> None:
    scribe = Scribe(interest)
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    newer = (
        "INSERT INTO entries SELECT team, bug, 3, 'from_the_future', at, \"by\", NULL, body, "
        "commitment, prev, 'x' FROM entries WHERE seq = 2"
    )
    await sql(ledger.db, newer, "UPDATE bugs SET seq = 3, state = replace(state, '\"seq\":2', '\"seq\":3')")
    async with relaying(ledger, scribe):
        await until(paused(ledger, bug))
    found = await cursor(ledger, bug, "scribe")
    assert found["done"] < 3
    assert (found["attempts"], found["due"]) == (0, store.clock.seconds() + FOREIGN_PAUSE)


# ---- failing


async def test_too_early_is_no_failure(store: Store) -> None:
    scribe = Scribe(answers=[NotYet(5), TooSoon("post:C1", 5)])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:
        for _ in range(2):
            await until(paused(ledger, bug))
            assert (await cursor(ledger, bug, "scribe"))["attempts"] == 0
            later(store, relay, 6)
        await until(at_rest(ledger, bug, "scribe"))
    assert scribe.doubts == [False] * 3


async def test_what_is_scarce_is_left_to_what_is_more_urgent(store: Store) -> None:
    card = Scribe(CARD, name="card", slots=1, answers=[TooSoon("cards", 60)])
    ledger = follows(store, card)
    await open_bug(ledger, "first")
    async with relaying(ledger, card) as relay:
        ledger.woken = lambda _recorded: relay.wake()
        await until(lambda: len(card.served) == 1)
        second = await open_bug(ledger, "second")
        third = await open_bug(ledger, "third")
        await ledger.record(third, lambda b: owner.claim(b, "U1"), by=person("U1"))
        await until(at_rest(ledger, third, "card"))
        assert [w.bug.ref.number for w in card.served] == [1, third]
        later(store, relay, 61)
        relay.wake()
        await until(at_rest(ledger, second, "card"))


@pytest.mark.parametrize(
    ("error", "doubt", "least", "most"),
    [
        (Unavailable("away"), False, 0.5, 1.0),
        (Unavailable("busy", 30.0), False, 30.0, 30.0),
        (Doubtful("cut off"), True, DOUBT_PAUSE, DOUBT_PAUSE),
        (RuntimeError("a defect"), True, DOUBT_PAUSE, DOUBT_PAUSE),
    ],
    ids=["unavailable", "retry after", "doubtful", "defect"],
)
async def test_a_failure_is_tried_again_after_a_pause(
    store: Store, error: Exception, least: float, most: float, *, doubt: bool
) -> None:
    scribe = Scribe(answers=[error])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:
        await until(paused(ledger, bug))
        found = await cursor(ledger, bug, "scribe")
        assert least <= found["due"] - store.clock.seconds() <= most
        assert (found["attempts"], found["doubt"], found["done"]) == (1, int(doubt), 1)
        await said(ledger, bug, "b")
        assert (await cursor(ledger, bug, "scribe"))["due"] == found["due"], (
            "what is new does not hammer a system that is down"
        )
        later(store, relay, most + 1)
        await until(at_rest(ledger, bug, "scribe"))
    assert (scribe.read, scribe.doubts) == (["a", "a", "b"], [False, doubt, False])


async def test_pauses_grow_and_are_never_alike(store: Store) -> None:
    scribe = Scribe(answers=[Unavailable("away")] * 6)
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    pauses = []
    async with relaying(ledger, scribe) as relay:
        for attempt in range(6):
            await until(paused(ledger, bug))
            pauses.append((await cursor(ledger, bug, "scribe"))["due"] - store.clock.seconds())
            assert 2.0**attempt / 2 <= pauses[-1] <= 2.0**attempt
            later(store, relay, 64)
        await until(at_rest(ledger, bug, "scribe"))
    assert len({pause / 2**i for i, pause in enumerate(pauses)}) == 6


@pytest.mark.parametrize(
    ("errors", "tries"),
    [([Unavailable("away")] * 3, 3), ([Rejected("no such channel")], 1), ([RuntimeError("a defect")] * 3, 3)],
    ids=["after the limit", "at once where asking again won't help", "a defect"],
)
async def test_what_does_not_go_is_parked_and_other_bugs_go_on(store: Store, errors: list[Answer], tries: int) -> None:
    scribe = Scribe(answers=list(errors))
    ledger = follows(store, scribe)
    stuck, other = await open_bug(ledger, "stuck"), await open_bug(ledger, "other")
    await said(ledger, stuck, "a")
    async with relaying(ledger, scribe, attempts=3) as relay:
        for _ in range(tries - 1):
            await until(paused(ledger, stuck))
            later(store, relay, 60)
        await until(lambda: of_kind(ledger, stuck, e.Parked))
        await said(ledger, other, "b")
        relay.wake()
        await until(at_rest(ledger, other, "scribe"))
    assert scribe.read == ["a"] * tries + ["b"]
    assert (await load(ledger, stuck)).parked == ("scribe",)
    assert (await cursor(ledger, stuck, "scribe"))["parked"] == str(errors[0])


async def test_after_another_try_is_asked_for_it_looks_first_and_goes_on_where_it_stopped(store: Store) -> None:
    scribe = Scribe(answers=[Rejected("the channel is archived")])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a", "b")
    async with relaying(ledger, scribe) as relay:
        await until(lambda: of_kind(ledger, bug, e.Parked))

        async def also(conn: object, *_: object) -> None:
            await leases.unpark_in(conn, ledger, bug, "scribe")  # type: ignore[arg-type] # a connection

        await ledger.record(bug, lambda _b: e.Unparked(sink="scribe"), by=person("U1"), also=also)
        relay.wake()
        await until(at_rest(ledger, bug, "scribe"))
    assert (scribe.read, scribe.doubts) == (["a", "a", "b"], [False, True, False])
    assert (await load(ledger, bug)).parked == ()


async def test_a_sink_that_hangs_holds_up_only_its_own_bug(store: Store) -> None:
    hangs, quick = Blocked(name="hangs", on=frozenset({1})), Scribe(name="quick")
    ledger = follows(store, hangs, quick)
    stuck, other = await open_bug(ledger, "stuck"), await open_bug(ledger, "other")
    await said(ledger, stuck, "a")
    await said(ledger, other, "b")
    async with relaying(ledger, hangs, quick):
        await until(at_rest(ledger, other, "hangs"))
        await until(at_rest(ledger, stuck, "quick"))
        assert (await cursor(ledger, stuck, "hangs"))["done"] == 1
        hangs.go.set()
        await until(at_rest(ledger, stuck, "hangs"))


# ---- outcomes


async def test_an_outcome_and_the_move_of_the_cursor_are_one(store: Store) -> None:
    made = e.CardMade(id="c1", url="https://board.example/c1")
    board = Scribe(CARD, name="board", answers=[Served(outcomes=(made,), external={"id": "c1"})])
    ledger = follows(store, board)
    bug = await open_bug(ledger)
    async with relaying(ledger, board):
        await until(at_rest(ledger, bug, "board"))
    assert [(x.event.KIND, str(x.by)) for x in await trail(ledger, bug)][1:] == [("card_made", "system:board")]
    assert await leases.external(ledger, bug, "board") == {"id": "c1"}
    assert [dict(w.external) for w in board.served] == [{}, {"id": "c1"}]


async def test_a_conclusion_that_no_longer_fits_is_left_out_and_the_facts_are_kept(store: Store) -> None:
    scribe = Scribe(answers=[Served(outcomes=(e.CardMade(id="c1", url="u"), e.Paid(how="done on the board")))])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe):
        await until(at_rest(ledger, bug, "scribe"))
    assert await kinds(ledger, bug) == ["opened", "said", "card_made"]


@pytest.mark.parametrize("stuck", [Unavailable("away", 1.0), Doubtful("cut off")])
async def test_what_is_done_is_written_and_the_rest_is_tried_again(store: Store, stuck: Outside) -> None:
    made = e.CardMade(id="c1", url="u")
    scribe = Scribe(answers=[Served(outcomes=(made,), stuck=stuck)])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:
        await until(paused(ledger, bug))
        assert await kinds(ledger, bug) == ["opened", "said", "card_made"]
        later(store, relay, 20)
        await until(at_rest(ledger, bug, "scribe"))
    assert scribe.read == ["a", "a"]
    assert await kinds(ledger, bug) == ["opened", "said", "card_made"]


async def test_a_part_that_is_stuck_for_good_is_parked_with_nothing_done(store: Store) -> None:
    scribe = Scribe(answers=[Served(stuck=Rejected("no"))])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe):
        await until(lambda: of_kind(ledger, bug, e.Parked))
