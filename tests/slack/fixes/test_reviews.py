"""An approver says more than yes or no, and whoever asked goes on from there."""

from bot.bug.fixes.fix import RunState
from tests.slack.fixes.team import Team


async def test_the_request_links_to_the_card_and_says_what_changes_before_the_code(team: Team) -> None:
    request = await team.waits()
    await request.expect_text("/archives/")
    said = "\n".join(request.texts)
    assert said.index("Breakfast → Brunch") < said.index("UPDATE")


async def test_an_approval_takes_a_word_along(team: Team) -> None:
    request = await team.waits()
    await request.button("Approve with a word…").click()
    form = await team.lee.expect_modal("A word with it")
    form.field("A word with it").type("only for this customer")
    await form.submit()
    await team.until(RunState.SUCCEEDED)
    await team.dana.expect_ephemeral("approved `set-column menus 13 title Brunch`: only for this customer")
    await team.card.thread.expect("Lee approved it: only for this customer")


async def test_the_word_may_be_typed(team: Team) -> None:
    await team.waits()
    await team.lee.types("/fix approve BUG-1 1 -- only for this customer", in_=team.house.errors)
    assert (await team.until(RunState.SUCCEEDED)).words == ("only for this customer",)


async def test_what_is_sent_back_is_revised_with_all_that_was_filled_in(team: Team) -> None:
    request = await team.waits()
    await request.button("Request changes…").click()
    form = await team.lee.expect_modal("What should be changed?")
    form.field("What should be changed?").type("say Lunch")
    await form.submit()
    await request.expect_text("sent back for changes: say Lunch")
    await request.expect_no_button("Approve")
    back = await team.dana.expect_ephemeral("asks for changes to `set-column menus 13 title Brunch`: say Lunch")
    await back.button("Revise…").click()
    revision = await team.dana.expect_modal("Fix BUG-1")
    assert revision.field("Why").value == "wrong title"
    revision.field("Value").type("Lunch")
    await revision.submit()
    fix = await team.until(RunState.PREVIEWED, 2)
    assert (fix.revises, dict(fix.params)["value"], fix.reason) == (1, "Lunch", "wrong title")


async def test_the_approver_reads_what_was_revised(team: Team) -> None:
    await team.waits()
    await team.lee.types("/fix changes BUG-1 1 say Lunch", in_=team.house.errors)
    await team.until(RunState.SENT_BACK)
    await team.dana.types("/fix revise BUG-1 1 value=Lunch", in_=team.house.errors)
    await team.until(RunState.PREVIEWED, 2)
    await team.house.quiet()
    preview = await team.dana.expect_ephemeral("Risk: ")
    await preview.button("Ask for approval").click()
    request = await team.lee.expect_dm("value Brunch → Lunch")
    await team.lee.types("/fix approve BUG-1 1", in_=team.house.errors)
    await team.lee.expect_ephemeral("is sent back for changes already")
    assert (await team.fix(2)).state is RunState.WAITING
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED, 2)
    assert team.plant.rows("SELECT title FROM menus WHERE id = 13") == [("Lunch",)]


async def test_whoever_gets_it_decides_instead(team: Team) -> None:
    request = await team.waits()
    await request.button("Hand on…").click()
    form = await team.lee.expect_modal("Who decides instead of you")
    form.field("Who decides instead of you").choose("Max")
    form.field("Why they").type("knows the menus")
    await form.submit()
    await request.expect_no_button("Approve")
    await team.max.expect_dm("to you: knows the menus")
    await team.card.thread.expect("Lee leaves the approval to <@U0LEAD2>: knows the menus")
    await team.lee.types("/fix approve BUG-1 1", in_=team.house.errors)
    await team.lee.expect_ephemeral("You are not among those who can approve this")
    await team.max.types("/fix approve BUG-1 1", in_=team.house.errors)
    await team.until(RunState.SUCCEEDED)


async def test_it_is_handed_on_by_typed_words_and_handed_back(team: Team) -> None:
    await team.waits()
    await team.lee.types("/fix hand BUG-1 1 @max knows the menus", in_=team.house.errors)
    await team.max.expect_dm("to you: knows the menus")
    await team.max.types("/fix hand BUG-1 1 lee@acme.example -- it was yours", in_=team.house.errors)
    await team.house.quiet()
    again = await team.lee.expect_dm("it was yours")
    await again.button("Approve").click()
    await team.until(RunState.SUCCEEDED)
