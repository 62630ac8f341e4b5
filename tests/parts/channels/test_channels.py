"""What every channel that answers owes us, against a service that can fail in every way there is."""

import asyncio
import socket
from typing import Protocol

import pytest

from bot.adapters.ports import Channel
from bot.adapters.registry import CHANNELS
from bot.bug.errors import Doubtful, Rejected, Unavailable
from bot.bug.values import Outgoing
from bot.demo.channels.faults import Faults

ANSWERING = [adapter.name for adapter in CHANNELS.every() if adapter.connector]
LOOKING = [source for source in ANSWERING if source != "mail"]
HTTP = LOOKING

each_channel = pytest.mark.parametrize("rig", ANSWERING, indirect=True)
each_that_looks = pytest.mark.parametrize("rig", LOOKING, indirect=True)
each_by_http = pytest.mark.parametrize("rig", HTTP, indirect=True)


class Rig(Protocol):
    source: str
    faults: Faults

    def delivered(self) -> list[str]: ...
    def connect(self, *, token: str = ..., port: int | None = ...) -> Channel: ...
    def answer(self, text: str = ..., key: str = ..., *, lost: bool = ...) -> Outgoing: ...
    async def more(self, count: int) -> None: ...


@each_channel
async def test_an_answer_reaches_the_customer_once_and_word_for_word(rig: Rig) -> None:
    text = "Problem solved – you can go on.\n\n.. <b>5 € & more</b> for you 🙂\nFrom all of us"
    channel = rig.connect()
    sent = await channel.send(rig.answer(text))
    assert rig.delivered() == [text]
    assert sent.state == ("delivered" if channel.can_look else "handed_off")
    assert sent.external_id


@each_channel
async def test_a_channel_says_whose_it_is_and_whether_it_can_look(rig: Rig) -> None:
    channel = rig.connect()
    assert (channel.source, channel.can_look) == (rig.source, rig.source != "mail")


@each_that_looks
@pytest.mark.parametrize("fault", ["after_500", "after_cut", "after_hang"])
async def test_an_answer_that_went_out_before_the_failure_is_found_and_not_sent_again(rig: Rig, fault: str) -> None:
    rig.faults.add(fault)
    channel = rig.connect()
    with pytest.raises(Doubtful):
        await channel.send(rig.answer())
    found = await channel.find(rig.answer())
    assert found is not None
    assert found.state == "delivered"
    assert len(rig.delivered()) == 1


@each_that_looks
@pytest.mark.parametrize("fault", ["500", "503", "hang", "nonsense"])
async def test_an_answer_that_never_went_out_is_not_found(rig: Rig, fault: str) -> None:
    rig.faults.add(fault)
    channel = rig.connect()
    with pytest.raises(Doubtful):
        await channel.send(rig.answer())
    assert await channel.find(rig.answer()) is None
    assert rig.delivered() == []


@each_that_looks
async def test_an_answer_is_found_behind_many_later_messages(rig: Rig) -> None:
    channel = rig.connect()
    sent = await channel.send(rig.answer())
    await rig.more(45)
    assert await channel.find(rig.answer()) == sent


@each_that_looks
async def test_another_answer_is_not_mistaken_for_ours(rig: Rig) -> None:
    channel = rig.connect()
    await channel.send(rig.answer("We are looking into it.", key="BUG-17:answer:1"))
    assert await channel.find(rig.answer("Solved.", key="BUG-17:tell:1")) is None


@each_that_looks
async def test_a_look_that_fails_found_nothing_out(rig: Rig) -> None:
    channel = rig.connect()
    for fault in ("500", "hang", "429", "nonsense"):
        rig.faults.add(fault, method="GET")
        with pytest.raises(Unavailable):
            await channel.find(rig.answer())


@each_by_http
async def test_a_conversation_the_service_does_not_know_is_rejected(rig: Rig) -> None:
    with pytest.raises(Rejected, match="does not know this conversation"):
        await rig.connect().send(rig.answer(lost=True))


@each_by_http
async def test_a_service_that_asks_to_slow_down_is_asked_again_when_it_said(rig: Rig) -> None:
    rig.faults.add("429", retry_after=7)
    channel = rig.connect()
    with pytest.raises(Unavailable, match="slow down") as told:
        await channel.send(rig.answer())
    assert told.value.retry_after == 7
    await channel.send(rig.answer())
    assert len(rig.delivered()) == 1


@each_by_http
async def test_a_wrong_token_is_named_but_never_shown(rig: Rig) -> None:
    with pytest.raises(Rejected, match="does not accept our token") as told:
        await rig.connect(token="the-wrong-token").send(rig.answer())
    assert "the-wrong-token" not in str(told.value)


@each_channel
async def test_a_service_that_is_down_got_nothing(rig: Rig) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match=r"[Nn]othing was sent"):
            await rig.connect(port=taken.getsockname()[1]).send(rig.answer())


@each_channel
async def test_many_answers_at_once_all_arrive_each_once(rig: Rig) -> None:
    channel = rig.connect()
    await asyncio.gather(*(channel.send(rig.answer(f"answer {each}", key=f"k{each}")) for each in range(20)))
    assert sorted(rig.delivered()) == sorted(f"answer {each}" for each in range(20))


@each_channel
async def test_closing_waits_for_the_answer_under_way_and_refuses_the_next(rig: Rig) -> None:
    channel = rig.connect()
    under_way = asyncio.create_task(channel.send(rig.answer()))
    await asyncio.sleep(0)
    await channel.close()
    assert under_way.done()
    assert len(rig.delivered()) == 1
    await under_way
    with pytest.raises(Unavailable, match="Makegood is stopping"):
        await channel.send(rig.answer(key="late"))
    await channel.close()


@pytest.mark.parametrize("rig", ["chatwoot", "crisp", "intercom"], indirect=True)
async def test_without_a_conversation_one_is_told_to_write_a_mail(rig: Rig) -> None:
    with pytest.raises(Rejected, match="Answer this customer by mail"):
        await rig.connect().send(rig.answer().model_copy(update={"conversation": ""}))
