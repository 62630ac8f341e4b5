"""A catalogue that has not changed is not read again; whatever changes in it counts at once."""

import pytest

from bot.production.sql.facts import Facts
from bot.production.sql.session import TargetDatabase
from tests.bench.fix_figures import recorded
from tests.parts.production_sql.shop import MENU_13, Follower, Shop, run_ref

FUNCTION = "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.title = {}; RETURN NEW; END'"
POSTGRES = [
    FUNCTION.format("lower(NEW.title)"),
    "CREATE TRIGGER t BEFORE UPDATE ON menus FOR EACH ROW EXECUTE FUNCTION f()",
    FUNCTION.format("upper(NEW.title)"),
    "ALTER TABLE menus DISABLE TRIGGER t",
    "ALTER TABLE menus ADD CHECK (id > 0) NOT VALID",
    "ALTER TABLE menus ADD note varchar(3)",
    "ALTER TABLE menus ALTER note TYPE varchar(5)",
    "ALTER TABLE menus RENAME note TO remark",
    "ALTER TABLE menus ADD half numeric GENERATED ALWAYS AS (id / 2) STORED",
    "ALTER TABLE menus DROP half",
    "CREATE UNIQUE INDEX u ON menus (lower(title))",
    "DROP INDEX u",
    "CREATE TABLE tags (id int PRIMARY KEY, menu_id int REFERENCES menus (id) ON DELETE CASCADE)",
    "ALTER TABLE tags DROP CONSTRAINT tags_menu_id_fkey",
    "ALTER TABLE tags ADD CONSTRAINT k FOREIGN KEY (menu_id) REFERENCES menus (id) DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE tags ALTER CONSTRAINT k NOT DEFERRABLE",
    "CREATE TABLE more (extra int) INHERITS (menus)",
    "ALTER TABLE more NO INHERIT menus",
    "CREATE RULE r AS ON DELETE TO menus DO INSTEAD NOTHING",
    "DROP RULE r ON menus",
    "ALTER TABLE menus ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE menus FORCE ROW LEVEL SECURITY",
    "CREATE DOMAIN small AS int",
    "ALTER TABLE menus ADD size small",
    "ALTER DOMAIN small ADD CHECK (VALUE < 9) NOT VALID",
    "ALTER TABLE menus RENAME TO cards",
]
SQLITE = [
    "CREATE TRIGGER t AFTER UPDATE ON menus BEGIN UPDATE menus SET title = lower(title) WHERE id = NEW.id; END",
    "DROP TRIGGER t",
    "ALTER TABLE menus ADD note TEXT",
    "ALTER TABLE menus RENAME note TO remark",
    "CREATE UNIQUE INDEX u ON menus (lower(title))",
    "DROP INDEX u",
    "CREATE TABLE tags (id INTEGER PRIMARY KEY, menu_id INTEGER REFERENCES menus (id) ON DELETE CASCADE)",
    "DROP TABLE tags",
    "ALTER TABLE menus RENAME TO cards",
]


async def _facts(database: TargetDatabase) -> Facts:
    async with database.reading("a test") as session:
        return session.facts


async def _follows(shop: Shop, statements: list[str]) -> None:
    """Who looked before sees after each statement what somebody sees who looks for the first time."""
    target = shop.target()
    kept = TargetDatabase(target)
    before, told = await _facts(kept), 0
    for statement in statements:
        shop.meanwhile(statement)
        fresh = TargetDatabase(target)
        now, seen = await _facts(fresh), await _facts(kept)
        await fresh.close()
        assert seen == now, statement
        told += seen != before
        before = seen
    await kept.close()
    assert told >= len(statements) - 5  # not what concerns no table of ours yet, or not this user


async def test_every_change_of_a_postgresql_catalogue_counts_at_once(postgres_shop: Shop) -> None:
    await _follows(postgres_shop, POSTGRES)


async def test_every_change_of_a_sqlite_catalogue_counts_at_once(sqlite_shop: Shop) -> None:
    await _follows(sqlite_shop, SQLITE)


@pytest.mark.parametrize("place", ["postgres_shop", "sqlite_shop"])
async def test_what_has_not_changed_is_not_read_again(place: str, request: pytest.FixtureRequest) -> None:
    shop: Shop = request.getfixturevalue(place)
    engine = shop.engine()
    counts = []
    for number in range(1, 4):
        with recorded() as sent:
            await engine.preview("delete-row", MENU_13, run_ref(number))
        counts.append(
            sum("json_build_array" in text or "pragma_foreign_key_list" in text for some in sent for text, _ in some)
        )
    await engine.close()
    assert counts == [1, 0, 0]


async def test_only_the_tables_that_a_fix_touches_are_reflected(postgres_shop: Shop) -> None:
    many = [f"far{number}" for number in range(9)]
    postgres_shop.meanwhile(*(f"CREATE TABLE {name} (id int PRIMARY KEY, menu_id int)" for name in many))
    engine = postgres_shop.engine(tables={**postgres_shop.target().tables, **dict.fromkeys(many, "id")})
    with recorded() as sent:
        await engine.preview("delete-row", MENU_13, run_ref())
        first = [str(values) for some in sent for text, values in some if "pg_catalog.pg_attribute" in text]
    await engine.close()
    assert first
    assert not any(name in values for values in first for name in many)


async def test_a_table_that_is_touched_for_the_first_time_is_reflected_then(shop: Shop) -> None:
    engine = shop.engine()
    first = await engine.preview("delete-row", {"table": "jobs", "id": "1"}, run_ref())
    then = await engine.preview("delete-row", MENU_13, run_ref(4))
    outcome = await engine.run("delete-row", MENU_13, then, run_ref(4), Follower())
    await engine.close()
    later = shop.engine()
    back = await later.undo_preview("delete-row", MENU_13, outcome.image, run_ref(5))
    await later.close()
    assert (first.count, outcome.state, back.count) == (1, "succeeded", then.count)
