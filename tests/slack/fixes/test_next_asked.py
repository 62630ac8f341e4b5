"""While a customer waits online, minutes count: who was asked is reminded, then the next are asked, then one goes on alone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bug.customers.customers import CustomerPresence
from bot.bug.fixes.fix import RunState
from bot.bug.values import Actor, ActorKind
from tests.slack.fixes.team import Team

CHAT = Actor(kind=ActorKind.SOURCE, id="generic")


class Topic:
    """ntfy's topic, which keeps what it was sent."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, str]]] = []
        self.away = False

    async def publish(self, request: web.Request) -> web.Response:
        if self.away:
            self.away = False
            return web.Response(status=503)
        self.messages.append((await request.text(), dict(request.headers)))
        return web.json_response({"id": "1", "event": "message"})


@pytest.fixture
async def topic() -> AsyncIterator[tuple[Topic, str]]:
    kept, app = Topic(), web.Application()
    app.router.add_post("/ours", kept.publish)
    async with TestServer(app) as server:
        yield kept, str(server.make_url("/ours"))


@pytest.fixture
def more(topic: tuple[Topic, str]) -> dict[str, Any]:
    """Max is on call."""
    return {"policy": {"approvers": ["U0LEAD"], "on_call": ["max@acme.example"], "ntfy": topic[1], "break_glass": True}}


async def waits_while_mia_is_online(team: Team) -> None:
    await team.dana.types("/bug customer BUG-1 mia@studio.example", in_=team.house.errors)
    await team.house.quiet()
    there = CustomerPresence(customer="c1", online=True)
    await team.house.bot.ledger.record(1, lambda _bug: there, by=CHAT)
    await team.waits()


async def test_reminded_after_a_minute_the_next_asked_after_two_and_alone_after_three(
    team: Team, topic: tuple[Topic, str]
) -> None:
    await waits_while_mia_is_online(team)
    assert (await team.fix()).asked == ("U0LEAD",)
    team.house.clock.advance(seconds=61)
    await team.lee.expect_dm("still waits for your answer")
    await team.house.quiet()
    team.house.clock.advance(seconds=60)
    await team.max.expect_dm("wants to run")
    await team.card.thread.expect("Nobody has answered yet, so <@U0LEAD2> is asked too")
    await team.house.quiet()
    (message,) = topic[0].messages
    assert message[0] == "BUG-1: a fix waits for approval and nobody has answered. Open Slack."
    assert "/archives/C0ERRORS/p" in message[1]["Click"]
    assert not any("go on alone" in text for text in team.dana.ephemerals)
    await team.house.restart()
    team.house.clock.advance(seconds=61)
    await team.dana.expect_ephemeral("You may go on alone")
    await team.house.quiet()
    assert (await team.house.kinds()).count("fix_next_asked") == 1
    assert len(topic[0].messages) == 1


async def test_the_word_of_who_is_on_call_counts(team: Team) -> None:
    await waits_while_mia_is_online(team)
    team.house.clock.advance(seconds=121)
    request = await team.max.expect_dm("wants to run")
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED)


async def test_who_answers_in_time_spares_the_others(team: Team, topic: tuple[Topic, str]) -> None:
    await waits_while_mia_is_online(team)
    await (await team.lee.expect_dm("wants to run")).button("Approve").click()
    await team.until(RunState.SUCCEEDED)
    team.house.clock.advance(minutes=10)
    await team.house.quiet()
    assert "fix_next_asked" not in await team.house.kinds()
    assert topic[0].messages == []


async def test_a_topic_that_is_away_gets_it_a_little_later(team: Team, topic: tuple[Topic, str]) -> None:
    topic[0].away = True
    await waits_while_mia_is_online(team)
    team.house.clock.advance(seconds=121)
    await team.max.expect_dm("wants to run")
    await team.house.quiet()
    team.house.clock.advance(seconds=5)
    await team.house.quiet()
    assert len(topic[0].messages) == 1


async def test_with_nobody_online_the_next_are_asked_at_half_the_time(team: Team) -> None:
    await team.waits()
    team.house.clock.advance(minutes=7)
    await team.house.quiet()
    assert "fix_next_asked" not in await team.house.kinds()
    team.house.clock.advance(minutes=1)
    await team.max.expect_dm("wants to run")
