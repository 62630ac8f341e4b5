"""The board itself, spoken to as py-trello does: a test that passes against it is to mean something at Trello."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import requests
from trello import TrelloClient

from bot.demo.trello.fake import TrelloFake
from bot.demo.trello.limits import Limits
from tests.parts.boards.conftest import KEY, TOKEN, Receiver


class ToTheFake(requests.Session):
    """py-trello knows only Trello's own addresses."""

    address = ""

    def request(self, method: str, url: str, **how: Any) -> requests.Response:  # type: ignore[override]  # py-trello's few arguments
        return super().request(method, f"{self.address}{urlsplit(url).path}", **how)


QUERY = {"key": KEY, "token": TOKEN}


@pytest.fixture
async def client(address: str) -> AsyncIterator[TrelloClient]:
    with ToTheFake() as session:
        session.address = address
        yield TrelloClient(api_key=KEY, api_secret=TOKEN, http_service=session)


async def off_the_loop(work: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(work)


async def test_py_trello_reads_boards_lists_cards_and_labels(client: TrelloClient, fake: TrelloFake) -> None:
    def story() -> tuple[list[str], Any]:
        board = client.get_board(fake.store.board["shortLink"])
        bugs = next(one for one in board.open_lists() if one.name == "Bugs")
        label = board.add_label("production", "red")
        card = bugs.add_card("BUG-17", desc="Reproduce with menu 13.", labels=[label])
        card.comment("looking")
        card.set_closed(True)
        return [one.name for one in board.all_lists()], client.get_card(card.id)

    lists, card = await off_the_loop(story)
    assert lists == ["Ideas", "Bugs", "Doing"]
    assert card.short_url.startswith("https://trello.com/c/")
    assert (card.desc, [one.name for one in card.labels], card.closed) == (
        "Reproduce with menu 13.",
        ["production"],
        True,
    )


async def test_py_trello_moves_renames_comments_and_deletes(client: TrelloClient, fake: TrelloFake) -> None:
    def story() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        board = client.get_board(fake.store.board["id"])
        bugs, doing = (next(one for one in board.open_lists() if one.name == name) for name in ("Bugs", "Doing"))
        card = bugs.add_card("BUG-17")
        card.set_name("BUG-17 Menu page fails")
        card.set_description("Reproduce with menu 13.")
        card.change_list(doing.id)
        card.comment("looking")
        doing.set_name("In work")
        moves, said = card.list_movements(), client.get_card(card.id).get_comments()
        card.delete()
        return moves, said

    moves, said = await off_the_loop(story)
    assert [(move["source"]["name"], move["destination"]["name"]) for move in moves] == [("Bugs", "Doing")]
    assert [comment["data"]["text"] for comment in said] == ["looking"]
    assert [one["cards"] for one in fake.snapshot()["lists"]] == [[], [], []]


async def test_py_trello_makes_lists_and_ends_webhooks(
    client: TrelloClient, fake: TrelloFake, receiver: Receiver
) -> None:
    def story() -> tuple[int, int]:
        hook = client.create_hook(receiver.url, fake.store.board["id"], desc="Makegood")
        before = len(client.list_hooks())
        hook.delete()
        return before, len(client.list_hooks())

    assert await off_the_loop(story) == (1, 0)


async def test_a_description_that_is_too_long_is_refused(fake: TrelloFake, address: str) -> None:
    ideas = fake.snapshot()["lists"][0]["id"]
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{address}/1/cards", params=QUERY, json={"idList": ideas, "desc": "x" * 16_385}) as answer,
    ):
        assert (answer.status, await answer.text()) == (400, "invalid value for desc")


async def test_the_hundred_and_first_call_is_one_too_many(address: str) -> None:
    async with aiohttp.ClientSession() as http:
        for _ in range(100):
            async with http.get(f"{address}/1/members/me", params=QUERY) as answer:
                assert answer.status == 200
        async with http.get(f"{address}/1/members/me", params=QUERY) as answer:
            assert (answer.status, (await answer.json())["error"]) == (429, "API_TOKEN_LIMIT_EXCEEDED")


def test_many_tokens_of_one_key_have_a_limit_together() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    told = [limits.exceeded("key", f"token {number % 4}") for number in range(301)]
    assert (told[:300], told[300]) == ([None] * 300, "API_KEY_LIMIT_EXCEEDED")
    now[0] = 10.0
    assert limits.exceeded("key", "token 0") is None


async def test_who_watches_is_told_until_they_stop(fake: TrelloFake) -> None:
    told: list[int] = []
    stop = fake.subscribe(lambda: told.append(1))
    fake.store.add_list("Owed", "dana")
    stop()
    fake.store.add_list("Done", "dana")
    assert told == [1]


async def test_a_person_can_not_move_a_card_to_a_list_that_is_not_there(fake: TrelloFake) -> None:
    ideas = fake.snapshot()["lists"][0]["id"]
    card = fake.store.add_card({"name": "idea", "idList": ideas}, "dana")
    with pytest.raises(LookupError, match="Ideas"):
        await fake.person_moves(card["id"], "Nowhere")
