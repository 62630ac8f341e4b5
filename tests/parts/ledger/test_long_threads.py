"""A line that may have arrived is found in a thread of any length, and told from the trail's own line about the same entry."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.bug.course.news import AlertPosted, CardPosted, TrackerSaid
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.ledger.entries import load, trail
from bot.ledger.ledger import Ledger
from bot.ledger.relay.leased import Lease
from bot.ledger.relay.pace import Pace
from bot.ledger.relay.sink import Work
from bot.outgoing import sessions
from bot.sinks import thread
from bot.sinks.pointer import PointerSink
from bot.sinks.reminder import ReminderSink
from bot.slack.outgoing.client import SlackPort, web_client
from tests.support.stores import TEAM, Store, open_bug, person

ROOT = Path(__file__).parents[3]
LONG = 120
"""Answers: more than one page of a search that reads only the first hundred."""
CHANNEL = "C0ERRORS"


class Place:
    """A bug whose card has a thread full of other people's words."""

    def __init__(self, store: Store, slack: LocalSlack, http: aiohttp.ClientSession) -> None:
        self.ledger: Ledger = store.ledger()
        pace = Pace(self.ledger.db, TEAM, store.clock.seconds)
        self.port = SlackPort(web_client("xoxb-local", slack.api_url, http), pace)
        self.bug = 0

    async def opened(self, words: int = LONG) -> str:
        root = await self.port.post(CHANNEL, text="the card")
        self.bug = await open_bug(
            self.ledger, "Menu page fails", CardPosted(channel=CHANNEL, ts=root), AlertPosted(channel=CHANNEL, ts=root)
        )
        for number in range(words):
            await self.port.call("chat.postMessage", channel=CHANNEL, thread_ts=root, text=f"word {number}")
        return root

    async def work(self, *, doubt: bool) -> Work:
        entry = (await trail(self.ledger, self.bug))[-1]
        bug = await load(self.ledger, self.bug)
        return Work(bug=bug, entry=entry, external={}, doubt=doubt, attempt=0, lease=Lease.none())

    async def answers(self, root: str) -> int:
        page = await self.port.call("conversations.replies", channel=CHANNEL, ts=root, limit=1000)
        return len(page["messages"]) - 1


@pytest.fixture
async def place(store: Store) -> AsyncIterator[Place]:
    slack = LocalSlack(
        people=[Person(id="U0DEV", name="Dana", email="dana@acme.example")],
        channels={CHANNEL: "errors"},
        manifest=AppManifest.load(ROOT / "app_manifest.yml"),
        rate_limits=False,
    )
    await slack.start()
    async with sessions.pooled() as http:
        yield Place(store, slack, http)
    await slack.stop()


@pytest.mark.parametrize("where", ["sqlite"], scope="module")
async def test_a_question_that_stands_at_the_end_of_a_long_thread_is_not_asked_twice(place: Place) -> None:
    root = await place.opened()
    said = TrackerSaid(what="resolved", text="by Ben")
    await place.ledger.record(place.bug, lambda _bug: said, by=person("U0DEV"))
    sink = ReminderSink(place.port, place.ledger)
    await sink.serve(await place.work(doubt=False))
    assert await place.answers(root) == LONG + 1
    await sink.serve(await place.work(doubt=True))
    assert await place.answers(root) == LONG + 1


@pytest.mark.parametrize("where", ["sqlite"], scope="module")
async def test_the_trails_own_line_about_it_is_not_the_question(place: Place) -> None:
    root = await place.opened(3)
    said = TrackerSaid(what="resolved", text="by Ben")
    await place.ledger.record(place.bug, lambda _bug: said, by=person("U0DEV"))
    work = await place.work(doubt=True)
    assert work.entry is not None
    await place.port.post(
        CHANNEL, thread_ts=root, text="marked fixed", metadata=thread.metadata(work.entry, "marked fixed")
    )
    await ReminderSink(place.port, place.ledger).serve(work)
    assert await place.answers(root) == 3 + 2


@pytest.mark.parametrize("where", ["sqlite"], scope="module")
async def test_a_pointer_at_the_end_of_a_long_thread_is_not_posted_twice(place: Place) -> None:
    root = await place.opened()
    sink = PointerSink(place.port)
    await sink.serve(await place.work(doubt=False))
    await sink.serve(await place.work(doubt=True))
    assert await place.answers(root) == LONG + 1
