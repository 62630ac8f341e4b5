"""A fix on production: chosen in a form or typed, previewed, run once, undone. One person is enough for a small one."""

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.bug.bug import Post
from bot.demo.slack import payloads
from bot.slack.incoming.listeners import view_ask
from bot.slack.outgoing.private import PrivateMessages
from tests.slack.everywhere import every_connection, every_store
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


@every_connection
@every_store
async def test_a_fix_goes_from_the_button_over_the_preview_to_its_result_in_the_thread_and_back(
    team: House, shop: Shop
) -> None:
    card, dana = await team.alarm(crud={"id": 13}), team.person("Dana")
    await card.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    await form.field("What to do").pick("rename-menu: Give a menu another title.")
    await form.expect_text("New title")
    assert form.field("Menu").value == "13"
    form.field("New title").type("Breakfast")
    form.field("Why").type("its title breaks the page")
    await form.submit("Preview")
    await form.expect_text("Broken → Breakfast")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Broken"]
    await form.submit("Run it")
    await form.expect_closed()
    await card.expect_button("It works")
    await card.thread.expect("Updated 1 row of menus (id 13)")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Breakfast"]
    await card.button("Undo").click(by=dana)
    undo = await dana.expect_modal("Breakfast → Broken")
    await undo.submit("Run it")
    await card.thread.expect("Dana wants to undo")
    await card.expect_text("undo of rename-menu 13 Breakfast · done")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Broken"]


async def test_fixing_what_nobody_has_claims_it(team: House) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    await dana.expect_ephemeral("Preview for BUG-1")
    assert (await team.bug()).owner == "U0DEV"
    await card.thread.expect("Dana has it")


async def test_a_typed_fix_is_previewed_for_its_author_alone_and_runs_at_the_press_of_the_button(
    team: House, shop: Shop
) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await dana.types('/fix BUG-1 rename-menu id=13 title="Brunch & more" -- wrong title', in_=team.errors)
    preview = await dana.expect_ephemeral("Broken → Brunch &amp; more")
    assert team.person("Lee").ephemerals == []
    await preview.button("Run it").click(by=dana)
    await card.expect_button("It works")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Brunch & more"]


async def test_a_fix_is_typed_in_the_thread_as_well(team: House, shop: Shop) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await dana.says('@makegood fix rename-menu id=13 title="A <b> & C" -- wrong title', thread=card)
    preview = await dana.expect_ephemeral("Preview for BUG-1")
    await preview.button("Run it").click(by=dana)
    await card.expect_button("It works")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["A <b> & C"]


async def test_the_form_suggests_the_action_and_the_row_that_the_error_names(team: House) -> None:
    card, dana = await team.alarm(crud={"id": 13}), team.person("Dana")
    await card.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    assert form.field("Key").value == "13"
    assert "menus" in form.field("Table").choices


async def test_what_is_wrong_in_the_form_is_said_at_its_field(team: House) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await card.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    await form.field("What to do").pick("rename-menu: Give a menu another title.")
    await form.expect_text("New title")
    form.field("Menu").type("-5")
    form.field("New title").type("x" * 40)
    form.field("Why").type("wrong title")
    await form.submit()
    await form.expect_error("Menu", "1")
    form.field("Menu").type("13")
    form.field("Why").type("  ")
    await form.submit()
    await form.expect_error("Why", "Say why")
    assert (await team.bug()).fixes == ()


async def test_a_preview_that_production_refuses_says_so_in_the_open_form(team: House) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await card.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    await form.field("What to do").pick("delete-row: Delete one row of a table by its key.")
    await form.expect_text("Table")
    form.field("Table").choose("menus")
    form.field("Key").type("99")
    form.field("Why").type("a row that is not there")
    await form.submit()
    await form.expect_text("There is no preview of")
    await card.thread.expect("No preview")


async def test_a_preview_whose_form_was_closed_comes_as_a_message(team: House) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await card.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    await form.field("What to do").pick("delete-row: Delete one row of a table by its key.")
    await form.expect_text("Table")
    form.field("Table").choose("menus")
    form.field("Key").type("14")
    form.field("Why").type("it breaks the page")
    team.slack.faults.add(kind="error:not_found", method="views.update")
    await form.submit()
    await dana.expect_ephemeral("Preview for BUG-1")


REFUSED = (
    ("/fix BUG-1 rename-menu id=13 title=Brunch", "Say why"),
    ("/fix BUG-1 rename-menu id=13 title=Brunch -- x", "Say why"),
    ("/fix BUG-1 rename-menu id=thirteen title=Brunch -- wrong title", "id:"),
    ("/fix BUG-1 rename-menu id=13 titel=Brunch -- wrong title", "titel"),
    ("/fix BUG-1 rename-menu 13 -- wrong title", "`13` is not name=value"),
    ('/fix BUG-1 rename-menu title="Brunch -- wrong title', "A quote is not closed"),
    ("/fix BUG-1 renam-menu id=13 -- wrong title", "Did you mean rename-menu?"),
    ("/fix BUG-77 rename-menu id=13 title=x -- wrong title", "There is no BUG-77"),
    ("/fix rename-menu id=13 title=x -- wrong title", "Which bug?"),
    ("/fix show nothing", "There is no action"),
    ("/fix allow nothing", "Only approvers turn actions on"),
    ("/fix thaw", "Only approvers thaw"),
    ("/fix approve BUG-1", "Nothing waits for an approval on BUG-1"),
    ("/fix reject BUG-1 no", "Nothing waits for an approval on BUG-1"),
    ("/fix cancel BUG-1", "Nothing is under way on BUG-1"),
    ("/fix undo BUG-1 why", "No fix has run on BUG-1, so there is nothing to undo"),
    ("/fix look BUG-1 nothing", "There is no action"),
)


async def test_a_typed_fix_that_cannot_be_is_refused_with_what_to_write(team: House) -> None:
    await team.alarm()
    dana = team.person("Dana")
    for line, answer in REFUSED:
        await dana.types(line, in_=team.errors)
        await dana.expect_ephemeral(answer)
    await team.slack.wait_for(lambda: len(dana.ephemerals) == len(REFUSED), why="an answer to each")
    assert (await team.bug()).fixes == ()


async def test_only_who_asked_for_a_preview_runs_it(team: House, shop: Shop) -> None:
    await team.alarm()
    dana, sam = team.person("Dana"), team.person("Sam")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    value = (await dana.expect_ephemeral("Preview for BUG-1")).button("Run it").value
    await (await team.forged("run", value)).button("run").click(by=sam)
    await sam.expect_ephemeral("<@U0DEV> asked for this preview, so only they can run it")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Broken"]


async def test_a_preview_with_another_digest_does_not_run(team: House, shop: Shop) -> None:
    await team.alarm()
    dana = team.person("Dana")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    value = (await dana.expect_ephemeral("Preview for BUG-1")).button("Run it").value
    head, _, _ = value.rpartition("digest=")
    await (await team.forged("run", f"{head}digest=0000")).button("run").click(by=dana)
    await dana.expect_ephemeral("What would run has changed since you saw it")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Broken"]


async def test_a_preview_runs_once_however_often_its_button_is_pressed(team: House, shop: Shop) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    preview = await dana.expect_ephemeral("Preview for BUG-1")
    await preview.button("Run it").click(by=dana)
    await card.expect_button("It works")
    await preview.button("Run it").click(by=dana)
    await dana.expect_ephemeral("is done already")
    assert (await team.kinds()).count("fix_started") == 1


async def test_a_preview_is_good_for_fifteen_minutes(team: House, shop: Shop) -> None:
    await team.alarm()
    dana = team.person("Dana")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    preview = await dana.expect_ephemeral("Preview for BUG-1")
    team.clock.advance(minutes=16)
    await preview.button("Run it").click(by=dana)
    await dana.expect_ephemeral("This preview is more than 15 minutes old")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Broken"]


async def test_a_row_that_changed_since_the_preview_is_left_alone(team: House, shop: Shop) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    preview = await dana.expect_ephemeral("Preview for BUG-1")
    shop.do("UPDATE menus SET title = 'Mended meanwhile' WHERE id = 13")
    await preview.button("Run it").click(by=dana)
    await card.thread.expect("Nothing was done")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Mended meanwhile"]


async def test_an_undo_is_refused_where_the_row_has_changed_since(team: House, shop: Shop) -> None:
    card, dana = await team.alarm(), team.person("Dana")
    await dana.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    await (await dana.expect_ephemeral("Preview for BUG-1")).button("Run it").click(by=dana)
    await card.expect_button("Undo")
    shop.do("UPDATE menus SET title = 'Edited by Mia' WHERE id = 13")
    await dana.types("/fix undo BUG-1 the wrong menu", in_=team.errors)
    await dana.expect_ephemeral("There is no preview of")
    assert shop.ask("SELECT title FROM menus WHERE id = 13") == ["Edited by Mia"]


async def test_a_second_fix_waits_for_the_first(team: House) -> None:
    card, dana, sam = await team.alarm(), team.person("Dana"), team.person("Sam")
    await dana.types("/fix BUG-1 drop-menu id=13 -- a bad row", in_=team.errors)
    await (await dana.expect_ephemeral("Preview for BUG-1")).button("Ask for approval").click(by=dana)
    await card.expect_button("Cancel: drop-menu")
    await sam.types("/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title", in_=team.errors)
    await sam.expect_ephemeral("drop-menu 13 by <@U0DEV> is under way on BUG-1")


async def test_a_fix_that_waits_is_cancelled_by_its_asker_and_by_nobody_else(team: House) -> None:
    card, dana, sam = await team.alarm(), team.person("Dana"), team.person("Sam")
    await dana.types("/fix BUG-1 drop-menu id=13 -- a bad row", in_=team.errors)
    await (await dana.expect_ephemeral("Preview for BUG-1")).button("Ask for approval").click(by=dana)
    await card.button("Cancel: drop-menu").click(by=sam)
    await sam.expect_ephemeral("Only <@U0DEV> or the owner of BUG-1 can cancel this")
    await card.button("Cancel: drop-menu").click(by=dana)
    await card.thread.expect("Dana cancelled it")


async def test_a_preview_is_asked_for_once_the_form_that_waits_for_it_is_on_its_way(team: House) -> None:
    """Else a fast preview comes first, and the form that says *is being previewed* takes its place for ever."""
    card, dana = await team.alarm(crud={"id": 13}), team.person("Dana")
    await card.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    await form.field("What to do").pick("rename-menu: Give a menu another title.")
    await form.expect_text("New title")
    form.field("New title").type("Breakfast")
    form.field("Why").type("its title breaks the page")
    world = team.slack.world
    body = payloads.submission(world, "U0DEV", world.views[world.stacks["U0DEV"][-1]])
    written: list[list[str]] = []

    async def late(**answer: Any) -> None:
        await asyncio.sleep(0.5)
        written.append(await team.kinds())
        assert answer["response_action"] == "update"

    await team.bot.dispatcher.enter(view_ask(body), late)
    assert ("fix_asked" in written[0], "fix_asked" in await team.kinds()) == (False, True)


async def test_what_is_for_one_person_is_seen_although_nobody_has_written_in_the_thread_yet(house: House) -> None:
    """Slack takes a private line for a thread without an answer, and nobody ever sees it."""
    await house.alarm()
    client, dana = house.bot.slack.client, house.person("Dana")
    posted = await client.chat_postMessage(channel="C0ERRORS", text="a card")
    bug = replace(await house.bug(), card=Post(channel="C0ERRORS", ts=posted["ts"]))
    async with aiohttp.ClientSession() as http:
        whisper = PrivateMessages(house.bot.slack.port, http)
        await whisper.aside(bug, "U0DEV", "a first preview")
        assert (await dana.expect_ephemeral("a first preview")).thread_ts != posted["ts"]
        await client.chat_postMessage(channel="C0ERRORS", text="it is reported", thread_ts=posted["ts"])
        await whisper.aside(bug, "U0DEV", "a second preview")
        await dana.expect_ephemeral("a second preview")
    assert house.slack.ephemerals("U0DEV")[-1]["thread_ts"] == posted["ts"]
