"""The one writer: what it decides, it decides once, on the present state, all of it or nothing."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.bug.bug import Bug, Status
from bot.bug.course import course, ownership
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import CustomerJoined
from bot.bug.debt.debt import Paid
from bot.bug.errors import NotFound, Refused
from bot.bug.values import CustomerHint
from bot.ledger.entries import list_bugs, load, trail
from bot.ledger.ledger import Ledger, Recorded
from bot.ledger.relay.subscription import Subscription
from bot.ledger.verify import verify
from tests.support.folding import refold
from tests.support.stores import MONDAY, TEAM, Store, kinds, open_bug, person, rows, said, seqs, sql

SEVERAL = pytest.mark.parametrize("where", ["postgresql"], indirect=True)


def claim(user: str) -> object:
    return lambda bug: ownership.claim(bug, user)


async def test_of_500_claims_at_once_one_wins_and_499_are_told_who_has_it_and_since_when(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    people = [f"U{i:03}" for i in range(500)]

    async def press(user: str) -> Recorded:
        return await ledger.record(bug, lambda now: ownership.claim(now, user), by=person(user))

    answers = await asyncio.gather(*map(press, people), return_exceptions=True)
    won = [a for a in answers if isinstance(a, Recorded)]
    lost = [str(a) for a in answers if isinstance(a, Refused)]
    assert (len(won), len(lost)) == (1, 499)
    winner = (await load(ledger, bug)).owner
    assert winner in people
    assert all(re.search(rf"{winner}.* already has BUG-{bug}, since .*14:00", text) for text in lost)
    assert await kinds(ledger, bug) == ["opened", "claimed"]


async def test_a_key_is_used_once_whoever_uses_it_again(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    first = await ledger.record(bug, lambda b: ownership.claim(b, "U1"), by=person("U1"), key="click-1")
    again = await ledger.record(bug, lambda b: ownership.release(b, "U1"), by=person("U1"), key="click-1")
    assert (len(first.entries), first.again) == (1, False)
    assert (again.entries, again.again) == ((), True)
    assert (await load(ledger, bug)).owner == "U1"


async def test_a_bug_is_opened_once_under_a_key(ledger: Ledger) -> None:
    assert await open_bug(ledger, key="shortcut-1") == await open_bug(ledger, key="shortcut-1")
    assert len(await list_bugs(ledger)) == 1


async def test_deciding_on_nothing_writes_nothing(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    recorded = await ledger.record(bug, lambda _bug: None, by=person("U1"), key="nothing")
    assert recorded.entries == ()
    assert await kinds(ledger, bug) == ["opened"]


async def test_a_bug_that_is_not_there_is_said_so(ledger: Ledger) -> None:
    with pytest.raises(NotFound, match="There is no BUG-99"):
        await ledger.record(99, lambda b: ownership.claim(b, "U1"), by=person("U1"))
    with pytest.raises(NotFound, match="There is no BUG-99"):
        await trail(ledger, 99)


async def test_a_move_that_the_life_of_a_bug_does_not_know_is_refused(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    with pytest.raises(Refused, match="is open and not fixed yet"):
        await ledger.record(bug, lambda _b: Paid(how="PR 1"), by=person("U1"))


async def test_what_can_not_be_written_to_the_trail_does_not_happen(store: Store) -> None:
    ledger = store.ledger({"card": Subscription(kinds=frozenset({Claimed}))})
    bug = await open_bug(ledger)
    copied = "INSERT INTO entries SELECT team, bug, 2, kind, at, \"by\", 'x', body, commitment, prev, hash FROM entries"
    await sql(ledger.db, copied)
    with pytest.raises(IntegrityError):
        await ledger.record(bug, lambda b: ownership.claim(b, "U1"), by=person("U1"))
    assert (await load(ledger, bug)).owner is None
    assert await rows(ledger.db, "SELECT bug FROM cursors") == []


async def test_what_fails_beside_an_entry_takes_the_entry_back(store: Store) -> None:
    ledger = store.ledger({"card": Subscription(kinds=frozenset({Claimed}))})
    bug = await open_bug(ledger)

    async def frozen(*_: object) -> None:
        raise Refused("production is frozen")

    with pytest.raises(Refused, match="frozen"):
        await ledger.record(bug, lambda b: ownership.claim(b, "U1"), by=person("U1"), also=frozen)
    assert await kinds(ledger, bug) == ["opened"]
    assert await rows(ledger.db, "SELECT bug FROM cursors") == []


async def test_what_follows_by_itself_is_written_with_its_cause(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    recorded = await ledger.record(bug, lambda b: course.fixed(b, "U1"), by=person("U1"))
    assert [(x.event.KIND, str(x.by)) for x in recorded.entries] == [
        ("claimed", "U1"),
        ("fixed", "U1"),
        ("owed", "system:makegood"),
    ]
    assert recorded.bug.status is Status.OWED


@SEVERAL
async def test_two_processes_never_write_the_same_entry_twice(store: Store) -> None:
    one, two = store.ledger(), store.ledger()
    bug = await open_bug(one)
    await asyncio.gather(
        *(said(ledger, bug, f"{name}{i}") for name, ledger in (("a", one), ("b", two)) for i in range(40))
    )
    assert seqs(await trail(one, bug)) == list(range(1, 82))
    assert await verify(two) == 1


@SEVERAL
async def test_two_processes_never_give_the_same_number(store: Store) -> None:
    ledgers = [store.ledger(), store.ledger()]
    numbers = await asyncio.gather(*(open_bug(ledgers[i % 2], f"error {i}") for i in range(20)))
    assert sorted(numbers) == list(range(1, 21))


async def test_what_is_stored_of_a_bug_is_what_its_entries_tell(store: Store) -> None:
    store.clock.advance(0.123456)
    ledger = store.ledger()
    hit = CustomerJoined(customer="c1", hint=CustomerHint(name="Ada", email="ada@example.com"), via="bugsnag")
    bug = await open_bug(ledger, "Menu page fails", hit)
    await ledger.record(bug, lambda b: ownership.claim(b, "U1"), by=person("U1"))
    store.clock.advance(0.0004)
    await ledger.record(bug, lambda b: course.fixed(b, "U1", "the row is gone"), by=person("U1"))
    present = await load(ledger, bug)
    assert refold(present.ref, await trail(ledger, bug)) == present
    assert present.ref.team == TEAM


async def test_by_the_worlds_clock_an_entry_is_written_in_utc_and_in_whole_milliseconds(store: Store) -> None:
    ledger = Ledger(store.database(), TEAM, {})
    (opened,) = await trail(ledger, await open_bug(ledger))
    assert opened.at > MONDAY, "which is long ago"
    assert (opened.at.utcoffset(), opened.at.microsecond % 1000) == (timedelta(0), 0)


async def test_a_listener_is_told_after_the_commit(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    heard: list[Bug] = []
    ledger = replace(ledger, hear=lambda recorded: heard.append(recorded.bug))
    await ledger.record(bug, lambda b: ownership.claim(b, "U1"), by=person("U1"))
    assert [b.owner for b in heard] == ["U1"]
