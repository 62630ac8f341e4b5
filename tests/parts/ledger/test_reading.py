"""Bugs are listed and found by their messages, and a trail is read to its end, in each team by itself."""

from bot.bug.bug import Status
from bot.bug.conversation import Said
from bot.bug.course import Dismissed, Merged
from bot.bug.intake import AlertPosted, CardPosted
from bot.ledger.entries import SOME, bug_of_thread, entries_after, list_bugs, trail
from bot.ledger.ledger import Ledger
from bot.ledger.verify import verify
from tests.support.stores import Store, open_bug, person, seqs, sql


async def test_a_long_trail_is_read_to_its_end(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    words = [Said(user="U1", ts=str(i), text="x") for i in range(SOME + 20)]
    await ledger.record(bug, lambda _b: words, by=person("U1"))
    assert seqs(await trail(ledger, bug)) == list(range(1, SOME + 22))
    assert len(await entries_after(ledger, bug, 0)) == SOME


async def test_bugs_are_listed_by_their_status_the_newest_first(ledger: Ledger) -> None:
    one, two = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    await ledger.record(one, lambda _b: Dismissed(reason="a crawler"), by=person("U1"))
    three = await open_bug(ledger, "three")
    assert [b.ref.number for b in await list_bugs(ledger)] == [three, two]
    assert [b.ref.number for b in await list_bugs(ledger, [Status.DISMISSED])] == [one]
    assert len(await list_bugs(ledger, limit=1)) == 1


async def test_a_message_leads_to_its_bug_and_after_a_merge_to_the_one_that_goes_on(ledger: Ledger) -> None:
    one, two = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    for event in (CardPosted(channel="C1", ts="1.1"), AlertPosted(channel="C1", ts="2.2")):
        await ledger.record(one, lambda _b, event=event: event, by=person("U1"))  # type: ignore[misc] # bound now
    assert await bug_of_thread(ledger, "C1", "1.1") == await bug_of_thread(ledger, "C1", "2.2") == one
    await ledger.record(one, lambda _b: Merged(into=two), by=person("U1"))
    assert await bug_of_thread(ledger, "C1", "2.2") == two
    assert await bug_of_thread(ledger, "C1", "9.9") is None


async def test_numbers_are_each_teams_own(store: Store) -> None:
    other = Ledger(store.database(), "T0OTHER", {}, store.clock)
    assert [await open_bug(store.ledger()), await open_bug(other)] == [1, 1]
    assert await verify(other) == 1
    await sql(other.db, "UPDATE bugs SET head = 'x' WHERE team = 'T0LOCAL'")
    assert await verify(other) == 1
