"""Trello on a bad day: lost answers, limits, renamed lists, webhooks that fail, and secrets that must not show."""

import asyncio
import logging

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.boards import trello
from bot.adapters.boards.trello.api import PER_WINDOW
from bot.adapters.boards.trello.events import parse, verify
from bot.adapters.ports import Board, BoardChange, CardText, Hook, Stage
from bot.bug.errors import Doubtful, Outside, Rejected, Unauthorised, Unavailable
from bot.demo.trello.fake import TrelloFake
from tests.parts.boards.conftest import KEY, SECRET, TOKEN, Receiver

CARD = CardText(title="BUG-17 Menu page fails", description="Reproduce with menu 13.", marker="makegood:T1:BUG-17")


def all_cards(fake: TrelloFake) -> list[str]:
    return [card["name"] for one in fake.snapshot()["lists"] for card in one["cards"]]


@pytest.mark.parametrize("fault", ["after_500", "drop_after"])
async def test_two_cards_are_never_made_for_one_marker(board: Board, fake: TrelloFake, fault: str) -> None:
    fake.faults.add(fault, "POST /1/cards")
    with pytest.raises(Doubtful, match="It may have happened there"):
        await board.create(CARD, Stage.OPEN)
    found = await board.find(CARD.marker)
    assert found is not None
    assert all_cards(fake) == [CARD.title]


async def test_a_card_that_was_not_made_is_not_found(board: Board, fake: TrelloFake) -> None:
    fake.faults.add("500", "POST /1/cards")
    with pytest.raises(Doubtful):
        await board.create(CARD, Stage.OPEN)
    assert await board.find(CARD.marker) is None


async def test_a_list_whose_making_was_doubtful_is_made_once(board: Board, fake: TrelloFake) -> None:
    fake.faults.add("after_500", "POST /1/lists")
    with pytest.raises(Doubtful):
        await board.create(CARD, Stage.OWED)
    await board.create(CARD, Stage.OWED)
    assert [one["name"] for one in fake.snapshot()["lists"]].count("Owed") == 1


async def test_an_answer_that_never_comes_is_doubtful(
    settings: trello.Settings, http: aiohttp.ClientSession, fake: TrelloFake
) -> None:
    board = trello.connect(settings.model_copy(update={"timeout": 0.3}), http)
    await board.find(CARD.marker)
    fake.faults.add("after_hang", "POST /1/cards")
    with pytest.raises(Doubtful, match="connection was lost"):
        await board.create(CARD, Stage.OPEN)
    assert await board.find(CARD.marker) is not None
    await board.close()


async def test_too_many_calls_are_told_to_wait_a_window(board: Board, fake: TrelloFake) -> None:
    fake.faults.add("429", "POST /1/cards")
    with pytest.raises(Unavailable) as told:
        await board.create(CARD, Stage.OPEN)
    assert told.value.retry_after == 10
    assert all_cards(fake) == []


async def test_a_read_that_fails_changed_nothing(board: Board, fake: TrelloFake) -> None:
    fake.faults.add("500")
    with pytest.raises(Unavailable, match="out of order"):
        await board.find(CARD.marker)


async def test_nobody_at_the_door_changed_nothing(
    settings: trello.Settings, http: aiohttp.ClientSession, unused_tcp_port: int
) -> None:
    board = trello.connect(settings.model_copy(update={"base_url": f"http://127.0.0.1:{unused_tcp_port}"}), http)
    with pytest.raises(Unavailable, match="can't be reached"):
        await board.create(CARD, Stage.OPEN)
    await board.close()


async def test_an_answer_that_is_no_json_is_no_answer(settings: trello.Settings, http: aiohttp.ClientSession) -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<h1>Maintenance</h1>")

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    async with TestServer(app) as server:
        board = trello.connect(settings.model_copy(update={"base_url": str(server.make_url(""))}), http)
        with pytest.raises(Unavailable):
            await board.find(CARD.marker)
        await board.close()


async def test_the_bot_goes_on_while_trello_is_slow(board: Board, fake: TrelloFake) -> None:
    """The loop serves the very answer that the call waits for."""
    creating = asyncio.create_task(board.create(CARD, Stage.OPEN))
    finding = asyncio.create_task(board.find(CARD.marker))
    ref = await creating
    assert await finding == ref


async def test_a_board_that_closes_lets_nobody_wait_for_a_turn(
    settings: trello.Settings, http: aiohttp.ClientSession, fake: TrelloFake
) -> None:
    board = trello.connect(settings, http)
    for _ in range(PER_WINDOW):
        await board.find(CARD.marker)
    waiting = asyncio.create_task(board.find(CARD.marker))
    await asyncio.sleep(0)
    await board.close()
    with pytest.raises(Unavailable, match="stopping"):
        await waiting


async def test_a_list_that_somebody_renames_stays_ours(board: Board, fake: TrelloFake) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    await fake.person_renames_list("Done", "Shipped")
    _, since = await board.changes("")
    await fake.person_moves(ref.id, "Shipped")
    changes, _ = await board.changes(since)
    assert [change.stage for change in changes] == [Stage.DONE]


async def test_a_list_that_was_renamed_before_the_start_is_known_by_its_history(
    board: Board, settings: trello.Settings, http: aiohttp.ClientSession, fake: TrelloFake
) -> None:
    ref = await board.create(CARD, Stage.OPEN)
    await fake.person_renames_list("Owed", "To be fixed properly")
    restarted = trello.connect(settings, http)
    await restarted.update(ref, CARD, Stage.OWED)
    await restarted.close()
    names = [one["name"] for one in fake.snapshot()["lists"] if one["cards"]]
    assert names == ["To be fixed properly"]


async def test_lists_may_have_other_names(
    settings: trello.Settings, http: aiohttp.ClientSession, fake: TrelloFake
) -> None:
    board = trello.connect(settings.model_copy(update={"lists": {Stage.OPEN: " ideas "}}), http)
    await board.create(CARD, Stage.OPEN)
    await board.close()
    assert [one["name"] for one in fake.snapshot()["lists"] if one["cards"]] == ["Ideas"]


async def test_a_wrong_token_names_the_setting(settings: trello.Settings, http: aiohttp.ClientSession) -> None:
    board = trello.connect(trello.Settings.model_validate(settings.model_dump() | {"token": "of somebody else"}), http)
    with pytest.raises(Rejected, match=r"board\.token"):
        await board.find(CARD.marker)
    await board.close()


async def test_neither_errors_nor_logs_show_a_secret(
    settings: trello.Settings,
    http: aiohttp.ClientSession,
    fake: TrelloFake,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    board = trello.connect(settings, http)
    await board.register(receiver.url)
    fake.faults.add("drop_after", "GET /1/tokens/{token}/webhooks", times=2)  # what only reads is asked once more
    with pytest.raises(Outside) as told:
        await board.register(receiver.url)
    fake.faults.add("drop_after", "GET /1/tokens/{token}", times=2)
    with pytest.raises(Outside) as also:
        await board.check()
    await board.close()
    ours = [
        record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp")
    ]  # the fake's own log is Trello's
    said = f"{told.value} {told.value.__cause__} {also.value} {also.value.__cause__} {ours}"
    assert (TOKEN in said, KEY in said) == (False, False)


async def test_a_webhook_and_a_poll_tell_the_same_change(board: Board, fake: TrelloFake, receiver: Receiver) -> None:
    ref = await board.create(CARD, Stage.OWED)
    _, since = await board.changes("")
    await board.register(receiver.url)
    await fake.person_moves(ref.id, "Done")
    await fake.settled()
    assert receiver.changes == list((await board.changes(since))[0])
    assert [change.stage for change in receiver.changes] == [Stage.DONE]


async def test_a_webhook_is_registered_once(board: Board, fake: TrelloFake, receiver: Receiver) -> None:
    await board.register(receiver.url)
    await board.register(receiver.url)
    assert [hook["callbackURL"] for hook in fake.webhooks.hooks.values()] == [receiver.url]


async def test_a_webhook_that_was_switched_off_is_switched_on_again(
    board: Board, fake: TrelloFake, receiver: Receiver
) -> None:
    await board.register(receiver.url)
    (hook,) = fake.webhooks.hooks.values()
    hook["active"] = False
    await board.register(receiver.url)
    assert hook["active"] is True


async def test_an_address_that_does_not_answer_is_no_webhook(board: Board, unused_tcp_port: int) -> None:
    with pytest.raises(Rejected, match="did not return 200"):
        await board.register(f"http://127.0.0.1:{unused_tcp_port}/hooks/trello/token")


async def test_a_delivery_that_fails_comes_again(board: Board, fake: TrelloFake, receiver: Receiver) -> None:
    ref = await board.create(CARD, Stage.OWED)
    await board.register(receiver.url)
    receiver.failures = 2
    await fake.person_comments(ref.id, "PR 212")
    await fake.settled()
    assert [change.text for change in receiver.changes] == ["PR 212"]


async def test_a_delivery_with_another_secret_is_forged(board: Board, fake: TrelloFake, receiver: Receiver) -> None:
    ref = await board.create(CARD, Stage.OWED)
    await board.register(receiver.url)
    await fake.person_comments(ref.id, "PR 212")
    await fake.settled()
    (hook,) = receiver.hooks
    verify(hook, SECRET)
    with pytest.raises(Unauthorised):
        verify(hook, "another")


async def test_parse_knows_a_renamed_list_with_the_boards_own_stages(
    settings: trello.Settings, http: aiohttp.ClientSession, fake: TrelloFake, receiver: Receiver
) -> None:
    board = trello.connect(settings, http)
    ref = await board.create(CARD, Stage.OWED)
    await board.register(receiver.url)
    await fake.person_renames_list("Done", "Shipped")
    await fake.person_moves(ref.id, "Shipped")
    await fake.settled()
    hook: Hook = receiver.hooks[-1]
    changes: tuple[BoardChange, ...] = parse(hook, await board.known())
    assert [change.stage for change in changes] == [Stage.DONE]
    await board.close()
