"""What may run at all: watching, proposing, frozen, allowed; looks, and what the memory suggests."""

from typing import Any

import pytest

from bot.ledger import workspace
from tests.slack.house import House
from tests.slack.shop import Shop


@pytest.fixture
def given(shop: Shop) -> dict[str, Any]:
    return shop.settings()


@pytest.fixture
async def team(house: House) -> House:
    """A house in which an approver has turned on the team's own actions."""
    await house.allow("rename-menu", "drop-menu")
    return house


async def test_watching_refuses_every_way_to_fix(team: House, shop: Shop) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await card.expect_button("Fix")
    fix = (await card.expect_button("Fix")).value
    await team.restart(mode="watch")
    await dana.types("/bug estimate BUG-1 5m", in_=team.errors)
    await card.expect_no_button("Fix")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    await dana.expect_ephemeral("only watches here")
    await dana.says("@makegood fix", thread=card)
    await (await team.forged("fix", fix)).button("fix").click(by=dana)
    await team.slack.wait_for(lambda: len(dana.ephemerals) == 4, why="the estimate's answer and three refusals")
    assert ["only watches here" in told for told in dana.ephemerals] == [False, True, True, True]
    assert (await team.bug()).fixes == ()


async def test_proposing_shows_what_a_person_should_run_who_then_says_so(team: House, shop: Shop) -> None:
    await team.restart(mode="propose")
    card, dana = await team.alarm(), team.person("Dana")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    preview = await dana.expect_ephemeral("Preview for BUG-1")
    await preview.button("Propose it").click(by=dana)
    told = await dana.expect_ephemeral("Run this yourself")
    assert "UPDATE menus SET title" in "\n".join(told.texts)
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Broken"]
    await told.button("I ran it").click(by=dana)
    await card.thread.expect("Dana ran it by hand and says that it is done")
    await card.expect_button("It works")


async def test_a_look_shows_its_rows_to_the_asker_alone(team: House) -> None:
    card, dana = await team.alarm(email="mia@studio.example"), team.person("Dana")
    await card.choose("Look at production", by=dana)
    form = await dana.expect_modal("Look BUG-1")
    await form.field("What to look at").pick(
        next(x for x in form.field("What to look at").choices if "customer-account" in x)
    )
    await form.expect_text("The customer's account")
    assert form.field("Email").value == "mia@studio.example"
    await form.submit("Look")
    await form.expect_text("plan: trial")
    await form.expect_no_text("secret-hash")
    await card.thread.expect("The look `customer-account` showed 1 row to its asker")
    await team.quiet()
    assert not any("trial" in line for line in card.thread.lines)


async def test_a_row_of_a_look_leads_to_its_fix_and_a_refusal_is_said_over_the_form(team: House) -> None:
    card, dana = await team.alarm(email="mia@studio.example"), team.person("Dana")
    for mode, shown in (("run", "What to do"), ("watch", "only watches here")):
        await team.restart(mode=mode)
        await card.choose("Look at production", by=dana)
        form = await dana.expect_modal("Look BUG-1")
        await form.field("What to look at").pick(
            next(x for x in form.field("What to look at").choices if "customer-account" in x)
        )
        await form.expect_text("The customer's account")
        await form.submit("Look")
        await form.expect_text("plan: trial")
        await form.button("Fix this").click()
        over = await dana.expect_modal(shown)
        if mode == "run":
            assert (over.field("What to do").value[:12], over.field("Account").value) == ("extend-trial", "1")


async def test_a_typed_look_answers_its_author_alone(team: House) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await dana.says("@makegood look customer-account email=mia@studio.example", thread=card)
    await dana.expect_ephemeral("plan: trial")
    await dana.types("/fix look BUG-1 customer-account email=nobody@example.com", in_=team.errors)
    await dana.expect_ephemeral("0 rows")
    assert team.person("Lee").ephemerals == []


async def test_a_frozen_production_runs_nothing_until_an_approver_thaws_it(team: House, shop: Shop) -> None:
    card, dana, lee = await team.alarm(), team.person("Dana"), team.person("Lee")
    await team.person("Sam").types("/fix freeze the database is being moved", in_=team.errors)
    await team.errors.expect_message("Production is frozen")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    await (await dana.expect_ephemeral("Preview for BUG-1")).button("Run it").click(by=dana)
    await card.thread.expect("production is frozen (the database is being moved)")
    await dana.types("/fix thaw", in_=team.errors)
    await dana.expect_ephemeral("Only approvers thaw")
    await lee.types("/fix thaw it has moved", in_=team.errors)
    shown = await lee.expect_ephemeral("the database is being moved. Nothing is thawed yet")
    await shown.button("Thaw").click(by=lee)
    await team.errors.expect_message("Production is thawed")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Broken"]


async def test_a_freeze_that_came_under_the_approvers_fingers_is_not_thawed(team: House) -> None:
    lee, sam = team.person("Lee"), team.person("Sam")
    await sam.types("/fix freeze the database is being moved", in_=team.errors)
    await team.errors.expect_message("Production is frozen")
    await lee.types("/fix thaw", in_=team.errors)
    shown = await lee.expect_ephemeral("Nothing is thawed yet")
    first = (await workspace.load(team.bot.ledger)).seq
    await lee.types(f"/fix thaw {first}", in_=team.errors)
    await team.errors.expect_message("Production is thawed")
    await sam.types("/fix freeze the disk burns", in_=team.errors)
    await team.quiet()
    await shown.button("Thaw").click(by=lee)
    await lee.expect_ephemeral(f"froze production by freeze {first + 2}, not {first}, so nothing was thawed")
    assert (await workspace.load(team.bot.ledger)).freeze is not None
    await lee.types(f"/fix thaw {first + 2} it is out", in_=team.errors)
    await team.quiet()
    assert (await workspace.load(team.bot.ledger)).freeze is None
    await lee.types("/fix thaw", in_=team.errors)
    await lee.expect_ephemeral("Nobody froze production: fixes may run")


async def test_an_action_of_the_teams_own_is_off_until_an_approver_allows_it_as_it_is_now(
    house: House, shop: Shop
) -> None:
    await house.alarm()
    dana, lee, line = house.person("Dana"), house.person("Lee"), "/fix BUG-1 rename-menu id=13 title=x -- wrong title"
    await dana.types(line, in_=house.errors)
    await dana.expect_ephemeral("rename-menu is off")
    await dana.types("/fix allow rename-menu", in_=house.errors)
    await dana.expect_ephemeral("Only approvers turn actions on")
    await lee.types("/fix allow rename-menu", in_=house.errors)
    await house.errors.expect_message("`rename-menu` is on")
    await dana.types(line, in_=house.errors)
    await dana.expect_ephemeral("Preview for BUG-1")
    source = shop.actions / "rename_menu.py"
    source.write_text(source.read_text().replace("max_length=40", "max_length=4000"))
    await house.restart()
    await dana.types("/fix show rename-menu", in_=house.errors)
    await dana.expect_ephemeral("its file is new or has changed since an approver turned it on")


async def test_what_can_be_run_is_listed_and_shown(team: House) -> None:
    dana = team.person("Dana")
    await dana.types("/fix list", in_=team.errors)
    listed = await dana.expect_ephemeral("`rename-menu` Give a menu another title.")
    assert "`delete-row`" in listed.lock_screen
    assert "restart-service" not in listed.lock_screen
    await dana.types("/fix show delete-row", in_=team.errors)
    await dana.expect_ephemeral("`id` The row's key")


async def test_the_card_suggests_what_ended_the_last_bug_of_the_same_kind(team: House) -> None:
    first, dana = await team.alarm(), team.person("Dana")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    await (await dana.expect_ephemeral("Preview for BUG-1")).button("Run it").click(by=dana)
    await first.button("It works").click(by=dana)
    await first.expect_text("owed")
    second = await team.alarm(crud={"id": 14})
    await second.expect_text("worked before: rename-menu 13 Brunch, worked once")
    await second.choose("Fix…", by=dana) if "Fix…" in second.choices else await second.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-2")
    assert form.field("Menu").value == "14"
