"""A change that is not small needs somebody else, who sees the same preview and says yes."""

import asyncio
from typing import Any

import pytest

from bot.demo.slack.records import Person, UserGroup
from tests.slack.everywhere import every_connection, every_store
from tests.slack.house import House
from tests.slack.shop import Shop
from tests.support.dsl.message import Message


@pytest.fixture
def given(shop: Shop) -> dict[str, Any]:
    return shop.settings()


@pytest.fixture
async def team(house: House) -> House:
    await house.allow("drop-menu")
    return house


async def asked(team: House, who: str = "Dana") -> Message:
    """Somebody wants menu 13 gone and asks for approval; returns the bug's card."""
    card, asker = await team.alarm(), team.person(who)
    await asker.types("/fix BUG-1 drop-menu id=13 -- it can't be saved", in_=team.errors)
    preview = await asker.expect_ephemeral("Preview for BUG-1")
    await preview.button("Ask for approval").click(by=asker)
    await card.expect_text("waits for")
    return card


@every_connection
@every_store
async def test_another_person_approves_what_they_see_and_it_runs_once(team: House, shop: Shop) -> None:
    card, lee, max_ = await asked(team), team.person("Lee"), team.person("Max")
    await card.expect_text("drop-menu 13 · waits for <@U0LEAD>, <@U0LEAD2>")
    request = await lee.expect_dm("<@U0DEV> wants to run drop-menu 13 for BUG-1")
    assert any("DELETE FROM menus" in text for text in request.texts)
    assert any("title: Broken" in text for text in request.texts)
    assert any("it can't be saved" in text for text in request.texts)
    other = await max_.expect_dm("wants to run drop-menu 13")
    assert shop.menus == [12, 13, 14]
    await request.button("Approve").click()
    await card.thread.expect("Lee approved it")
    await card.expect_button("It works")
    assert shop.menus == [12, 14]
    await request.expect_no_button("Approve")
    await other.expect_no_button("Approve")


async def test_two_approvals_at_the_same_moment_are_one_run(team: House, shop: Shop) -> None:
    card = await asked(team)
    requests = [await team.person(who).expect_dm("wants to run") for who in ("Lee", "Max")]
    await asyncio.gather(*(request.button("Approve").click() for request in requests))
    await card.expect_button("It works")
    await team.quiet()
    assert (await team.kinds()).count("fix_approved") == 1
    assert (await team.kinds()).count("fix_started") == 1
    assert shop.menus == [12, 14]


async def test_an_approval_and_a_refusal_at_the_same_moment_end_in_one_of_them(team: House, shop: Shop) -> None:
    await asked(team)
    lee, max_ = team.person("Lee"), team.person("Max")
    request = await lee.expect_dm("wants to run")
    await asyncio.gather(
        request.button("Approve").click(), max_.types("/fix reject BUG-1 1 not on a Friday", in_=team.errors)
    )
    await team.quiet()
    kinds = await team.kinds()
    assert ("fix_approved" in kinds) is not ("fix_rejected" in kinds)
    assert (13 in shop.menus) is ("fix_rejected" in kinds)


@pytest.mark.parametrize("path", ["button", "command", "thread", "form"])
async def test_nobody_approves_their_own_change_by_any_path(team: House, shop: Shop, path: str) -> None:
    """Not even a lead."""
    card, lee = await asked(team, "Lee"), team.person("Lee")
    request = await team.person("Max").expect_dm("wants to run")
    value = request.button("Approve").value
    match path:
        case "button":
            await (await team.forged("approve", value)).button("approve").click(by=lee)
        case "command":
            await lee.types("/fix approve BUG-1 1", in_=team.errors)
        case "thread":
            await lee.says("@makegood fix approve 1", thread=card)
        case _:
            await lee.types("/fix reject BUG-1 1 my own mistake", in_=team.errors)
    await lee.expect_ephemeral("somebody else has to approve it")
    await team.quiet()
    assert shop.menus == [12, 13, 14]
    assert not {"fix_approved", "fix_rejected"} & set(await team.kinds())


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("Sam", "You are not among those who can approve this. Asked: <@U0LEAD>, <@U0LEAD2>."),
        ("Gil", "Guests can't look at production, change it or write to customers."),
        ("Zoe", "Only members of this workspace"),
    ],
)
async def test_who_was_not_asked_approves_nothing(team: House, shop: Shop, who: str, answer: str) -> None:
    card, outsider = await asked(team), team.person(who)
    value = (await team.person("Lee").expect_dm("wants to run")).button("Approve").value
    await (await team.forged("approve", value)).button("approve").click(by=outsider)
    await outsider.expect_ephemeral(answer)
    await outsider.types("/fix approve BUG-1 1", in_=team.errors)
    await outsider.says("@makegood fix approve 1", thread=card)
    await team.slack.wait_for(lambda: len(outsider.ephemerals) == 3, why="three refusals")
    await team.quiet()
    assert all(answer in told for told in outsider.ephemerals)
    assert shop.menus == [12, 13, 14]


async def test_an_app_or_an_edited_message_approves_nothing(team: House, shop: Shop) -> None:
    card, lee = await asked(team), team.person("Lee")
    for shape in ("bot_message", "app"):
        await team.app_says("@makegood fix approve 1", card, shape)
    said = await lee.says("let me see", thread=card)
    await lee.edits(said, "@makegood fix approve 1")
    await team.quiet()
    assert "fix_approved" not in await team.kinds()
    assert shop.menus == [12, 13, 14]


@pytest.mark.parametrize("given_approvers", [["U0LEAD", "U0LEAD2", "U0NEW"]])
async def test_who_joined_after_the_request_does_not_approve_it(
    team: House, shop: Shop, given_approvers: list[str]
) -> None:
    await team.restart(policy={"approvers": given_approvers})
    await asked(team)
    value = (await team.person("Lee").expect_dm("wants to run")).button("Approve").value
    team.slack.change_person(Person(id="U0NEW", name="New", joined=team.clock().timestamp() + 5))
    team.slack.join("U0NEW", "C0ERRORS")
    newcomer = team.person("New")
    await (await team.forged("approve", value)).button("approve").click(by=newcomer)
    await newcomer.expect_ephemeral("You are not among those who can approve this")
    assert shop.menus == [12, 13, 14]


async def test_an_approver_who_became_a_guest_meanwhile_approves_nothing(team: House, shop: Shop) -> None:
    await asked(team)
    request = await team.person("Lee").expect_dm("wants to run")
    team.slack.change_person(Person(id="U0LEAD", name="Lee", email="lee@acme.example", guest=True))
    await request.button("Approve").click()
    await team.person("Lee").expect_ephemeral("Guests can't approve")
    assert shop.menus == [12, 13, 14]


async def test_an_approver_who_has_left_meanwhile_approves_nothing(team: House, shop: Shop) -> None:
    await asked(team)
    request = await team.person("Lee").expect_dm("wants to run")
    team.slack.change_person(Person(id="U0LEAD", name="Lee", email="lee@acme.example", deleted=True))
    await request.button("Approve").click()
    await team.person("Lee").expect_ephemeral("This account is deactivated")
    assert shop.menus == [12, 13, 14]


async def test_a_refusal_takes_a_reason_which_stands_in_the_thread(team: House, shop: Shop) -> None:
    card, lee = await asked(team), team.person("Lee")
    request = await lee.expect_dm("wants to run")
    await request.button("Reject…").click()
    form = await lee.expect_modal("Reject BUG-1")
    form.field("Why not?").type("  ")
    await form.submit("Reject")
    await form.expect_error("Why not?", "Say why not")
    form.field("Why not?").type("the menu is somebody's work")
    await form.submit()
    await form.expect_closed()
    await card.thread.expect("Lee said no: the menu is somebody's work")
    await card.expect_button("Fix")
    await request.expect_no_button("Approve")
    assert shop.menus == [12, 13, 14]


async def test_an_approval_after_fifteen_minutes_is_refused_and_nothing_runs(team: House, shop: Shop) -> None:
    await asked(team)
    lee = team.person("Lee")
    request = await lee.expect_dm("wants to run")
    value = request.button("Approve").value
    team.clock.advance(minutes=16)
    await (await team.forged("approve", value)).button("approve").click(by=lee)
    await lee.expect_ephemeral("lapsed")
    await team.quiet()
    assert shop.menus == [12, 13, 14]


async def test_an_approval_of_an_old_preview_does_not_count_for_the_new_one(team: House, shop: Shop) -> None:
    card, dana, lee = await asked(team), team.person("Dana"), team.person("Lee")
    old = (await lee.expect_dm("drop-menu 13")).button("Approve").value
    await card.button("Cancel: drop-menu").click(by=dana)
    await card.expect_button("Fix")
    await dana.types("/fix BUG-1 drop-menu id=14 -- this one", in_=team.errors)
    await (await dana.expect_ephemeral("(id 14)")).button("Ask for approval").click(by=dana)
    request = await lee.expect_dm("drop-menu 14")
    await (await team.forged("approve", old)).button("approve").click(by=lee)
    await lee.expect_ephemeral("drop-menu 13 is cancelled already")
    new = request.button("Approve").value
    mixed = new.rpartition("digest=")[0] + "digest=" + old.rpartition("digest=")[2]
    await (await team.forged("approve", mixed)).button("approve").click(by=lee)
    await lee.expect_ephemeral("What would run has changed since you saw it")
    assert shop.menus == [12, 13, 14]


async def test_what_changed_after_the_approval_is_left_alone(team: House, shop: Shop) -> None:
    card = await asked(team)
    request = await team.person("Lee").expect_dm("wants to run")
    shop.do("UPDATE menus SET note = 'kept for Mia' WHERE id = 13")
    await request.button("Approve").click()
    await card.thread.expect("Nothing was done")
    assert shop.menus == [12, 13, 14]


async def test_a_freeze_between_request_and_approval_stops_the_run(team: House, shop: Shop) -> None:
    card = await asked(team)
    request = await team.person("Lee").expect_dm("wants to run")
    await team.person("Sam").types("/fix freeze moving", in_=team.errors)
    await team.errors.expect_message("Production is frozen")
    await request.button("Approve").click()
    await card.thread.expect("production is frozen (moving)")
    assert shop.menus == [12, 13, 14]


async def test_the_request_of_a_restarted_bot_still_takes_its_approval(team: House, shop: Shop) -> None:
    card = await asked(team)
    request = await team.person("Lee").expect_dm("wants to run")
    await team.restart()
    await request.button("Approve").click()
    await card.expect_button("It works")
    assert shop.menus == [12, 14]


async def test_without_anybody_who_could_approve_it_is_refused_with_where_to_name_them(team: House) -> None:
    await team.restart(policy={"approvers": []})
    await team.alarm()
    dana = team.person("Dana")
    await dana.types("/fix BUG-1 drop-menu id=13 -- it can't be saved", in_=team.errors)
    refused = await dana.expect_ephemeral("[policy] approvers")
    assert refused.exists


async def test_approvers_are_named_by_address_and_by_group_as_well(team: House, shop: Shop) -> None:
    team.slack.seed(usergroups=[UserGroup(id="S0LEADS", handle="leads", name="Leads", users=("U0SUP",))])
    await team.restart(policy={"approvers": ["S0LEADS", "max@acme.example"]})
    card = await asked(team)
    await card.expect_text("waits for <@U0LEAD2>, <@U0SUP>")
    await (await team.person("Sam").expect_dm("wants to run")).button("Approve").click()
    await card.expect_button("It works")
    assert shop.menus == [12, 14]
