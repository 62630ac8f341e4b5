"""What matters of the trail stands on the board's card, once; a card that somebody deletes is made anew; mails find their thread."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.boards import trello
from bot.adapters.ports import Board
from bot.bug.board import BoardCardGone, BoardCardMade
from bot.bug.course import Dismissed, Fixed, Reopened
from bot.bug.ownership import Claimed
from bot.demo.trello.fake import TrelloFake
from bot.ledger.entries import load
from bot.sinks.board import BoardSink
from bot.sinks.board_notes import BoardNotesSink
from tests.parts.trackers_out.conftest import Stage
from tests.support.stores import BUGSNAG, of_kind, open_bug, person

CUT_OFF = pytest.mark.parametrize("cut", ["after_500", "drop_after", "after_hang"])
"""Trello did it; how its answer gets lost."""
KEY, TOKEN = "key-of-the-team", "token-of-the-team"


@pytest.fixture
async def fake() -> AsyncIterator[TrelloFake]:
    fake = TrelloFake(key=KEY, token=TOKEN, secret="s")
    yield fake
    await fake.close()


@pytest.fixture
async def board(fake: TrelloFake, http: aiohttp.ClientSession) -> AsyncIterator[Board]:
    app = web.Application()
    app.add_routes(fake.routes())
    async with TestServer(app) as server:
        address = str(server.make_url("")).rstrip("/")
        settings = {"url": fake.board_url, "key": KEY, "token": TOKEN, "base_url": address, "timeout": 0.3}
        board = trello.connect(trello.Settings.model_validate(settings), http)
        yield board
        await board.close()


def comments(fake: TrelloFake) -> list[str]:
    shown = [card for one in fake.snapshot()["lists"] for card in one["cards"]]
    return [str(comment["text"]) for card in shown for comment in card["comments"]]


def cards(fake: TrelloFake) -> int:
    return sum(len(one["cards"]) for one in fake.snapshot()["lists"])


async def test_the_card_says_what_was_done_and_that_the_customer_knows(
    stage: Stage, fake: TrelloFake, board: Board
) -> None:
    stage.follow(BoardSink(board), BoardNotesSink(board))
    bug = await open_bug(stage.ledger)
    await stage.ledger.record(bug, lambda _b: Fixed(how="word", said="row is gone"), by=person("U1"))
    await stage.ledger.record(bug, lambda _b: Reopened(reason="still 500"), by=person("U1"))
    await stage.until(lambda: len(comments(fake)) == 2)
    assert sorted(comments(fake)) == [
        "It works again. row is gone (BUG-1, entry 2)",
        "Open again: still 500 (BUG-1, entry 4)",
    ]


@CUT_OFF
async def test_a_comment_whose_answer_was_lost_stands_once(
    stage: Stage, fake: TrelloFake, board: Board, cut: str
) -> None:
    fake.faults.add(cut, "POST /1/cards/{id}/actions/comments")
    stage.follow(BoardSink(board), BoardNotesSink(board))
    bug = await open_bug(stage.ledger)
    await stage.ledger.record(bug, lambda _b: Fixed(how="word", said="row is gone"), by=person("U1"))
    await stage.until(lambda: len(comments(fake)) == 1)
    await stage.outage(10)
    assert len(comments(fake)) == 1


@CUT_OFF
async def test_a_card_whose_answer_was_lost_is_one_and_shows_the_bug_as_it_is_by_then(
    stage: Stage, fake: TrelloFake, board: Board, cut: str
) -> None:
    fake.faults.add(cut, "POST /1/cards")
    stage.follow(BoardSink(board))
    bug = await open_bug(stage.ledger)
    await stage.quiet()
    await stage.ledger.record(bug, lambda _b: Claimed(owner="U1"), by=person("U1"))
    await stage.outage(2)
    shown = {one["name"]: len(one["cards"]) for one in fake.snapshot()["lists"] if one["cards"]}
    assert shown == {"Doing": 1}


async def test_a_card_that_somebody_deletes_is_made_anew_while_the_bug_lives(
    stage: Stage, fake: TrelloFake, board: Board
) -> None:
    stage.follow(BoardSink(board))
    bug = await open_bug(stage.ledger)
    await stage.until(lambda: cards(fake) == 1)
    await stage.outage(1)
    await stage.ledger.record(bug, lambda _b: BoardCardGone(by="ben"), by=BUGSNAG)
    for _ in range(50):
        if len(await of_kind(stage.ledger, bug, BoardCardMade)) == 2:
            break
        await stage.outage(1)
    assert (await load(stage.ledger, bug)).board is not None


async def test_the_deleted_card_of_a_bug_that_is_over_is_not_missed(
    stage: Stage, fake: TrelloFake, board: Board
) -> None:
    stage.follow(BoardSink(board))
    bug = await open_bug(stage.ledger)
    await stage.until(lambda: cards(fake) == 1)
    await stage.outage(1)
    await stage.ledger.record(bug, lambda _b: (Dismissed(reason="a crawler"), BoardCardGone(by="ben")), by=BUGSNAG)
    await stage.outage(5)
    assert len(await of_kind(stage.ledger, bug, BoardCardMade)) == 1
