"""A founder who is alone: whatever needs somebody else goes by typing what it changes, and everybody reads it."""

import pytest

from bot.bug.fixes.fix import RunState
from tests.slack.fixes.team import SET, Team

SOLO = pytest.mark.parametrize("more", [{"policy": {"team": "solo"}}])


@SOLO
async def test_what_needs_another_goes_by_typing_its_count(team: Team) -> None:
    preview = await team.preview(SET)
    await preview.expect_text("Nobody else is here to approve this. You may go on alone")
    await preview.button("Go on alone").click()
    form = await team.dana.expect_modal("Type how many it changes")
    form.field("Type how many it changes").type("2")
    await form.submit(answered=False)
    await form.expect_error("Type how many it changes", "type how many it changes: 1")
    form.field("Type how many it changes").type("1")
    await form.submit()
    await team.until(RunState.SUCCEEDED)
    assert team.plant.rows("SELECT title FROM menus WHERE id = 13") == [("Brunch",)]
    await team.card.thread.expect("goes on alone and typed `1`: nobody else is here to approve it")
    await team.house.quiet()
    said = team.house.slack.messages(team.house.errors.id)
    assert [m["text"] for m in said if m.get("subtype") == "thread_broadcast" and "goes on alone" in m["text"]]
    await team.card.expect_text("👤 alone")


async def _owed(team: Team) -> None:
    await team.run()
    await team.until(RunState.SUCCEEDED)
    await team.house.quiet()
    await team.card.button("It works").click(by=team.dana)
    await team.card.expect_text("owed: proper fix · <@U0DEV>")


@SOLO
async def test_who_is_alone_waives_the_proper_fix_by_typing_how_often_it_happened(team: Team) -> None:
    await _owed(team)
    for person in (team.sam, team.lee, team.max):
        team.change(person, deleted=True)
    await team.card.button("Waive the fix…").click(by=team.dana)
    form = await team.dana.expect_modal("nobody else is here to waive it")
    form.field("Why will nobody make the proper fix?").type("the page goes next month")
    form.field("Type how often it happened").type("7")
    await form.submit(answered=False)
    await form.expect_error("Type how often it happened", "how often it happened: 1")
    form.field("Type how often it happened").type("1")
    await form.submit()
    await team.card.expect_text("⚪")
    await team.card.thread.expect("alone here, waived the proper fix and typed `1`: the page goes next month")
    await team.house.quiet()
    said = team.house.slack.messages(team.house.errors.id)
    assert [m["text"] for m in said if m.get("subtype") == "thread_broadcast" and "waived the proper fix" in m["text"]]


@SOLO
async def test_while_anybody_else_is_there_whoever_owes_it_asks_them(team: Team) -> None:
    await _owed(team)
    await team.card.button("Waive the fix…").click(by=team.dana)
    await team.dana.expect_ephemeral("You owe the proper fix of BUG-1, or did before, so somebody else waives it")
    await team.sam.says("@makegood waive the page goes next month", thread=team.card)
    await team.card.expect_text("⚪")
    await team.card.thread.expect("Sam waived the proper fix: the page goes next month")


@SOLO
async def test_who_is_alone_freezes_thaws_and_turns_actions_on(team: Team) -> None:
    await team.dana.types("/fix freeze looking", in_=team.house.errors)
    await team.dana.types("/fix thaw", in_=team.house.errors)
    await (await team.dana.expect_ephemeral("Nothing is thawed yet")).button("Thaw").click(by=team.dana)
    await team.house.errors.expect_message("Production is thawed")


@pytest.mark.parametrize("more", [{"policy": {"team": "solo", "approvers": ["U0LEAD"]}}])
async def test_while_somebody_else_is_there_they_are_asked(team: Team) -> None:
    request = await team.waits()
    await team.presses(team.dana, "go_alone", run=1, digest=(await team.house.bug()).fixes[0].digest)
    form = await team.dana.expect_modal("Type how many it changes")
    form.field("Type how many it changes").type("1")
    await form.submit(answered=False)
    await team.house.quiet()
    assert (await team.house.bug()).fixes[0].state is RunState.WAITING
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED)


async def test_without_the_setting_nobody_goes_on_alone(team: Team) -> None:
    await team.waits()
    await team.presses(team.dana, "go_alone", run=1, digest=(await team.house.bug()).fixes[0].digest)
    await team.dana.expect_ephemeral("Going on alone is not allowed here")
