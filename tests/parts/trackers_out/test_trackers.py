"""What we do stands in the tracker too: resolved, open again, the board card, a comment; each once."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters import opening
from bot.adapters.trackers.bugsnag import api as bugsnag
from bot.adapters.trackers.sentry import api as sentry
from bot.bug.course.course import Fixed, Reopened
from bot.bug.course.news import Opened
from bot.bug.debt.board import BoardCardMade
from bot.bug.debt.debt import Paid
from bot.bug.errors import Misconfigured, Rejected, Unavailable
from bot.bug.event import Event
from bot.demo.world.bugsnag import PROJECT_ID
from bot.demo.world.tracker import Tracker
from bot.sinks.tracker import TrackerSink
from tests.parts.trackers_out.conftest import Stage
from tests.support.fakes.sentry import SentryFake
from tests.support.stores import BUGSNAG, person
from tests.support.street import a_crash

TOKEN = "token-of-the-team"


@pytest.fixture
async def site() -> AsyncIterator[tuple[str, SentryFake, Tracker, str]]:
    """Both services at one address, each with one error."""
    fake, tracker = (
        SentryFake(token=TOKEN, organization="acme"),
        Tracker(hook_url="http://127.0.0.1:9", api_token=TOKEN),
    )
    fake.add("4711")
    app, api = web.Application(), web.Application()
    app.add_routes(fake.routes())
    api.add_routes(tracker.routes(""))
    app.add_subapp("/bugsnag", api)
    async with TestServer(app) as server:
        group = tracker.report(a_crash()).id
        yield str(server.make_url("")).rstrip("/"), fake, tracker, group
    await tracker.close()


def at_bugsnag(url: str, http: aiohttp.ClientSession, **more: object) -> TrackerSink:
    settings = bugsnag.Settings.model_validate(
        {"token": TOKEN, "project": PROJECT_ID, "base_url": f"{url}/bugsnag", **more}
    )
    return TrackerSink("bugsnag", bugsnag.connect(settings, http))


def at_sentry(url: str, http: aiohttp.ClientSession, **more: object) -> TrackerSink:
    settings = sentry.Settings.model_validate({"token": TOKEN, "organization": "acme", "base_url": url, **more})
    return TrackerSink("sentry", sentry.connect(settings, http))


async def opened(stage: Stage, source: str, group: str) -> int:
    first = Opened(source=source, group=group, title="Menu page fails", project="Shop", admitted="error")
    async with stage.ledger.db.write() as conn:
        recorded = await stage.ledger.open(conn, [first], by=BUGSNAG)
    return recorded.bug.ref.number


async def then(stage: Stage, bug: int, *events: Event) -> None:
    await stage.ledger.record(bug, lambda _bug: events, by=person("U0DEV"))


async def test_bugsnag_hears_that_it_works_and_of_the_board_card(
    stage: Stage, site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession
) -> None:
    url, _, tracker, group = site
    stage.follow(at_bugsnag(url, http))
    bug = await opened(stage, "bugsnag", group)
    await then(
        stage, bug, BoardCardMade(id="c1", url="https://trello.com/c/abc"), Fixed(how="word", said="row is gone")
    )
    await stage.until(lambda: bool(tracker.groups[group].comments))
    known = tracker.groups[group]
    assert (known.status, known.linked) == ("fixed", "https://trello.com/c/abc")
    assert [x["message"] for x in known.comments] == ["It works again. row is gone (BUG-1, entry 3 of Makegood)"]


async def test_bugsnag_hears_that_it_is_open_again_and_why(
    stage: Stage, site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession
) -> None:
    url, _, tracker, group = site
    stage.follow(at_bugsnag(url, http))
    bug = await opened(stage, "bugsnag", group)
    await then(stage, bug, Fixed(how="word", said="row is gone"))
    await stage.until(lambda: tracker.groups[group].status == "fixed")
    await then(stage, bug, Reopened(reason="still 500"))
    await stage.until(lambda: len(tracker.groups[group].comments) == 2)
    assert tracker.groups[group].status == "open"


async def test_sentry_hears_that_it_works_and_that_it_does_not(
    stage: Stage, site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession
) -> None:
    url, fake, *_ = site
    stage.follow(at_sentry(url, http))
    bug = await opened(stage, "sentry", "4711")
    await then(stage, bug, BoardCardMade(id="c1", url="https://trello.com/c/abc"), Fixed(how="word"))
    await stage.until(lambda: fake.issues["4711"].status == "resolved")
    await then(stage, bug, Reopened(reason="still 500"))
    await stage.until(lambda: len(fake.issues["4711"].notes) == 3)
    assert fake.issues["4711"].status == "unresolved"
    assert fake.issues["4711"].notes[0] == "Board card: https://trello.com/c/abc"


async def test_a_comment_whose_answer_was_lost_stands_once(
    stage: Stage, site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession
) -> None:
    url, fake, *_ = site
    fake.faults.add("after_500", method="POST")
    stage.follow(at_sentry(url, http))
    bug = await opened(stage, "sentry", "4711")
    await then(stage, bug, Fixed(how="word"), Paid(how="PR 212"))
    await stage.until(lambda: not fake.faults.pending and len(fake.issues["4711"].notes) == 1)
    await stage.outage(5)
    assert len(fake.issues["4711"].notes) == 1


async def test_a_comment_of_ours_is_found_behind_pages_of_others(
    stage: Stage, site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession
) -> None:
    url, fake, tracker, group = site
    fake.issues["4711"].notes += [f"seen again, {n}" for n in range(230)]
    talk = tuple({"id": str(n), "message": f"seen again, {n}"} for n in range(70))
    tracker.groups[group] = replace(tracker.groups[group], comments=talk)
    for sink, place in ((at_sentry(url, http), "4711"), (at_bugsnag(url, http), group)):
        for _ in range(2):  # as after a call whose answer was lost
            await sink.tracker.comment("Shop", place, "It works again")
    assert fake.issues["4711"].notes.count("It works again") == 1
    assert [x["message"] for x in tracker.groups[group].comments].count("It works again") == 1


async def test_an_hour_without_sentry_is_caught_up_with_in_order_and_the_bug_says_what_waits(
    stage: Stage, site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession
) -> None:
    url, fake, *_ = site
    fake.faults.add("503", method="GET", times=10_000)
    stage.follow(at_sentry(url, http))
    bug = await opened(stage, "sentry", "4711")
    await then(stage, bug, Fixed(how="word", said="first"))
    await stage.outage(60)
    await then(stage, bug, Reopened(reason="second"))
    waiting = (await stage.ledger.record(bug, lambda _bug: None, by=BUGSNAG)).bug
    assert (waiting.delayed, waiting.gave_up) == (("tracker:sentry",), ())
    fake.faults.clear()
    await stage.until(lambda: len(fake.issues["4711"].notes) == 2)
    assert ["first" in note for note in fake.issues["4711"].notes] == [True, False]
    await stage.outage(3)
    assert (await stage.ledger.record(bug, lambda _bug: None, by=BUGSNAG)).bug.delayed == ()


@pytest.mark.parametrize("wrong", [{"token": "old"}, {"organization": "other"}])
async def test_a_wrong_token_is_no_matter_of_time(
    site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession, wrong: dict[str, str]
) -> None:
    sink = at_sentry(site[0], http, **wrong)
    with pytest.raises(Rejected):
        await sink.tracker.resolve("Shop", "4711")


async def test_a_tracker_that_can_not_be_reached_is_asked_again(http: aiohttp.ClientSession) -> None:
    with pytest.raises(Unavailable, match="can't be reached"):
        await at_sentry("http://127.0.0.1:9", http).tracker.resolve("Shop", "4711")


@pytest.mark.parametrize("name", ["QuickAdmin", "quickadmin"])
async def test_bugsnag_finds_the_project_by_the_name_that_its_webhooks_give_and_asks_once(
    site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession, name: str
) -> None:
    url, _, tracker, group = site
    api = at_bugsnag(url, http, project="").tracker
    await api.resolve(name, group)
    tracker.projects = ()
    await api.reopen(name, group)
    assert tracker.groups[group].status == "open"


@pytest.mark.parametrize("twice", [False, True])
async def test_a_project_that_bugsnag_does_not_know_by_its_name_is_to_be_named_by_its_id(
    site: tuple[str, SentryFake, Tracker, str], http: aiohttp.ClientSession, *, twice: bool
) -> None:
    url, _, tracker, group = site
    tracker.projects = ({"id": "a", "name": "Shop"}, {"id": "b", "name": "shop"}) if twice else ()
    with pytest.raises(Rejected, match="write its id"):
        await at_bugsnag(url, http, project="").tracker.resolve("Shop", group)


def test_a_tracker_that_nothing_is_written_to_is_said_at_the_start(http: aiohttp.ClientSession) -> None:
    with pytest.raises(Misconfigured, match="bugsnag, sentry"):
        opening.tracker("rollbar", {}, http)
