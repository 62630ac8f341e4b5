"""Bugs are found by the words of their trail, alike on both databases, and forgotten words are not found."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course.conversation import Said
from bot.bug.course.course import Dismissed
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import CustomerJoined
from bot.bug.lifecycle import KINDS
from bot.bug.retro.span import week_of
from bot.bug.values import BugRef, CustomerHint
from bot.bug.words import plain
from bot.ledger import entries, summaries
from bot.ledger.entries import some_of
from bot.ledger.forget import forget
from bot.ledger.index import search
from bot.ledger.ledger import Entry, Ledger
from tests.golden import goldens
from tests.support.stores import MONDAY, Store, open_bug, person, rows, sql


async def found(ledger: Ledger, said: str, most: int = 20, past: int = 0) -> list[int]:
    await search.follow(ledger)
    return [bug.ref.number for bug in await search.search(ledger, said, most=most, past=past)]


async def says(ledger: Ledger, bug: int, words: str) -> None:
    await ledger.record(bug, lambda _b: Said(user="U1", ts="1.1", text=words), by=person("U1"))


async def joins(ledger: Ledger, bug: int, email: str) -> None:
    hint = CustomerHint(email=email, name="Mia Muster")
    event = CustomerJoined(customer="c1", hint=hint, via="mail")
    await ledger.record(bug, lambda _b: event, by=person("U1"))


async def test_what_was_said_in_the_thread_and_who_was_hit_is_found(ledger: Ledger) -> None:
    one, two = await open_bug(ledger, "Menu page fails"), await open_bug(ledger, "Checkout fails")
    await says(ledger, one, "the Bäckerei is on table_13")
    await joins(ledger, two, "mia@example.com")
    assert await found(ledger, "fails") == [two, one]
    assert (
        await found(ledger, "menu FAILS") == await found(ledger, "backerei") == await found(ledger, "table 13") == [one]
    )
    assert await found(ledger, "mia@example.com") == await found(ledger, "Mia Mus") == [two]
    assert await found(ledger, "fails backerei mia") == []


@pytest.mark.parametrize(
    "said",
    ["", "  ", '"', "'", "* OR *", "NEAR(", "menu:*", "-menu", "!menu", "menu & | checkout", "\x00menu", "%", "🍕"],
)
async def test_no_sign_is_an_operator(ledger: Ledger, said: str) -> None:
    one = await open_bug(ledger, "Menu page fails")
    assert await found(ledger, said) == ([one] if search.words(said) == ["menu"] else [])


async def test_ended_bugs_are_found_and_the_newest_come_first_page_by_page(ledger: Ledger) -> None:
    numbers = [await open_bug(ledger, f"menu{n}") for n in range(search.AT_ONCE + 5)]
    await ledger.record(numbers[0], lambda _b: Dismissed(reason="a crawler"), by=person("U1"))
    assert await found(ledger, "menu", most=100) == numbers[::-1]
    assert await found(ledger, "menu", most=2, past=2) == numbers[::-1][2:4]
    assert await found(ledger, "crawler") == numbers[:1]


async def test_a_forgotten_customer_is_not_found_and_the_rest_is(ledger: Ledger) -> None:
    bug = await open_bug(ledger, "Menu page fails")
    await joins(ledger, bug, "mia@example.com")
    assert await found(ledger, "mia") == [bug]
    await forget(ledger, "mia@example.com")
    assert await search.search(ledger, "mia", most=9) == []
    assert await found(ledger, "mia") == []
    assert await found(ledger, "menu") == [bug]
    async with ledger.db.read() as conn:
        stored = str((await conn.execute(text("SELECT words FROM search"))).all())
    assert "mia" not in stored


async def test_words_that_were_read_before_a_customer_was_forgotten_are_not_kept(ledger: Ledger) -> None:
    bug = await open_bug(ledger, "Menu page fails")
    await joins(ledger, bug, "mia@example.com")
    async with ledger.db.read() as conn:
        (row,) = (await conn.execute(search._BEHIND, {"team": ledger.team, "after": 0})).all()
    await forget(ledger, "mia@example.com")
    async with ledger.db.write() as conn:
        await search._keep(conn, {"team": ledger.team, "bug": bug, "seq": row.seq, "was": row.searched}, "mia")
    assert await found(ledger, "mia") == []


async def test_several_processes_may_follow_at_once(store: Store) -> None:
    ledgers = [store.ledger() for _ in range(1 if store.sqlite else 3)]
    numbers = [await open_bug(ledgers[0], f"menu{n}") for n in range(30)]
    await asyncio.gather(*(search.follow(ledger) for ledger in ledgers))
    assert await found(ledgers[0], "menu", most=100) == numbers[::-1]
    assert await rows(ledgers[0].db, "SELECT count(*) FROM search") == [(30,)]
    assert await search.follow(ledgers[0]) == 0


async def test_of_a_long_trail_only_what_is_new_is_read(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    bug = await open_bug(ledger, "Menu page fails")
    await says(ledger, bug, "the first words")
    assert await found(ledger, "first") == [bug]
    read: list[int] = []

    async def entries_in(conn: AsyncConnection, team: str, number: int, seq: int = 0) -> list[Entry]:
        news = await entries.entries_in(conn, team, number, seq)
        read.extend(entry.seq for entry in news)
        return news

    monkeypatch.setattr(search, "entries_in", entries_in)
    await says(ledger, bug, "the last words")
    assert await found(ledger, "first last menu") == [bug]
    assert read == [3]


async def test_each_team_finds_its_own(store: Store) -> None:
    other = Ledger(store.database(), "T0OTHER", {}, store.clock)
    bug = await open_bug(other, "Menu page fails")
    assert await found(store.ledger(), "menu") == []
    assert await found(other, "menu") == [bug]


async def test_a_bug_of_very_many_words_keeps_the_first(ledger: Ledger) -> None:
    bug = await open_bug(ledger, "Menu page fails")
    for part in range(3):
        await says(ledger, bug, " ".join(f"w{n}" for n in range(part * 10_000, (part + 1) * 10_000)))
    assert await found(ledger, "menu w9999") == [bug]
    assert await found(ledger, "w29999") == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_of_no_entry_more_is_found_than_the_thread_tells_and_people_said(kind: str) -> None:
    """Rows of production, secrets and codes stand in entries, too: whoever may search would spell them out letter by letter."""
    bug, event = Bug(ref=BugRef(team="T0LOCAL", number=1)), goldens.event(kind)
    line = event.line(bug, "U0DEV")
    said = str(getattr(event, "text", "")) if kind in {"said", "customer_wrote", "answered", "told"} else ""
    entry = Entry(bug=bug.ref, seq=1, at=MONDAY, by=person("U0DEV"), event=event)
    shown = search.words(f"{plain(line.parts) if line else ''} {said}")
    assert set(search.words_of(bug, [entry])) <= set(shown)


async def test_a_week_is_summed_up_from_the_trails(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    await ledger.record(bug, lambda _b: Dismissed(reason="a crawler"), by=person("U1"))
    found = await summaries.read(ledger, week_of(ledger.clock()))
    assert (found.bugs, found.dismissed) == (1, 1)


async def test_bugs_are_listed_by_who_has_them_and_by_who_waits_longest(ledger: Ledger) -> None:
    one, two, three = [await open_bug(ledger, title) for title in ("one", "two", "three")]
    for bug in (one, three):
        await ledger.record(bug, lambda _b: Claimed(owner="U1"), by=person("U1"))
    mine, all_ = await some_of(ledger, "mine", "U1", 1)
    assert ([bug.ref.number for bug in mine], all_) == ([three], 2)
    mine, _ = await some_of(ledger, "mine", "U1", 1, past=1)
    assert [bug.ref.number for bug in mine] == [one]
    assert await some_of(ledger, "mine", "U2", 9) == ([], 0)
    assert await some_of(ledger, "waiting", "U1", 9) == ([], 0)
    await sql(ledger.db, f"UPDATE bugs SET waits = 5 - number WHERE number < {three}")
    waiting, _ = await some_of(ledger, "waiting", "U1", 9)
    assert [bug.ref.number for bug in waiting] == [two, one]
