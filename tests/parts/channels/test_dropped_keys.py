"""A Chatwoot that keeps no attributes which it does not know: an answer is never written twice there either."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.adapters.channels import chatwoot
from bot.bug.errors import Doubtful
from bot.bug.values import Outgoing
from bot.demo.channels.chatwoot import ChatwootFake
from tests.parts.channels.conftest import MIA, PATIENCE, Serve

WORDS = "It works now,\nyou can go on."


class Chat:
    def __init__(self, fake: ChatwootFake, number: int, channel: chatwoot.Chatwoot) -> None:
        self.fake, self.number, self.channel = fake, number, channel
        self._keys = itertools.count(1)

    def answer(self, text: str = WORDS, *, ago: timedelta = timedelta(0)) -> Outgoing:
        at = datetime.now(UTC) - ago
        key = f"BUG-17:{next(self._keys)}"
        return Outgoing(source="chatwoot", conversation=str(self.number), customer=MIA, text=text, key=key, at=at)

    @property
    def written(self) -> list[str]:
        return [each.content for each in self.fake.messages(self.number) if each.type == "outgoing"]


@pytest.fixture
async def chat(serve: Serve) -> AsyncIterator[Chat]:
    fake = ChatwootFake(api_token="cw-token", keeps_attributes=False)
    server = await serve(fake.routes("/chat"))
    number = await fake.visitor_says(None, MIA.name, MIA.email, "help", "https://quickadmin.example/p")
    base = f"http://127.0.0.1:{server.port}/chat"
    settings = chatwoot.Settings.model_validate(
        {"base_url": base, "account": 1, "token": "cw-token", "timeout": PATIENCE}
    )
    async with aiohttp.ClientSession() as session:
        yield Chat(fake, number, chatwoot.Chatwoot(settings, session))
    await fake.close()


async def test_an_answer_that_went_out_before_the_failure_is_found_by_its_words_and_time(chat: Chat) -> None:
    chat.fake.faults.add("after_500")
    answer = chat.answer()
    with pytest.raises(Doubtful):
        await chat.channel.send(answer)
    assert await chat.channel.find(answer)
    assert chat.written == [WORDS]


async def test_the_same_words_of_an_earlier_bug_are_not_taken_for_it(chat: Chat) -> None:
    chat.fake.agent_says(chat.number, WORDS)
    later = chat.answer(ago=-timedelta(minutes=5))
    assert await chat.channel.find(later) is None


@pytest.mark.parametrize("private", [True, False])
async def test_a_note_or_other_words_are_not_taken_for_it(chat: Chat, *, private: bool) -> None:
    chat.fake.agent_says(chat.number, WORDS if private else "Hello", private=private)
    await chat.fake.visitor_says(chat.number, MIA.name, MIA.email, WORDS, "https://quickadmin.example/p")
    assert await chat.channel.find(chat.answer()) is None


async def test_an_answer_under_another_key_of_ours_is_not_taken_for_it(chat: Chat) -> None:
    chat.fake.keeps_attributes = True
    await chat.channel.send(chat.answer())
    assert await chat.channel.find(chat.answer()) is None
