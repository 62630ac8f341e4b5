"""What fails is tried again, ever later, then put before people; it holds up nobody but itself."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.bug.course import ownership
from bot.bug.course.delivery import GaveUp, RetryAsked
from bot.bug.errors import Doubtful, Rejected, Unavailable
from bot.ledger.entries import load
from bot.ledger.ledger import Ledger
from bot.ledger.relay import lease
from bot.ledger.relay.pace import TooSoon
from bot.ledger.relay.relay import DOUBT_PAUSE
from bot.ledger.relay.sink import NotYet, Served, Work
from tests.parts.ledger.sinks import (
    CARD,
    SAID,
    Answer,
    Blocked,
    Scribe,
    at_rest,
    follows,
    later,
    paused,
    relaying,
    until,
)
from tests.support.stores import Store, cursor, of_kind, open_bug, person, said, sql


async def test_too_early_is_no_failure(store: Store) -> None:
    scribe = Scribe(answers=[NotYet(5), TooSoon("post:C1", 5)])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:
        for asked in (1, 2):

            async def given_back(asked: int = asked) -> bool:
                # on PostgreSQL a look that began before may take it at once again
                return len(scribe.served) >= asked and not (await cursor(ledger, bug, "scribe"))["lease"]

            await until(given_back)
            assert (await cursor(ledger, bug, "scribe"))["attempts"] == 0
            later(store, relay, 6)
        await until(at_rest(ledger, bug, "scribe"))
    assert scribe.doubts == [False] * 3


async def test_what_is_scarce_is_left_to_what_is_more_urgent(store: Store) -> None:
    card = Scribe(CARD, name="card", slots=1, answers=[TooSoon("cards", 60)])
    ledger = follows(store, card)
    await open_bug(ledger, "first")
    async with relaying(ledger, card) as relay:
        await until(lambda: len(card.served) == 1)
        second = await open_bug(ledger, "second")
        third = await open_bug(ledger, "third")
        await ledger.record(third, lambda b: ownership.claim(b, "U1"), by=person("U1"))
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
    pauses = await _pauses(store, Scribe(answers=[Unavailable("away")] * 6))
    assert all(2.0**attempt / 2 <= pause <= 2.0**attempt for attempt, pause in enumerate(pauses))
    assert len({pause / 2**i for i, pause in enumerate(pauses)}) == 6


async def test_who_was_told_how_long_to_wait_waits_no_more_than_twice_that_however_often(store: Store) -> None:
    scribe = Scribe(interest=replace(SAID, endless=True), answers=[Unavailable("slow down", 3.0)] * 7)
    assert all(3.0 <= pause <= 6.0 for pause in await _pauses(store, scribe))


async def test_one_that_gives_up_in_the_end_does_not_use_up_its_attempts_in_seconds(store: Store) -> None:
    scribe = Scribe(answers=[Unavailable("slow down", 1.0)] * 7)
    assert (await _pauses(store, scribe))[-1] >= 2.0**6 / 2


async def _pauses(store: Store, scribe: Scribe) -> list[float]:
    """Seconds before each further attempt of a sink that can't be served at once."""
    ledger, pauses = follows(store, scribe), list[float]()
    bug, failures = await open_bug(ledger), len(scribe.answers)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:
        for _ in range(failures):
            await until(paused(ledger, bug))
            pauses.append((await cursor(ledger, bug, "scribe"))["due"] - store.clock.seconds())
            later(store, relay, 64)
        await until(at_rest(ledger, bug, "scribe"))
    assert scribe.read == ["a"] * (failures + 1)
    return pauses


@pytest.mark.parametrize(
    ("errors", "tries"),
    [([Unavailable("away")] * 3, 3), ([Rejected("no such channel")], 1), ([RuntimeError("a defect")] * 3, 3)],
    ids=["after the limit", "at once where asking again won't help", "a defect"],
)
async def test_what_does_not_go_is_given_up_and_other_bugs_go_on(
    store: Store, errors: list[Answer], tries: int
) -> None:
    scribe = Scribe(answers=list(errors))
    ledger = follows(store, scribe)
    stuck, other = await open_bug(ledger, "stuck"), await open_bug(ledger, "other")
    await said(ledger, stuck, "a")
    async with relaying(ledger, scribe, attempts=3) as relay:
        for _ in range(tries - 1):
            await until(paused(ledger, stuck))
            later(store, relay, 60)
        await until(lambda: of_kind(ledger, stuck, GaveUp))
        await said(ledger, other, "b")
        relay.wake()
        await until(at_rest(ledger, other, "scribe"))
    assert scribe.read == ["a"] * tries + ["b"]
    assert (await load(ledger, stuck)).gave_up == ("scribe",)
    assert (await cursor(ledger, stuck, "scribe"))["gave_up"] == str(errors[0])


async def test_after_another_try_is_asked_for_it_looks_first_and_goes_on_where_it_stopped(store: Store) -> None:
    scribe = Scribe(answers=[Rejected("the channel is archived")])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a", "b")
    async with relaying(ledger, scribe) as relay:
        await until(lambda: of_kind(ledger, bug, GaveUp))

        async def also(conn: object, *_: object) -> None:
            await lease.try_again_in(conn, ledger, bug, "scribe")  # type: ignore[arg-type] # a connection

        await ledger.record(bug, lambda _b: RetryAsked(sink="scribe"), by=person("U1"), also=also)
        relay.wake()
        await until(at_rest(ledger, bug, "scribe"))
    assert (scribe.read, scribe.doubts) == (["a", "a", "b"], [False, True, False])
    assert (await load(ledger, bug)).gave_up == ()


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


async def test_a_failure_that_can_not_even_be_noted_is_tried_again_when_its_lease_is_over(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    class Cut(Scribe):
        async def serve(self, work: Work) -> Served:
            if not self.served:
                self.served.append(work)
                await sql(ledger.db, "ALTER TABLE cursors RENAME TO gone")
                raise Unavailable("away")
            return await super().serve(work)

    scribe = Cut()
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:
        await until(lambda: "A cursor could not be moved" in caplog.text)
        await sql(ledger.db, "ALTER TABLE gone RENAME TO cursors")
        later(store, relay, 13)

        async def taken_away() -> bool:
            return bool((await cursor(ledger, bug, "scribe"))["doubt"])

        await until(taken_away)
        later(store, relay, 7)
        await until(at_rest(ledger, bug, "scribe"))
    assert (scribe.read, scribe.doubts) == (["a", "a"], [False, True])


async def test_who_asked_too_early_after_a_failure_is_woken_by_what_is_written(store: Store) -> None:
    """A thread whose first try was cut off waits for its card for minutes: the card's own entry makes it due all the same."""
    scribe = Scribe(answers=[Unavailable("away"), NotYet(600, seen=2)])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:

        async def tried() -> bool:
            return bool((await cursor(ledger, bug, "scribe"))["attempts"])

        await until(tried)
        later(store, relay, 2)
        await until(lambda: len(scribe.served) == 2)
        await until(at_rest_for_now(ledger, bug))
        await said(ledger, bug, "b")
        relay.wake()
        await until(at_rest(ledger, bug, "scribe"))
    assert scribe.read == ["a", "a", "a", "b"]


def at_rest_for_now(ledger: Ledger, bug: int) -> Callable[[], Awaitable[bool]]:
    """Nobody serves it."""

    async def rests() -> bool:
        found = await cursor(ledger, bug, "scribe")
        return not found["lease"] and found["attempts"] == 0

    return rests
