"""What is different on MariaDB: tables that don't roll back, clocks of their own, a catalogue that not everybody may read."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.bug.errors import Invalid, Misconfigured, Refused
from tests.parts.production_sql.shop import MENU_13, TABLES, Follower, Shop, run_ref

TITLE = {**MENU_13, "column": "title", "value": "Brunch"}


@contextmanager
def _log_of(shop: Shop) -> Iterator[list[str]]:
    """What the server was sent meanwhile."""
    said: list[str] = []
    shop.meanwhile("SET GLOBAL log_output = 'TABLE'", "TRUNCATE mysql.general_log", "SET GLOBAL general_log = 1")
    try:
        yield said
    finally:
        shop.meanwhile("SET GLOBAL general_log = 0")
        said += [str(line) for (line,) in shop.rows("SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log")]


def _as(shop: Shop, user: str, *grants: str) -> Shop:
    """The shop as a user of the database who has these rights."""
    shop.meanwhile(f"CREATE OR REPLACE USER {user}", *grants)
    return Shop(shop.url.replace("root@", f"{user}@"), shop._direct)


async def test_a_trigger_makes_it_irrevocable(mariadb_shop: Shop) -> None:
    mariadb_shop.meanwhile("CREATE TRIGGER touched AFTER DELETE ON item_photos FOR EACH ROW SET @seen = 1")
    engine = mariadb_shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()
    assert not preview.undoable
    assert "item_photos has a trigger (touched)" in preview.undo_note


async def test_a_table_that_does_not_roll_back_is_refused_by_name(mariadb_shop: Shop) -> None:
    mariadb_shop.meanwhile("CREATE TABLE logs (id integer PRIMARY KEY, said text) ENGINE = MyISAM")
    engine = mariadb_shop.engine(tables={**TABLES, "logs": "id"})
    with pytest.raises(Misconfigured, match=r"logs cannot be rolled back \(not InnoDB\)"):
        await engine.preview("delete-row", {"table": "logs", "id": "1"}, run_ref())
    assert (await engine.preview("delete-row", MENU_13, run_ref())).undoable, "the others work"
    await engine.close()


async def test_a_column_that_the_database_touches_at_each_update_is_expected_to_and_put_back(
    mariadb_shop: Shop,
) -> None:
    mariadb_shop.meanwhile(
        "ALTER TABLE menus ADD touched timestamp NOT NULL DEFAULT '2026-01-01 10:00:00' ON UPDATE CURRENT_TIMESTAMP"
    )
    before = mariadb_shop.everything()
    engine = mariadb_shop.engine()
    preview = await engine.preview("set-column", TITLE, run_ref())
    outcome = await engine.run("set-column", TITLE, preview, run_ref(), Follower())
    assert outcome.state == "succeeded", outcome
    assert mariadb_shop.rows("SELECT year(touched) > 2000 AND touched <> '2026-01-01' FROM menus WHERE id = 13") == [
        (1,)
    ]
    back = await engine.undo_preview("set-column", TITLE, outcome.image, run_ref(4))
    await engine.undo("set-column", TITLE, outcome.image, back, run_ref(4), Follower())
    await engine.close()
    assert mariadb_shop.everything() == before


async def test_the_server_is_sent_the_run_with_its_statement_and_its_values_apart(mariadb_shop: Shop) -> None:
    engine = mariadb_shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    with _log_of(mariadb_shop) as sent:
        await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    await engine.close()
    assert [line for line in sent if "DELETE" in line] == ["/* BUG-17 run 3 */ DELETE FROM menus WHERE menus.id = 13"]
    assert any("FOR UPDATE" in line for line in sent)


async def test_the_connection_tells_the_server_who_it_is(mariadb_shop: Shop) -> None:
    engine = mariadb_shop.engine()
    await engine.preview("delete-row", MENU_13, run_ref())
    names = "SELECT attr_value FROM performance_schema.session_connect_attrs WHERE attr_name = 'program_name'"
    assert ("makegood",) in mariadb_shop.rows(names)
    await engine.close()


async def test_a_user_who_may_not_see_what_hangs_on_a_row_is_told_what_to_grant(mariadb_shop: Shop) -> None:
    home = mariadb_shop.rows("SELECT DATABASE()")[0][0]
    narrow = _as(mariadb_shop, "narrow", f"GRANT SELECT, DELETE ON {home}.menus TO narrow")
    engine = narrow.engine(tables={"menus": "id"})
    with pytest.raises(Refused, match=rf"GRANT SELECT, TRIGGER ON {home}\.\* for it"):
        await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()


async def test_a_user_with_the_rights_that_are_asked_for_is_enough(mariadb_shop: Shop) -> None:
    home = mariadb_shop.rows("SELECT DATABASE()")[0][0]
    wide = _as(mariadb_shop, "wide", f"GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON {home}.* TO wide")
    before = mariadb_shop.everything()
    engine = wide.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    assert outcome.state == "succeeded", outcome
    back = await engine.undo_preview("delete-row", MENU_13, outcome.image, run_ref(4))
    await engine.undo("delete-row", MENU_13, outcome.image, back, run_ref(4), Follower())
    await engine.close()
    assert mariadb_shop.everything() == before


async def test_a_right_that_is_missing_is_named_as_such(mariadb_shop: Shop) -> None:
    home = mariadb_shop.rows("SELECT DATABASE()")[0][0]
    reader = _as(mariadb_shop, "reader", f"GRANT SELECT, TRIGGER ON {home}.* TO reader")
    engine = reader.engine()
    preview = await engine.preview("set-column", TITLE, run_ref())
    outcome = await engine.run("set-column", TITLE, preview, run_ref(), Follower())
    await engine.close()
    assert outcome.state == "failed"
    assert "the database user may not do this" in outcome.summary


async def test_a_table_of_another_database_that_hangs_on_the_row_is_not_mistaken_for_ours(mariadb_shop: Shop) -> None:
    home = mariadb_shop.rows("SELECT DATABASE()")[0][0]
    mariadb_shop.meanwhile(
        "CREATE OR REPLACE DATABASE archive",
        "CREATE TABLE archive.menu_items (id integer PRIMARY KEY, menu_id integer, "
        f"FOREIGN KEY (menu_id) REFERENCES {home}.menus (id) ON DELETE CASCADE)",
        "INSERT INTO archive.menu_items VALUES (1, 13)",
    )
    engine = mariadb_shop.engine()
    with pytest.raises(Refused, match=r"Rows of archive\.menu_items hang on menus"):
        await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()
    mariadb_shop.meanwhile("DROP DATABASE archive")


async def test_a_value_that_does_not_fit_is_refused_and_never_cut(mariadb_shop: Shop) -> None:
    mariadb_shop.meanwhile("ALTER TABLE menus MODIFY title varchar(9) NOT NULL", "SET GLOBAL sql_mode = ''")
    values = {**TITLE, "value": "Breakfast and lunch"}
    engine = mariadb_shop.engine()
    with pytest.raises(
        Invalid, match=r"does not fit title, .* It takes 9 characters; this has 19\. Nothing was changed\."
    ):
        await engine.preview("set-column", values, run_ref())
    await engine.close()
    mariadb_shop.meanwhile("SET GLOBAL sql_mode = DEFAULT")
    assert mariadb_shop.rows("SELECT title FROM menus WHERE id = 13") == [("Breakfast",)]
