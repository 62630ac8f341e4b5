"""The tour advances on facts, in whatever order they happen, and on nothing else."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.adapters.ports import Stage
from tests.parts.world.scene import Scene


def card(dot: str, bug: str = "BUG-1", more: str = "") -> str:
    return f"{dot} *{bug} KeyError: 'crud'* · nobody has it\nMia (trial) online\n{more}"


async def test_nothing_is_done_before_anything_happened(scene: Scene) -> None:
    assert await scene.done() == set()
    assert await scene.active() == "break"


async def test_a_card_alone_advances_nothing_while_the_customer_has_seen_no_error(scene: Scene) -> None:
    await scene.shows(card("🔴"))
    assert await scene.done() == set()


async def test_story_one_advances_with_what_really_happens(scene: Scene, tmp_path: Path) -> None:
    await scene.press("/shop/cruds/generate")
    assert await scene.active() == "alert"
    await scene.shows(card("🔴"))
    assert await scene.active() == "chat"
    await scene.world.visitor_says("What can I do?")
    assert await scene.active() == "fix"
    assert "claim" not in await scene.done()
    await scene.shows(card("🟠"))
    assert "claim" in await scene.done()
    repair(tmp_path)
    assert await scene.active() == "tell"
    await scene.shows(card("🔵"))
    assert await scene.active() == "works"
    await scene.press("/shop/cruds/generate")
    assert await scene.active() == "owed"
    owed = await on_the_board(scene, "Owed")
    assert await scene.active() == "paid"
    await scene.act(do="board_move", card=owed, list="Done")
    assert await scene.active() == "retro"
    await scene.posts("Retro of BUG-1: told after 7 min")
    assert await scene.active() is None


async def test_the_optional_steps_are_done_when_they_happen_and_never_hold_the_tour_up(scene: Scene) -> None:
    await scene.press("/shop/cruds/generate")
    root = await scene.shows(card("🟠"))
    await scene.posts(":eyes: The look `rows-behind-page` showed 4 rows to its asker", thread_ts=root)
    await scene.world.visitor_says("Hello?")
    scene.world.parts.chat.agent_says(1, "We see it.")
    assert {"look", "answer"} <= await scene.done()
    assert await scene.active() == "fix"


async def test_that_somebody_must_agree_to_a_fix_is_said_in_its_step(scene: Scene) -> None:
    await scene.press("/shop/cruds/generate")
    await scene.shows(card("🟠", more="delete-row menus 13 · waits for <@U0LEAD> (1 min)"))
    assert "act as Lee" in (await scene.tour())["fix"]["text"]


async def test_a_slack_emoji_by_its_name_is_the_same_dot(scene: Scene) -> None:
    await scene.press("/shop/cruds/generate")
    await scene.shows("BUG-1", blocks=[section(card(":large_green_circle:"))])
    assert "claim" in await scene.done()


async def test_what_people_write_is_never_taken_for_a_card(scene: Scene) -> None:
    await scene.press("/shop/cruds/generate")
    await scene.slack.post("U0DEV", "C0ERRORS", card("⚪"))
    assert "alert" not in await scene.done()


async def test_story_two_is_told_by_the_mails_the_roll_out_and_the_card_of_its_own_bug(scene: Scene) -> None:
    await scene.shows(card("⚪"))
    await scene.act(do="choose_story", story="two")
    assert await scene.active() == "alert"
    await scene.shows("🔴 *BUG-2 Can't add servers any more*\nBen Okafor waits", "BUG-2")
    assert await scene.active() == "reproduce"
    assert "/retro BUG-2" in (await scene.tour())["retro"]["text"]
    await scene.shows("🟠 *BUG-2 Can't add servers any more*\nBen Okafor waits", "BUG-2")
    await scene.press("/shop/servers", name="depot-east")
    assert await scene.active() == "fix"
    scene.world.parts.shop.roll_out("1.4.2")
    await scene.press("/shop/servers", name="depot-east")
    assert await scene.active() == "tell"


async def test_a_second_card_in_the_middle_of_a_story_does_not_throw_it_back(scene: Scene) -> None:
    await scene.act(do="choose_story", story="two")
    await scene.shows("🟠 *BUG-2 Can't add servers any more*\nBen Okafor waits", "BUG-2")
    await scene.posts("🔴 *BUG-3 IndexError: tuple index out of range*\nBen Okafor")
    assert "claim" in await scene.done()


async def test_after_a_reset_the_tour_is_at_its_beginning(scene: Scene) -> None:
    await scene.press("/shop/cruds/generate")
    await scene.shows(card("⚪"))
    await scene.act(do="reset")
    assert await scene.done() == set()


async def test_another_customer_meets_the_same_kind_of_bug_at_another_place(scene: Scene, tmp_path: Path) -> None:
    await scene.press("/shop/cruds/generate")
    await scene.shows(card("🔴"))
    repair(tmp_path)
    await scene.shows(card("⚪"))
    await scene.posts("Retro of BUG-1: told after 7 min")
    assert (await scene.act(do="another"))[0] == 200
    first, second = (crash["error"] for crash in await scene.bot.expect("bugsnag", 2))
    assert first["errorId"] != second["errorId"]
    assert (first["exceptionClass"], first["context"]) == (second["exceptionClass"], second["context"])
    assert second["user"]["email"] == "otto@bakery.example"
    await scene.shows("🔴 *BUG-2 KeyError: 'crud'* · nobody has it\nOtto Brandt (starter) online", "BUG-2")
    assert await scene.done() == {"break", "alert", "chat"}
    fix = (await scene.tour())["fix"]
    assert (fix["active"], "delete-row menus 23" in fix["text"], "Otto is told" in fix["text"]) == (True, True, True)


async def test_another_comes_once_and_a_reset_forgets_it(scene: Scene) -> None:
    assert (await scene.world.snapshot())["another"] is True
    await scene.act(do="another")
    assert (await scene.world.snapshot())["another"] is False
    status, answer = await scene.act(do="another")
    assert (status, answer["error"]) == (400, "That comes once, and in the first story. Start over to see it again.")
    await scene.act(do="reset")
    snapshot = await scene.world.snapshot()
    assert (snapshot["another"], snapshot["customer"]["name"]) == (True, "Mia Lindqvist")
    assert (await scene.press("/shop/cruds/generate"))[0] == 500


def section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def repair(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as connection, connection:
        connection.execute("DELETE FROM menu_items WHERE menu_id = 13")
        connection.execute("DELETE FROM menus WHERE id = 13")


async def on_the_board(scene: Scene, name: str) -> str:
    """A card for BUG-1, as the bot's adapter leaves it."""
    store = scene.world.parts.board.store
    wanted = next(one["id"] for one in store.lists.values() if one["name"] == Stage(name).value)
    return str(store.add_card({"name": "BUG-1 KeyError", "desc": "", "idList": wanted}, "makegood")["id"])
