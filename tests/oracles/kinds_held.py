"""Kinds in which rows that go together hold each other, and unique indexes of every kind."""

from tests.oracles.kinds import kind

_A = "CREATE TABLE a (id int PRIMARY KEY); "
_B = "CREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE); "
_D = _B.replace("TABLE b", "TABLE d")
_ROWS = "INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1, 1), (2, 2); "
_DELETE = "delete-row table=a id=1"


def _c(by: str, holds: str) -> str:
    """Rows that go with `by` and hold those of b."""
    return (
        f"CREATE TABLE c (id int PRIMARY KEY, up int, b int, FOREIGN KEY (up) REFERENCES {by} (id) ON DELETE CASCADE, "
        f"FOREIGN KEY (b) REFERENCES b (id) ON DELETE {holds}); "
    )


def _near(holds: str) -> str:
    return _A + _B + _c("a", holds) + _ROWS + "INSERT INTO c VALUES (1, 1, 1);"


def _deep(holds: str, *, first: str = "b") -> str:
    tables = _B + _D if first == "b" else _D + _B
    return _A + tables + _c("d", holds) + _ROWS + "INSERT INTO d VALUES (1, 1); INSERT INTO c VALUES (1, 1, 1);"


_THREE, _FOUR = "a id; b id; c id", "a id; b id; c id; d id"
_ASKS = r"c \(id 1\) points at b \(id 1\). Both would go"
_STAFF = (
    "CREATE TABLE staff (id int PRIMARY KEY, boss int, v int, FOREIGN KEY (boss) REFERENCES staff (id) ON DELETE RESTRICT); "
    "INSERT INTO staff VALUES (1, NULL, 7), (2, 1, 7), (3, 3, 8);"
)
_BOTH = "clear-rows table=staff column=v value=7"
_ITSELF = "delete-row table=staff id=3"
_TEAM = (
    "CREATE TABLE staff (id int PRIMARY KEY, boss int, v int UNIQUE); INSERT INTO staff VALUES (1, 5, 1), (2, 5, 2);"
)
_LINE = (
    "CREATE TABLE line (id varchar(9) PRIMARY KEY, up varchar(9) NOT NULL, v int, "
    "FOREIGN KEY (up) REFERENCES line (id) ON DELETE CASCADE); "
    "INSERT INTO line VALUES ('1', '1', 7), ('01', '1', 7), ('x', '01', 8);"
)
_TREE = (
    "CREATE TABLE line (id int PRIMARY KEY, up int NOT NULL, v int, FOREIGN KEY (up) REFERENCES line (id) ON DELETE CASCADE); "
    "INSERT INTO line VALUES (1, 1, 7), (2, 1, 7), (3, 2, 8);"
)
COMMON = [
    kind(
        "a row that points at itself by what may not be empty", _LINE, "line id", "delete-row table=line id=1", "undone"
    ),
    kind(
        "rows of one delete that go with each other",
        _TREE,
        "line id",
        "clear-rows table=line column=v value=7",
        "undone",
    ),
    kind(
        "two rows that would become alike",
        _TEAM,
        "staff id",
        "set-where table=staff where=boss holds=5 column=v value=9",
        "refused",
        "staff .id 1. would have the same v",
    ),
]
POSTGRES = [
    kind("a row that holds itself", _STAFF, "staff id", _ITSELF, "undone"),
    kind("held by a row that goes in the same step", _near("RESTRICT"), _THREE, _DELETE, "undone"),
    kind("held by a row that goes a step later", _deep("RESTRICT"), _FOUR, _DELETE, "refused", _ASKS),
    kind("kept by a row that goes a step later", _deep("NO ACTION"), _FOUR, _DELETE, "refused", _ASKS),
    kind("held by a row that goes in time", _deep("RESTRICT", first="d"), _FOUR, _DELETE, "undone"),
    kind("held by a row of the same statement", _STAFF, "staff id", _BOTH, "undone"),
]
MARIADB = [
    kind("a row that holds itself", _STAFF, "staff id", _ITSELF, "refused", "points at itself by boss"),
    kind("held by a row of a later key", _near("RESTRICT"), _THREE, _DELETE, "refused", _ASKS),
    kind("kept by a row of a later key", _near("NO ACTION"), _THREE, _DELETE, "refused", _ASKS),
    kind("held by a row that goes a step later", _deep("RESTRICT"), _FOUR, _DELETE, "refused", _ASKS),
    kind("held by the next row", _STAFF, "staff id", _BOTH, "refused", r"staff \(id 2\) points at staff \(id 1\)"),
    kind(
        "held by the row before",
        _STAFF.replace("(1, NULL, 7), (2, 1, 7)", "(2, NULL, 7), (1, 2, 7)"),
        "staff id",
        _BOTH,
        "undone",
    ),
]
SQLITE = [
    kind(
        "keys that look alike, each held by itself",
        "CREATE TABLE staff (id TEXT PRIMARY KEY, boss TEXT REFERENCES staff ON DELETE RESTRICT, v int); "
        "INSERT INTO staff VALUES ('01', '01', 7), ('1', '1', 7);",
        "staff id",
        _BOTH,
        "undone",
    ),
    kind("a row that holds itself", _STAFF, "staff id", _ITSELF, "undone"),
    kind("held by a row of a newer key", _near("RESTRICT"), _THREE, _DELETE, "undone"),
    kind("held by a row that goes in time", _deep("RESTRICT"), _FOUR, _DELETE, "undone"),
    kind("held by a row that goes a step later", _deep("RESTRICT", first="d"), _FOUR, _DELETE, "refused", _ASKS),
    kind("kept by a row that goes a step later", _deep("NO ACTION", first="d"), _FOUR, _DELETE, "undone"),
    kind("held by the next row", _STAFF, "staff id", _BOTH, "refused", r"staff \(id 2\) points at staff \(id 1\)"),
]

_MENUS = "CREATE TABLE menus (id int PRIMARY KEY, name varchar(20), price int); INSERT INTO menus VALUES (1, 'Tea', 5), (2, 'Pie', 4); "
_SET = "set-column table=menus id=1 column="
_LOWER = _MENUS + "CREATE UNIQUE INDEX u ON menus (lower(name));"
_SOME = _MENUS + "CREATE UNIQUE INDEX u ON menus (price, name) WHERE price < 5;"
_LATER = "INSERT INTO menus VALUES (3, 'TEA', 5);"
INDEXES = [
    kind("taken in other letters", _LOWER, "menus id", _SET + "name value=PIE", "refused", "same lower"),
    kind("free in other letters", _LOWER, "menus id", _SET + "name value=Pies", "undone"),
    kind(
        "taken of some rows",
        _MENUS + "CREATE UNIQUE INDEX u ON menus (price) WHERE price < 5;",
        "menus id",
        _SET + "price value=4",
        "refused",
        "same price",
    ),
    kind("free of some rows", _SOME, "menus id", _SET + "price value=4", "undone"),
    kind(
        "a new row that is taken",
        _LOWER,
        "menus id",
        "add-row table=menus first=3 second=TEA",
        "refused",
        "same lower",
    ),
    kind(
        "taken again before its undo",
        _LOWER,
        "menus id",
        "delete-row table=menus id=1",
        "irrevocable",
        "by now: menus .id 1.: another row has the same lower",
        meanwhile=_LATER,
    ),
]
"""On PostgreSQL and SQLite."""
OF_SQLITE = [
    kind(
        "taken as the index compares",
        _MENUS + "CREATE UNIQUE INDEX u ON menus (name COLLATE NOCASE DESC);",
        "menus id",
        _SET + "name value=PIE",
        "refused",
        "same name",
    ),
]
OF_MARIADB = [
    kind(
        "taken by its first letters",
        _MENUS + "CREATE UNIQUE INDEX u ON menus (name(2));",
        "menus id",
        _SET + "name value=Pizza",
        "refused",
        "another row has the same",
    ),
    kind(
        "free by its first letters",
        _MENUS + "CREATE UNIQUE INDEX u ON menus (name(2));",
        "menus id",
        _SET + "name value=Toast",
        "undone",
    ),
    kind(
        "taken by a column that follows",
        _MENUS + "ALTER TABLE menus ADD small varchar(20) AS (lower(name)) VIRTUAL, ADD UNIQUE (small);",
        "menus id",
        _SET + "name value=PIE",
        "refused",
        "same small",
    ),
]
