"""Delete and undo bring back every kind of value, to the bit."""

from bot.production.action import RunOutcome
from tests.parts.production_sql.shop import Follower, Shop, run_ref

POSTGRES_TYPES = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE things (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  a_date date, a_time time, a_moment timestamptz, a_naive timestamp, a_span interval,
  a_decimal numeric(20, 6), a_money numeric, a_float double precision, a_small real, a_truth boolean,
  some_bytes bytea, some_json json, some_jsonb jsonb, an_id uuid, an_address inet, a_mood mood, a_range tstzrange,
  numbers integer[], words text[], fixed char(5), bits bit(4), a_point point, a_document tsvector,
  doubled numeric GENERATED ALWAYS AS (a_decimal * 2) STORED
);
INSERT INTO things (a_date, a_time, a_moment, a_naive, a_span, a_decimal, a_money, a_float, a_small, a_truth,
  some_bytes, some_json, some_jsonb, an_id, an_address, a_mood, a_range, numbers, words, fixed, bits, a_point, a_document)
VALUES ('2024-02-29', '23:59:59.123456', '2026-03-29 02:30:00+02', '2026-03-29 02:30:00.000001', '1 mon 2 days 03:04:05.678',
  12345678901234.567891, 0.10, 0.1, 1e-7, false, '\\x00ff27', '{"b": 1,  "a": [1.10, null]}', 'null', gen_random_uuid(),
  '10.0.0.1/8', 'bad', '[2026-01-01,2026-02-01)', '{1,NULL,3}', '{"a,b","c\\"d",""}', 'ab', B'0110', '(1.5,2)', 'a fat cat');
INSERT INTO things (a_float, a_date, some_jsonb) VALUES ('NaN', 'infinity', '"null"');
"""
SQLITE_TYPES = """
CREATE TABLE things (id INTEGER PRIMARY KEY, a_date DATETIME, a_json JSON, an_amount DECIMAL(10, 2), some_bytes BLOB, a_truth BOOLEAN,
  anything, doubled INTEGER GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO things (id, a_date, a_json, an_amount, some_bytes, a_truth, anything) VALUES
  (1, 'not a date at all', 'null', 0.1, x'00ff27', 1, '7'), (2, NULL, NULL, 9007199254740993, 'text in a blob', NULL, 1e300);
"""


async def _there_and_back(shop: Shop, key: str) -> RunOutcome:
    values = {"table": "things", "id": key}
    engine, follower = shop.engine(tables={"things": "id"}), Follower()
    preview = await engine.preview("delete-row", values, run_ref())
    assert preview.undoable, preview.undo_note
    deleted = await engine.run("delete-row", values, preview, run_ref(), follower)
    assert deleted.state == "succeeded", deleted
    back = await engine.undo_preview("delete-row", values, deleted.image, run_ref(4))
    undone = await engine.undo("delete-row", values, deleted.image, back, run_ref(4), follower)
    await engine.close()
    return undone


async def test_every_type_of_postgresql_comes_back(postgres_shop: Shop) -> None:
    postgres_shop.meanwhile(POSTGRES_TYPES)
    before = postgres_shop.rows("SELECT things::text FROM things ORDER BY id")
    for key in ("1", "2"):
        undone = await _there_and_back(postgres_shop, key)
        assert undone.state == "succeeded", undone
    assert postgres_shop.rows("SELECT things::text FROM things ORDER BY id") == before


async def test_every_type_of_postgresql_comes_back_by_the_other_driver(postgres_shop: Shop) -> None:
    postgres_shop.meanwhile(POSTGRES_TYPES)
    before = postgres_shop.rows("SELECT things::text FROM things ORDER BY id")
    other = Shop(postgres_shop.url.replace("asyncpg", "psycopg"), postgres_shop._direct)
    for key in ("1", "2"):
        undone = await _there_and_back(other, key)
        assert undone.state == "succeeded", undone
    assert postgres_shop.rows("SELECT things::text FROM things ORDER BY id") == before


async def test_whatever_stands_in_a_sqlite_cell_comes_back(sqlite_shop: Shop) -> None:
    sqlite_shop.meanwhile(*(s for s in SQLITE_TYPES.split(";\n") if s.strip()))
    query = "SELECT *, typeof(a_date), typeof(a_json), typeof(an_amount), typeof(some_bytes), typeof(a_truth), typeof(anything) FROM things"
    before = sqlite_shop.rows(query)
    for key in ("1", "2"):
        undone = await _there_and_back(sqlite_shop, key)
        assert undone.state == "succeeded", undone
    assert sqlite_shop.rows(query) == before


MARIADB_TYPES = """
CREATE TABLE things (
  id bigint AUTO_INCREMENT PRIMARY KEY,
  a_date date, a_time time(6), a_moment timestamp(6) NULL, a_naive datetime(6), a_year year,
  a_decimal decimal(20, 6), a_float float, a_double double, a_truth boolean, big bigint unsigned,
  some_bytes blob, fixed_bytes binary(4), some_json json, a_mood enum('good', 'bad'), moods set('good', 'bad'),
  fixed char(5), bits bit(4), a_point point, words text CHARACTER SET latin1, an_id uuid, an_address inet6,
  touched timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  doubled decimal(21, 6) AS (a_decimal * 2) STORED, halved decimal(21, 6) AS (a_decimal / 2) VIRTUAL
);
INSERT INTO things (a_date, a_time, a_moment, a_naive, a_year, a_decimal, a_float, a_double, a_truth, big, some_bytes, fixed_bytes,
  some_json, a_mood, moods, fixed, bits, a_point, words, an_id, an_address, touched)
VALUES ('2024-02-29', '-101:30:59.123456', '2026-03-29 01:30:00.5', '2026-03-29 02:30:00.000001', 2026, 12345678901234.567891, 0.1,
  1e-300, false, 18446744073709551615, x'00ff27', x'00ff', '{"b": 1,  "a": [1.10, null]}', 'bad', 'good,bad', 'ab', b'0110',
  POINT(1.5, 2), 'Menü \\\\ \\' %s :x', uuid(), '::10.0.0.1', '2026-01-01 10:00:00');
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
INSERT INTO things (id, a_float, a_date, a_naive) VALUES (0, 16777217, '0000-00-00', '2026-02-00 00:00:00');
"""


async def test_every_type_of_mariadb_comes_back(mariadb_shop: Shop) -> None:
    mariadb_shop.meanwhile(*(s for s in MARIADB_TYPES.split(";\n") if s.strip()))
    query = "SELECT things.*, a_float + 0e0 FROM things ORDER BY id"  # a plain float is shown rounded
    before = mariadb_shop.rows(query)
    for key in ("1", "0"):
        undone = await _there_and_back(mariadb_shop, key)
        assert undone.state == "succeeded", undone
    assert mariadb_shop.rows(query) == before
