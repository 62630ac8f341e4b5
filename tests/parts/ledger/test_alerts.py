"""Alerts become bugs: one bug an error whichever process is told, each occurrence counted once, nothing lost in a batch."""

import asyncio

import pytest

from bot.bug.arriving.admit import Rule
from bot.bug.bug import Status
from bot.bug.course import course
from bot.bug.course.course import Merged
from bot.bug.course.news import TrackerSaid
from bot.bug.values import Alert, AlertKind, CustomerHint
from bot.intake.alerts import Alerts, Posted, _reports, body
from bot.ledger.entries import list_bugs, load
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger
from tests.support.stores import TEAM, Store, kinds, of_kind, person, rows

HOOK = "hook"
ADA = CustomerHint(email="ada@example.com")
SEVERAL = pytest.mark.parametrize("where", ["postgresql"], indirect=True)


class Desk:
    """One process that is told of alerts."""

    def __init__(self, store: Store, rule: Rule | None = None) -> None:
        self.ledger: Ledger = store.ledger()
        self.inbox = Inbox(self.ledger.db, TEAM, store.clock.seconds)
        self.alerts = Alerts(self.ledger, self.inbox, rule or Rule())

    async def stored(self, key: str, *alerts: Alert, posted: Posted | None = None) -> Item:
        item = Item(key=key, source=HOOK, body=body(alerts, posted))
        await self.inbox.store(item)
        return item

    async def told(self, key: str, *alerts: Alert, posted: Posted | None = None) -> None:
        await self.alerts.fold([await self.stored(key, *alerts, posted=posted)])

    async def states(self) -> set[tuple[object, ...]]:
        return set(await rows(self.inbox.db, "SELECT key, state FROM inbox"))


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def alert(group: str = "g1", event: str = "", **more: object) -> Alert:
    return Alert.from_data({"source": "bugsnag", "group": group, "event": event, "title": f"error {group}", **more})


async def test_an_error_opens_one_bug_and_happens_again_in_it(desk: Desk) -> None:
    await desk.told("k1", alert(event="o1"))
    await desk.told("k2", alert(event="o2", occurrences=7))
    (bug,) = await list_bugs(desk.ledger)
    assert (bug.occurrences, bug.recent, bug.groups) == (7, ("o1", "o2"), ("bugsnag:g1",))
    assert await desk.states() == {("k1", "done"), ("k2", "done")}


async def test_what_waits_of_one_error_is_one_entry(desk: Desk) -> None:
    await desk.told("k0", alert(event="o0"))
    items = [await desk.stored(f"k{i}", alert(event=f"o{i}")) for i in range(1, 41)]
    await desk.alerts.fold(items)
    assert await kinds(desk.ledger, 1) == ["opened", "repeated"]
    assert (await load(desk.ledger, 1)).occurrences == 41


async def test_what_waits_before_there_is_a_bug_is_all_in_it(desk: Desk) -> None:
    reports = [
        await desk.stored("k1", alert(event="o1", customer=ADA)),
        await desk.stored("k2", alert(event="o2", facts={"menu": "13"})),
        await desk.stored("k3", alert(event="o2"), posted=Posted(channel="C1", ts="1.1")),
        await desk.stored("k4", alert(event="o3")),
        await desk.stored("k5", alert(kind=AlertKind.COMMENTED, comment="known")),
    ]
    (recorded,) = await desk.alerts.fold(reports)
    bug = await load(desk.ledger, 1)
    assert (recorded.before.seq, recorded.bug) == (0, bug)
    assert (bug.occurrences, sorted(bug.recent), bug.facts) == (3, ["o1", "o2", "o3"], {"menu": "13"})
    assert ([c.hint for c in bug.customers], len(bug.alerts)) == ([ADA], 1)
    assert await of_kind(desk.ledger, 1, TrackerSaid)


async def test_webhook_and_message_of_one_occurrence_count_once(desk: Desk) -> None:
    await desk.told("msg:1", alert(event="o1"), posted=Posted(channel="C1", ts="1.1"))
    await desk.told("k1", alert(event="o1", page="https://shop.example.com/x", customer=ADA))
    bug = await load(desk.ledger, 1)
    assert (bug.occurrences, bug.page, len(bug.alerts)) == (1, "https://shop.example.com/x", 1)
    assert [c.hint.email for c in bug.customers] == ["ada@example.com"]


async def test_one_delivery_may_tell_of_several_errors(desk: Desk) -> None:
    await desk.told("k1", alert("g1"), alert("g2"), alert("g1"))
    assert sorted(b.title for b in await list_bugs(desk.ledger)) == ["error g1", "error g2"]
    await desk.told("k2", alert("g1"), alert("g2"))
    assert {b.title: b.occurrences for b in await list_bugs(desk.ledger)} == {"error g1": 3, "error g2": 2}
    assert await desk.states() == {("k1", "done"), ("k2", "done")}


async def test_of_several_errors_half_folded_each_is_folded_once(desk: Desk) -> None:
    item = await desk.stored("k1", alert("g1"), alert("g2"))
    first = await desk.alerts.fold([item])
    assert len(first) == 2
    half = Item(key="k2", source=HOOK, body=body([alert("g1", "o3"), alert("g2", "o4")]))
    await desk.inbox.store(half)
    await desk.alerts._fold_group([_reports(half)[0]], ends=False)
    other = await desk.stored("k3", alert("g1", "o5"))
    await desk.alerts.fold([half, other])
    assert {b.title: b.occurrences for b in await list_bugs(desk.ledger)} == {"error g1": 3, "error g2": 2}


async def test_what_somebody_else_folded_meanwhile_is_left_out_and_the_rest_is_not_lost(desk: Desk) -> None:
    old, new = await desk.stored("k1", alert(event="o1")), await desk.stored("k2", alert(event="o2"))
    await desk.alerts.fold([old])
    await desk.alerts.fold([old, new])
    assert (await load(desk.ledger, 1)).recent == ("o1", "o2")
    assert (await desk.alerts.fold([old, new])) == []


@SEVERAL
async def test_processes_that_are_told_at_once_open_one_bug(store: Store) -> None:
    desks = [Desk(store) for _ in range(4)]
    items = [await desks[0].stored(f"k{i}", alert(event=f"o{i}")) for i in range(16)]
    await asyncio.gather(*(desks[i % 4].alerts.fold([item]) for i, item in enumerate(items)))
    (bug,) = await list_bugs(desks[0].ledger)
    assert bug.occurrences == 16


@SEVERAL
async def test_two_processes_that_fold_the_same_items_count_them_once(store: Store) -> None:
    desks = [Desk(store), Desk(store)]
    items = [await desks[0].stored(f"k{i}", alert(event=f"o{i}")) for i in range(16)]
    await asyncio.gather(*(desk.alerts.fold(items) for desk in desks))
    assert (await load(desks[0].ledger, 1)).occurrences == 16


async def test_what_is_not_admitted_is_counted_until_it_is(store: Store) -> None:
    desk = Desk(store, Rule(at_least=3))
    for i in range(2):
        await desk.told(f"k{i}", alert())
    assert await list_bugs(desk.ledger) == []
    await desk.told("k2", alert())
    (bug,) = await list_bugs(desk.ledger)
    assert (bug.occurrences, bug.admitted) == (3, "3 times")


async def test_an_error_that_nobody_knows_is_not_opened_by_its_end(desk: Desk) -> None:
    await desk.told("k1", alert(kind=AlertKind.RESOLVED))
    await desk.told("k2")
    assert await list_bugs(desk.ledger) == []
    assert await desk.states() == {("k1", "done"), ("k2", "done")}


async def test_what_is_done_in_the_tracker_joins_the_trail(desk: Desk) -> None:
    await desk.told("k1", alert())
    await desk.told("k2", alert(kind=AlertKind.COMMENTED, comment="known since Monday"))
    assert await of_kind(desk.ledger, 1, TrackerSaid)


async def test_an_error_that_comes_back_reopens_its_bug(desk: Desk) -> None:
    await desk.told("k1", alert())
    await desk.ledger.record(1, lambda b: course.fixed(b, "U1"), by=person("U1"))
    await desk.told("k2", alert())
    assert (await load(desk.ledger, 1)).status is Status.CLAIMED


async def test_what_happens_after_a_merge_is_told_to_the_bug_that_goes_on(desk: Desk) -> None:
    await desk.told("k1", alert("g1"))
    await desk.told("k2", alert("g2"))
    await desk.ledger.record(1, lambda _b: Merged(into=2), by=person("U1"))
    await desk.told("k3", alert("g1"))
    assert (await load(desk.ledger, 2)).occurrences == 2


async def test_what_happens_during_a_merge_is_told_to_the_bug_that_goes_on(desk: Desk) -> None:
    await desk.told("k1", alert("g1"))
    await desk.told("k2", alert("g2"))
    await desk.ledger.record(1, lambda _b: Merged(into=2), by=person("U1"))
    item = await desk.stored("k3", alert("g1"))
    async with desk.ledger.db.write() as conn:
        await desk.alerts._follow(conn, 1, _reports(item), None)
    assert (await load(desk.ledger, 2)).occurrences == 2
