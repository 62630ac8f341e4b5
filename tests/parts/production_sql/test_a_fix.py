"""The way of a fix on a real database: preview, run, undo."""

from pathlib import Path

import pytest

from bot import shipped
from bot.bug.errors import NotFound, Refused
from tests.parts.production_sql.shop import MENU_13, Follower, Shop, run_ref


async def test_a_preview_shows_every_row_that_would_go_and_touches_none(shop: Shop) -> None:
    before = shop.everything()
    engine = shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()

    gone = [(row.table, row.key["id"]) for row in preview.rows if row.after is None]
    assert gone == [
        ("menus", "13"),
        ("menu_items", "1"),
        ("menu_items", "2"),
        ("item_photos", "1"),
        ("item_photos", "2"),
    ]
    assert [row.table for row in preview.rows if row.after is not None] == ["notes"]
    assert preview.count == 6
    assert preview.summary == (
        "delete 1 row of menus (id 13); with it go 2 rows of menu_items, 2 rows of item_photos; "
        "1 row of notes will no longer point at it"
    )
    assert preview.undoable
    assert "DELETE FROM menus WHERE menus.id" in preview.text
    assert shop.everything() == before


async def test_a_run_does_what_was_previewed_and_an_undo_restores_every_row(shop: Shop) -> None:
    before = shop.everything()
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), follower)

    assert outcome.state == "succeeded", outcome
    assert outcome.changed == {"menus": 1, "menu_items": 2, "item_photos": 2, "notes": 1}
    assert follower.kept == [outcome.image]
    assert shop.rows("SELECT id FROM menus ORDER BY id") == [(14,), (15,)]
    assert shop.rows("SELECT menu_id FROM notes") == [(None,)]

    back = await engine.undo_preview("delete-row", MENU_13, outcome.image, run_ref(4))
    undone = await engine.undo("delete-row", MENU_13, outcome.image, back, run_ref(4), follower)
    await engine.close()
    assert back.summary == "restore 1 row of menus, 2 rows of menu_items, 2 rows of item_photos, 1 row of notes"
    assert undone.state == "succeeded", undone
    assert shop.everything() == before


async def test_an_undo_can_itself_be_undone(shop: Shop) -> None:
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    deleted = await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    after = shop.everything()
    back = await engine.undo_preview("delete-row", MENU_13, deleted.image, run_ref(4))
    undone = await engine.undo("delete-row", MENU_13, deleted.image, back, run_ref(4), follower)
    again = await engine.undo_preview("delete-row", MENU_13, undone.image, run_ref(5))
    redone = await engine.undo("delete-row", MENU_13, undone.image, again, run_ref(5), follower)
    await engine.close()
    assert redone.state == "succeeded", redone
    assert shop.everything() == after


async def test_an_update_shows_the_value_that_will_stand_there(shop: Shop) -> None:
    values = {**MENU_13, "column": "price", "value": "7.25"}
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("set-column", values, run_ref())
    outcome = await engine.run("set-column", values, preview, run_ref(), follower)
    await engine.close()
    row = preview.rows[0]
    assert (row.before or {})["price"] in {"5.50", "5.5"}
    assert (row.after or {})["price"] == "7.25"
    assert preview.summary == "update 1 row of menus (id 13): price"
    assert preview.approvals == 1
    assert outcome.state == "succeeded", outcome
    assert [float(price) for (price,) in shop.rows("SELECT price FROM menus WHERE id = 13")] == [7.25]


async def test_an_undo_says_what_has_changed_since_instead_of_overwriting_it(shop: Shop) -> None:
    values = {**MENU_13, "column": "title", "value": "Brunch"}
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("set-column", values, run_ref())
    outcome = await engine.run("set-column", values, preview, run_ref(), follower)
    shop.meanwhile("UPDATE menus SET title = 'Late brunch' WHERE id = 13")
    with pytest.raises(Refused, match=r"menus \(id 13\): title changed") as refusal:
        await engine.undo_preview("set-column", values, outcome.image, run_ref(4))
    await engine.close()
    assert "Late brunch" not in str(refusal.value)
    assert shop.rows("SELECT title FROM menus WHERE id = 13") == [("Late brunch",)]


async def test_a_change_between_undo_preview_and_undo_stops_the_undo(shop: Shop) -> None:
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    back = await engine.undo_preview("delete-row", MENU_13, outcome.image, run_ref(4))
    shop.meanwhile("UPDATE notes SET said = 'called' WHERE id = 1")
    undone = await engine.undo("delete-row", MENU_13, outcome.image, back, run_ref(4), follower)
    await engine.close()
    assert undone.state == "lapsed"
    assert "notes (id 1): said changed" in undone.summary
    assert shop.rows("SELECT id FROM menus WHERE id = 13") == []


async def test_rows_that_moved_on_since_the_preview_stop_the_run_and_are_named(shop: Shop) -> None:
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    shop.meanwhile("INSERT INTO menu_items VALUES (9, 13, 'Tea')", "UPDATE menus SET title = 'Brunch' WHERE id = 13")
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    await engine.close()
    assert outcome.state == "lapsed"
    assert "menu_items (id 9) is new; menus (id 13): title changed" in outcome.summary
    assert follower.kept == []
    assert len(shop.rows("SELECT id FROM menus")) == 3


async def test_a_column_declared_volatile_may_move_on(shop: Shop) -> None:
    values = {"table": "jobs", "id": "1"}
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("resend", values, run_ref())
    shop.meanwhile("UPDATE jobs SET updated_at = '2026-11-02 10:00:00' WHERE id = 1")
    outcome = await engine.run("resend", values, preview, run_ref(), follower)
    await engine.close()
    assert outcome.state == "succeeded", outcome
    assert shop.rows("SELECT status FROM jobs WHERE id = 1") == [("pending",)]


async def test_a_row_that_somebody_else_holds_is_left_alone_after_the_lock_timeout(shop: Shop) -> None:
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    with shop.holding("UPDATE menus SET title = 'Held' WHERE id = 13"):
        outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    await engine.close()
    assert outcome.state == "failed"
    assert "somebody else holds the row" in outcome.summary
    assert len(shop.rows("SELECT id FROM menus")) == 3


async def test_a_cancelled_run_changes_nothing(shop: Shop) -> None:
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    follower.cancelled.set()
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    await engine.close()
    assert outcome.state == "lapsed"
    assert "cancelled" in outcome.summary
    assert len(shop.rows("SELECT id FROM menus")) == 3


async def test_a_run_past_its_deadline_changes_nothing(shop: Shop) -> None:
    late = run_ref(deadline="2026-01-01T00:00:00Z")
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, late)
    outcome = await engine.run("delete-row", MENU_13, preview, late, follower)
    await engine.close()
    assert outcome.state == "lapsed"
    assert "time in which it had to take effect is over" in outcome.summary
    assert len(shop.rows("SELECT id FROM menus")) == 3


async def test_a_trigger_makes_it_irrevocable_and_is_named_before_the_approval(sqlite_shop: Shop) -> None:
    sqlite_shop.meanwhile(
        "CREATE TRIGGER log_photos AFTER DELETE ON item_photos BEGIN UPDATE jobs SET status = 'x'; END"
    )
    engine = sqlite_shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()
    assert not preview.undoable
    assert "item_photos has a trigger (log_photos)" in preview.undo_note


async def test_a_low_risk_that_cannot_be_undone_asks_for_another_person(sqlite_shop: Shop) -> None:
    sqlite_shop.meanwhile("CREATE TRIGGER touch AFTER UPDATE ON accounts BEGIN UPDATE jobs SET status = 'x'; END")
    engine = sqlite_shop.engine()
    preview = await engine.preview("extend-trial", {"account": "1", "until": "2026-12-10"}, run_ref())
    await engine.close()
    assert preview.approvals == 1


async def test_a_trigger_that_changes_the_outcome_rolls_the_run_back(sqlite_shop: Shop) -> None:
    sqlite_shop.meanwhile(
        "CREATE TRIGGER shout AFTER UPDATE ON menus BEGIN UPDATE menus SET title = upper(title) WHERE id = new.id; END"
    )
    values = {**MENU_13, "column": "title", "value": "Brunch"}
    engine, follower = sqlite_shop.engine(), Follower()
    preview = await engine.preview("set-column", values, run_ref())
    outcome = await engine.run("set-column", values, preview, run_ref(), follower)
    await engine.close()
    assert outcome.state == "lapsed"
    assert "something else of menus (id 13) than was shown: title changed" in outcome.summary
    assert sqlite_shop.rows("SELECT title FROM menus WHERE id = 13") == [("Breakfast",)]


async def test_rows_that_hold_on_are_named_in_the_preview(shop: Shop) -> None:
    engine = shop.engine()
    with pytest.raises(Refused, match="A row of orders points at menus"):
        await engine.preview("delete-row", {"table": "menus", "id": "15"}, run_ref())
    await engine.close()


async def test_rows_of_a_table_that_is_not_open_are_never_taken_along(shop: Shop) -> None:
    engine = shop.engine()
    with pytest.raises(Refused, match="visits is not open to actions"):
        await engine.preview("delete-row", {"table": "menus", "id": "14"}, run_ref())
    await engine.close()


async def test_a_row_that_is_gone_already_is_said_to_be(shop: Shop) -> None:
    engine = shop.engine()
    with pytest.raises(Refused, match="No row of menus matches"):
        await engine.preview("delete-row", {"table": "menus", "id": "99"}, run_ref())
    await engine.close()


async def test_a_value_that_stands_there_already_is_no_fix(shop: Shop) -> None:
    engine = shop.engine()
    with pytest.raises(Refused, match="as wanted already"):
        await engine.preview("set-column", {**MENU_13, "column": "title", "value": "Breakfast"}, run_ref())
    await engine.close()


async def test_hidden_columns_are_in_the_image_and_nowhere_else(shop: Shop) -> None:
    shop.meanwhile("DELETE FROM orders", "DELETE FROM menus WHERE account_id = 2")
    values = {"table": "accounts", "id": "2"}
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", values, run_ref())
    outcome = await engine.run("delete-row", values, preview, run_ref(), follower)
    back = await engine.undo_preview("delete-row", values, outcome.image, run_ref(4))
    undone = await engine.undo("delete-row", values, outcome.image, back, run_ref(4), follower)
    await engine.close()
    said = preview.to_json() + back.to_json() + outcome.summary + outcome.detail + undone.summary
    assert "tr0ub4dor" not in said
    assert "password" not in "".join(map(str, preview.rows))
    assert shop.rows("SELECT password FROM accounts WHERE id = 2") == [("tr0ub4dor",)]


async def test_a_hidden_column_that_moved_on_is_not_named(shop: Shop) -> None:
    values = {"account": "1", "until": "2026-12-10"}
    engine = shop.engine()
    preview = await engine.preview("extend-trial", values, run_ref())
    shop.meanwhile("UPDATE accounts SET password = 'other' WHERE id = 1")
    outcome = await engine.run("extend-trial", values, preview, run_ref(), Follower())
    await engine.close()
    assert outcome.state == "lapsed"
    assert "password" not in outcome.summary


async def test_a_look_shows_the_rows_without_what_is_hidden_and_offers_the_fix(shop: Shop) -> None:
    engine = shop.engine()
    table = await engine.look("customer-account", {"email": "ann@example.com"})
    await engine.close()
    assert table.columns == ("id", "email", "plan", "trial_ends", "updated_at")
    assert [row[:3] for row in table.rows] == [("1", "ann@example.com", "trial")]
    assert table.offers[0][0].action == "extend-trial"
    assert table.offers[0][0].params == {"account": "1"}
    assert not table.more


async def test_a_look_that_finds_more_than_its_limit_says_so(shop: Shop) -> None:
    shop.meanwhile(
        "INSERT INTO menus SELECT 100 + a.id + 3 * b.id + 9 * c.id, 2, 'More', 1, 0 FROM menu_items a, menu_items b, menu_items c"
    )
    engine = shop.engine()
    table = await engine.look("rows-behind-page", {"account": "2"})
    await engine.close()
    assert len(table.rows) == 20
    assert table.more


async def test_a_column_that_is_not_there_is_answered_with_those_that_are(shop: Shop) -> None:
    engine = shop.engine()
    with pytest.raises(NotFound, match="no column 'secret'"):
        await engine.preview("set-column", {**MENU_13, "column": "secret", "value": "x"}, run_ref())
    await engine.close()


async def test_an_action_changed_or_new_is_off_until_it_is_turned_on(shop: Shop, tmp_path: Path) -> None:
    engine = shop.engine()
    (tmp_path / "delete_row.py").write_text((shipped.ACTIONS / "delete_row.py").read_text() + "\n# changed\n")
    engine.catalogue = type(engine.catalogue).load((tmp_path,), allowed={})
    with pytest.raises(Refused, match="makegood actions allow delete-row"):
        await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()


async def test_an_error_of_the_database_quotes_no_hidden_column(postgres_shop: Shop) -> None:
    values = {"table": "accounts", "id": "1", "column": "plan", "value": "gold"}
    engine, follower = postgres_shop.engine(), Follower()
    postgres_shop.meanwhile(
        "ALTER TABLE accounts ADD CHECK (plan <> 'gold')",
        "CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM 1; RETURN NEW; END'",
        "CREATE TRIGGER odd BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION odd()",  # could put it right: nobody knows
    )
    preview = await engine.preview("set-column", values, run_ref())
    outcome = await engine.run("set-column", values, preview, run_ref(), follower)
    again = await engine.preview("set-column", values, run_ref(4))
    await engine.close()
    assert [warned.partition(". ")[0] for warned in again.warnings] == [
        "BUG-17 run 3 tried the same and nothing was changed: a value is outside what the table's check allows"
    ]
    assert outcome.state == "failed"
    assert outcome.summary == "nothing was changed: a value is outside what the table's check allows"
    assert "accounts_plan_check" in outcome.detail
    assert "hunter2hash" not in outcome.detail
