"""While Slack can't say who somebody is: what is of low risk goes on its earlier word, and is checked afterwards."""

import time

import pytest

from bot.bug.fixes.fix import RunState
from bot.ledger.relay.relay import DOUBT_PAUSE
from tests.slack.fixes.team import SET, Team


def away(team: Team, minutes: float = 15) -> None:
    """users.info fails; so long ago Slack showed everybody."""
    directory = team.house.bot.slack.directory
    shown = time.monotonic() - minutes * 60
    directory._known = {user: (shown, member) for user, (_, member) in directory._known.items()}
    team.house.slack.faults.add(kind="500", method="users.info", times=1000)


async def back(team: Team) -> None:
    team.house.slack.faults.clear()
    team.house.clock.advance(seconds=DOUBT_PAUSE)


async def known(team: Team) -> None:
    """Slack has shown them: they have done something here before."""
    await team.sam.types("/bug list", in_=team.house.errors)
    await team.dana.types("/fix list", in_=team.house.errors)
    await team.house.bot.slack.directory.warm()


async def test_a_fix_of_low_risk_is_previewed_and_run_and_whoever_was_fit_is_no_news(team: Team) -> None:
    await known(team)
    away(team)
    await team.run()
    await team.until(RunState.SUCCEEDED)
    assert (await team.house.kinds()).count("acted_unchecked") >= 1
    await back(team)
    kinds = await checked(team)
    assert "checked_after" in kinds
    assert not any("should not have" in line for line in team.card.thread.lines)


async def checked(team: Team) -> list[str]:
    while (await team.house.bug()).unchecked:
        team.house.clock.advance(seconds=60)
        await team.house.quiet()
    return await team.house.kinds()


async def test_whoever_turns_out_not_to_be_fit_is_named_in_the_thread_and_to_the_leads(team: Team) -> None:
    await known(team)
    away(team)
    await team.run(by="Sam")
    await team.until(RunState.SUCCEEDED)
    people = team.house.slack.world.people
    people["U0SUP"] = people["U0SUP"].__class__(**{**people["U0SUP"].__dict__, "guest": True})
    await back(team)
    await checked(team)
    await team.card.thread.expect("acted here while Slack could not say who they are, and should not have")
    await team.lee.expect_dm("acted on BUG-1 while Slack could not say who they are")


@pytest.mark.parametrize("minutes", [61])
async def test_what_slack_showed_more_than_an_hour_ago_is_not_enough(team: Team, minutes: float) -> None:
    await known(team)
    away(team, minutes)
    await team.dana.types("/fix BUG-1 delete-row table=menus id=13 -- the bad row", in_=team.house.errors)
    await team.dana.expect_ephemeral("Slack can't say who you are just now")
    assert (await team.house.bug()).fixes == ()


async def test_what_is_of_more_risk_and_every_approval_wait_for_slack(team: Team) -> None:
    await known(team)
    request = await team.waits(SET)
    preview = await team.house.forged("approve", f"BUG-1 @1 run=1 digest={(await team.fix()).digest}")
    away(team)
    await preview.button("approve").click(by=team.lee)
    await team.lee.expect_ephemeral("Slack can't say who you are just now")
    assert (await team.fix()).state is RunState.WAITING
    assert request.buttons
    await team.dana.types("/fix thaw", in_=team.house.errors)
    await team.dana.expect_ephemeral("Slack can't say who you are just now")
