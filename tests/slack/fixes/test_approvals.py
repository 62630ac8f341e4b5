"""Who must agree, who is reminded, what lapses, who goes on alone; and that nobody does it twice."""

import asyncio

import pyotp
import pytest

from bot.bug.fixes.fix import RunState
from tests.slack.everywhere import every_connection, every_store
from tests.slack.fixes.outpost import command
from tests.slack.fixes.team import CLOSE, SET, Team

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
GLASS = {"policy": {"approvers": ["U0LEAD", "U0LEAD2"], "break_glass": True}}
FACTOR = {"policy": {"approvers": ["U0LEAD"], "totp": {"lee@acme.example": SECRET}}}
CODE = "Code of your authenticator app"


@every_connection
@every_store
async def test_an_approver_sees_the_whole_preview_and_one_press_runs_it(team: Team) -> None:
    request = await team.waits()
    await request.expect_text("title: Breakfast → Brunch")
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED)
    assert team.plant.rows("SELECT title FROM menus WHERE id = 13") == [("Brunch",)]
    await team.card.thread.expect("Lee approved it")
    await request.expect_text("done")
    await request.expect_no_button("Approve")


async def test_everybody_who_was_asked_sees_that_it_is_decided(team: Team) -> None:
    request = await team.waits()
    other = await team.max.expect_dm("wants to run")
    await request.button("Approve").click()
    await other.expect_no_button("Approve")
    await other.expect_text("done")


async def test_a_rejection_says_why_to_who_asked(team: Team) -> None:
    request = await team.waits()
    await request.button("Reject…").click()
    form = await team.lee.expect_modal("Why not?")
    form.field("Why not?").type("ask the customer first")
    await form.submit()
    await team.dana.expect_ephemeral("said no to `set-column menus 13 title Brunch`: ask the customer first")
    await request.expect_text("rejected: ask the customer first")
    await request.expect_no_button("Reject…")


async def test_of_an_approval_and_a_rejection_at_the_same_moment_one_counts(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    yes = await team.house.forged("approve", f"BUG-1 @1 run=1 digest={fix.digest}")
    await asyncio.gather(
        yes.button("approve").click(by=team.lee),
        team.max.types("/fix reject BUG-1 1 rather not", in_=team.house.errors),
    )
    await team.house.quiet()
    kinds = await team.house.kinds()
    assert ("fix_approved" in kinds) != ("fix_rejected" in kinds)
    assert kinds.count("fix_started") == ("fix_approved" in kinds)


async def test_two_approvals_at_once_are_one_run(team: Team) -> None:
    await team.waits("two-keys id=13 -- a new name")
    fix = await team.fix()
    buttons = [await team.house.forged("approve", f"BUG-1 @1 run=1 digest={fix.digest}") for _ in range(2)]
    await asyncio.gather(
        buttons[0].button("approve").click(by=team.lee), buttons[1].button("approve").click(by=team.max)
    )
    await team.until(RunState.SUCCEEDED)
    await team.house.quiet()
    assert (await team.house.kinds()).count("fix_started") == 1


async def test_at_half_its_time_the_approvers_are_reminded_once(team: Team) -> None:
    await team.waits()
    team.house.clock.advance(minutes=7)
    await team.house.quiet()
    assert not any("still waits" in line for line in dms(team, "U0LEAD"))
    team.house.clock.advance(minutes=1)
    await team.lee.expect_dm("still waits for your answer")
    await team.house.restart()
    team.house.clock.advance(minutes=1)
    await team.house.quiet()
    assert sum("still waits" in line for line in dms(team, "U0LEAD")) == 1
    assert (await team.house.kinds()).count("reminded") == 1


async def test_what_nobody_approves_lapses_by_itself_and_everybody_is_told(team: Team) -> None:
    request = await team.waits()
    team.house.clock.advance(minutes=16)
    await team.until(RunState.LAPSED)
    await team.dana.expect_ephemeral("has lapsed, nothing was done: nobody approved it")
    await request.expect_no_button("Approve")
    await request.expect_text("lapsed")


async def test_what_is_frozen_after_its_approval_does_not_start(team: Team) -> None:
    request = await team.waits()
    await team.lee.types("/fix freeze the database is being moved", in_=team.house.errors)
    await request.button("Approve").click()
    await team.until(RunState.LAPSED)
    await team.card.thread.expect("production is frozen (the database is being moved)")
    assert team.plant.rows("SELECT title FROM menus WHERE id = 13") == [("Breakfast",)]


async def test_the_command_freezes_and_thaws_a_bot_that_runs(team: Team) -> None:
    preview = await team.preview()
    await command(team.house, team.plant, "actions", "freeze", "moving", "house")
    await preview.button("Run it").click()
    await team.until(RunState.LAPSED)
    await team.card.thread.expect("production is frozen (moving house)")
    await command(team.house, team.plant, "actions", "thaw")
    await team.run()
    await team.until(RunState.SUCCEEDED, 2)


async def test_a_forged_form_runs_what_was_previewed_and_nothing_else(team: Team) -> None:
    await team.preview()
    fix = await team.fix()
    await team.presses(team.dana, "run", run=1, digest=fix.digest, table="menus", id=14)
    await team.until(RunState.SUCCEEDED)
    assert team.plant.rows("SELECT id FROM menus WHERE id < 100") == [(14,)]


@pytest.mark.parametrize("more", [{"policy": {"approvers": ["U0LEAD"]}}])
async def test_never_more_approvals_are_asked_for_than_there_are_people(team: Team) -> None:
    preview = await team.preview("two-keys id=13 -- a new name")
    await preview.expect_text("Its risk asks for 2 approvals; only one other person can approve now, so it is enough")
    await preview.button("Ask for approval").click()
    request = await team.lee.expect_dm("wants to run")
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED)


@pytest.mark.parametrize("more", [{"policy": {"approvers": ["U0LEAD"]}}])
async def test_that_nobody_could_approve_is_said_before_anybody_is_asked(team: Team) -> None:
    preview = await team.preview(SET, by="Lee")
    await preview.expect_text("nobody else can give it: add somebody to")
    await preview.expect_text("break_glass = true")
    assert preview.buttons == []


@pytest.mark.parametrize("more", [{"policy": {"approvers": ["U0LEAD"], "break_glass": True}}])
async def test_who_has_nobody_to_ask_goes_on_alone_at_once(team: Team) -> None:
    preview = await team.preview(SET, by="Lee")
    await preview.expect_text("Nobody else can approve this. You may go on alone")
    await preview.button("Go on without approval").click()
    offer = await team.lee.expect_ephemeral("Nobody else can approve BUG-1")
    await offer.button("Go on alone…").click()
    form = await team.lee.expect_modal("Why can nobody be waited for?")
    form.field("Why can nobody be waited for?").type("we are two, and Sam is asleep")
    await form.submit()
    await team.until(RunState.SUCCEEDED)
    await team.card.thread.expect("WITHOUT an approval: we are two")


@pytest.mark.parametrize("more", [GLASS])
async def test_where_it_is_allowed_the_asker_goes_on_alone_and_everybody_hears_of_it(team: Team) -> None:
    await team.waits()
    team.house.clock.advance(minutes=3)
    offer = await team.dana.expect_ephemeral("You may go on alone")
    await offer.button("Go on alone…").click()
    form = await team.dana.expect_modal("Why can nobody be waited for?")
    form.field("Why can nobody be waited for?").type("the shop is down")
    await form.submit()
    await team.until(RunState.SUCCEEDED)
    await team.lee.expect_dm("<@U0DEV> went on WITHOUT an approval on BUG-1")
    await team.max.expect_dm("WITHOUT an approval")
    await team.card.thread.expect("WITHOUT an approval: the shop is down")
    await team.card.expect_text("WITHOUT an approval")


@pytest.mark.parametrize("more", [FACTOR])
async def test_high_risk_takes_the_code_of_the_approvers_own_app_once(team: Team) -> None:
    request = await team.waits(CLOSE)
    await request.button("Approve").click()
    form = await team.lee.expect_modal("say that it is really you")
    code = pyotp.TOTP(SECRET).at(team.house.clock())
    form.field(CODE).type(code)
    await form.submit()
    await team.until(RunState.SUCCEEDED)
    await team.waits("close-account id=2 -- they too")
    await team.lee.types(f"/fix approve BUG-1 2 {code}", in_=team.house.errors)
    await team.lee.expect_ephemeral("This code was used already")
    assert team.plant.rows("SELECT plan FROM accounts") == [("closed",), ("basic",)]


async def test_what_needs_one_other_person_is_not_run_by_a_second_press_of_ask(team: Team) -> None:
    preview = await team.preview(SET)
    await preview.button("Ask for approval").click()
    await preview.button("Ask for approval").click()
    said = await team.dana.expect_ephemeral("is waiting for approval already")
    (stored,) = [one for one in team.house.slack.ephemerals("U0DEV") if one["ts"] == said.ts]
    assert stored["thread_ts"] == team.card.ts, "where she pressed: over an open thread nobody sees the channel"
    assert (await team.fix()).state is RunState.WAITING


def dms(team: Team, user: str) -> list[str]:
    slack = team.house.slack
    return [str(message["text"]) for message in slack.messages(slack.dm(user))]
