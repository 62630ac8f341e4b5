"""A webhook that nothing waits before becomes a bug, with its sinks already at work, by one commit; whatever fails goes by the inbox."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.bug.arriving.admit import Rule
from bot.bug.bug import Bug
from bot.bug.course.conversation import Said
from bot.bug.errors import Unavailable
from bot.bug.permissions.modes import Modes
from bot.bug.values import Alert, BugRef
from bot.intake.alerts import Alerts, body
from bot.intake.people import People
from bot.ledger.entries import list_bugs
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.inbox.worker import InboxWorker
from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import Budget, Pace, TooSoon
from bot.ledger.relay.sink import NotYet, Served, Work
from bot.sinks.card import MOST_BEGUN, CardSink, Propose
from bot.sinks.digest import Digest
from bot.slack.outgoing.client import SlackPort, web_client
from bot.suggestions import NOTHING, Proposed
from tests.parts.ledger.sinks import CARD, SAID, Blocked, Scribe, at_rest, follows, relaying, until
from tests.support.statements import COMMIT, Heard, heard
from tests.support.stores import TEAM, Store, cursor, open_bug, person, rows, said

HOOK = "hook"
_ME = person("U0DEV")


def _word(text: str) -> Said:
    return Said(user="U0DEV", ts=text, text=text)


async def _opened_and_said(ledger: Ledger, text: str, bug: int = 1) -> None:
    assert await open_bug(ledger, text) == bug
    await said(ledger, bug, text)


@dataclass
class Door:
    ledger: Ledger
    people: People
    inflow: InboxWorker

    async def told(self, key: str, *groups: str) -> bool:
        found = [Alert(source="bugsnag", group=group, event=key, title=f"error {group}") for group in groups]
        return await self.inflow.submit(Item(key=key, source=HOOK, body=body(found)))

    async def states(self) -> dict[object, object]:
        return dict(await rows(self.ledger.db, "SELECT key, state FROM inbox"))


@dataclass
class Noting(Scribe):
    """Looks at what the database had been sent when it was called."""

    sent: Heard | None = None
    before: list[str] = field(default_factory=list)

    async def serve(self, work: Work) -> Served:
        sent = [one.text for one in self.sent.all] if self.sent else []
        self.before = [
            text for text in sent if not text.startswith("SELECT cursors")
        ]  # the relay looks by the clock, too
        return await super().serve(work)


@dataclass
class Drawing(Noting):
    """Begins to draw while its bug is being written."""

    drawn: list[int] = field(default_factory=list)
    while_written: list[bool] = field(default_factory=list)

    def prepare(self, bug: Bug) -> None:
        self.drawn.append(bug.ref.number)
        self.while_written.append(self.sent is not None and self.sent.commits == 0)


@pytest.fixture
def card() -> Noting:
    return Noting(CARD, name="card")


@pytest.fixture
async def door(store: Store, card: Noting) -> AsyncIterator[Door]:
    ledger = follows(store, card)
    inbox = Inbox(ledger.db, TEAM, store.clock.seconds)
    people = People(ledger=ledger, inbox=inbox, alerts=Alerts(ledger, inbox, Rule()))
    inflow = InboxWorker(inbox, {HOOK: people.fold_alerts}, {HOOK: people.alert_at_once})
    inflow.start()
    yield Door(ledger, people, inflow)
    await inflow.stop()


async def test_one_commit_stands_between_the_bytes_and_the_sink(door: Door, card: Noting) -> None:
    with heard(door.ledger.db) as found:
        await door.told("warm", "g0")
        async with relaying(door.ledger, card):
            await until(at_rest(door.ledger, 1, "card"))
            card.served.clear()
            found.clear()
            card.sent = found
            assert await door.told("k1", "g1")
            await until(lambda: card.served)
        assert card.before.count(COMMIT) == 1
        assert card.before.index(COMMIT) <= 11, card.before
        assert found.anew == []
        (work,) = card.served
        assert (work.bug.ref.number, work.doubt, work.lease.fence) == (2, False, 1)
    assert await door.states() == {"warm": "done", "k1": "done"}


async def test_a_new_card_is_drawn_before_the_commit_and_served_before_the_others(store: Store) -> None:
    card, other = Drawing(CARD, name="card"), Noting(CARD, name="other")
    ledger = follows(store, other, card)
    async with relaying(ledger, card, other):
        await open_bug(ledger, "warm")
        await until(at_rest(ledger, 1, "other"))
        with heard(ledger.db) as found:
            card.sent = other.sent = found
            card.drawn.clear()
            await open_bug(ledger, "new")
            await until(lambda: len(other.served) > 1)
        assert (card.drawn, card.while_written[-1]) == ([2], True)
        assert card.before.count(COMMIT) == 1
        assert len(card.served) > 1
        await said(ledger, 2, "only what is new is drawn beforehand")
        await until(at_rest(ledger, 2, "card"))
        assert card.drawn == [2]


async def test_what_was_drawn_of_a_bug_that_never_came_to_be_is_not_shown_for_another(store: Store) -> None:
    ledger, asked = store.ledger(), list[str]()

    async def propose(bug: Bug) -> Proposed:
        asked.append(bug.title)
        if bug.title == "broken":
            raise Unavailable("not now")
        return NOTHING

    sink = _card_sink(ledger, propose)
    lost, kept = _bug("lost"), _bug("kept")
    sink.prepare(lost)
    await asyncio.sleep(0.01)
    picture = await sink._picture(kept)
    assert (picture.bug, asked) == (kept, ["lost", "kept"])
    sink.prepare(kept)
    assert "kept" in (await sink._picture(kept)).drawn[0]["text"]
    assert asked == ["lost", "kept", "kept"], "what was begun is not begun again"
    for number in range(MOST_BEGUN + 5):  # however many never come to be
        sink.prepare(_bug("lost", number))
    assert len(sink._begun) == MOST_BEGUN


async def test_what_fails_while_it_is_drawn_fails_when_it_is_served(store: Store) -> None:
    async def propose(bug: Bug) -> Proposed:
        raise Unavailable(f"{bug.title} can't be looked up")

    sink, bug = _card_sink(store.ledger(), propose), _bug("broken")
    sink.prepare(bug)
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable, match="broken"):
        await sink._picture(bug)


def _bug(title: str, number: int = 1) -> Bug:
    return Bug(ref=BugRef(team=TEAM, number=number), title=title)


def _card_sink(ledger: Ledger, propose: Propose) -> CardSink:
    """Nothing of it goes out here."""
    port = SlackPort(
        web_client("xoxb", "http://127.0.0.1:9/", cast("Any", None)), Pace(ledger.db, TEAM, ledger.seconds)
    )
    digest = Digest(port, "C0")
    cards = Budget("cards", 1.0, 1)
    return CardSink(port=port, ledger=ledger, channel="C0", modes=Modes(), propose=propose, cards=cards, digest=digest)


async def test_a_repeat_of_a_delivery_is_known_and_does_nothing(door: Door) -> None:
    assert [await door.told("k1", "g1") for _ in range(3)] == [True, False, False]
    (bug,) = await list_bugs(door.ledger)
    assert bug.occurrences == 1


async def test_one_that_tells_of_several_errors_goes_by_the_inbox(door: Door) -> None:
    assert await door.told("k1", "g1", "g2")

    async def both() -> bool:
        return len(await list_bugs(door.ledger)) == 2

    await until(both)
    assert not await door.told("k1", "g1", "g2")


async def test_what_fails_is_kept_and_tried_again(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(*_: object) -> None:
        raise Unavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "notify", breaks)
        assert await door.told("k1", "g1")
        assert await list_bugs(door.ledger) == []
        assert "goes by the inbox: the disk is full" in caplog.text

        async def noted() -> bool:
            return bool(await rows(door.ledger.db, "SELECT 1 FROM inbox WHERE note LIKE '%disk%'"))

        await until(noted)
    assert await door.states() == {"k1": "new"}


async def test_what_arrives_together_is_stored_and_folded_together(door: Door) -> None:
    await asyncio.gather(*(door.told(f"k{n}", "g1") for n in range(20)))

    async def counted() -> bool:
        return sum(b.occurrences for b in await list_bugs(door.ledger)) == 20

    await until(counted)
    with heard(door.ledger.db) as found:
        await asyncio.gather(*(door.told(f"m{n}", "g1") for n in range(20)))
        await until(lambda: found.commits >= 2)
    assert found.commits < 20


async def test_who_writes_takes_the_lease_for_a_sink_of_this_process_alone(store: Store) -> None:
    here, elsewhere = Scribe(SAID, name="here"), Scribe(SAID, name="elsewhere")
    ledger = follows(store, here, elsewhere)
    async with relaying(ledger, here):
        await _opened_and_said(ledger, "a")
        await until(at_rest(ledger, 1, "here"))
    assert here.read == ["a"]
    left = await cursor(ledger, 1, "elsewhere")
    assert (left["lease"], left["fence"], bool(left["due"])) == (0, 0, True)


async def test_a_sink_without_a_free_place_is_left_to_the_order_of_service(store: Store) -> None:
    busy = Blocked(SAID, name="busy", slots=1, on=frozenset({1}))
    ledger = follows(store, busy)
    async with relaying(ledger, busy):
        await _opened_and_said(ledger, "a")
        await until(lambda: busy.served)
        await _opened_and_said(ledger, "b", 2)
        assert (await cursor(ledger, 2, "busy"))["lease"] == 0
        busy.go.set()
        await until(at_rest(ledger, 2, "busy"))
    assert busy.read == ["a", "b"]


async def test_what_was_put_off_is_not_taken_by_its_next_writer_out_of_turn(store: Store) -> None:
    shy = Scribe(SAID, [NotYet(60)], name="shy")
    ledger = follows(store, shy)
    async with relaying(ledger, shy):
        await _opened_and_said(ledger, "a")
        await until(lambda: shy.served)

        async def put_off() -> bool:
            return bool((await cursor(ledger, 1, "shy"))["lease"] == 0)

        await until(put_off)
        await said(ledger, 1, "b")
        await until(at_rest(ledger, 1, "shy"))
    assert shy.read[-1] == "b"


async def test_leases_of_a_relay_that_has_just_stopped_are_left_to_the_next(store: Store) -> None:
    scribe = Scribe(name="scribe")
    ledger = follows(store, scribe)
    async with relaying(ledger, scribe):
        await _opened_and_said(ledger, "a")
        await until(at_rest(ledger, 1, "scribe"))
    async with relaying(ledger, scribe) as relay:
        await until(lambda: ledger.wakes.server is relay and relay.free())
        async with ledger.db.write() as conn:
            recorded = await ledger.record_in(conn, 1, lambda _bug: _word("b"), by=_ME)
            assert recorded.entries
            await relay.stop(0)
    assert (await cursor(ledger, 1, "scribe"))["lease"] > 0
    assert scribe.read == ["a"]


async def test_a_write_whose_lines_must_wait_for_slack_costs_no_look_at_what_is_due(store: Store) -> None:
    paced = Scribe(SAID, [TooSoon("post", 3600.0)], name="paced")
    ledger = follows(store, paced)
    async with relaying(ledger, paced) as relay:
        relay.poll = 3600.0
        await _opened_and_said(ledger, "a")
        await until(lambda: paced.served and not relay.free())
        await until(lambda: not relay._tasks)
        await asyncio.sleep(0.05)
        with heard(ledger.db) as found:
            for n in range(10):
                await said(ledger, 1, f"more {n}")
            await asyncio.sleep(0.05)
    assert [one.head for one in found.statements if one.text.startswith("SELECT cursors")] == []
    assert len(paced.served) == 1


async def test_what_is_more_urgent_than_what_waits_for_slack_is_looked_for_at_once(store: Store) -> None:
    paced = Scribe(CARD, [TooSoon("post", 3600.0)], name="paced")
    ledger = follows(store, paced)
    async with relaying(ledger, paced) as relay:
        await open_bug(ledger, "new")
        await until(lambda: paced.served and not relay.free())
        await _opened_and_said(ledger, "an answer to a person", 2)
        await until(lambda: len(paced.served) > 1)
    assert paced.served[1].bug.ref.number == 2
