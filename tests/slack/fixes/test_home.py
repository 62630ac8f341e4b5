"""App Home: its buttons act in place and it shows at once what came of them; long lists are turned."""

from datetime import datetime, timedelta

import pytest

from bot.bug.course.news import Opened
from bot.bug.fixes.fix import RunState
from bot.bug.values import Actor, ActorKind
from bot.slack.verbs.home import NO_CHART
from tests.slack.fixes.team import SET, Team

BUGSNAG = Actor(kind=ActorKind.SOURCE, id="bugsnag")


async def test_a_claim_on_home_is_made_there_and_home_shows_it(team: Team) -> None:
    await team.house.alarm()
    home = await team.sam.opens_home()
    await home.expect_text("nobody has it")
    await home.button("Claim").click()
    await home.expect_text("You have · 1")
    await home.expect_no_text("nobody has it")
    assert (await team.house.bug(2)).owner == "U0SUP"


async def test_who_came_second_reads_why_and_sees_who_was_first(team: Team) -> None:
    await team.house.alarm()
    home = await team.sam.opens_home()
    await home.expect_text("nobody has it")
    await team.dana.types("/bug claim BUG-2", in_=team.house.errors)
    await team.house.quiet()
    await home.button("Claim").click()
    await team.sam.expect_modal("<@U0DEV> already has BUG-2")
    await home.expect_no_text("nobody has it")


async def test_what_waits_for_my_word_opens_with_its_preview_and_is_approved_there(team: Team) -> None:
    await team.waits(SET)
    home = await team.lee.opens_home()
    await home.expect_text("wants to run `set-column menus 13 title Brunch`")
    await home.button("Decide…").click()
    request = await team.lee.expect_modal("Brunch")
    await request.button("Approve").click()
    await request.expect_text("You approved `set-column menus 13 title Brunch`")
    await home.expect_no_text("wants to run")
    await team.until(RunState.SUCCEEDED)


async def test_a_no_from_home_asks_why_and_home_forgets_it(team: Team) -> None:
    await team.waits(SET)
    home = await team.lee.opens_home()
    await home.button("Decide…").click()
    request = await team.lee.expect_modal("Brunch")
    await request.button("Reject…").click()
    why = await team.lee.expect_modal("Reject BUG-1")
    why.field("Why not?").type("that is its right name")
    await why.submit("Reject")
    await home.expect_no_text("wants to run")
    assert (await team.fix()).state is RunState.REJECTED


async def test_seen_on_a_later_page_leaves_one_on_that_page(team: Team) -> None:
    await _opened(team, 40)
    home = await team.sam.opens_home()
    await home.expect_text("Open · 1 to 15 of 41")
    await home.button("Next").click()
    await home.expect_text("Open · 16 to 30 of 41")
    await home.button("Claim").click()
    await home.expect_text("You have · 1")
    await home.expect_text("Open · 16 to 30 of 41")
    await home.button("Last").click()
    await home.expect_text("Open · 31 to 41 of 41")


async def _opened(team: Team, count: int) -> None:
    """Bugs that stand in the trail, without waiting for the cards of all of them."""
    ledger = team.house.bot.ledger
    for nth in range(count):
        async with ledger.db.write() as conn:
            first = Opened(source="bugsnag", group=f"g{nth}", title=f"error {nth}", admitted="error in production")
            await ledger.open(conn, [first], by=BUGSNAG)


@pytest.mark.parametrize("code", sorted(NO_CHART))
async def test_a_workspace_without_charts_gets_the_week_in_letters(team: Team, code: str) -> None:
    team.house.slack.faults.add(kind=f"error:{code}", method="views.publish")
    home = await team.sam.opens_home()
    await home.expect_text("bugs a day")


async def test_a_promise_stands_there_with_its_hour_until_it_is_kept(team: Team) -> None:
    card = await team.house.alarm(email="mia@shop.example", name="Mia")
    await card.expect_text("Mia")
    await team.dana.types("/bug answer-hit BUG-2", in_=team.house.errors)
    form = await team.dana.expect_modal("was hit")
    await form.submit("Write to 1")
    home = await team.sam.opens_home()
    await home.expect_text("Promised · 1")
    promised = (await team.house.bug(2)).back_by
    assert isinstance(promised, datetime)
    assert promised - team.house.clock() > timedelta(minutes=1)
    await home.expect_text(f"*<!date^{int(promised.timestamp())}^")
