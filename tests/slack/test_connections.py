"""The bot keeps its connections to Slack: a whole story goes over a few, whichever way Slack reaches it."""

import asyncio

import pytest

from bot.slack.outgoing import files
from bot.slack.outgoing.client import PARALLEL
from tests.slack.house import House
from tests.slack.test_faults import story

CALLS = 30
BUGS = 20


@pytest.fixture(params=["socket", "http"])
def connection(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_calls_in_a_row_are_one_connection(house: House) -> None:
    await house.quiet()
    before = house.slack.accepted
    for _ in range(CALLS):
        await house.bot.slack.port.call("users.info", user="U0DEV")
        await house.bot.slack.port.call("chat.postMessage", channel="C0ERRORS", text="hello")
    assert house.slack.accepted <= before + 1  # the list of people is asked for beside it at the start


async def test_a_whole_story_with_files_and_private_answers_is_a_few_connections(house: House) -> None:
    await story(house)
    dana = house.person("Dana")
    for _ in range(5):
        await dana.types("/bug list", in_=house.errors)  # answered at the response_url
        await dana.types("/bug help", in_=house.errors)
        await house.person("Sam").opens_home()
    for number in range(5):
        await files.send(house.bot.slack.port, house.bot.slack.http, "C0TEAM", f"{number}.txt", b"rows", "The rows")
    await asyncio.gather(*(house.reported(error=f"n{n}", title=f"Broken {n}") for n in range(BUGS)))
    await house.quiet()
    assert len(house.slack.calls) > 2 * CALLS
    assert house.slack.accepted <= PARALLEL + 2  # Slack's limit of calls at once, and two beside it


async def test_nothing_is_left_open_after_the_stop(house: House) -> None:
    await house.alarm()
    kept = [house.bot.outside.http, house.bot.slack.http]
    await house.stop()
    assert all(session.closed for session in kept)
