"""Nobody claims while a customer waits: somebody is called outside of Slack, and claims by the link of the call."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from bot.bug.bug import Status
from bot.bug.clocks.paging import Paged
from bot.bug.course.ownership import Claimed, Released
from bot.demo.slack.records import Person
from tests.slack.house import House
from tests.slack.people.conftest import MIA, Chat

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MAX = "U0LEAD2"


class Outside:
    """ntfy's topic of Dana, which shows what it keeps as ntfy does, and the pager of Max."""

    def __init__(self) -> None:
        self.pushed: list[dict[str, Any]] = []
        self.posted: list[tuple[bytes, dict[str, str]]] = []
        self.cut = False
        self.url = ""

    async def publish(self, request: web.Request) -> web.Response:
        said = {"message": await request.text(), "click": request.headers["Click"], "title": request.headers["Title"]}
        self.pushed.append({"event": "message", "actions": request.headers["Actions"], **said})
        if self.cut:
            self.cut = False
            assert request.transport
            request.transport.close()
        return web.json_response(self.pushed[-1])

    async def poll(self, request: web.Request) -> web.Response:
        assert request.query["poll"] == "1"
        return web.Response(text="".join(f"{json.dumps(one)}\n" for one in self.pushed))

    async def post(self, request: web.Request) -> web.Response:
        self.posted.append((await request.read(), dict(request.headers)))
        return web.Response(status=204)

    @property
    def link(self) -> str:
        return str(self.pushed[-1]["click"])


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    kept, app = Outside(), web.Application()
    app.router.add_post("/dana", kept.publish)
    app.router.add_get("/dana/json", kept.poll)
    app.router.add_post("/max", kept.post)
    async with TestServer(app) as server:
        kept.url = str(server.make_url("")).rstrip("/")
        yield kept


@pytest.fixture
def more(outside: Outside, port: int) -> dict[str, Any]:
    """Dana is called after 5 minutes, Max after 15."""
    people = {
        "U0DEV": {"ntfy": f"{outside.url}/dana"},
        MAX: {"webhook": f"{outside.url}/max", "secret": SECRET, "after": 15},
    }
    return {
        "web": {"public_url": f"http://127.0.0.1:{port}"},
        "pager": {"secret": "0123456789abcdef0123456789abcdef", "people": people},
    }


async def waits(house: House, chat: Chat, minutes: float = 5.1) -> None:
    """Mia writes, and nobody does anything for so long."""
    await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error on this page, what can I do?")
    await house.quiet()
    house.clock.advance(minutes=minutes)
    await house.quiet()


async def opens(link: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(link) as answer:
        return answer.status, await answer.text()


async def presses(link: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(link) as answer:
        return answer.status, await answer.text()


async def test_who_is_on_call_claims_by_the_link_and_the_trail_says_so(
    house: House, chat: Chat, outside: Outside
) -> None:
    await waits(house, chat)
    (push,) = outside.pushed
    assert push["message"] == "BUG-1: a customer has waited 5 min and nobody has it."
    assert "Mia" not in json.dumps(push)
    status, page = await opens(outside.link)
    assert status == 200
    assert "A customer has waited 5 min, and nobody has BUG-1." in page
    assert (await house.bug()).owner is None
    status, page = await presses(outside.link)
    assert status == 200
    assert "You have BUG-1." in page
    assert (await house.bug()).owner == "U0DEV"
    card = await house.errors.expect_message("BUG-1")
    await card.thread.expect("called <@U0DEV> by a push message")
    await card.thread.expect("Dana has it, by the link of the call")
    trail = [(e.event.KIND, str(e.by)) for e in await house.trail() if isinstance(e.event, Paged | Claimed)]
    assert [kind for kind, _ in trail] == ["paged", "claimed"]
    assert trail[1][1] == "U0DEV"


async def test_previews_and_scanners_that_open_the_link_claim_nothing(
    house: House, chat: Chat, outside: Outside
) -> None:
    await waits(house, chat)
    async with aiohttp.ClientSession() as session:
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            async with session.request(method, outside.link) as answer:
                await answer.read()
            assert (await house.bug()).status is Status.OPEN
        async with session.get(outside.link) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "claimed" not in await house.kinds()


async def test_a_second_press_and_a_press_after_somebody_else_say_what_came_of_it(
    house: House, chat: Chat, outside: Outside
) -> None:
    await waits(house, chat)
    card = await house.errors.expect_message("BUG-1")
    await card.button("Claim").click(by=house.person("Lee"))
    await house.quiet()
    status, page = await presses(outside.link)
    assert status == 409
    assert "Lee already has BUG-1, since" in page
    assert "Lee already has BUG-1, since" in (await opens(outside.link))[1]
    await house.bot.ledger.record(1, lambda _bug: Released(), by=(await house.trail())[-1].by)
    assert (await presses(outside.link))[0] == 200
    assert "You have BUG-1 already" in (await presses(outside.link))[1]
    await house.bot.ledger.record(1, lambda _bug: Released(), by=(await house.trail())[-1].by)
    status, page = await presses(outside.link)
    assert (status, "This link was used before" in page) == (409, True)
    assert (await house.bug()).owner is None


async def test_who_comes_too_late_is_told_so(house: House, chat: Chat, outside: Outside) -> None:
    await waits(house, chat)
    house.clock.advance(minutes=61)
    for status, page in (await opens(outside.link), await presses(outside.link)):
        assert status in {200, 409}
        assert "You are too late for this link" in page
    dana = house.person("Dana")
    await dana.types("/bug works BUG-1 the row is gone", in_=house.errors)
    await house.quiet()
    assert "BUG-1 is fixed already. There is nothing for you to do." in (await presses(outside.link))[1]


async def test_a_link_that_nobody_signed_claims_nothing(house: House, chat: Chat, outside: Outside) -> None:
    await waits(house, chat)
    for spoilt in (outside.link[:-1], outside.link.replace("/have-it/", "/have-it/x"), outside.link.rpartition(".")[0]):
        status, page = await presses(spoilt)
        assert status == 404
        assert "no link of Makegood" in page or "Not Found" in page
    assert (await house.bug()).status is Status.OPEN


async def test_nobody_is_called_twice_whatever_restarts_and_the_next_only_in_time(
    house: House, chat: Chat, outside: Outside
) -> None:
    await waits(house, chat)
    await house.restart()
    house.clock.advance(minutes=5)
    await house.quiet()
    assert (len(outside.pushed), outside.posted) == (1, [])
    house.clock.advance(minutes=6)
    await house.quiet()
    ((raw, headers),) = outside.posted
    told = Webhook(SECRET).verify(raw.decode(), {k.lower(): v for k, v in headers.items()})
    assert told["bug"] == "BUG-1"
    assert told["text"].endswith(told["link"])
    status, _ = await presses(told["link"])
    assert (status, (await house.bug()).owner) == (200, MAX)
    house.clock.advance(minutes=60)
    await house.quiet()
    assert (len(outside.pushed), len(outside.posted)) == (1, 1)
    assert [e.event.user for e in await house.trail() if isinstance(e.event, Paged)] == ["U0DEV", MAX]


async def test_a_push_whose_answer_was_lost_is_looked_for_and_not_sent_again(
    house: House, chat: Chat, outside: Outside
) -> None:
    outside.cut = True
    await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error on this page, what can I do?")
    await house.quiet()
    house.clock.advance(minutes=5.1)
    await house.doubted()
    await house.quiet()
    assert len(outside.pushed) == 1
    assert (await house.kinds()).count("paged") == 1


async def test_who_claimed_in_time_spares_the_call(house: House, chat: Chat, outside: Outside) -> None:
    card = await house.alarm(email=MIA, name="Mia")
    await chat.says("I got an error on this page, what can I do?")
    await card.button("Claim").click(by=house.person("Lee"))
    await house.quiet()
    house.clock.advance(minutes=30)
    await house.quiet()
    assert outside.pushed == []


async def test_whoever_has_left_the_team_claims_nothing_by_a_link_they_kept(
    house: House, chat: Chat, outside: Outside
) -> None:
    await waits(house, chat)
    house.slack.change_person(Person(id="U0DEV", name="Dana", email="dana@acme.example", deleted=True))
    house.bot.slack.directory.forget("U0DEV")
    status, page = await presses(outside.link)
    assert (status, "deactivated" in page) == (404, True)
    assert (await house.bug()).owner is None


async def test_while_slack_is_away_a_kept_link_claims_only_for_whom_slack_showed_in_the_last_hour(
    house: House, chat: Chat, outside: Outside
) -> None:
    await waits(house, chat)
    directory = house.bot.slack.directory
    house.slack.change_person(Person(id="U0DEV", name="Dana", email="dana@acme.example", deleted=True))
    directory.forget("U0DEV")
    house.slack.faults.add(kind="500", method="users.info", times=1000)
    status, page = await presses(outside.link)
    assert (status, (await house.bug()).owner) == (503, None)
    assert "Slack can&#x27;t be asked just now, so nobody claimed BUG-1. Try again in a minute." in page
    house.clock.advance(minutes=11)
    await house.quiet()
    assert len(outside.posted) == 1, "calling goes on"


async def test_a_guest_claims_by_the_link_as_by_the_button_and_a_stranger_does_not(
    house: House, chat: Chat, outside: Outside
) -> None:
    await waits(house, chat)
    directory = house.bot.slack.directory
    house.slack.change_person(Person(id="U0DEV", name="Dana", email="dana@acme.example", stranger=True))
    directory.forget("U0DEV")
    assert (await presses(outside.link))[0] == 404
    assert (await house.bug()).owner is None
    house.slack.change_person(Person(id="U0DEV", name="Dana", email="dana@acme.example", guest=True))
    directory.forget("U0DEV")
    assert (await presses(outside.link))[0] == 200
    assert (await house.bug()).owner == "U0DEV"
