"""A task of a retro is one card on the board, whatever gets lost on the way; its card says how the task stands."""

import pytest

from bot.adapters.ports import Board
from bot.adapters.ports import Stage as Column
from bot.bug.bug import Task, TaskState
from bot.bug.course.course import Merged
from bot.bug.debt.board import BoardCardCommented
from bot.bug.event import Event
from bot.bug.retro import tasks
from bot.bug.retro.tasks import TaskCardMade, Wanted
from bot.demo.trello.fake import TrelloFake
from bot.intake.boards import BoardChanges
from bot.ledger.entries import load
from bot.ledger.inbox.inbox import Inbox
from bot.sinks.board import BoardSink
from bot.sinks.retro_tasks import RetroTasksSink
from tests.parts.trackers_out.conftest import Stage
from tests.parts.trackers_out.test_board import CUT_OFF, cards
from tests.parts.trackers_out.test_follow import change
from tests.support.stores import MONDAY, TEAM, of_kind, open_bug, person

ANNA = person("U1")


async def called(actor: str) -> str:
    return {"U1": "Anna", "U2": "Ben &amp; Co"}.get(actor, actor)


def wanted(what: str = "a test", owner: str = "U2") -> Wanted:
    return Wanted(what, owner, MONDAY.replace(day=28))


async def with_tasks(stage: Stage, board: Board, *whats: str) -> int:
    stage.follow(BoardSink(board), RetroTasksSink(board, called))
    bug = await open_bug(stage.ledger)
    made = [wanted(what) for what in whats]
    await stage.ledger.record(bug, lambda b: tasks.add(b, made, MONDAY), by=ANNA)
    return bug


def shown(fake: TrelloFake) -> dict[str, list[str]]:
    """Names of the tasks' cards by their list."""
    lists = {one["name"]: [card["name"] for card in one["cards"]] for one in fake.snapshot()["lists"]}
    return {name: found for name, names in lists.items() if (found := [n for n in names if "(BUG-" in n])}


async def task(stage: Stage, bug: int) -> Task:
    return (await load(stage.ledger, bug)).tasks[0]


async def test_each_task_is_one_card_with_owner_and_day(stage: Stage, fake: TrelloFake, board: Board) -> None:
    bug = await with_tasks(stage, board, "a test", "another test")
    await stage.until(lambda: cards(fake) == 3)
    await stage.quiet()
    assert {name: sorted(found) for name, found in shown(fake).items()} == {
        "Owed": ["a test (BUG-1)", "another test (BUG-1)"]
    }
    (card,) = [x for one in fake.snapshot()["lists"] for x in one["cards"] if x["name"] == "a test (BUG-1)"]
    assert "**Owner:** Ben & Co" in card["desc"]
    assert card["due"].startswith("2025-11-28")
    assert {x.board is not None for x in (await load(stage.ledger, bug)).tasks} == {True}


@CUT_OFF
async def test_a_card_whose_answer_was_lost_is_one(stage: Stage, fake: TrelloFake, board: Board, cut: str) -> None:
    stage.follow(BoardSink(board), RetroTasksSink(board, called))
    bug = await open_bug(stage.ledger)
    await stage.until(lambda: cards(fake) == 1)
    await stage.quiet()
    fake.faults.add(cut, "POST /1/cards")
    await stage.ledger.record(bug, lambda b: tasks.add(b, [wanted(), wanted("two")], MONDAY), by=ANNA)
    await stage.outage(3)
    assert {name: sorted(found) for name, found in shown(fake).items()} == {"Owed": ["a test (BUG-1)", "two (BUG-1)"]}
    assert len(await of_kind(stage.ledger, bug, TaskCardMade)) == 2


async def test_the_bugs_own_card_is_not_taken_for_a_tasks_nor_the_other_way_round(
    stage: Stage,
    fake: TrelloFake,
    board: Board,
) -> None:
    bug = await with_tasks(stage, board, "a test")
    await stage.until(lambda: cards(fake) == 2)
    await stage.quiet()
    now = await load(stage.ledger, bug)
    assert now.board
    assert now.tasks[0].board
    assert now.board.id != now.tasks[0].board.id


async def test_a_change_and_its_end_are_shown_on_the_card(stage: Stage, fake: TrelloFake, board: Board) -> None:
    bug = await with_tasks(stage, board, "a test")
    await stage.until(lambda: bool(shown(fake)))
    await stage.quiet()
    await stage.ledger.record(bug, lambda b: tasks.change(b, 1, wanted("two tests"), MONDAY), by=ANNA)
    await stage.until(lambda: shown(fake) == {"Owed": ["two tests (BUG-1)"]})
    ends: tuple[tuple[TaskState, str], ...] = (("done", "Done"), ("open", "Owed"), ("dropped", "Not a bug"))
    for state, column in ends:
        await _settle(stage, bug, state)
        await stage.until(lambda column=column: shown(fake) == {column: ["two tests (BUG-1)"]})  # type: ignore[misc]


async def _settle(stage: Stage, bug: int, state: TaskState) -> None:
    await stage.ledger.record(bug, lambda b: tasks.settle(b, 1, state), by=ANNA)


@pytest.mark.parametrize(
    ("kind", "column", "state"),
    [
        ("moved", Column.DONE, "done"),
        ("archived", None, "done"),
        ("moved", Column.DROPPED, "dropped"),
        ("moved", Column.DOING, "open"),
        ("other", None, "open"),
    ],
)
async def test_where_its_card_lies_says_how_it_stands(
    stage: Stage, kind: str, column: Column | None, state: TaskState
) -> None:
    bug, boards = await told_of(stage)
    await boards.fold([change(kind, "a1", column, card="task-card")])
    assert (await task(stage, bug)).state == state
    await boards.fold([change("moved", "a2", Column.DOING, card="task-card")])
    assert (await task(stage, bug)).state == "open"


async def test_what_is_said_on_it_joins_the_trail_and_a_deleted_one_is_forgotten(stage: Stage) -> None:
    bug, boards = await told_of(stage)
    await boards.fold([change("commented", "a1", card="task-card"), change("deleted", "a2", card="task-card")])
    assert len(await of_kind(stage.ledger, bug, BoardCardCommented)) == 1
    assert (await task(stage, bug)).board is None
    await boards.fold([change("moved", "a3", Column.DONE, card="task-card")])
    assert (await task(stage, bug)).state == "open", "it is of no task any more"


async def test_the_task_of_a_bug_that_was_merged_is_still_settled_by_its_card(stage: Stage) -> None:
    bug, boards = await told_of(stage)
    other = await open_bug(stage.ledger, "Another")
    merged: tuple[Event, ...] = (Merged(into=other),)
    await stage.ledger.record(bug, lambda _b: merged, by=ANNA)
    await boards.fold([change("moved", "a1", Column.DONE, card="task-card")])
    assert (await task(stage, bug)).state == "done"


async def test_a_task_stays_where_somebody_put_its_card(stage: Stage, fake: TrelloFake, board: Board) -> None:
    bug = await with_tasks(stage, board, "a test")
    await stage.until(lambda: bool(shown(fake)))
    await stage.quiet()
    card = (await task(stage, bug)).board
    assert card
    await fake.person_moves(card.id, "Doing")
    boards = BoardChanges(stage.ledger, Inbox(stage.ledger.db, TEAM, stage.store.clock.seconds))
    await boards.fold([change("moved", "a1", Column.DOING, card=card.id)])
    await stage.ledger.record(bug, lambda b: tasks.change(b, 1, wanted("two tests"), MONDAY), by=ANNA)
    await stage.until(lambda: shown(fake) == {"Doing": ["two tests (BUG-1)"]})


async def told_of(stage: Stage) -> tuple[int, BoardChanges]:
    """A bug with one task, whose card is known."""
    bug = await open_bug(stage.ledger)
    await stage.ledger.record(bug, lambda b: tasks.add(b, [wanted()], MONDAY), by=ANNA)
    made = TaskCardMade(task=1, id="task-card", url="https://trello.com/c/t1")
    await stage.ledger.record(bug, lambda _b: made, by=ANNA)
    return bug, BoardChanges(stage.ledger, Inbox(stage.ledger.db, TEAM, stage.store.clock.seconds))
