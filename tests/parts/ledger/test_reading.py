"""Bugs are listed and found by their messages, and a trail is read to its end, in each team by itself."""

from datetime import timedelta

from bot.bug.bug import Status
from bot.bug.course.conversation import Said
from bot.bug.course.course import Dismissed, Fixed, Merged
from bot.bug.course.news import AlertPosted, CardPosted, Opened
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import CustomerJoined
from bot.bug.fixes.asking import FixAsked
from bot.bug.fixes.run import FixEnded
from bot.bug.permissions.seen import see_all
from bot.bug.retro.tally import COUNTED
from bot.bug.retro.tasks import TaskCardMade
from bot.bug.telling import messages
from bot.bug.values import CustomerHint
from bot.ledger import home
from bot.ledger.entries import (
    SOME,
    bug_of_thread,
    entries_after,
    list_bugs,
    told_of,
    trail,
    trails_within,
    unseen,
    written_at,
)
from bot.ledger.index.threads import TASK
from bot.ledger.ledger import Ledger
from bot.ledger.refreshing import freshen
from bot.ledger.verify import verify
from tests.support.stores import BUGSNAG, MONDAY, Store, open_bug, person, rows, seqs, sql


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


async def test_the_card_of_a_task_leads_to_its_bug_and_stays_with_it_after_a_merge(ledger: Ledger) -> None:
    one, two = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    made = TaskCardMade(task=1, id="card-7", url="https://board.example/7")
    await ledger.record(one, lambda _b: made, by=person("U1"))
    await ledger.record(one, lambda _b: Merged(into=two), by=person("U1"))
    assert await bug_of_thread(ledger, TASK, "card-7") == one


async def test_an_entry_says_when_it_was_written(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    (opened,) = await trail(ledger, bug)
    assert await written_at(ledger, bug, opened.seq) == opened.at
    assert await written_at(ledger, bug, opened.seq + 1) is None


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


async def test_whom_a_bug_waits_for_is_found_without_reading_the_others(store: Store) -> None:
    ledger = store.ledger()
    working, fixed, owed = [await open_bug(ledger, f"Menu {n}") for n in range(3)]
    mia = CustomerJoined(customer="c1", hint=CustomerHint(name="Mia", email="mia@studio.example"), via="by hand")
    for bug in (working, fixed, owed):
        await ledger.record(bug, lambda _bug: [Claimed(owner="U0DEV"), mia], by=person("U0DEV"))
    for bug in (fixed, owed):
        await ledger.record(bug, lambda _bug: Fixed(how="word"), by=person("U0DEV"))
    await ledger.record(owed, messages.skip, by=person("U0DEV"))
    mine, theirs = [await home.read(ledger, user, home.FIRST, MONDAY) for user in ("U0DEV", "U0SUP")]
    assert [b.ref.number for b in mine.waits.shown] == [fixed]
    assert [b.ref.number for b in mine.debts.shown] == [owed]
    assert (theirs.waits.all, theirs.debts.all, theirs.owed) == (0, 0, 1)


async def test_what_nobody_else_has_seen_is_found_until_somebody_has(store: Store) -> None:
    ledger = store.ledger()
    await open_bug(ledger, "nothing ran")
    number = await open_bug(ledger, "ran alone")
    asked = FixAsked(run=1, action="delete-row", params={}, reason="the bad row")
    alone = (asked, FixEnded(run=1, state="succeeded", summary="deleted 1 row"))
    await ledger.record(number, lambda _bug: alone, by=person("U0DEV"))
    assert [b.ref.number for b in await unseen(ledger)] == [number]
    await ledger.record(number, lambda bug: see_all(bug, "U0SUP"), by=person("U0SUP"))
    assert await unseen(ledger) == []


async def test_what_people_told_of_is_found_until_a_tracker_knows_it(store: Store) -> None:
    ledger = store.ledger()
    await open_bug(ledger)
    told = Opened(source="chatwoot", title="Menu is empty", admitted="a customer waits")
    async with ledger.db.write() as conn:
        number = (await ledger.open(conn, [told], by=BUGSNAG)).bug.ref.number
    assert [b.ref.number for b in await told_of(ledger)] == [number]
    await ledger.record(number, lambda _bug: Dismissed(reason="a typo"), by=person("U0DEV"))
    assert await told_of(ledger) == []


async def test_what_an_older_version_wrote_beside_this_one_is_found_again(store: Store) -> None:
    ledger = store.ledger()
    number = await open_bug(ledger)
    await sql(ledger.db, "UPDATE bugs SET shape = 'another', state = '{\"of another\": 1}', began = NULL, told = 1")
    assert await freshen(ledger) == 1
    assert await freshen(ledger) == 0
    assert await told_of(ledger) == []
    found = await rows(ledger.db, f"SELECT began FROM bugs WHERE number = {number}")
    assert found == [(MONDAY.timestamp(),)]


async def test_a_month_has_what_began_in_it_and_what_gave_something_in_it(store: Store) -> None:
    ledger = store.ledger()
    await open_bug(ledger, "before")
    store.clock.advance(40 * 86400)
    within = await open_bug(ledger, "within")
    async with ledger.db.write() as conn:
        await conn.exec_driver_sql("UPDATE bugs SET gave = 1, touched = touched + 4000000 WHERE number = 1")
    since = MONDAY + timedelta(days=30)
    found = [bug.ref.number async for bug, _ in trails_within(ledger, since, since + timedelta(days=31), COUNTED)]
    assert found == [1, within]
    later = MONDAY + timedelta(days=365)
    assert [x async for x in trails_within(ledger, later, later + timedelta(days=31), COUNTED)] == []
