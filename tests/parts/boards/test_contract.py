"""What every board owes us: one card for a marker, moved as the bug moves, and the changes people make, each once."""

from datetime import UTC, datetime

import pytest

from bot.adapters.ports import Board, CardRef, CardText, Stage
from bot.adapters.registry import BOARDS
from bot.bug.errors import Rejected
from bot.demo.trello.fake import TrelloFake

MARKER = "makegood:T1:BUG-17"
CARD = CardText(
    title="BUG-17 Menu page fails",
    description="Reproduce with menu 13.",
    marker=MARKER,
    labels=("production",),
    due=datetime(2026, 3, 6, 17, 0, tzinfo=UTC),
)


def cards(fake: TrelloFake, list_name: str) -> list[str]:
    return [card["name"] for one in fake.snapshot()["lists"] if one["name"] == list_name for card in one["cards"]]


def only_card(fake: TrelloFake) -> dict[str, object]:
    (found,) = [card for one in fake.snapshot()["lists"] for card in one["cards"]]
    return dict(found)


def test_every_board_found_is_held_to_these_stories() -> None:
    assert BOARDS.names() == ("trello",)


async def test_a_bug_gets_its_card(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    card = only_card(fake)
    assert (card["id"], card["url"]) == (ref.id, ref.url)
    assert (card["name"], card["labels"], card["due"]) == (CARD.title, ["production"], "2026-03-06T17:00:00+00:00")
    assert cards(fake, "Bugs") == [CARD.title]


async def test_lists_that_are_missing_are_made_and_the_others_left_alone(board: Board, fake: TrelloFake) -> None:
    await board.create(CARD, Stage.OWED)
    assert [one["name"] for one in fake.snapshot()["lists"]] == ["Ideas", "Bugs", "Doing", "Owed", "Done", "Not a bug"]


async def test_a_card_moves_as_the_bug_moves(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    await board.update(ref, CARD.model_copy(update={"title": "BUG-17 works", "due": None}), Stage.OWED)
    assert cards(fake, "Bugs") == []
    assert cards(fake, "Owed") == ["BUG-17 works"]
    assert only_card(fake)["due"] is None


async def test_a_card_is_found_by_its_marker_even_in_the_archive(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    await fake.person_archives(ref.id)
    assert await board.find(MARKER) == ref
    assert await board.find("makegood:T1:BUG-1") is None


async def test_of_a_card_and_its_copy_the_first_is_ours(board: Board) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    await board.create(CARD, Stage.OPEN)
    assert await board.find(MARKER) == ref


async def test_a_card_is_found_among_more_than_a_page(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    ideas = next(one["id"] for one in fake.snapshot()["lists"] if one["name"] == "Ideas")
    for number in range(1100):
        fake.store.add_card({"name": f"idea {number}", "idList": ideas}, "dana")
    assert await board.find(MARKER) == ref


async def test_the_trackers_own_card_is_adopted_and_keeps_its_text(board: Board, fake: TrelloFake) -> None:
    ideas = next(one["id"] for one in fake.snapshot()["lists"] if one["name"] == "Ideas")
    theirs = fake.store.add_card(
        {"name": "ErrorException in crud", "desc": "## Stacktrace", "idList": ideas}, "bugsnag"
    )
    ref = await board.adopt(theirs["url"], CARD)
    again = await board.adopt(theirs["url"], CARD)
    card = only_card(fake)
    assert ref == again == CardRef(id=theirs["id"], url=theirs["shortUrl"])
    assert card["desc"] == f"## Stacktrace\n\n---\n\nReproduce with menu 13.\n\n{MARKER}"
    assert cards(fake, "Bugs") == [CARD.title]


async def test_an_address_that_is_no_card_is_not_adopted(board: Board) -> None:
    with pytest.raises(Rejected, match="not a Trello card"):
        await board.adopt("https://tracker.example/errors/1", CARD)


async def test_a_comment_stands_on_the_card(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    await board.comment(ref, "Told 14:09 (7 min)")
    assert [said["text"] for said in fake.snapshot()["lists"][1]["cards"][0]["comments"]] == ["Told 14:09 (7 min)"]


async def test_what_people_add_stays(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    label = fake.store.add_label("customer", "red")
    present = fake.store.find_card(ref.id)
    fake.store.change_card(
        ref.id, {"desc": f"{present['desc']}\n\nsee PR 212", "idLabels": [*present["idLabels"], label["id"]]}, "dana"
    )
    await board.update(ref, CARD, Stage.DOING)
    card = only_card(fake)
    assert str(card["desc"]).endswith("see PR 212")
    assert card["labels"] == ["production", "customer"]


async def test_a_card_that_somebody_deleted_is_said_to_be_gone(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    await fake.person_deletes(ref.id)
    with pytest.raises(Rejected, match="deleted"):
        await board.update(ref, CARD, Stage.DONE)


async def test_what_happened_before_we_came_is_no_news(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    await fake.person_moves(ref.id, "Doing")
    changes, since = await board.changes("")
    assert (changes, await board.changes(since)) == ((), ((), since))


async def test_what_people_do_is_told_once_and_in_order(board: Board, fake: TrelloFake) -> None:
    _, since = await board.changes("")
    ref = await board.create(CARD, Stage.OWED)
    await fake.person_moves(ref.id, "Done", by="dana")
    await fake.person_comments(ref.id, "PR 212", by="lee")
    await fake.person_archives(ref.id, by="dana")
    changes, later = await board.changes(since)
    assert [(change.kind, change.stage, change.text, change.by) for change in changes] == [
        ("moved", Stage.DONE, "", "dana"),
        ("commented", None, "PR 212", "lee"),
        ("archived", None, "", "dana"),
    ]
    assert {change.card for change in changes} == {ref.id}
    assert await board.changes(later) == ((), later)


async def test_what_the_bot_does_itself_is_no_news(board: Board) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    _, since = await board.changes("")
    await board.update(ref, CARD, Stage.DONE)
    await board.comment(ref, "closed")
    changes, later = await board.changes(since)
    assert (changes, later > since) == ((), True)


async def test_a_long_absence_is_caught_up_page_by_page(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    _, since = await board.changes("")
    for number in range(1500):
        fake.store.comment(ref.id, f"comment {number}", "dana")
    changes, _ = await board.changes(since)
    assert [change.text for change in changes] == [f"comment {number}" for number in range(1500)]
