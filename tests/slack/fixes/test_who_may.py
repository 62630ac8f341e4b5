"""Runners, tellers and modes: what the settings say of people, actions and targets holds on the real bot."""

from typing import Any

import pytest

from bot.bug.errors import Misconfigured
from bot.bug.fixes.fix import RunState
from bot.demo.slack.records import UserGroup
from tests.slack.fixes.team import DELETE, Team
from tests.slack.house import House


async def test_only_runners_run_and_only_tellers_write_to_customers(team: Team) -> None:
    team.house.slack.seed(usergroups=[group("U0LEAD")])
    await team.house.restart(policy={"runners": ["max@acme.example"], "tellers": ["S0LEADS"]})
    await team.dana.types(f"/fix BUG-1 {DELETE}", in_=team.house.errors)
    await team.dana.expect_ephemeral("not among those who run fixes here")
    await team.dana.types("/bug answer-hit BUG-1", in_=team.house.errors)
    await team.dana.expect_ephemeral("not among those who write to customers here")
    assert not (await team.house.bug()).fixes
    await team.preview(by="Max")


def group(*users: str) -> UserGroup:
    return UserGroup(id="S0LEADS", handle="leads", name="Leads", users=users)


async def _no_start(house: House, **given: Any) -> str:
    with pytest.raises(Misconfigured) as stopped:
        await house.restart(**given)
    return str(stopped.value)


async def test_a_runner_group_in_which_nobody_is_stops_the_start(house: House) -> None:
    house.slack.seed(usergroups=[group()])
    said = await _no_start(house, policy={"runners": ["S0LEADS"]})
    assert said.startswith("makegood.toml: policy.runners: nobody is in the user group S0LEADS. ")
    said = await _no_start(house, policy={"runners": ["U0DEV"], "tellers": ["S0NONE"]})
    assert said.startswith("makegood.toml: policy.tellers: nobody is in the user group S0NONE. ")


@pytest.mark.parametrize("named", ["nobody@acme.example", "U0GONE", "U0GUEST"])
async def test_runners_of_whom_nobody_is_a_full_member_stop_the_start(house: House, named: str) -> None:
    said = await _no_start(house, policy={"runners": [named]})
    assert said.startswith(f"makegood.toml: policy.runners: nobody of {named} is a full member here. ")
    await house.restart(policy={"runners": [named, "U0DEV"]})


async def test_a_mode_for_an_unknown_action_stops_the_start(house: House) -> None:
    said = await _no_start(house, actions={"mode": {"delete-rwo": "run"}})
    assert said == "makegood.toml: actions.mode.delete-rwo: There is no action “delete-rwo”. Did you mean delete-row?"
    assert "a look only reads" in await _no_start(house, actions={"mode": {"rows-behind-page": "run"}})


@pytest.mark.parametrize("spelt", ["delete_row", "Delete-Row"])
async def test_a_mode_under_another_spelling_stops_the_start_since_it_would_bind_nothing(
    house: House, spelt: str
) -> None:
    said = await _no_start(house, actions={"mode": {spelt: "watch"}})
    assert said == f"makegood.toml: actions.mode.{spelt}: There is no action “{spelt}”. Did you mean delete-row?"


async def test_a_probe_of_an_unknown_look_stops_the_start(house: House) -> None:
    said = await _no_start(house, probes={"rows": {"look": "rows-behind-pages"}})
    assert said == (
        "makegood.toml: probes.rows.look: There is no action “rows-behind-pages”. Did you mean rows-behind-page?"
    )
    assert "delete-row is an action" in await _no_start(house, probes={"rows": {"look": "delete-row"}})


@pytest.mark.parametrize("more", [{"mode": "undoable"}])
async def test_undoable_runs_what_can_be_taken_back_and_proposes_the_rest(team: Team) -> None:
    await team.run()
    await team.until(RunState.SUCCEEDED)
    preview = await team.preview("clear-cache -- old pages")
    await preview.button("Ask for approval").click()
    await (await team.lee.expect_dm("wants to run")).button("Approve").click()
    by_hand = await team.dana.expect_ephemeral("Run this yourself")
    await team.house.quiet()
    assert (await team.house.bug()).fixes[1].state is RunState.APPROVED
    await by_hand.button("I ran it").click()
    await team.until(RunState.SUCCEEDED, 2)


async def test_an_action_that_only_watches_is_not_offered_and_not_run(team: Team) -> None:
    await team.house.restart(actions={**team.house.given.get("actions", {}), "mode": {"delete-row": "watch"}})
    await team.dana.types(f"/fix BUG-1 {DELETE}", in_=team.house.errors)
    await team.dana.expect_ephemeral("only watches here")
    assert not (await team.house.bug()).fixes


async def test_home_shows_each_person_their_own_row(team: Team) -> None:
    home = await team.dana.opens_home()
    await home.expect_text(
        "`delete-row`, `extend-trial`: alone: preview and one press; where it can't be undone: 1 other approves"
    )
    await home.expect_text("look at production, write to customers, give within the caps")
    await (await team.lee.opens_home()).expect_text("approve what others ask for, thaw, turn actions on")
    await team.house.restart(policy={"runners": ["U0LEAD"], "tellers": ["U0LEAD"]})
    home = await team.dana.opens_home()
    await home.expect_text("run no fix: `[policy] runners` names others")
    await home.expect_no_text("write to customers")
