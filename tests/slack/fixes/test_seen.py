"""What ran without a second person before: each morning a list says it, and somebody else says *Seen*."""

import asyncio
from itertools import count
from typing import Any

import pytest

from bot.bug.fixes.fix import RunState
from bot.bug.retro.postmortem import fold
from bot.ledger.index.flags import Flags
from bot.slack.daily import FLAG, STORED
from bot.slack.views.retro import postmortem
from tests.slack.fixes.team import DELETE, LONGEST, SET, Team
from tests.support.dsl.message import Message

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALWAYS: dict[str, Any] = {"clocks": {"hours": "00:00-23:59", "days": DAYS}}
LIST = "nobody else has seen"


@pytest.fixture
def more() -> dict[str, Any]:
    """Open on every day of the week, for the list comes in office hours."""
    return ALWAYS


async def _morning(team: Team, days: int = 1) -> None:
    """So many days later the clock's job has looked."""
    await _looked(team)  # the day of the run itself has begun
    team.house.clock.advance(days=days)
    await _looked(team)


async def _looked(team: Team) -> None:
    async with asyncio.timeout(LONGEST):
        for looked in count(1):
            if await _known(team):
                return
            if looked % 100 == 0:
                team.house.clock.advance(seconds=31)  # the job's next time, if Slack was too slow for it
            await asyncio.sleep(0.05)


async def _known(team: Team) -> bool:
    """Whether the list of this day is kept, with its place where there is something on it."""
    flags = Flags(team.house.bot.ledger.db, team.house.bot.ledger.team, lambda: 0.0)
    shown = STORED.validate_json(await flags.get(FLAG) or "{}")
    return shown.day == f"{team.house.clock().date()}" and (not shown.items or bool(shown.ts))


async def _ran(team: Team, line: str = DELETE) -> None:
    run = len((await team.house.bug()).fixes) + 1
    await team.run(line)
    await team.until(RunState.SUCCEEDED, run)
    await team.house.quiet()


async def _listed(team: Team) -> Message:
    await _morning(team)
    return await team.house.errors.expect_message(LIST)


async def test_the_next_morning_it_is_listed_and_another_person_says_seen(team: Team) -> None:
    await _ran(team)
    assert team.house.errors.messages(LIST) == []
    listed = await _listed(team)
    assert listed.lock_screen == "1 change that nobody else has seen"
    await listed.expect_text("`delete-row menus 13` · Dana")
    await listed.button("Seen").click(by=team.sam)
    await listed.expect_text("seen by Sam")
    await team.card.thread.expect("Sam has seen delete-row menus 13 by <@U0DEV>")
    assert listed.lock_screen == "Somebody else has seen all of this"
    (entry,) = [one for one in await team.house.trail() if one.event.KIND == "seen"]
    assert entry.by.id == "U0SUP"


async def test_who_ran_it_does_not_say_seen_and_no_guest_does(team: Team) -> None:
    await _ran(team)
    listed = await _listed(team)
    await listed.button("Seen").click(by=team.dana)
    await team.dana.expect_ephemeral("You did this yourself, so somebody else looks at it")
    await listed.button("Seen").click(by=team.gil)
    await team.gil.expect_ephemeral("Guests can't")
    assert (await team.house.bug()).unseen


async def test_one_message_a_day_and_none_where_there_is_nothing(team: Team) -> None:
    await _morning(team)
    assert team.house.errors.messages(LIST) == []
    await _ran(team)
    await _listed(team)
    await _morning(team, days=0)
    assert len(team.house.errors.messages(LIST)) == 1
    await _morning(team)  # it is still open
    assert len(team.house.errors.messages("1 change that nobody else has seen")) == 1
    (over,) = team.house.errors.messages("This list is over")
    assert over.buttons == []
    await team.sam.types("/bug seen BUG-1", in_=team.house.errors)
    await team.sam.expect_ephemeral("Noted: you have seen 1 change of BUG-1")
    await _morning(team)
    assert len(team.house.errors.messages("Somebody else has seen all")) == 1  # the list of that day, and no later one
    assert len(team.house.errors.messages(LIST)) == 1


async def test_after_a_week_it_is_listed_no_more_and_stands_in_the_month(team: Team) -> None:
    await _ran(team)
    month = f"{team.house.clock():%Y-%m}"
    await _morning(team, days=8)
    assert team.house.errors.messages(LIST) == []
    await team.sam.types(f"/retro month {month}", in_=team.house.errors)
    await team.sam.expect_ephemeral("nobody else has seen")
    home = await team.sam.opens_home()
    await home.expect_text("Nobody else has seen")


async def test_what_an_approver_saw_before_is_on_no_list(team: Team) -> None:
    request = await team.waits(SET)
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED)
    await _morning(team)
    assert team.house.errors.messages(LIST) == []


async def test_home_shows_them_and_its_button_says_seen(team: Team) -> None:
    await _ran(team)
    home = await team.dana.opens_home()
    await home.expect_text("`delete-row menus 13` · you")
    home = await team.sam.opens_home()
    await home.expect_text("`delete-row menus 13` · <@U0DEV>")
    await home.button("Seen").click()
    await home.expect_no_text("Nobody else has seen")


async def test_an_undo_takes_its_place_on_the_list(team: Team) -> None:
    await _ran(team)
    listed = await _listed(team)
    await team.dana.types("/fix undo BUG-1 it was the wrong one", in_=team.house.errors)
    await team.until(RunState.PREVIEWED, 2)
    preview = await team.dana.expect_ephemeral("restore 1 row")
    await preview.button("Run it").click()
    await team.until(RunState.SUCCEEDED, 2)
    await listed.expect_text("was undone since")
    assert [one.what for one in (await team.house.bug()).unseen] == ["undo of delete-row menus 13"]


async def test_a_list_whose_post_was_cut_off_stands_there_once(team: Team) -> None:
    await _ran(team)
    await _morning(team, days=0)
    team.house.slack.faults.add(kind="drop_after", method="chat.postMessage")
    team.house.clock.advance(days=1)
    await team.house.errors.expect_message(LIST)
    while not await _known(team):
        team.house.clock.advance(seconds=31)  # the job's next time
        await asyncio.sleep(0.1)
    assert len(team.house.errors.messages(LIST)) == 1


async def test_who_is_the_only_one_here_gets_no_list(team: Team) -> None:
    await _ran(team)
    for person in (team.sam, team.lee, team.max):
        team.change(person, deleted=True)
    await _morning(team)
    assert team.house.errors.messages(LIST) == []
    assert "nobody else has seen it" in postmortem.markdown(fold(await team.house.trail()), {}, str)
