"""A press is of its moment: stored and never answered, it is decided later only while nothing has changed; else who pressed is told."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.bug.fixes.fix import RunState
from bot.ledger.inbox.inbox import OWN_TURN, Item
from bot.ledger.ledger import Ledger
from bot.slack.incoming import dispatcher
from bot.slack.incoming.request import Request
from tests.slack.fixes.team import Team
from tests.slack.house import House


async def left_behind(house: House, **about: Any) -> Request:
    """A press as a process stored it that died before it decided."""
    team = house.bot.slack.me.team
    request = Request.from_data({"key": "pressed-once", "team": team, "via": "command", "bug": 1, **about})
    item = Item(key=f"ask:{request.key}", source=dispatcher.SOURCE, body=request.to_json())
    await house.bot.inbox.store(item)
    return request


async def the_world_moves_on(team: Team) -> None:
    """Dana estimates, while the press is still left to the process that stored it."""
    await team.dana.types("/bug estimate BUG-1 10m", in_=team.house.errors)
    async with asyncio.timeout(OWN_TURN / 2):
        while "estimated" not in await team.house.kinds():
            await asyncio.sleep(0.02)


@pytest.fixture
def store() -> str:
    return "sqlite"


async def test_it_is_decided_after_a_restart_while_nothing_has_changed(team: Team) -> None:
    await team.house.quiet()
    await left_behind(team.house, verb="release", user=team.dana.id)
    await team.house.restart()
    await team.card.thread.expect("Dana let it go")


async def test_once_the_world_has_moved_on_it_is_dropped_and_who_pressed_is_told(team: Team) -> None:
    await team.house.quiet()
    await left_behind(team.house, verb="take_over", user=team.sam.id)
    await the_world_moves_on(team)
    await team.house.restart()
    await team.sam.expect_dm("before it had answered your *take over* on BUG-1")
    await team.sam.expect_dm("something else has happened there since, so it was *not* done now")
    assert (await team.house.bug()).owner == team.dana.id


@pytest.mark.parametrize("minutes", [2, -2])
async def test_after_a_minute_by_a_clock_of_either_way_it_is_dropped_too(team: Team, minutes: int) -> None:
    await team.house.quiet()
    await left_behind(team.house, verb="release", user=team.dana.id)
    await team.house.stop()
    team.house.clock.advance(minutes=minutes)
    await team.house.start()
    if minutes < 0:  # what is due by its own clock is taken up later
        return
    await team.dana.expect_dm("it is more than a minute ago")
    assert (await team.house.bug()).owner == team.dana.id


async def test_what_concerns_everybody_is_asked_anew(team: Team) -> None:
    await team.house.bot.flags.set("freeze", "moving", (await team.house.trail())[0].by)
    await team.house.quiet()
    await left_behind(team.house, verb="thaw", user=team.lee.id, bug=None)
    await team.house.restart()
    await team.lee.expect_dm("others may have decided since")
    assert await team.house.bot.flags.get("freeze") == "moving"


async def test_what_was_done_before_the_crash_is_not_told_as_dropped(team: Team) -> None:
    await team.house.quiet()
    request = await left_behind(team.house, verb="release", user=team.dana.id)
    await team.house.bot.dispatcher._run(request)
    await team.house.restart()
    await team.house.quiet()
    assert (await team.house.kinds()).count("released") == 1
    assert not any("before it had answered" in line for line in dms(team, team.dana.id))


async def test_an_approval_from_before_a_crash_runs_nothing_later(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    about = {"run": "1", "digest": fix.digest}
    await left_behind(team.house, verb="approve", user=team.lee.id, via="button", about=about)
    await the_world_moves_on(team)
    await team.house.restart()
    await team.lee.expect_dm("your *approve* on BUG-1")
    assert (await team.fix()).state is RunState.WAITING


async def test_a_database_that_goes_away_inside_a_press_does_not_use_up_its_key(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    await team.house.quiet()
    lost = OperationalError("SELECT", {}, ConnectionError("the server closed the connection"))
    record = Ledger.record

    async def once(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(Ledger, "record", record)
        raise lost

    monkeypatch.setattr(Ledger, "record", once)
    await team.dana.types("/bug release BUG-1", in_=team.house.errors)
    await team.dana.expect_ephemeral("Makegood's database went away in the middle of this")
    assert (await team.house.bug()).owner == team.dana.id
    await team.house.restart()
    await team.card.thread.expect("Dana let it go")
    assert (await team.house.kinds()).count("released") == 1


def dms(team: Team, user: str) -> list[str]:
    slack = team.house.slack
    return [str(message["text"]) for message in slack.messages(slack.dm(user))]
