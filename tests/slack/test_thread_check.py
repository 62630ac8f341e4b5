"""`makegood trail verify --slack`: each bug's thread is held against its entries, and nothing is said where they agree."""

import os
import sys
from asyncio import create_subprocess_exec, subprocess
from pathlib import Path

import pytest

from bot.slack.thread_check import Expected, Line, Thread, compare
from tests.slack.house import House
from tests.support.dsl.message import Message

ROOT = Path(__file__).parents[2]
AT = "2025-11-24T14:0{}:00+00:00"
BUG = Expected(bug="BUG-1", spoken={seq: AT.format(seq) for seq in (1, 2, 4)}, due=(1, 2))


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ([1, 2], []),
        ([1, 2, 4], []),
        ([1], ["BUG-1: entry 2 is missing in its thread."]),
        ([1, 2, 2], ["BUG-1: entry 2 stands in its thread more than once."]),
        ([2, 1], ["BUG-1: entry 1 stands in its thread after entry 2."]),
        ([1, 2, 3], ["BUG-1: its thread has a line of BUG-1 entry 3, which is no entry of this trail."]),
        ([1, 2, "x"], ["BUG-1: its thread has a line of BUG-1 entry x, which is no entry of this trail."]),
    ],
)
def test_each_difference_is_said_once(posted: list[object], said: list[str]) -> None:
    assert list(compare(BUG, Thread([Line("BUG-1", seq, AT.format(seq)) for seq in posted]))) == said


def test_a_line_of_another_bug_is_none_of_this_one() -> None:
    lines = [Line(bug, seq, AT.format(seq)) for bug, seq in (("BUG-1", 1), ("BUG-1", 2), ("BUG-2", 2))]
    assert len(list(compare(BUG, Thread(lines)))) == 1


def test_a_line_that_a_restore_took_from_the_trail_is_no_line_of_the_entry_that_has_its_number_now() -> None:
    own = [Line("BUG-1", seq, AT.format(seq)) for seq in (1, 2, 4)]
    lost = Line("BUG-1", 4, AT.format(3))
    both = Thread([*own, lost])
    assert len(list(compare(BUG, both))) == 1
    assert not list(compare(BUG._replace(lost=((AT.format(2), AT.format(4)),)), both))
    assert len(list(compare(BUG._replace(lost=((AT.format(3), AT.format(4)),)), both))) == 1


async def checked(house: House) -> tuple[int | None, str]:
    """The command's exit status and what it says, as somebody with a shell sees it."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "MAKEGOOD_DATABASE_URL": house.runtime.database_url,
        "SLACK_BOT_TOKEN": house.runtime.bot_token.get_secret_value(),
        "SLACK_API_URL": house.runtime.api_url,
    }
    words = (sys.executable, "-m", "bot", "trail", "verify", "--slack")
    ran = await create_subprocess_exec(*words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = await ran.communicate()
    return ran.returncode, said.decode()


async def story(house: House) -> Message:
    card, dana = await house.alarm(email="mia@studio.example"), house.person("Dana")
    for line in ("/bug claim BUG-1", "/bug estimate BUG-1 10m", "/bug works BUG-1", "/retro story BUG-1"):
        await dana.types(line, in_=house.errors)
    await card.thread.expect("Retro of BUG-1")
    await house.quiet()
    return card


async def test_a_thread_that_nobody_touched_is_what_the_entries_say(house: House) -> None:
    await story(house)
    status, said = await checked(house)
    assert said.endswith("The threads in Slack are what the entries say.\n")
    assert status == 0


async def test_a_line_that_is_gone_and_one_that_is_double_are_found(house: House) -> None:
    card = await story(house)
    first, second = [m for m in card.thread.messages if "seq" in m.metadata["event_payload"]][:2]
    client = house.bot.slack.client
    await client.chat_delete(channel="C0ERRORS", ts=first.ts)
    await client.chat_postMessage(channel="C0ERRORS", thread_ts=card.ts, text="again", metadata=second.metadata)
    status, said = await checked(house)
    assert (status, "is missing in its thread" in said, "more than once" in said) == (1, True, True)


async def test_a_line_that_was_changed_and_one_that_was_added_with_our_token_are_found(house: House) -> None:
    card, dana = await story(house), house.person("Dana")
    first, second, third = [m for m in card.thread.messages if "seq" in m.metadata["event_payload"]][:3]
    client = house.bot.slack.client
    await client.chat_update(channel="C0ERRORS", ts=first.ts, text="nobody has it")
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "something else"}}
    await client.chat_update(channel="C0ERRORS", ts=second.ts, text=second.texts[0], blocks=[block])
    await client.chat_postMessage(channel="C0ERRORS", thread_ts=card.ts, text=":ok_hand: lee approved it")
    other = {"event_type": "other", "event_payload": {"bug": "BUG-1"}}
    await client.chat_postMessage(channel="C0ERRORS", thread_ts=card.ts, text="and max", metadata=other)
    await dana.says("@makegood show", thread=card)
    await house.quiet()
    status, said = await checked(house)
    assert status == 1
    for line in (first, second):
        assert (
            f"BUG-1: the line of BUG-1 entry {line.metadata['event_payload']['seq']} in its thread was changed" in said
        )
    assert f"entry {third.metadata['event_payload']['seq']} " not in said
    assert "that Makegood did not post: “:ok_hand: lee approved it”" in said
    assert "that Makegood did not post: “and max”" in said
    assert said.count("BUG-1: ") == 4


async def test_a_card_that_is_gone_is_said(house: House) -> None:
    card = await story(house)
    await house.bot.slack.client.chat_delete(channel="C0ERRORS", ts=card.ts)
    status, said = await checked(house)
    assert (status, "BUG-1: its card is gone" in said or "can't be read" in said) == (1, True)


async def test_a_thread_that_is_gone_is_said(house: House) -> None:
    card = await story(house)
    for message in (*card.thread.messages, card):
        await house.bot.slack.client.chat_delete(channel="C0ERRORS", ts=message.ts)
    status, said = await checked(house)
    assert (status, "BUG-1: its thread can't be read" in said or "is missing" in said) == (1, True)


@pytest.mark.parametrize("fault", ["after_500", "drop_after"])
async def test_a_retro_that_is_cut_off_while_it_is_posted_stands_there_once(house: House, fault: str) -> None:
    card = await house.alarm()
    await house.person("Dana").types("/bug works BUG-1", in_=house.errors)
    await house.quiet()
    house.slack.faults.add(kind=fault, method="chat.postMessage")
    await house.person("Dana").types("/retro story BUG-1", in_=house.errors)
    await house.doubted()
    await card.thread.expect("Retro of BUG-1", within=30)
    await house.quiet()
    assert len([line for line in card.thread.lines if "Retro of BUG-1" in line]) == 1
