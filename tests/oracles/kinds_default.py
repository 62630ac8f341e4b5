"""ON DELETE SET DEFAULT: done where the default is a plain value that anybody can read beforehand."""

from tests.oracles.kinds import kind

_TWO = (
    "CREATE TABLE menus (id integer PRIMARY KEY, v integer); "
    "CREATE TABLE orders (id integer PRIMARY KEY, menu integer {default}, v integer, "
    "FOREIGN KEY (menu) REFERENCES menus (id) ON DELETE SET DEFAULT); "
    "INSERT INTO menus VALUES (13, 1), (14, 1); INSERT INTO orders VALUES (1, 13, 1), (2, 13, 2), (3, 14, 3), (4, NULL, 4);"
)
_TABLES, _GOES = "menus id; orders id", "delete-row table=menus id=13"
NOT_MARIADB = [
    kind("a default that is another row", _TWO.format(default="DEFAULT 14"), _TABLES, _GOES, "undone"),
    kind("no default", _TWO.format(default=""), _TABLES, _GOES, "undone"),
    kind("a default that is nothing", _TWO.format(default="DEFAULT NULL"), _TABLES, _GOES, "undone"),
    kind(
        "a default that is the very row",
        _TWO.format(default="DEFAULT 13"),
        _TABLES,
        _GOES,
        "refused",
        "would point there again by its default",
    ),
    kind(
        "a default that is nowhere",
        _TWO.format(default="DEFAULT 99"),
        _TABLES,
        _GOES,
        "refused",
        "there is no row of menus at which it would point",
    ),
    kind(
        "a default that goes with the same change",
        _TWO.format(default="DEFAULT 14"),
        _TABLES,
        "clear-rows table=menus column=v value=1",
        "refused",
        "would point (there again|at menus .id 14.) by its default",
    ),
    kind(
        "a default where nothing is not allowed",
        _TWO.format(default="NOT NULL").replace(", (4, NULL, 4)", ""),
        _TABLES,
        _GOES,
        "refused",
        "orders .* menu may not be empty",
    ),
    kind(
        "a default of a row's own table",
        "CREATE TABLE parts (id integer PRIMARY KEY, above integer DEFAULT 1, v integer, "
        "FOREIGN KEY (above) REFERENCES parts (id) ON DELETE SET DEFAULT); "
        "INSERT INTO parts VALUES (1, NULL, 1), (2, 1, 1), (3, 2, 1);",
        "parts id",
        "delete-row table=parts id=2",
        "undone",
    ),
    kind(
        "a text as default",
        "CREATE TABLE menus (id varchar(9) PRIMARY KEY); CREATE TABLE orders (id integer PRIMARY KEY, menu varchar(9) DEFAULT 'it''s', "
        "FOREIGN KEY (menu) REFERENCES menus (id) ON DELETE SET DEFAULT); "
        "INSERT INTO menus VALUES ('a'), ('it''s'); INSERT INTO orders VALUES (1, 'a');",
        _TABLES,
        "delete-row table=menus id=a",
        "undone",
    ),
    kind(
        "a default beside a computed column",
        "CREATE TABLE menus (id integer PRIMARY KEY); CREATE TABLE orders (id integer PRIMARY KEY, menu integer DEFAULT 14, "
        "twice integer GENERATED ALWAYS AS (menu * 2) STORED, FOREIGN KEY (menu) REFERENCES menus (id) ON DELETE SET DEFAULT); "
        "INSERT INTO menus VALUES (13), (14); INSERT INTO orders (id, menu) VALUES (1, 13);",
        _TABLES,
        _GOES,
        "undone",
    ),
]
POSTGRES = [
    kind(
        "a default that is another one each time",
        "CREATE SEQUENCE s START 14; " + _TWO.format(default="DEFAULT nextval('s')"),
        _TABLES,
        _GOES,
        "refused",
        "nobody can see beforehand",
    ),
    kind(
        "a default of a domain",
        "CREATE DOMAIN menu AS integer DEFAULT 14; " + _TWO.format(default="").replace("menu integer", "menu menu"),
        _TABLES,
        _GOES,
        "refused",
        "nobody can see beforehand",
    ),
    kind(
        "a default of one column of a key",
        "CREATE TABLE menus (org integer, id integer, PRIMARY KEY (org, id)); "
        "CREATE TABLE orders (id integer PRIMARY KEY, org integer DEFAULT 9, menu integer DEFAULT 14, "
        "FOREIGN KEY (org, menu) REFERENCES menus (org, id) ON DELETE SET DEFAULT (menu)); "
        "INSERT INTO menus VALUES (1, 13), (1, 14); INSERT INTO orders VALUES (1, 1, 13);",
        "menus org,id; orders id",
        "delete-row table=menus id=1,13",
        "undone",
    ),
    kind(
        "a moment as default",
        "CREATE TABLE days (at timestamptz PRIMARY KEY); CREATE TABLE orders (id integer PRIMARY KEY, "
        "at timestamptz DEFAULT '2026-01-01 00:00:00+05', FOREIGN KEY (at) REFERENCES days (at) ON DELETE SET DEFAULT); "
        "INSERT INTO days VALUES ('2026-01-01 00:00:00+05'), ('2026-02-01'); INSERT INTO orders VALUES (1, '2026-02-01');",
        "days at; orders id",
        "clear-rows table=days column=at value='2026-02-01 00:00:00+00'",
        "undone",
    ),
]
SQLITE = [
    kind(
        "a text as the default of a number",
        _TWO.format(default="DEFAULT '14'"),
        _TABLES,
        _GOES,
        "refused",
        "nobody can see beforehand",
    ),
    kind("a default that is computed", _TWO.format(default="DEFAULT (7 + 7)"), _TABLES, _GOES, "refused", "nobody can"),
]
