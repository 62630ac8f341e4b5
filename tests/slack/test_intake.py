"""What happens in the error channel: alerts by webhook and by message become one bug, and every word in its thread is kept."""

import asyncio
from typing import Any

import pytest

from bot.bug.course.conversation import SaidDeleted, SaidEdited
from tests.slack import alerts
from tests.slack.everywhere import every_connection, every_store
from tests.slack.house import House
from tests.support.dsl.message import Message

SHAPES = pytest.mark.parametrize("shape", ["bot_message", "app"])
FIRST, SECOND = "6b10000000000000000000f1", "6b10000000000000000000f2"
E1: dict[str, Any] = {"error": FIRST, "event": "5f0000000000000000000001"}


async def one_bug(house: House) -> Message:
    await house.quiet()
    cards = house.errors.messages("BUG-")
    assert len(cards) == 1
    return cards[0]


@SHAPES
@pytest.mark.parametrize("layout", [alerts.message, alerts.old_message], ids=["app", "integration"])
async def test_a_message_of_a_tracker_becomes_a_bug_and_gets_a_link_to_its_card(
    house: House, shape: str, layout: Any
) -> None:
    alert = await house.errors.receives(layout(FIRST), shape=shape)
    card = await house.errors.expect_message("BUG-1 ErrorException: Undefined index: crud")
    pointer = await alert.thread.expect("is where this is worked on")
    assert f"/archives/C0ERRORS/p{card.ts.replace('.', '')}|BUG-1>" in pointer.lock_screen


@every_connection
@every_store
@pytest.mark.parametrize("first", ["webhook", "message"])
async def test_whichever_comes_first_makes_the_bug_and_the_other_joins_it(house: House, first: str) -> None:
    async def told() -> None:
        await house.errors.receives(alerts.message(E1["error"], event=E1["event"]))

    if first == "message":
        await told()
        await house.errors.expect_message("BUG-1")
    await house.reported(**E1)
    if first == "webhook":
        await house.errors.expect_message("BUG-1")
        await told()
    card = await one_bug(house)
    assert any("1×" in text for text in card.texts)
    bug = await house.bug()
    assert bug.occurrences == 1
    assert bug.frames
    assert len(bug.alerts) == 1


async def test_both_at_the_same_moment_are_one_bug(house: House) -> None:
    await asyncio.gather(
        *(house.reported(error=FIRST, occurrences=n) for n in range(1, 11)),
        *(house.errors.receives(alerts.message(FIRST)) for _ in range(5)),
    )
    await one_bug(house)
    assert (await house.bug()).occurrences >= 10
    assert len((await house.bug()).alerts) == 5


@SHAPES
async def test_a_message_with_links_to_several_errors_opens_none(house: House, shape: str) -> None:
    await house.errors.receives(alerts.message(FIRST, SECOND), shape=shape)
    await house.quiet()
    assert house.errors.messages("BUG-") == []


async def test_an_alert_in_a_thread_or_in_another_channel_opens_none(house: House) -> None:
    said = await house.person("Dana").says("Is it this one?", in_=house.errors)
    await house.errors.receives(alerts.message(FIRST) | {"thread_ts": said.ts})
    await house.ws.channel("team").receives(alerts.message(SECOND))
    await house.quiet()
    assert house.errors.messages("BUG-") == []


async def test_a_person_who_pastes_a_link_opens_none(house: House) -> None:
    await house.person("Dana").says(f"look: {alerts.link(FIRST)}", in_=house.errors)
    await house.quiet()
    assert house.errors.messages("BUG-") == []


async def test_what_is_no_error_opens_none(house: House) -> None:
    await house.errors.receives({"text": "Deployed 4.2.0 to production"}, app="Deploys")
    await house.hook("bugsnag", alerts.bugsnag(error=FIRST, kind="comment"))
    await house.quiet()
    assert house.errors.messages("BUG-") == []


class TestAdmission:
    """[admit]: stage, severity, count; a waiting customer always."""

    @pytest.mark.parametrize(
        ("about", "admitted"),
        [
            ({}, True),
            ({"stage": "staging"}, False),
            ({"stage": "Production"}, True),
            ({"stage": ""}, True),
            ({"severity": "warning"}, False),
            ({"severity": "info"}, False),
        ],
    )
    async def test_stage_and_severity_decide(self, house: House, about: dict[str, str], *, admitted: bool) -> None:
        await house.reported(error=FIRST, **about)
        await house.quiet()
        assert bool(house.errors.messages("BUG-1")) is admitted

    @pytest.mark.parametrize("given", [{"admit": {"at_least": 3}}])
    async def test_it_becomes_a_bug_with_the_third_report(self, house: House) -> None:
        for number in (1, 2):
            await house.reported(error=FIRST, occurrences=1, event=f"{number:024x}")
            await house.quiet()
            assert house.errors.messages("BUG-") == []
        await house.reported(error=FIRST, occurrences=1, event=f"{3:024x}")
        card = await house.errors.expect_message("BUG-1")
        await card.thread.expect("3 times")
        assert (await house.bug()).occurrences == 3

    @pytest.mark.parametrize("given", [{"admit": {"at_least": 3}}])
    async def test_it_becomes_a_bug_at_once_where_the_tracker_counts_enough(self, house: House) -> None:
        await house.reported(error=FIRST, occurrences=40)
        await house.errors.expect_message("BUG-1")

    @pytest.mark.parametrize("given", [{"admit": {"at_least": 100}}])
    async def test_a_waiting_customer_is_always_admitted(self, house: House) -> None:
        await house.reported(error=FIRST, email="mia@studio.example", name="Mia")
        await house.quiet()
        assert house.errors.messages("BUG-") == []
        await house.hook("chatwoot", alerts.chat("I got an error on this page", email="mia@studio.example"))
        card = await house.errors.expect_message("BUG-1")
        await card.expect_text("I got an error on this page")
        await card.thread.expect("admitted: a customer waits")


async def test_repeats_raise_the_count_on_the_card_and_not_the_noise(house: House) -> None:
    card = await house.alarm(error=FIRST)
    before = card.thread.lines
    for count in range(2, 8):
        await house.reported(error=FIRST, occurrences=count)
    await card.expect_text("7×")
    await house.quiet()
    assert card.thread.lines == before
    assert len(house.errors.messages()) == 1


async def test_an_occurrence_that_is_delivered_twice_counts_once(house: House) -> None:
    body = alerts.bugsnag(**E1)
    for _ in range(3):
        await house.hook("bugsnag", body)
    await house.hook("bugsnag", {**body, "trigger": {"type": "firstException", "message": "New error"}})
    await one_bug(house)
    assert (await house.bug()).occurrences == 1


async def test_an_error_that_comes_back_after_it_was_fixed_reopens_its_bug(house: House) -> None:
    card, dana = await house.alarm(error=FIRST), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.expect_text("owed: proper fix")
    house.clock.advance(minutes=5)
    await house.reported(error=FIRST, occurrences=2)
    await card.thread.expect("It happened again (2× by now)")
    await card.expect_lock_screen("<@U0DEV> has BUG-1")
    assert (await house.bug()).status == "claimed"


async def test_an_error_from_before_the_fix_that_arrives_late_does_not_reopen_it(house: House) -> None:
    card, dana = await house.alarm(error=FIRST), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.expect_text("owed: proper fix")
    await house.reported(error=FIRST, occurrences=2, received="2026-01-01T10:00:00.000Z")
    await house.quiet()
    assert (await house.bug()).status == "owed"


async def test_events_that_are_delivered_twice_do_nothing_twice(house: House) -> None:
    house.slack.faults.add(kind="duplicate", method="events_api")
    alert = await house.errors.receives(alerts.message(FIRST))
    await one_bug(house)
    assert len(alert.thread.lines) == 1
    assert (await house.bug()).occurrences == 1


async def test_an_event_whose_answer_is_lost_is_sent_again_and_does_nothing_twice(house: House) -> None:
    house.slack.clock.set_scale(50)
    house.slack.faults.add(kind="drop_ack", method="events_api")
    await house.errors.receives(alerts.message(FIRST))
    await house.slack.wait_for(lambda: any(d.retry for d in house.slack.deliveries), why="Slack's retry")
    await one_bug(house)
    assert (await house.bug()).occurrences == 1


async def test_events_in_another_order_make_the_same_bug(house: House) -> None:
    house.slack.faults.add(kind="reorder", method="events_api")
    first = await house.errors.receives(alerts.message(FIRST, event="5f0000000000000000000001"))
    second = await house.errors.receives(alerts.message(FIRST, event="5f0000000000000000000002"))
    for alert in (first, second):
        await alert.thread.expect("BUG-1>")
    await one_bug(house)
    assert (await house.bug()).occurrences == 2
    assert {a.ts for a in (await house.bug()).alerts} == {first.ts, second.ts}


@every_store
async def test_what_people_write_change_and_delete_in_the_thread_is_in_the_trail(house: House) -> None:
    card, dana, sam = await house.alarm(), house.person("Dana"), house.person("Sam")
    said = await dana.says("it's the crud of menu 13", thread=card)
    gone = await sam.says("wrong thread, sorry", thread=card)
    await house.quiet()
    await dana.edits(said, "it's the crud of menu 14")
    await sam.deletes(gone)
    await house.quiet()
    trail = [(x.event.KIND, x.by.id, getattr(x.event, "text", "")) for x in await house.trail()]
    assert ("said", "U0DEV", "it's the crud of menu 13") in trail
    assert ("said", "U0SUP", "wrong thread, sorry") in trail
    assert ("said_edited", "U0DEV", "it's the crud of menu 14") in trail
    again = [x.event for x in await house.trail() if isinstance(x.event, SaidEdited | SaidDeleted)]
    assert sorted((x.user, x.KIND) for x in again) == [("U0DEV", "said_edited"), ("U0SUP", "said_deleted")]


@pytest.mark.parametrize(
    "text", ["\ud800 half a character", "NUL \x00 here", "x" * 40_000, "<!channel> `rm -rf`"], ids=range(4)
)
async def test_whatever_is_written_in_the_thread_is_kept(house: House, text: str) -> None:
    card = await house.alarm()
    await house.person("Dana").says(text, thread=card)
    await house.quiet()
    assert (await house.kinds())[-1] == "said"


async def test_what_is_said_elsewhere_is_nobodys_business(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.says("lunch?", in_=house.errors)
    other = await dana.says("who is on call?", in_=house.ws.channel("team"))
    await house.person("Sam").says("me", thread=other)
    await house.quiet()
    assert "said" not in await house.kinds()


async def test_each_message_about_an_error_gets_one_link_however_often_it_happens(house: House) -> None:
    first = await house.errors.receives(alerts.message(FIRST, event="5f0000000000000000000001"))
    await house.errors.expect_message("BUG-1")
    second = await house.errors.receives(alerts.message(FIRST, event="5f0000000000000000000002"))
    await second.thread.expect("BUG-1>")
    await house.restart()
    await house.reported(error=FIRST, occurrences=9)
    await house.quiet()
    assert len(first.thread.lines) == len(second.thread.lines) == 1


@pytest.mark.parametrize("given", [{"slack": {"error_channels": ["C0ERRORS", "C0TEAM"], "cards_per_minute": 1000}}])
async def test_a_second_error_channel_is_listened_to_as_well(house: House, given: dict[str, Any]) -> None:
    said = await house.ws.channel("team").receives(alerts.message(FIRST))
    await house.errors.expect_message("BUG-1")
    await said.thread.expect("BUG-1>")
