"""A drawn case: tables with rows, any graph of foreign keys between them, what is special there, and what somebody does. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

MARIADB_NAMES = {
    "text": "varchar(20)",
    "numeric": "decimal(10,2)",
    "uuid": "char(36)",
    "bytea": "varbinary(8)",
    "domain": "varchar(9)",
    "serial": "integer",
    "identity": "integer",
    "timestamptz": "datetime",
}
_NAMES = {
    "mysql": MARIADB_NAMES,
    "sqlite": {
        "bytea": "blob",
        "domain": "varchar(9)",
        "serial": "integer",
        "identity": "integer",
        "timestamptz": "text",
    },
    "postgresql": {"domain": "code", "serial": "integer", "identity": "integer"},
}
"""How a database calls a key's type, where that is not as PostgreSQL does."""
KEYS = {
    "integer": ("1", "2", "3", "0"),
    "text": ("'a'", "'A'", "'b '", "'ß'"),
    "numeric": ("1", "2.0", "3.50", "-4"),
    "varchar(9)": ("'1'", "'01'", "'x'", "'X'"),
    "uuid": tuple(f"'{n}0000000-0000-4000-8000-00000000000{n}'" for n in range(1, 5)),
    "bytea": ("\\x01", "\\x00ff", "\\x7e", "\\x0102"),
    "domain": ("'abc'", "'a-1'", "'it''s'", "'0'"),
    "serial": ("1", "2", "3", "0"),
    "identity": ("1", "2", "3", "0"),
    "timestamptz": tuple(f"'2026-0{n}-01 10:00:00'" for n in range(1, 5)),
}
NUMBERED = ("serial", "identity")


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """A foreign key to the whole key of a table."""

    column: str
    to: int
    on_delete: str
    required: bool
    unique: bool
    mode: str = ""
    """"", "deferred", "not enforced", "unproven" (NOT VALID), "single" (SET NULL of one column), "one partition" to which it
    points, or "of one partition" from which it goes."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Its key has one column, or two of which the second is a number."""

    key: str
    double: bool
    pointers: tuple[Pointer, ...]
    rows: tuple[tuple[tuple[str, ...] | None, ...], ...]
    """For each row its key, the key that each pointer holds, and v; None is NULL."""

    @property
    def columns(self) -> list[str]:
        return ["id", "nr"] if self.double else ["id"]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What somebody does to t{at}: a shipped action, or one of the oracle's own."""

    action: str
    key: tuple[str, ...] = ()
    """Of the row, as literals."""
    where: str = "v"
    holds: str = ""
    column: str = "v"
    value: str | None = None
    """A literal; None is NULL."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One schema with rows, and what somebody does there."""

    tables: tuple[Table, ...]
    at: int
    features: tuple[str, ...]
    deed: Deed
    opened: tuple[int, ...]
    """Which tables the settings name."""
    others: tuple[str, ...] = ()
    """Of somebody else, between the run and its undo."""
    rounds: int = 1
    """How often it is undone and done again."""
    wide: int = 0
    """Which type a further column has."""

    def has(self, *features: str) -> bool:
        return any(feature in self.features for feature in features)

    @property
    def table(self) -> Table:
        return self.tables[self.at]


def type_of(database: str, key: str) -> str:
    return _NAMES[database].get(key, key)


def literal(database: str, text: str | None) -> str:
    if text is None:
        return "NULL"
    if text.startswith("\\x"):
        return f"'{text}'" if database == "postgresql" else f"X'{text[2:]}'"
    return text


def typed(database: str, text: str) -> str:
    """The same as a person writes it."""
    if text.startswith("\\x"):
        return text if database == "postgresql" else f"X'{text[2:]}'"
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def kinds_of(case: Case) -> Iterator[str]:
    """Everything that it is an example of."""
    yield from case.features or ("plain",)
    yield f"action {case.deed.action}"
    yield f"key {case.table.key}"
    if case.others:
        yield "a column dropped or renamed since" if case.others[0].startswith("ALTER") else "others' work in between"
    if case.rounds > 1:
        yield "undone three times round"
    if case.deed.action in ("delete-row", "set-column") and case.deed.key[:1] == ("0",):
        yield "the row of key 0"
    for n, table in enumerate(case.tables):
        yield from _of_table(case, n, table)
    if any(_circle(case.tables, n) for n in range(len(case.tables))):
        yield "foreign keys in a circle"


def circular(case: Case) -> bool:
    """Rows of the table may go with others of it."""
    return _circle(case.tables, case.at) or any(p.to == case.at for p in case.table.pointers)


def _of_table(case: Case, n: int, table: Table) -> Iterator[str]:
    if table.double:
        yield "key of two columns"
    if sum(p.to == n for p in table.pointers) > 1:
        yield "to itself twice"
    for nth, pointer in enumerate(table.pointers):
        yield f"ON DELETE {pointer.on_delete}"
        yield from (f"foreign key {pointer.mode}",) if pointer.mode else ()
        yield from ("to itself",) if pointer.to == n else ()
        yield from ("foreign key of two columns",) if case.tables[pointer.to].double else ()
        held = [row[1 + nth] for row in table.rows]
        there = {row[0] for row in case.tables[pointer.to].rows}
        yield from ("orphan",) if any(key is not None and key not in there for key in held) else ()
        yield from ("foreign key NULL",) if None in held else ()


def _circle(tables: tuple[Table, ...], start: int) -> bool:
    """From a table over another one back to it."""
    seen: set[int] = set()
    frontier = {p.to for p in tables[start].pointers} - {start}
    while frontier - seen:
        seen |= frontier
        frontier = {p.to for n in frontier for p in tables[n].pointers}
    return start in {p.to for n in seen if n != start for p in tables[n].pointers}
