"""What matters of the trail stands on the board's card, once; a card that somebody deletes is made anew; mails find their thread."""

import pytest

from bot.adapters.ports import Board
from bot.bug.course.course import Dismissed, Fixed, Reopened
from bot.bug.course.news import Enriched
from bot.bug.course.ownership import Claimed
from bot.bug.debt.board import BoardCardGone, BoardCardMade
from bot.demo.trello.fake import TrelloFake
from bot.ledger.entries import load
from bot.sinks.board import BoardSink
from bot.sinks.board_notes import BoardNotesSink
from tests.parts.trackers_out.conftest import Stage
from tests.support.stores import BUGSNAG, of_kind, open_bug, person

CUT_OFF = pytest.mark.parametrize("cut", ["after_500", "drop_after", "after_hang"])
"""Trello did it; how its answer gets lost."""


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
        "It works again. row is gone (BUG-1, entry 2 of 24 Nov 14:00:00)",
        "Open again: still 500 (BUG-1, entry 4 of 24 Nov 14:00:00)",
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


async def tracker_adds(stage: Stage, fake: TrelloFake, bug: int) -> str:
    """Bugsnag makes a card by itself, and names it in a later delivery."""
    ideas = next(str(one["id"]) for one in fake.snapshot()["lists"])
    theirs = fake.store.add_card({"name": "ErrorException", "desc": "## Stacktrace", "idList": ideas}, "bugsnag")
    await stage.ledger.record(bug, lambda _b: Enriched(card_url=theirs["url"]), by=BUGSNAG)
    return str(theirs["id"])


def shown(fake: TrelloFake) -> dict[str, list[str]]:
    return {one["name"]: [card["name"] for card in one["cards"]] for one in fake.snapshot()["lists"] if one["cards"]}


@pytest.mark.parametrize("cut", ["", "PUT /1/cards/{id}", "POST /1/cards/{id}/actions/comments"])
async def test_ours_is_given_up_for_the_card_that_the_tracker_makes_later(
    stage: Stage, fake: TrelloFake, board: Board, cut: str
) -> None:
    stage.follow(BoardSink(board))
    bug = await open_bug(stage.ledger, "Menu page fails")
    await stage.until(lambda: cards(fake) == 1)
    await stage.quiet()
    ours = (await load(stage.ledger, bug)).board
    if cut:
        fake.faults.add("after_500", cut)
    theirs = await tracker_adds(stage, fake, bug)
    await stage.outage(5)
    joined = await load(stage.ledger, bug)
    assert joined.board
    assert joined.board.id == theirs != (ours and ours.id)
    given_up = "BUG-1 Menu page fails (see the tracker's card)"
    assert shown(fake) == {"Bugs": ["BUG-1 Menu page fails"], "Not a bug": [given_up]}
    assert comments(fake) == [
        f"The tracker made a card of its own. This bug goes on there: {fake.store.cards[theirs]['url']}"
    ]


async def test_the_one_card_goes_on_with_the_bug(stage: Stage, fake: TrelloFake, board: Board) -> None:
    stage.follow(BoardSink(board))
    bug = await open_bug(stage.ledger, "Menu page fails")
    await stage.until(lambda: cards(fake) == 1)
    await tracker_adds(stage, fake, bug)
    await stage.outage(5)
    await stage.ledger.record(bug, lambda _b: Claimed(owner="U1"), by=person("U1"))
    await stage.outage(5)
    assert shown(fake)["Doing"] == ["BUG-1 Menu page fails"]


async def test_a_card_of_the_tracker_on_another_board_is_linked_from_ours(
    stage: Stage, fake: TrelloFake, board: Board
) -> None:
    stage.follow(BoardSink(board))
    bug = await open_bug(stage.ledger, "Menu page fails")
    await stage.until(lambda: cards(fake) == 1)
    elsewhere = "https://tracker.example/issues/7"
    await stage.ledger.record(bug, lambda _b: Enriched(card_url=elsewhere), by=BUGSNAG)
    await stage.outage(5)
    (only,) = [card for one in fake.snapshot()["lists"] for card in one["cards"]]
    assert elsewhere in only["desc"]
    assert comments(fake) == []
