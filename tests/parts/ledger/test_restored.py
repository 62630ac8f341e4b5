"""A backup came back while a bot runs: what it still wanted done outside is taken from it, and waits for a person."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bot.bug.course.course import Fixed, dismissed
from bot.bug.course.delivery import RetryAsked, TrailRestored
from bot.bug.customers.customers import CustomerJoined
from bot.bug.gifts.gifts import tells
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.telling.letters import Letters, held
from bot.bug.values import Actor, ActorKind, CustomerHint
from bot.ledger.entries import load, trail
from bot.ledger.relay import lease
from bot.ledger.restored import OUTBOUND, hold
from bot.sinks.letters import LetterSink
from bot.sinks.when_works import PlannedTellSink
from tests.parts.ledger.sinks import CARD, SAID, Blocked, Scribe, at_rest, follows, relaying, until
from tests.support.stores import Store, cursor, kinds, open_bug, person, said, sql
from tests.unit.bug.test_when_works import planned

ANNA = Actor(kind=ActorKind.CLI, id="anna")


@pytest.mark.parametrize("name", OUTBOUND)
async def test_what_a_running_bot_is_at_is_taken_from_it_and_waits_for_a_person(store: Store, name: str) -> None:
    at_it = Blocked(name=name, interest=SAID, on=frozenset({1}))
    ledger = follows(store, at_it)
    bug = await open_bug(ledger)
    async with relaying(ledger, at_it):
        await said(ledger, bug, "a", "b")
        await until(lambda: at_it.served)
        assert await hold(store.ledger(), ANNA) == [bug]
        assert await hold(store.ledger(), ANNA) == []
        at_it.go.set()
        await said(ledger, bug, "c")
        held = await cursor(ledger, bug, name)
        assert (held["done"], len(at_it.served)) == (1, 1)
        assert (await kinds(ledger, bug)).count("gave_up") == 1
        await ledger.record(bug, lambda _bug: RetryAsked(sink=name), by=person("U0DEV"))
        async with ledger.db.write() as conn:
            await lease.try_again_in(conn, ledger, bug, name)
        await until(lambda: at_it.read == ["a", "a", "b", "c"])
        assert at_it.doubts[1], "it looks first"


async def test_what_is_done_waits_for_nobody_and_what_is_only_shown_goes_on(store: Store) -> None:
    billing, thread = Scribe(name="billing"), Blocked(name="thread", on=frozenset({1}))
    ledger = follows(store, billing, thread)
    bug = await open_bug(ledger)
    async with relaying(ledger, billing, thread):
        await said(ledger, bug, "a")
        await until(at_rest(ledger, bug, "billing"))
        assert await hold(store.ledger(), ANNA) == []
        thread.go.set()
        await until(at_rest(ledger, bug, "thread"))
    assert (await cursor(ledger, bug, "thread"))["gave_up"] is None


async def test_of_two_who_say_so_at_once_each_bug_is_given_up_once(store: Store) -> None:
    ledger = follows(store, Scribe(name="billing"))
    bugs = [await open_bug(ledger, f"error {n}") for n in range(5)]
    for bug in bugs:
        await said(ledger, bug, "a")
    one, two = await asyncio.gather(hold(ledger, ANNA), hold(ledger, ANNA))
    assert sorted([*one, *two]) == bugs
    assert [(await kinds(ledger, bug)).count("gave_up") for bug in bugs] == [1] * 5


async def test_every_live_card_is_drawn_anew_for_it_may_stand_there_as_it_was_later(store: Store) -> None:
    card = Scribe(name="card")
    ledger = follows(store, card)
    live, over = await open_bug(ledger, "error 1"), await open_bug(ledger, "error 2")
    await said(ledger, live, "a")
    await said(ledger, over, "a")
    await ledger.record(over, lambda bug: dismissed(bug, "only a test"), by=person("U0DEV"))
    async with relaying(ledger, card):
        await until(at_rest(ledger, live, "card"))
        await until(at_rest(ledger, over, "card"))
    await hold(ledger, ANNA)
    drawn, left = await cursor(ledger, live, "card"), await cursor(ledger, over, "card")
    assert (drawn["due"], drawn["doubt"]) == (store.clock.seconds(), 1)
    assert (left["due"], left["doubt"]) == (None, 0)


async def test_each_trail_that_goes_on_says_once_from_where(store: Store) -> None:
    ledger = store.ledger()
    live, over = await open_bug(ledger, "error 1"), await open_bug(ledger, "error 2")
    await ledger.record(over, lambda bug: dismissed(bug, "only a test"), by=person("U0DEV"))
    kept = store.clock.now
    store.clock.advance(3600)
    for _ in range(2):
        await hold(ledger, ANNA)
    assert [x.event for x in await trail(ledger, live)][1:] == [TrailRestored(kept=kept)]
    assert "trail_restored" not in await kinds(ledger, over)
    await said(ledger, live, "a")
    await hold(ledger, ANNA)
    assert (await kinds(ledger, live)).count("trail_restored") == 2


async def test_what_is_from_before_the_restore_is_looked_for_each_and_what_is_new_is_not(store: Store) -> None:
    thread, card = Scribe(name="thread"), Scribe(name="card", interest=CARD)
    ledger = follows(store, thread, card)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a", "b")
    await hold(ledger, ANNA)
    await said(ledger, bug, "c")
    async with relaying(ledger, thread, card):
        await until(lambda: thread.read == ["a", "b", "c"])
        await until(at_rest(ledger, bug, "card"))
        assert thread.doubts == [True, True, False]
        assert card.doubts == [True]
        await said(ledger, bug, "d")
        await until(lambda: len(card.served) == 2)
    assert card.doubts == [True, False]


async def test_a_letter_that_waited_when_the_backup_was_made_may_be_out_and_waits_for_a_person(store: Store) -> None:
    sink, heard = LetterSink(ledger=store.ledger()), Scribe(name="thread", interest=SAID)
    ledger = store.ledger({each.name: each.interest for each in (sink, heard)})
    joined = CustomerJoined(customer="c1", hint=CustomerHint(email="mia@studio.example"), via="email")
    bug = await open_bug(ledger, "Menu page fails", joined)
    await ledger.record(bug, lambda _bug: Fixed(how="word"), by=person("U0DEV"))
    rule = Letters(wait=timedelta(seconds=10), chats=frozenset(), pasted=frozenset())
    told = partial(tells, ids=["c1"], text="It works again.", grants=[], texts=GiftTexts(), anyway=True)
    await ledger.record(bug, lambda now: rule.hold(now, told(now), ledger.clock()), by=person("U0DEV"))

    assert await hold(store.ledger(), ANNA) == [bug]
    store.clock.advance(60)
    async with relaying(ledger, LetterSink(ledger=ledger), heard):  # type: ignore[arg-type] # the real one
        await said(ledger, bug, "after its time")
        await until(lambda: "after its time" in heard.read)
    assert len(held(await load(ledger, bug))) == 1


async def test_a_tell_that_was_planned_with_a_run_goes_by_itself_no_more(store: Store) -> None:
    ledger = store.ledger({"when_works": PlannedTellSink.interest})
    for nth, fact in enumerate(planned().facts):
        if nth:
            await ledger.record(1, lambda _bug, event=fact.event: event, by=fact.by)  # type: ignore[misc] # bound now
        else:
            await open_bug(ledger)
    assert (await load(ledger, 1)).planned
    # its sink waits for an entry, so nothing is due
    await sql(ledger.db, "UPDATE cursors SET due = NULL")
    assert await hold(store.ledger(), ANNA) == [1]
    assert (await load(ledger, 1)).gave_up == ("when_works",)
