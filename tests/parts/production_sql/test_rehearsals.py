"""The undo is rehearsed inside the run: what it can't give back is never changed under a promise."""

import asyncio
import re
import threading
import time
from pathlib import Path

import pytest

from bot.bug.errors import Refused
from tests.parts.production_sql.shop import MENU_13, Follower, Shop, run_ref

BRUNCH = {**MENU_13, "column": "title", "value": "Brunch"}


async def test_the_preview_says_that_the_undo_is_rehearsed(shop: Shop) -> None:
    engine = shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()
    assert preview.undoable
    assert "The undo is rehearsed in the run" in preview.undo_note


async def test_a_rehearsal_leaves_nothing_behind(shop: Shop) -> None:
    engine = shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    await engine.close()
    assert outcome.state == "succeeded"
    assert shop.rows("SELECT id FROM menus WHERE id = 13") == []
    assert shop.rows("SELECT id FROM menu_items WHERE menu_id = 13") == []
    assert shop.rows("SELECT menu_id FROM notes") == [(None,)]


async def test_without_the_right_to_insert_it_cant_be_undone_and_is_approved_again(postgres_shop: Shop) -> None:
    postgres_shop.meanwhile(
        "DROP ROLE IF EXISTS cutter",
        "CREATE ROLE cutter LOGIN",
        "GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO cutter",
    )
    engine = postgres_shop.engine(url=postgres_shop.url.replace("postgres:@", "cutter:@"))
    first = await engine.preview("delete-row", MENU_13, run_ref())
    before = postgres_shop.everything()
    stopped = await engine.run("delete-row", MENU_13, first, run_ref(), Follower())
    assert first.undoable
    assert stopped.state == "lapsed"
    assert "This can't be undone because the database user may not do this" in stopped.summary
    assert "approve it again as one that cannot be undone" in stopped.summary
    assert postgres_shop.everything() == before
    again = await engine.preview("delete-row", MENU_13, run_ref(4))
    assert not again.undoable
    assert again.approvals >= 1
    assert "Cannot be undone: the database user may not do this" in again.undo_note
    done = await engine.run("delete-row", MENU_13, again, run_ref(4), Follower())
    await engine.close()
    assert done.state == "succeeded"
    postgres_shop.meanwhile("DROP OWNED BY cutter", "DROP ROLE cutter")


async def test_a_rule_that_lets_a_row_go_but_not_come_back_stops_the_run(postgres_shop: Shop) -> None:
    postgres_shop.meanwhile(
        "CREATE FUNCTION room() RETURNS boolean LANGUAGE sql AS 'SELECT count(*) >= 3 FROM menus'",
        "ALTER TABLE menus ADD CHECK (room())",
    )
    engine = postgres_shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    before = postgres_shop.everything()
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    await engine.close()
    assert outcome.state == "lapsed", outcome
    assert "This can't be undone because a value is outside what the table's check allows" in outcome.summary
    assert postgres_shop.everything() == before


async def test_somebody_elses_lock_in_a_rehearsal_means_try_again(postgres_shop: Shop) -> None:
    """The deletion needs no lock on the parent; bringing the row back does."""
    engine = postgres_shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    with postgres_shop.holding("SELECT id FROM accounts WHERE id = 1 FOR UPDATE"):
        outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    again = await engine.preview("delete-row", MENU_13, run_ref(4))
    await engine.close()
    assert outcome.state == "failed"
    assert "Try again" in outcome.summary
    assert "can't be undone" not in outcome.summary
    assert again.undoable


async def test_a_deadlock_in_a_rehearsal_means_try_again(postgres_shop: Shop) -> None:
    """Ours waits for the parent, to bring the row back; whoever holds the parent waits for the row."""
    engine = postgres_shop.engine(lock_timeout=20, statement_timeout=20)
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    before = postgres_shop.everything()

    def other() -> None:
        with postgres_shop.holding(
            "SET deadlock_timeout = '60s'; SELECT id FROM accounts WHERE id = 1 FOR UPDATE"
        ) as conn:
            held.set()
            time.sleep(1)
            conn.exec_driver_sql("UPDATE menus SET title = 'theirs' WHERE id = 13")

    held = threading.Event()
    theirs = asyncio.get_running_loop().run_in_executor(None, other)
    await asyncio.to_thread(held.wait)
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    await theirs
    again = await engine.preview("delete-row", MENU_13, run_ref(4))
    await engine.close()
    assert outcome.state == "failed", outcome
    assert "nothing was changed: it and another transaction waited for each other. Try again" in outcome.summary
    assert again.undoable
    assert postgres_shop.everything() == before


async def test_a_cancel_reaches_a_rehearsal_that_waits(postgres_shop: Shop) -> None:
    engine, follower = postgres_shop.engine(lock_timeout=8), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    before = postgres_shop.everything()
    with postgres_shop.holding("SELECT id FROM accounts WHERE id = 1 FOR UPDATE"):
        run = asyncio.ensure_future(engine.run("delete-row", MENU_13, preview, run_ref(), follower))
        await asyncio.sleep(0.8)
        follower.cancelled.set()
        outcome = await asyncio.wait_for(run, 4)
    await engine.close()
    assert outcome.state == "lapsed"
    assert "cancelled" in outcome.summary
    assert postgres_shop.everything() == before


async def test_a_rehearsal_has_a_time_limit(postgres_shop: Shop) -> None:
    engine = postgres_shop.engine(lock_timeout=20, statement_timeout=0.7)
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    with postgres_shop.holding("SELECT id FROM accounts WHERE id = 1 FOR UPDATE"):
        outcome = await asyncio.wait_for(engine.run("delete-row", MENU_13, preview, run_ref(), Follower()), 6)
    await engine.close()
    assert outcome.state == "failed"
    assert "nothing was changed" in outcome.summary
    assert "can't be undone" not in outcome.summary


@pytest.mark.parametrize("late", ["", " DEFERRABLE INITIALLY DEFERRED"])
async def test_a_reference_that_is_checked_late_is_rehearsed_as_one_that_is_not(sqlite_shop: Shop, late: str) -> None:
    sqlite_shop.meanwhile(
        f"CREATE TABLE tags (id integer PRIMARY KEY, menu_id integer REFERENCES menus (id) ON DELETE CASCADE{late})",
        "INSERT INTO tags VALUES (1, 13)",
    )
    engine = sqlite_shop.engine(tables={**sqlite_shop.target().tables, "tags": "id"})
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    back = await engine.undo_preview("delete-row", MENU_13, outcome.image, run_ref(4))
    undone = await engine.undo("delete-row", MENU_13, outcome.image, back, run_ref(4), Follower())
    await engine.close()
    assert (outcome.state, undone.state) == ("succeeded", "succeeded")
    assert sqlite_shop.rows("SELECT * FROM tags") == [(1, 13)]


async def test_an_action_whose_own_check_still_finds_the_problem_is_rolled_back(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "renames.py").write_text('''
from typing import Any
from sqlalchemy import Select, Update, select, update
from bot.api import Risk, SqlAction, Tables


class Renames(SqlAction):
    """Rename a menu, if that leaves no other of that name."""

    risk = Risk.LOW
    id: int
    title: str

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == self.id).values(title=self.title)

    def check(self, tables: Tables) -> Select[Any]:
        menus = tables["menus"]
        return select(menus.c.id).where(menus.c.title == self.title, menus.c.id != self.id)
''')
    engine = shop.engine(tmp_path)
    for title, state in (("Lunch", "failed"), ("Brunch", "succeeded")):
        values = {"id": "13", "title": title}
        preview = await engine.preview("renames", values, run_ref())
        outcome = await engine.run("renames", values, preview, run_ref(), Follower())
        assert outcome.state == state, outcome
        if state == "failed":
            assert "its own check still finds the problem" in outcome.summary
            assert "rolled back" in outcome.summary
            assert shop.rows("SELECT title FROM menus WHERE id = 13") == [("Breakfast",)]
    await engine.close()


WAYS = {
    "key taken": ("INSERT INTO menus VALUES (13, 1, 'New', NULL, 0)", "its key is taken again"),
    "parent gone": ("DELETE FROM accounts WHERE id = 1", "menus .*the row of accounts at which it points is gone"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_what_stands_in_the_way_of_an_undo_is_in_its_preview(shop: Shop, way: str) -> None:
    statement, says = WAYS[way]
    engine = shop.engine()
    shop.meanwhile("DELETE FROM visits", "UPDATE menus SET account_id = 2 WHERE id = 14")
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    shop.meanwhile(statement)
    with pytest.raises(Refused, match=says):
        await engine.undo_preview("delete-row", MENU_13, outcome.image, run_ref(4))
    await engine.close()


async def test_a_unique_value_that_is_taken_since_is_named_before_the_undo(shop: Shop) -> None:
    shop.meanwhile("INSERT INTO accounts VALUES (3, 'cy@example.com', 'x', 'basic', NULL, NULL)")
    account = {"table": "accounts", "id": "3"}
    engine = shop.engine()
    preview = await engine.preview("delete-row", account, run_ref())
    outcome = await engine.run("delete-row", account, preview, run_ref(), Follower())
    shop.meanwhile("INSERT INTO accounts VALUES (4, 'cy@example.com', 'x', 'basic', NULL, NULL)")
    with pytest.raises(Refused, match=re.escape("accounts (id 3): another row has the same email by now")):
        await engine.undo_preview("delete-row", account, outcome.image, run_ref(4))
    await engine.close()


async def test_a_run_of_makegoods_that_came_since_is_named(shop: Shop) -> None:
    engine = shop.engine()
    first = await engine.preview("set-column", BRUNCH, run_ref())
    outcome = await engine.run("set-column", BRUNCH, first, run_ref(), Follower())
    more = {**BRUNCH, "value": "Supper"}
    second = await engine.preview("set-column", more, run_ref(7))
    await engine.run("set-column", more, second, run_ref(7), Follower())
    with pytest.raises(Refused, match=r"menus \(id 13\): title changed since, by BUG-17 run 7"):
        await engine.undo_preview("set-column", BRUNCH, outcome.image, run_ref(8))
    await engine.close()


async def test_three_hundred_rows_are_rehearsed_in_few_statements(sqlite_shop: Shop) -> None:
    sqlite_shop.meanwhile(*(f"INSERT INTO menu_items VALUES ({n}, 13, 'Item')" for n in range(100, 400)))
    engine = sqlite_shop.engine(row_limit=1000)
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    back = await engine.undo_preview("delete-row", MENU_13, outcome.image, run_ref(4))
    await engine.close()
    assert outcome.state == "succeeded"
    assert back.text.count("INSERT INTO menu_items") <= 3


async def test_a_column_that_the_settings_name_and_the_table_lacks_is_said(shop: Shop) -> None:
    engine = shop.engine(volatile=("menus.touched",))
    with pytest.raises(Exception, match=r"\[targets.shop\] volatile: menus has no column 'touched'"):
        await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()
