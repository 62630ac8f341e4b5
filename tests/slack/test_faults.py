"""When Slack answers 429 or 500, hangs, drops, or posts and then drops: the thread has each line once, in order."""

import asyncio

import pytest

from bot.sinks.card import LOOK_AGAIN
from bot.slack.outgoing.refusals import MENDED, OURS, PASSES
from tests.slack.house import House
from tests.support.dsl.message import Message
from tests.support.stores import sql

WAY = ("admitted:", "Dana has it", "Dana estimates 10 minutes", "It works again", "owes the proper fix")
"""What the thread of `story` reads, from top to bottom."""
LONG = 30
"""Seconds that a story may take in which calls are tried again."""


async def story(house: House) -> Message:
    """From the alarm to a fixed bug, whatever happens on the way."""
    await house.reported(error="e1")
    card = await house.errors.expect_message("BUG-1", within=LONG)
    dana = house.person("Dana")
    for line in ("/bug claim BUG-1", "/bug estimate BUG-1 10m", "/bug works BUG-1"):
        await dana.types(line, in_=house.errors)
    await card.thread.expect(WAY[-1], within=LONG)
    await card.expect_text("🔵", within=LONG)
    return card


def each_once_in_order(house: House, card: Message) -> bool:
    """Every line of the way, and the entries' numbers rising without a repeat; one card."""
    lines = card.thread.lines
    seqs = [m.metadata["event_payload"]["seq"] for m in card.thread.messages]
    said = len(lines) == len(WAY) and all(want in line for want, line in zip(WAY, lines, strict=True))
    return said and seqs == sorted(set(seqs)) and len(house.errors.messages("BUG-1")) == 1


@pytest.mark.parametrize("kind", ["429", "error:ratelimited"])
@pytest.mark.parametrize("paced", [True])
async def test_who_is_asked_to_wait_waits_and_says_everything_once(house: House, kind: str) -> None:
    house.slack.faults.add(kind=kind, method="chat.postMessage", times=2)
    house.slack.faults.add(kind=kind, method="chat.update")
    assert each_once_in_order(house, await story(house))


async def test_an_answer_to_a_person_that_slack_refuses_leaves_the_deed_done(house: House) -> None:
    card = await house.alarm()
    house.slack.faults.add(kind="error:channel_not_found", method="chat.postEphemeral", times=3)
    await house.person("Sam").says("@makegood claim BUG-77", thread=card)
    await house.person("Dana").says("@makegood claim", thread=card)
    await card.thread.expect("Dana has it")


async def test_a_card_that_somebody_deleted_is_posted_anew_when_the_bug_next_changes(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await house.bot.slack.client.chat_delete(channel="C0ERRORS", ts=card.ts)
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.expect_ephemeral("You have BUG-1")
    await house.quiet()
    anew = house.errors.messages("BUG-1")[-1]
    assert anew.ts != card.ts
    await anew.expect_text("🟠")
    assert (await house.bug()).gave_up == ()
    await dana.types("/bug estimate BUG-1 10m", in_=house.errors)
    await anew.thread.expect("Dana estimates 10 minutes")


@pytest.mark.parametrize("kind", ["drop_after", "after_500"])
async def test_a_card_that_is_posted_anew_is_there_once_however_the_call_ends(house: House, kind: str) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await house.bot.slack.client.chat_delete(channel="C0ERRORS", ts=card.ts)
    house.slack.faults.add(kind="error:thread_not_found", method="chat.postMessage")  # the line of the claim
    house.slack.faults.add(kind=kind, method="chat.postMessage")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await house.doubted()
    await house.quiet()
    assert len([m for m in house.errors.messages("BUG-1") if m.ts != card.ts]) == 1


async def test_a_second_card_of_a_process_that_stood_still_is_taken_away(house: House) -> None:
    card, db = await house.alarm(), house.bot.ledger.db
    await house.quiet()
    metadata = {"event_type": "makegood_card", "event_payload": card.metadata["event_payload"]}
    await house.bot.slack.client.chat_postMessage(channel="C0ERRORS", text="BUG-1 late", metadata=metadata)
    # as `lease.lost` leaves it, whoever has the lease by then
    await sql(db, f"UPDATE cursors SET doubt = 1, due = {house.clock().timestamp()} WHERE sink = 'card'")
    house.bot.relay.wake()
    await house.quiet()
    assert [m.ts for m in house.errors.messages("BUG-1")] == [card.ts]


async def test_a_card_that_a_dead_process_sent_and_that_comes_after_we_looked_for_it_is_taken_away(
    house: House,
) -> None:
    house.slack.faults.add(kind="500", method="chat.postMessage")
    await house.reported(error="e1")
    await house.doubted()
    card = await house.errors.expect_message("BUG-1", within=LONG)
    await house.quiet()
    metadata = {"event_type": "makegood_card", "event_payload": card.metadata["event_payload"]}
    await house.bot.slack.client.chat_postMessage(channel="C0ERRORS", text="BUG-1 late", metadata=metadata)
    await house.person("Dana").types("/bug claim BUG-1", in_=house.errors)  # drawn anew meanwhile
    await card.expect_text("🟠")
    await house.quiet()
    house.clock.advance(seconds=LOOK_AGAIN + 1)
    house.bot.relay.wake()
    await house.quiet()
    assert [m.ts for m in house.errors.messages("BUG-1")] == [card.ts]


async def test_what_nobody_foresaw_is_put_before_people_and_tried_again_at_a_press(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    house.slack.faults.add(kind="error:of_the_future", method="chat.postMessage")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await card.expect_text("⚠️ waiting: Slack")
    await dana.types("/bug list", in_=house.errors)
    await dana.expect_ephemeral("Slack does not take everything: BUG-1 waits")
    await card.button("Try again").click(by=dana)
    await card.thread.expect("thread tries again")
    assert [line for line in card.thread.lines if "has it" in line] == [":raising_hand: Dana has it"]


async def test_try_again_can_be_typed(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    house.slack.faults.add(kind="error:of_the_future", method="chat.postMessage")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await card.expect_text("⚠️ waiting: Slack")
    await dana.types("/bug retry BUG-1", in_=house.errors)
    await card.thread.expect("Dana has it")


class TestEachCode:
    """Every code of Slack's reference, at each call that shows something: what must come of it."""

    @pytest.mark.parametrize("code", sorted({*MENDED, *PASSES, "of_the_future", "blocked"}))
    async def test_a_card_is_never_given_up(self, house: House, code: str) -> None:
        house.slack.faults.add(kind=f"error:{code}", method="chat.postMessage", times=3)
        await house.reported(error="e1")
        for _ in range(3):
            await self._refused(house)
        await house.errors.expect_message("BUG-1", within=LONG)
        assert (await house.bug()).gave_up == ()

    @pytest.mark.parametrize("code", sorted(MENDED))
    async def test_a_line_of_the_thread_waits_until_somebody_mends_it(self, house: House, code: str) -> None:
        card, dana = await house.alarm(), house.person("Dana")
        house.slack.faults.add(kind=f"error:{code}", method="chat.postMessage", times=2)
        await dana.types("/bug claim BUG-1", in_=house.errors)
        for _ in range(2):
            await self._refused(house)
        await card.thread.expect("Dana has it", within=LONG)
        assert (await house.bug()).gave_up == ()

    @pytest.mark.parametrize("code", sorted(OURS))
    async def test_what_we_wrote_wrongly_goes_out_at_once_in_plain_words(
        self, house: House, code: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        house.slack.faults.add(kind=f"error:{code}", method="chat.postMessage")
        await house.reported(error="e1")
        card = await house.errors.expect_message("BUG-1")
        assert "nobody has it" in card.texts[0]
        assert "/bug help" in card.texts[0]
        assert f"{code}. It goes out in plain words. It was: " in caplog.text
        assert '"blocks"' in caplog.text
        house.slack.faults.add(kind=f"error:{code}", method="chat.update")
        await house.person("Dana").types("/bug claim BUG-1", in_=house.errors)
        await card.expect_text("🟠")
        await house.quiet()
        assert (await house.bug()).gave_up == ()

    async def _refused(self, house: House) -> None:
        """Until the next attempt is refused; then its pause is over."""
        before = len(self._refusals(house))
        await house.slack.wait_for(
            lambda: len(self._refusals(house)) > before or not house.slack.faults.pending, why="a refusal"
        )
        await asyncio.sleep(0.05)
        house.clock.advance(seconds=60)
        house.bot.relay.wake()

    @staticmethod
    def _refusals(house: House) -> list[object]:
        return [call for call in house.slack.calls if call.answer.get("error")]


async def test_a_bot_that_nobody_invited_says_so_at_its_start(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.slack.faults.add(kind="error:channel_not_found", method="conversations.info")
    await house.restart()
    await house.slack.wait_for(lambda: "Invite the bot into the channel" in caplog.text, why="the line")


@pytest.mark.parametrize(
    "code", ["expired_trigger_id", "invalid_arguments", "exchanged_trigger_id", "view_too_large", "internal_error"]
)
async def test_a_form_that_slack_does_not_open_is_said_in_words_with_the_way_to_type_it(
    house: House, code: str
) -> None:
    card, dana = await house.alarm(email="mia@studio.example", name="Mia"), house.person("Dana")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await card.expect_button("Tell")
    house.slack.faults.add(kind=f"error:{code}", method="views.open")
    await card.button("Tell").click(by=dana)
    await dana.expect_ephemeral(
        "Slack did not open the form. Nothing was changed. Press again, or write it out: `/tell BUG-1"
    )


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found", "invalid_auth", "internal_error"])
async def test_a_card_that_slack_does_not_take_yet_is_not_given_up(house: House, code: str) -> None:
    house.slack.faults.add(kind=f"error:{code}", method="chat.postMessage")
    await house.reported(error="e1")
    if code == "internal_error":
        await house.doubted()
    await house.errors.expect_message("BUG-1", within=LONG)
    assert (await house.bug()).gave_up == ()


async def test_one_bug_that_is_stuck_holds_up_no_other(house: House) -> None:
    first, dana = await house.alarm(), house.person("Dana")
    house.slack.faults.add(kind="500", method="chat.postMessage")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await house.slack.wait_for(lambda: not house.slack.faults.pending, why="Slack refused the line of the claim")
    second = await house.alarm()
    await dana.types("/bug claim BUG-2", in_=house.errors)
    await second.thread.expect("Dana has it")
    assert not any("Dana has it" in line for line in first.thread.lines)


async def test_a_disconnect_in_the_middle_loses_no_click(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await house.slack.disconnect()
    await house.slack.wait_for(lambda: house.slack.connections, why="the bot is connected again")
    await card.button("Claim").click(by=dana)
    await card.thread.expect("Dana has it")


async def test_what_was_said_while_the_bot_was_away_stands_in_the_thread_after_its_start(house: House) -> None:
    """Stopped in the middle of its lines, it goes on where it was."""
    await house.reported(error="e1")
    card = await house.errors.expect_message("BUG-1")
    dana = house.person("Dana")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await house.restart()
    await dana.types("/bug estimate BUG-1 10m", in_=house.errors)
    await house.restart()
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.thread.expect(WAY[-1], within=LONG)
    assert each_once_in_order(house, card)


@pytest.mark.parametrize("kind", ["500", "after_500", "drop_after", "hang", "after_hang"])
class TestACutOffCall:
    """Whether it happened is not known: the bot waits, looks, and only then says it again."""

    @pytest.fixture(autouse=True)
    def short_patience(self, house: House) -> None:
        """A second instead of ten for an answer of Slack."""
        house.bot.slack.client.timeout = 1

    async def test_a_line_of_the_thread_is_there_once(self, house: House, kind: str) -> None:
        card, dana = await house.alarm(), house.person("Dana")
        house.slack.faults.add(kind=kind, method="chat.postMessage")
        for line in ("/bug claim BUG-1", "/bug estimate BUG-1 10m", "/bug works BUG-1"):
            await dana.types(line, in_=house.errors)
        await house.doubted()
        await card.thread.expect(WAY[-1], within=LONG)
        await house.quiet()
        assert each_once_in_order(house, card)

    async def test_a_card_is_there_once(self, house: House, kind: str) -> None:
        house.slack.faults.add(kind=kind, method="chat.postMessage")
        await house.reported(error="e1")
        await house.doubted()
        card = await house.errors.expect_message("BUG-1", within=LONG)
        await card.thread.expect("admitted:", within=LONG)
        await house.quiet()
        assert len(house.errors.messages("BUG-1")) == 1
        assert len(card.thread.lines) == 1

    async def test_the_card_shows_the_present_afterwards(self, house: House, kind: str) -> None:
        card, dana = await house.alarm(), house.person("Dana")
        house.slack.faults.add(kind=kind, method="chat.update")
        await dana.types("/bug claim BUG-1", in_=house.errors)
        await house.doubted()
        await card.expect_text("🟠", within=LONG)
