"""Minutes, not forms: the fix that the error names is one press from its preview, and the tell goes out when it works."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.bug.bug import Status
from bot.bug.fixes.fix import RunState
from bot.demo.channels.smtp import MailServer
from tests.slack.fixes.plant import Plant
from tests.slack.fixes.site import Site, serving
from tests.slack.house import House
from tests.support.dsl.message import Message
from tests.support.dsl.modal import Modal

ANN = "ann@example.com"
OFFER, BOX = "Fix: delete-row menus 13", "Tell Ann, who was only hit"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as site:
        yield site


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def more(site: Site, mails: MailServer) -> dict[str, Any]:
    probes = {
        "menu page": {"url": f"{site.url}/menus", "page": "generate"},
        "home": {"url": f"{site.url}/home", "smoke": True},
    }
    return {"probes": probes, "mail": {"smtp": mails.url, "sender": "support@acme.example"}}


@pytest.fixture
async def card(house: House, plant: Plant) -> Message:
    """Ann was hit by a row that the error names; nobody has the bug."""
    return await house.alarm(crud={"table": "menus", "id": 13}, email=ANN, name="Ann")


async def preview(card: Message, house: House) -> Modal:
    dana = house.person("Dana")
    await card.button(OFFER).click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    return await form.expect_text("delete 1 row of menus (id 13)")


async def test_what_the_error_names_is_one_press_from_its_preview_and_says_its_source(
    card: Message, house: House, plant: Plant
) -> None:
    await card.expect_text("from the error: table menus, id 13")
    form = await preview(card, house)
    assert form.field("Why").value == "ErrorException: Undefined index: crud"
    assert plant.menu_13
    assert (await house.bug()).owner == "U0DEV"
    form.field("Why").type("its crud is gone")
    await form.submit("Run it")
    await form.expect_closed()
    await card.thread.expect("Deleted 1 row of menus")
    assert not plant.menu_13
    fix = (await house.bug()).fixes[0]
    assert (fix.reason, fix.reason_filled) == ("its crud is gone", False)


async def test_an_error_that_names_nothing_fills_in_nothing(house: House, plant: Plant) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    assert not any(button.startswith("Fix:") for button in card.buttons)
    await card.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    assert form.field("What to do").value is None
    assert form.fields == ["What to do", "Why"]


async def test_the_form_says_where_each_value_comes_from(card: Message, house: House) -> None:
    dana = house.person("Dana")
    await card.button("Fix").click(by=dana)
    form = await dana.expect_modal("Fix BUG-1")
    assert form.field("Key").value == "13"
    hints = {
        block["label"]["text"]: block.get("hint", {}).get("text", "")
        for block in form.json["blocks"]
        if "label" in block
    }
    assert hints["Table"].startswith("From the error.")
    assert hints["Key"].startswith("From the error.")


async def test_nobody_is_told_who_was_not_ticked(card: Message, house: House, site: Site, mails: MailServer) -> None:
    site.after = {"/menus": 200}
    form = await preview(card, house)
    assert not form.checkbox(BOX).ticked
    await form.submit("Run it")
    await card.thread.expect("It works again: was 500, is 200")
    await house.quiet()
    assert mails.messages == ()


async def test_it_is_told_when_the_probe_is_green(card: Message, house: House, site: Site, mails: MailServer) -> None:
    site.after = {"/menus": 200}
    form = await preview(card, house)
    form.checkbox(BOX).tick()
    form.field("What they read").type("Your menus open again.")
    await form.submit("Run it")
    await card.thread.expect("when it works, tell Ann")
    await card.thread.expect("Dana tells Ann: “Your menus open again.”")
    await card.expect_text("told after")
    assert [(mail.recipients, "Your menus open again." in mail.text) for mail in mails.messages] == [((ANN,), True)]


async def test_a_page_that_is_slow_to_recover_is_asked_again(
    card: Message, house: House, site: Site, mails: MailServer
) -> None:
    form = await preview(card, house)
    form.checkbox(BOX).tick()
    await form.submit("Run it")
    await card.thread.expect("menu page is 500")
    site.status["/menus"] = 200
    house.clock.advance(seconds=25)
    await card.expect_text("told after", within=15)
    assert len(mails.messages) == 1


async def test_what_does_not_work_within_two_minutes_is_told_to_nobody_but_the_asker(
    card: Message, house: House, mails: MailServer
) -> None:
    form = await preview(card, house)
    form.checkbox(BOX).tick()
    await form.submit("Run it")
    await card.thread.expect("menu page is 500")
    house.clock.advance(minutes=2)
    await house.person("Dana").expect_ephemeral(
        "Nobody was told of BUG-1: it was not seen to work within 2 minutes", within=15
    )
    await card.thread.expect("Nobody was told")
    bug = await house.bug()
    assert (bug.status, bug.fixes[0].state, bug.planned) == (Status.CLAIMED, RunState.SUCCEEDED, None)
    assert mails.messages == ()


async def test_somebody_who_joins_meanwhile_stops_the_tell(
    card: Message, house: House, site: Site, mails: MailServer
) -> None:
    form = await preview(card, house)
    await house.reported(error="error-1", email="ben@example.com", name="Ben")
    await card.expect_text("Ben")
    site.after = {"/menus": 200}
    form.checkbox(BOX).tick()
    await form.submit("Run it")
    await house.person("Dana").expect_ephemeral("Nobody was told of BUG-1: Ben joined since", within=15)
    assert mails.messages == ()


async def test_internals_in_ones_own_words_are_marked_before_anything_runs(
    card: Message, house: House, plant: Plant
) -> None:
    form = await preview(card, house)
    form.checkbox(BOX).tick()
    form.field("What they read").type("We deleted menu_items of BUG-1, it works.")
    await form.submit("Run it")
    await form.expect_error("What they read", "Customers need not know")
    assert plant.menu_13
    form.field("What they read").type("Your menus open again.")
    await form.submit("Run it")
    await form.expect_closed()
    await card.thread.expect("when it works, tell Ann")


async def test_a_preview_that_came_as_a_message_has_the_box_one_press_away(
    card: Message, house: House, plant: Plant, site: Site, mails: MailServer
) -> None:
    dana, site.after = house.person("Dana"), {"/menus": 200}
    await dana.types("/fix BUG-1 delete-row table=menus id=13 -- its crud is gone", in_=house.errors)
    message = await dana.expect_ephemeral("Risk: ")
    await message.button("Run it and tell when it works…").click()
    form = await dana.expect_modal("Ann, who was only hit")
    form.checkbox(BOX).tick()
    await form.submit("Run it")
    await card.thread.expect("Dana tells Ann")
    await card.thread.expect("on its way by mail")
    assert len(mails.messages) == 1
