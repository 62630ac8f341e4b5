"""What customers write finds its bug; what belongs to none is one line that asks a person, whatever fails in between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.bug.arriving.admit import Rule
from bot.bug.customers.customers import CustomerWrote
from bot.bug.errors import NotFound, Outside
from bot.bug.values import Alert, CustomerHint, Inbound, InboundKind
from bot.bug.words import plain
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.intake.alerts import Alerts, body
from bot.intake.people import People
from bot.intake.sources import PROPOSAL
from bot.ledger import workspace
from bot.ledger.entries import list_bugs, load
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import Pace
from bot.outgoing import sessions
from bot.sinks.proposal import ProposalSink
from bot.slack.outgoing.client import SlackPort, web_client
from tests.support.stores import TEAM, Store, kinds, of_kind, open_bug, person, rows

ADA = CustomerHint(name="Ada", email="ada@example.com")
ROOT = Path(__file__).parents[3]


class Desk:
    """The part of a process that hears of customers and of errors."""

    def __init__(self, store: Store, slack: LocalSlack, http: aiohttp.ClientSession, rule: Rule | None = None) -> None:
        self.slack, self.http, self.ledger = slack, http, store.ledger()
        self.inbox = Inbox(self.ledger.db, TEAM, store.clock.seconds)
        pace = Pace(self.ledger.db, TEAM, store.clock.seconds)
        self.port = SlackPort(web_client("xoxb-local", slack.api_url, http), pace)
        self.alerts = Alerts(self.ledger, self.inbox, rule or Rule())
        self.sink = ProposalSink(self.port, "C0ERRORS", self.ledger, self.inbox)
        self.people = People(ledger=self.ledger, inbox=self.inbox, alerts=self.alerts)

    async def hears(self, event: str, text: str = "What can I do?", **more: Any) -> None:
        await self.people.fold([await self.item(event, text, **more)])
        await self.shows()

    async def shows(self) -> None:
        """What a process does with what it stored for itself."""
        while not self.inbox.fresh.empty():
            await self.sink.show([self.inbox.fresh.get_nowait()])

    async def takes_up(self) -> None:
        """What a process does with what another one left behind."""
        self.ledger.clock.advance(60)  # type: ignore[attr-defined] # the test's clock
        for left in await self.inbox.take([PROPOSAL]):
            await self.sink.show([left])

    async def item(self, event: str, text: str = "What can I do?", **more: Any) -> Item:
        given = {"source": "chatwoot", "conversation": "7", "event": event, "customer": ADA, "text": text, **more}
        item = Item(key=f"in:{event}", source="people", body=Inbound.from_data(given).to_json())
        await self.inbox.store(item)
        return item

    async def alarmed(self, key: str, **more: Any) -> int | None:
        alert = Alert.from_data({"source": "bugsnag", "group": "g1", "title": "boom", **more})
        item = Item(key=key, source="alerts", body=body([alert]))
        await self.inbox.store(item)
        for recorded in await self.alerts.fold([item]):
            await self.people.catch_up(recorded.bug)
            await self.shows()
            return recorded.bug.ref.number
        return None

    @property
    def lines(self) -> list[str]:
        return [str(m["text"]) for m in self.slack.messages("C0ERRORS")]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    local = LocalSlack(
        people=[Person(id="U0DEV", name="Dana", email="dana@acme.example")],
        channels={"C0ERRORS": "errors"},
        manifest=AppManifest.load(ROOT / "app_manifest.yml"),
        rate_limits=False,
    )
    await local.start()
    yield local
    await local.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with sessions.pooled() as session:
        yield session


@pytest.fixture
def desk(store: Store, slack: LocalSlack, http: aiohttp.ClientSession) -> Desk:
    return Desk(store, slack, http)


async def wrote(ledger: Ledger, bug: int) -> list[str]:
    return [x.event.text for x in await of_kind(ledger, bug, CustomerWrote) if isinstance(x.event, CustomerWrote)]


async def test_who_was_hit_is_joined_without_asking(desk: Desk) -> None:
    bug = await desk.alarmed("k1", customer=ADA)
    assert bug
    await desk.hears("m1")
    await desk.hears("m2", "Are you there?")
    assert await wrote(desk.ledger, bug) == ["What can I do?", "Are you there?"]
    assert desk.lines == []
    assert await rows(desk.inbox.db, "SELECT DISTINCT state FROM inbox") == [("done",)]


async def test_what_belongs_to_no_bug_is_one_line_that_asks(desk: Desk) -> None:
    await desk.hears("m1")
    await desk.hears("m2", "Hello?")
    (line,) = desk.lines
    assert "Ada" in line
    assert "What can I do?" in line


@pytest.mark.parametrize("fault", ["500", "after_500", "drop_after", "429"])
async def test_a_slack_that_fails_while_it_is_asked_delays_the_line_and_never_loses_or_doubles_it(
    desk: Desk, fault: str
) -> None:
    desk.slack.faults.add(kind=fault, method="chat.postMessage")
    with pytest.raises(Outside):
        await desk.hears("m1")
    await desk.takes_up()
    assert len(desk.lines) == 1
    assert await rows(desk.inbox.db, "SELECT DISTINCT state FROM inbox") == [("done",)]


async def test_a_process_that_is_killed_before_the_line_stands_there_leaves_it_to_another(
    store: Store, desk: Desk
) -> None:
    await desk.people.fold([await desk.item("m1")])
    assert desk.lines == []
    await Desk(store, desk.slack, desk.http).takes_up()
    assert len(desk.lines) == 1


@pytest.mark.parametrize("then", ["asked", "settled"])
async def test_a_line_that_was_posted_by_a_process_that_was_killed_then_is_found_and_changed(
    store: Store, desk: Desk, then: str
) -> None:
    desk.slack.faults.add(kind="drop_after", method="chat.postMessage")
    with pytest.raises(Outside):
        await desk.hears("m1")
    restarted = Desk(store, desk.slack, desk.http)
    if then == "settled":
        await restarted.people.drop("chatwoot", "7", person("U0DEV"))
    else:
        await restarted.hears("m2", "Hello?")
    await restarted.shows()
    (line,) = desk.lines
    assert ("is not a bug" if then == "settled" else "Hello?") in line


async def test_two_processes_that_hear_of_one_conversation_at_once_post_one_line(store: Store, desk: Desk) -> None:
    await desk.people.fold([await desk.item("m1")])
    other = Desk(store, desk.slack, desk.http)
    await other.people.fold([await other.item("m2", "Hello?")])
    talk = await desk.sink.talks.exactly("chatwoot", "7")
    assert talk
    assert await desk.sink.talks.begin_line(talk)
    assert not await other.sink.talks.begin_line(talk)
    with pytest.raises(Outside, match="Another process posts this line"):
        await asyncio.gather(desk.sink._asked(talk, None), other.sink._asked(talk, None))
    await other.takes_up()
    assert len(desk.lines) == 1


async def test_a_line_that_somebody_deleted_stays_deleted(desk: Desk) -> None:
    await desk.hears("m1")
    (line,) = desk.slack.messages("C0ERRORS")
    await desk.port.call("chat.delete", channel="C0ERRORS", ts=line["ts"])
    await desk.hears("m2", "Hello?")
    assert desk.lines == []


async def test_what_a_person_decides_about_a_message_is_an_entry_of_the_workspace(desk: Desk) -> None:
    bug = await open_bug(desk.ledger)
    await desk.hears("m1")
    await desk.people.join("chatwoot", "7", bug, person("U0DEV"))
    await desk.hears("m2", conversation="8", customer=CustomerHint(name="Eve"))
    await desk.people.drop("chatwoot", "8", person("U0SUP"))
    await desk.hears("m3", conversation="9", customer=CustomerHint(name="Ben"))
    made = await desk.people.open("chatwoot", "9", person("U0DEV"))
    found = [(str(x.by), x.event.line(str(x.by)).parts) for x in await workspace.trail(desk.ledger)]
    assert [(by, plain(parts)) for by, parts in found] == [
        ("U0DEV", f"U0DEV joined to BUG-{bug} a message from Chatwoot"),
        ("U0SUP", "U0SUP found no bug in a message from Chatwoot"),
        ("U0DEV", f"U0DEV opened BUG-{made} for a message from Chatwoot"),
    ]


async def test_who_wrote_before_the_alert_is_caught_up_with(desk: Desk) -> None:
    await desk.hears("m1")
    bug = await desk.alarmed("k1", customer=ADA)
    assert bug
    assert await wrote(desk.ledger, bug) == ["What can I do?"]
    assert f"joined BUG-{bug}" in desk.lines[0]


async def test_who_was_caught_up_with_is_not_heard_twice(desk: Desk) -> None:
    item = await desk.item("m1")
    await desk.people.fold([item])
    bug = await desk.alarmed("k1", customer=ADA)
    assert bug
    await desk.people.fold([item])
    assert await wrote(desk.ledger, bug) == ["What can I do?"]


async def test_a_line_that_can_not_be_changed_does_not_undo_what_was_decided(desk: Desk) -> None:
    await desk.hears("m1")
    desk.slack.faults.add(kind="500", method="chat.update")
    with pytest.raises(Outside):
        await desk.alarmed("k1", customer=ADA)
    (bug,) = await list_bugs(desk.ledger)
    assert await wrote(desk.ledger, bug.ref.number) == ["What can I do?"]
    await desk.takes_up()
    assert f"joined {bug.ref}" in desk.lines[0]


async def test_after_a_restart_the_line_is_found_again(store: Store, desk: Desk) -> None:
    await desk.hears("m1")
    restarted = Desk(store, desk.slack, desk.http)
    bug = await restarted.alarmed("k1", customer=ADA)
    assert f"joined BUG-{bug}" in desk.lines[0]


async def test_an_error_that_was_no_card_becomes_one_when_its_customer_waits(
    store: Store, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    desk = Desk(store, slack, http, Rule(at_least=100))
    assert await desk.alarmed("k0", group="another", customer=CustomerHint(email="ben@example.com")) is None
    assert await desk.alarmed("k1", customer=ADA) is None
    await desk.hears("m1")
    (bug,) = await list_bugs(desk.ledger)
    assert (bug.title, bug.admitted) == ("boom", "a customer waits")
    assert await wrote(desk.ledger, bug.ref.number) == ["What can I do?"]
    assert await desk.alarmed("k2", customer=ADA) == bug.ref.number


async def test_a_person_makes_a_bug_of_it_once(desk: Desk) -> None:
    await desk.hears("m1", subject="Servers")
    number = await desk.people.open("chatwoot", "7", person("U0DEV"))
    bug = await load(desk.ledger, number)
    assert (bug.title, [c.hint.email for c in bug.customers]) == ("Servers", ["ada@example.com"])
    with pytest.raises(NotFound, match="decided about this message already"):
        await desk.people.open("chatwoot", "7", person("U0DEV"))
    await desk.hears("m2", "and another")
    assert await wrote(desk.ledger, number) == ["What can I do?", "and another"]


async def test_a_bug_that_was_made_and_then_cut_off_is_found_again(desk: Desk) -> None:
    await desk.hears("m1")
    made = await open_bug(desk.ledger, "cut off", key="new:chatwoot:7")
    assert await desk.people.open("chatwoot", "7", person("U0DEV")) == made
    assert await wrote(desk.ledger, made) == ["What can I do?"]


async def test_a_person_says_which_bug_it_is(desk: Desk) -> None:
    bug = await open_bug(desk.ledger)
    await desk.hears("m1")
    await desk.people.join("chatwoot", "7", bug, person("U0DEV"))
    await desk.shows()
    assert f"is BUG-{bug}" in desk.lines[0]
    assert "customer_wrote" in await kinds(desk.ledger, bug)


async def test_somebody_else_who_answers_while_it_waits_stays_somebody_else(desk: Desk) -> None:
    otto = CustomerHint(name="Otto", email="otto@example.com")
    await desk.hears("e1", "It fails.")
    await desk.hears("e2", "I have it too.", customer=otto)
    (line,) = desk.lines
    assert "Ada (Chatwoot): “It fails.” … Otto: “I have it too.” (2 messages of 2 people)" in line
    await desk.hears("e3", "", kind=InboundKind.ONLINE)
    assert [x.text for x in await desk.people.last_words(ADA)] == [""]
    assert [x.text for x in await desk.people.last_words(otto)] == ["I have it too."]
    number = await desk.people.open("chatwoot", "7", person("U0DEV"))
    bug = await load(desk.ledger, number)
    assert [(c.hint.name, c.hint.email) for c in bug.customers] == [
        ("Ada", "ada@example.com"),
        ("Otto", "otto@example.com"),
    ]


async def test_what_is_no_bug_is_not_asked_about_again(desk: Desk) -> None:
    await desk.hears("m1")
    await desk.people.drop("chatwoot", "7", person("U0DEV"))
    await desk.hears("m2", "thanks anyway")
    assert len(desk.lines) == 1
    assert "is not a bug" in desk.lines[0]


@pytest.mark.parametrize("decided", ["dropped", "joined"])
async def test_what_was_decided_since_this_process_looked_stays_decided(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, decided: str
) -> None:
    """Another process, or a person's press, came between the look and the write."""
    await desk.hears("m1")
    waiting = await desk.people.talks.find("chatwoot", "7")
    bug = await open_bug(desk.ledger)
    if decided == "joined":
        await desk.people.join("chatwoot", "7", bug, person("U0DEV"))
    else:
        await desk.people.drop("chatwoot", "7", person("U0DEV"))
    await desk.shows()
    lines = desk.lines

    async def looked(_self: object, *_place: str) -> object:
        return waiting

    monkeypatch.setattr(type(desk.people.talks), "find", looked)
    await desk.hears("m2", "and again")
    assert desk.lines == lines
    wrote = [x.event.text for x in await of_kind(desk.ledger, bug, CustomerWrote) if isinstance(x.event, CustomerWrote)]
    assert wrote == (["What can I do?", "and again"] if decided == "joined" else [])


async def test_what_is_not_said_by_a_customer_is_nothing(desk: Desk) -> None:
    await desk.hears("m1", kind=InboundKind.OTHER)
    await desk.hears("m2", "", kind=InboundKind.ONLINE)
    assert desk.lines == []
