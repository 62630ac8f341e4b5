"""Cursors follow the trail: in order, once; what a sink tells of the world moves with its cursor."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.course import ownership
from bot.bug.course.delivery import GaveUp
from bot.bug.course.news import CardPosted, Opened, Repeated
from bot.bug.course.ownership import Claimed
from bot.bug.debt.board import BoardCardMade
from bot.bug.debt.debt import Paid
from bot.bug.errors import Doubtful, Outside, Rejected, Unavailable
from bot.ledger.db.engine import Database
from bot.ledger.entries import trail
from bot.ledger.ledger import Ledger
from bot.ledger.relay import lease
from bot.ledger.relay.relay import FOREIGN_PAUSE, POLL
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from tests.parts.ledger.sinks import (
    CARD,
    SAID,
    Scribe,
    at_rest,
    follows,
    later,
    paused,
    relaying,
    until,
)
from tests.support.stores import TEAM, Store, cursor, kinds, of_kind, open_bug, person, said, sql

# ---- order


async def test_entries_are_served_once_and_in_order(store: Store) -> None:
    scribe = Scribe()
    ledger = follows(store, scribe)
    bugs = [await open_bug(ledger, f"error {i}") for i in range(3)]
    async with relaying(ledger, scribe):
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


POSTED = CardPosted(channel="C1", ts="1.0")


@pytest.mark.parametrize("again_in", [None, 60.0])
async def test_what_a_sink_itself_tells_of_is_no_news_to_it(store: Store, again_in: float | None) -> None:
    card = Scribe(CARD, name="card", answers=[Served(outcomes=(POSTED,), again_in=again_in)])
    ledger = follows(store, card)
    bug = await open_bug(ledger)
    async with relaying(ledger, card) as relay:
        await until((paused if again_in else at_rest)(ledger, bug, "card"))
        later(store, relay, 1)
        await asyncio.sleep(0.1)
    assert [w.bug.seq for w in card.served] == [1]
    assert (await cursor(ledger, bug, "card"))["done"] == 2


async def test_what_came_before_a_sinks_own_word_is_news_all_the_same(store: Store) -> None:
    """Somebody claims while the card is being posted."""

    class Slow(Scribe):
        async def serve(self, work: Work) -> Served:
            if not self.served:
                await said(ledger, work.bug.ref.number, "meanwhile")
            return await super().serve(work)

    card = Slow(CARD, name="card", answers=[Served(outcomes=(POSTED,), again_in=60.0)])
    ledger = follows(store, card)
    bug = await open_bug(ledger)
    async with relaying(ledger, card):
        await until(at_rest(ledger, bug, "card"))
    assert [w.bug.seq for w in card.served] == [1, 3]


async def test_a_sink_that_follows_what_it_tells_is_served_once_more(store: Store) -> None:
    made = BoardCardMade(id="1", url="https://trello.example/c/1")
    board = Scribe(CARD, name="board", answers=[Served(outcomes=(made,))])
    ledger = follows(store, board)
    bug = await open_bug(ledger)
    async with relaying(ledger, board):
        await until(at_rest(ledger, bug, "board"))
    assert [w.bug.seq for w in board.served] == [1, 2]


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
    await ledger.record(bug, lambda b: ownership.claim(b, "U1"), by=person("U1"))
    async with relaying(ledger, scribe):
        await until(at_rest(ledger, bug, "scribe"))
    assert (scribe.read, (await cursor(ledger, bug, "scribe"))["done"]) == (["a"], 3)


async def test_urgent_bugs_are_served_first(store: Store) -> None:
    card = Scribe(Subscription(kinds=frozenset({Opened, Repeated, Claimed}), jumps=True), name="card", slots=1)
    ledger = follows(store, card)
    new, repeated, live = [await open_bug(ledger, title) for title in ("new", "repeated", "live")]
    await sql(ledger.db, "UPDATE cursors SET due = NULL WHERE bug > 1")
    await ledger.record(repeated, lambda _b: Repeated(deliveries=1, occurrences=2), by=person("U1"))
    store.clock.advance(10)
    await ledger.record(live, lambda b: ownership.claim(b, "U1"), by=person("U1"))
    async with relaying(ledger, card):
        await until(lambda: len(card.served) == 3)
    assert [w.bug.ref.number for w in card.served] == [live, new, repeated]


# ---- newer versions


@pytest.mark.parametrize("interest", [SAID, CARD], ids=["follows", "jumps"])
async def test_a_kind_that_this_version_does_not_know_is_never_passed(store: Store, interest: Subscription) -> None:
    scribe = Scribe(interest)
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    newer = (
        "INSERT INTO entries SELECT team, bug, 3, 'from_the_future', at, \"by\", NULL, body, "
        "commitment, prev, 'x' FROM entries WHERE seq = 2"
    )
    await sql(ledger.db, newer, "UPDATE bugs SET seq = 3, shape = 'newer', state = '{\"what\": \"newer\"}'")
    async with relaying(ledger, scribe):
        await until(paused(ledger, bug))
    found = await cursor(ledger, bug, "scribe")
    assert found["done"] < 3
    assert found["attempts"] == 0
    # a whole number of looks later it would come first again, each time, and the newer one never
    assert FOREIGN_PAUSE < found["due"] - store.clock.seconds() < FOREIGN_PAUSE + POLL


# ---- outcomes


async def test_an_outcome_and_the_move_of_the_cursor_are_one(store: Store) -> None:
    made = BoardCardMade(id="c1", url="https://board.example/c1")
    board = Scribe(CARD, name="board", answers=[Served(outcomes=(made,), external={"id": "c1"})])
    ledger = follows(store, board)
    bug = await open_bug(ledger)
    async with relaying(ledger, board):
        await until(at_rest(ledger, bug, "board"))
    assert [(x.event.KIND, str(x.by)) for x in await trail(ledger, bug)][1:] == [("board_card_made", "system:board")]
    assert await lease.external(ledger, bug, "board") == {"id": "c1"}
    assert [dict(w.external) for w in board.served] == [{}, {"id": "c1"}]


async def test_a_conclusion_that_no_longer_fits_is_left_out_and_the_facts_are_kept(store: Store) -> None:
    scribe = Scribe(answers=[Served(outcomes=(BoardCardMade(id="c1", url="u"), Paid(how="done on the board")))])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe):
        await until(at_rest(ledger, bug, "scribe"))
    assert await kinds(ledger, bug) == ["opened", "said", "board_card_made"]


@pytest.mark.parametrize("stuck", [Unavailable("away", 1.0), Doubtful("cut off")])
async def test_what_is_done_is_written_and_the_rest_is_tried_again(store: Store, stuck: Outside) -> None:
    made = BoardCardMade(id="c1", url="u")
    scribe = Scribe(answers=[Served(outcomes=(made,), stuck=stuck)])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:
        await until(paused(ledger, bug))
        assert await kinds(ledger, bug) == ["opened", "said", "board_card_made"]
        later(store, relay, 20)
        await until(at_rest(ledger, bug, "scribe"))
    assert scribe.read == ["a", "a"]
    assert await kinds(ledger, bug) == ["opened", "said", "board_card_made"]


async def test_a_part_that_is_stuck_for_good_is_given_up_with_nothing_done(store: Store) -> None:
    scribe = Scribe(answers=[Served(stuck=Rejected("no"))])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe):
        await until(lambda: of_kind(ledger, bug, GaveUp))


class Between(Database):
    """A database in which something happens right after the next read."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with super().read() as conn:
            yield conn
        act, self.meanwhile = self.meanwhile, None
        if act:
            await act()


@dataclass
class Follower(Scribe):
    """Once asked for the first time, somebody writes at the moment in which the bug is read anew."""

    db: Between | None = None
    writes: Callable[[], Awaitable[None]] | None = None

    async def serve(self, work: Work) -> Served:
        if self.db and not self.served:
            self.db.meanwhile = self.writes
        return await super().serve(work)


async def test_the_bug_that_a_sink_is_given_holds_the_entry_that_it_is_asked_about(store: Store) -> None:
    sink = Follower(db=Between(store.url))
    ledger, other = Ledger(sink.db, TEAM, {sink.name: SAID}, store.clock), follows(store, sink)  # type: ignore[arg-type] # it is there
    bug = await open_bug(other)
    sink.writes = partial(said, other, bug, "b")
    await said(other, bug, "a")
    async with relaying(ledger, sink):
        await until(lambda: sink.read == ["a", "b"])
    await ledger.db.close()
    assert [work.entry.seq - work.bug.seq for work in sink.served if work.entry] == [0, 0]


async def test_a_step_that_asks_for_the_next_at_once_leaves_it_the_doubt(store: Store) -> None:
    sink = Scribe(name="steps", interest=CARD, answers=[Served(external={}, again_in=0.0), Served(external={})])
    ledger = follows(store, sink)
    bug = await open_bug(ledger)
    await lease.take(ledger, {"steps": 1}, {}, 12)
    await lease.abandoned(ledger, 0)
    async with relaying(ledger, sink):
        await until(lambda: len(sink.served) == 2)
        await until(at_rest(ledger, bug, "steps"))
        await ledger.record(bug, lambda now: ownership.claim(now, "U0DEV"), by=person("U0DEV"))
        await until(lambda: len(sink.served) == 3)
    assert sink.doubts == [True, True, False]
