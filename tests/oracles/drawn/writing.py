"""Writes a drawn case as each database has it: its tables and rows, what a person types there, and the same change in plain SQL."""

import re
from collections.abc import Sequence

from tests.oracles.drawn.features import FEATURES, KEYED
from tests.oracles.drawn.shapes import NUMBERED, Case, Pointer, Table, literal, type_of, typed
from tests.oracles.drawn.wide import LITE, MY, PG, WIDE
from tests.oracles.judge import Trial

ODD = {
    "t0": "Order lines", "t1": "select", "t2": 'naïve "q"', "t3": "x" * 61 + "'y", "t0_0": "Part 1", "t0_1": "part.2",
    "id": "Id", "nr": "order", "v": "50% (of) it's", "w": "a.b:c", "p0": "Größe", "p1": "to", "p0_nr": "x-y", "p1_nr": "table",
}  # fmt: skip
_WORD = re.compile(r"'(?:[^']|'')*'|\b(t\d(?:_\d)?|id|nr|v|w|p\d(?:_nr)?)\b")
PATH = "Shop 1"
_REPLICA = "SET session_replication_role = {}"
_PARTED = (
    "partitioned",
    "two levels of partitions",
    "trigger on a partition",
    "before trigger on a partition",
    "foreign key one partition",
)
"""Kinds whose table is in partitions."""


def trial_of(case: Case, database: str) -> Trial:
    """What a person types."""
    deed, table = case.deed, "seen" if case.has("the view itself") else named(case, f"t{case.at}")
    values: dict[str, str] = {"table": table}
    if deed.action in ("delete-row", "set-column"):
        values["id"] = ",".join(typed(database, text) for text in deed.key)
    if deed.action == "clear-rows":
        values |= {"column": deed.where, "value": typed(database, deed.holds)}
    if deed.action == "set-where":
        values |= {"where": deed.where, "holds": typed(database, deed.holds)}
    if deed.action == "add-row":
        values |= dict(zip(("first", "second"), (typed(database, text) for text in deed.key), strict=False))
    if deed.action == "shift":
        values |= {"column": "v", "by": "1", "first": "1"}
    if deed.action in ("set-where", "set-column"):
        values["column"] = deed.column
        text = _written(case, database)
        values |= {} if text is None or text == "NULL" else {"value": typed(database, re.sub("^B(?=')", "", text))}
    if case.has("odd names"):
        values |= {field: ODD[values[field]] for field in ("column", "where") if values.get(field) in ODD}
    keys = {named(case, f"t{n}"): [_odd(case, c) for c in case.tables[n].columns] for n in case.opened}
    if case.has(*KEYED):
        keys[f"t{case.at}"] = ["k"]
        values |= {"id": "0"} if "id" in values else {}
    if case.has("the view itself"):
        keys["seen"] = case.table.columns
    volatile = (f"t{case.at}.touched",) if case.has("declared touch") else ()
    user = "rowkeeper" if case.has("row-level security", "row-level security of a child", "column rights") else ""
    return Trial(
        tables=keys, action=deed.action, values=values, volatile=volatile, user=user, rounds=3 if case.rounds > 1 else 1,
        others=tuple(spelt(case, said, database) for said in case.others),
        reshaped=(f"t{case.at}.m", f"t{case.at}.mm") if "".join(case.others).startswith("ALTER") else (),
    )  # fmt: skip


def change_of(case: Case, database: str) -> str:
    """The same in plain SQL."""
    deed, table = case.deed, f"t{case.at}"
    where = f"WHERE {predicate_of(case, database)}"
    said = {
        "delete-row": f"DELETE FROM {table} {where}",
        "clear-rows": f"DELETE FROM {table} {where}",
        "shift": f"UPDATE {table} SET v = v + 1 {where}",
        "add-row": f"INSERT INTO {table} ({', '.join(case.table.columns[: len(deed.key)])}) VALUES "
        f"({', '.join(literal(database, text) for text in deed.key)})",
    }.get(deed.action, f"UPDATE {table} SET {deed.column} = {literal(database, _written(case, database))} {where}")
    if deed.action == "add-row" and case.table.key == "identity" and database == PG:
        said = said.replace(" VALUES", " OVERRIDING SYSTEM VALUE VALUES")
    return spelt(case, said, database)


def mark_of(case: Case, database: str) -> str:
    """Marks the rows that it is about."""
    return spelt(case, f"UPDATE t{case.at} SET m = 1 WHERE {predicate_of(case, database)}", database)


def predicate_of(case: Case, database: str) -> str:
    """Which rows it is about, unspelt; nothing is inserted by one."""
    deed = case.deed
    if deed.action in ("delete-row", "set-column") and case.has(*KEYED):
        return "k = 0"
    if deed.action in ("delete-row", "set-column"):
        pairs = zip(case.table.columns, deed.key, strict=True)
        return " AND ".join(_same(database, column, literal(database, text)) for column, text in pairs)
    if deed.action == "shift":
        return "v >= 1"
    return _same(database, deed.where, literal(database, deed.holds)) if deed.holds else "1 = 1"


def _same(database: str, column: str, text: str) -> str:
    exactly = f" AND HEX({column}) = HEX({text})" if database == MY and column == "id" and text.startswith("'") else ""
    return f"{column} = {text}{exactly}"


def _written(case: Case, database: str) -> str | None:
    deed = case.deed
    if deed.column != "w":
        return deed.value
    found = _wide(case, database)
    return found[1][0] if found else None


def schema_of(case: Case, database: str) -> str:
    said = [*_opening(case, database), *_tables(case, database)]
    first, last = _lines(case, database, "before"), _lines(case, database, "after")
    said += [*(_foreign(case, database) if database != LITE else ()), *first, *_inserts(case, database), *last]
    return ";\n".join(spelt(case, line, database) for line in said)


def named(case: Case, table: str) -> str:
    """A table as the settings and people write it."""
    name = _odd(case, table)
    return '"' + name.replace('"', '""') + '"' if re.search(r'["`.]', name) else name


def _odd(case: Case, name: str) -> str:
    return ODD.get(name, name) if case.has("odd names") else name


def plain_name(case: Case, table: str) -> str:
    """As the engine and the dump call it."""
    return _odd(case, table)


def spelt(case: Case, sql: str, database: str) -> str:
    """With the odd names, quoted as the database has it."""
    if not case.has("odd names"):
        return sql
    mark = "`" if database == MY else '"'

    def quoted(found: re.Match[str]) -> str:
        name = ODD.get(found[1] or "")
        return found[0] if name is None else mark + name.replace(mark, mark * 2) + mark

    return _WORD.sub(quoted, sql)


def _opening(case: Case, database: str) -> list[str]:
    said = []
    if database == PG:
        said = [
            "CREATE DOMAIN code AS varchar(9) CHECK (VALUE <> 'xyz')",
            "CREATE TYPE mood AS ENUM ('good', 'Bad one')",
            "CREATE TYPE addr AS (street text, house varchar(5))",
        ]
    if database == PG and case.has("search path"):
        base = "EXECUTE format('ALTER DATABASE %I SET search_path = \"Shop 1\", public', current_database());"
        said += [f'CREATE SCHEMA "{PATH}"', f'SET search_path = "{PATH}", public', f"DO $$ BEGIN {base} END $$"]
    if database == MY:
        said = ["SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'"]
    return said


def _lines(case: Case, database: str, when: str) -> list[str]:
    found = [FEATURES[name] for name in case.features if name in FEATURES]
    return [line for feature in found if (write := getattr(feature, when).get(database)) for line in write(case)]


def _tables(case: Case, database: str) -> list[str]:
    return [line for n in range(len(case.tables)) for line in _table(case, database, n)]


def _table(case: Case, database: str, n: int) -> list[str]:
    table = case.tables[n]
    parts = [_key(database, table, case)] + (["nr integer NOT NULL"] if table.double else [])
    parts += [cell for pointer in table.pointers for cell in _pointing(case, database, pointer)]
    parts.append("v integer")
    if n == case.at:
        parts.append("m integer")  # by which the rows of a predicate are marked
        parts += [c for f in case.features if f in FEATURES and (c := FEATURES[f].columns.get(database))]
        parts += (
            [f"w {'any' if case.has('strict') and database == LITE else wide[0]}"]
            if (wide := _wide(case, database))
            else []
        )
    if "PRIMARY KEY" not in parts[0]:
        parts.append(f"PRIMARY KEY ({', '.join(table.columns)})")
    parts += [_reference(case, database, p) for p in table.pointers] if database == LITE else []
    return _parted(case, database, n, f"CREATE TABLE t{n} ({', '.join(parts)})")


def _key(database: str, table: Table, case: Case) -> str:
    kind, alone = type_of(database, table.key), not table.double
    if table.key in NUMBERED and alone:
        ways = {
            PG: "serial NOT NULL" if table.key == "serial" else "integer GENERATED ALWAYS AS IDENTITY",
            MY: "integer NOT NULL AUTO_INCREMENT",
            LITE: "integer PRIMARY KEY"
            + (" AUTOINCREMENT" if table.key == "identity" and not case.has("without rowid") else ""),
        }
        return f"id {ways[database]}"
    if database == LITE and case.has("strict"):
        kind = "blob" if kind == "blob" else "integer" if kind == "integer" else "text"
    return f"id {kind} NOT NULL"


def _parted(case: Case, database: str, n: int, made: str) -> list[str]:
    if database == LITE and n == case.at:
        ends = [end for end, name in (("STRICT", "strict"), ("WITHOUT ROWID", "without rowid")) if case.has(name)]
        made = made.replace(" timestamp", " text").replace("varchar", "text") if case.has("strict") else made
        return [f"{made} {', '.join(ends)}"]
    if database != PG or n not in _in_parts(case):
        return [made]
    part = "CREATE TABLE t{0}_{1} PARTITION OF t{0} FOR VALUES WITH (MODULUS 2, REMAINDER {1})"
    found = [f"{made} PARTITION BY HASH (id)", part.format(n, 0), part.format(n, 1)]
    if case.has("two levels of partitions"):
        found[1] += " PARTITION BY HASH (id)"
        found += [
            f"CREATE TABLE t{n}_0_{i} PARTITION OF t{n}_0 FOR VALUES WITH (MODULUS 2, REMAINDER {i})" for i in (0, 1)
        ]
    return found


def _in_parts(case: Case) -> list[int]:
    """Tables in partitions."""
    if case.has("foreign key of one partition"):
        return [n for n, table in enumerate(case.tables) if any(p.mode == "of one partition" for p in table.pointers)]
    return [case.at] if case.has(*_PARTED) else []


def _wide(case: Case, database: str) -> tuple[str, tuple[str, ...]] | None:
    name = next((f for f in case.features if f in WIDE), "")
    kinds = list(WIDE.get(name, {}).get(database, {}).items())
    return kinds[case.wide % len(kinds)] if kinds else None


def _pointing(case: Case, database: str, pointer: Pointer) -> list[str]:
    to = case.tables[pointer.to]
    more = " NOT NULL" if pointer.required else ""
    alone = (
        " UNIQUE"
        if pointer.unique and not to.double and not _in_parts(case)  # which would have to hold the table's key, too
        else ""
    )
    kind = type_of(database, to.key)
    if database == LITE and case.has("strict"):
        kind = kind if kind in ("blob", "integer") else "text"
    return [f"{pointer.column} {kind}{more}{alone}", *([f"{pointer.column}_nr integer{more}"] if to.double else [])]


def _reference(case: Case, database: str, pointer: Pointer) -> str:
    to = case.tables[pointer.to]
    rule, late = (
        pointer.on_delete,
        " DEFERRABLE INITIALLY DEFERRED" if pointer.mode == "deferred" and database != MY else "",
    )
    if database == MY:
        rule = {"SET DEFAULT": "NO ACTION", "SET NULL": "CASCADE" if pointer.required else "SET NULL"}.get(rule, rule)
    if database == PG:
        single = pointer.mode == "single" and to.double and rule in ("SET NULL", "SET DEFAULT")
        rule += f" ({pointer.column})" if single else ""
        late += {"not enforced": " NOT ENFORCED", "unproven": " NOT VALID"}.get(pointer.mode, "")
    part = "_0" if pointer.mode == "one partition" and database == PG else ""
    target = f"t{pointer.to}{part} ({', '.join(to.columns)})"
    return f"FOREIGN KEY ({', '.join(_cells(case, pointer))}) REFERENCES {target} ON DELETE {rule}{late}"


def _foreign(case: Case, database: str) -> list[str]:
    return [
        f"ALTER TABLE t{n}{'_0' if p.mode == 'of one partition' else ''} ADD {_reference(case, database, p)}"
        for n, t in enumerate(case.tables)
        for p in t.pointers
    ]


def _cells(case: Case, pointer: Pointer) -> list[str]:
    return [pointer.column] + ([f"{pointer.column}_nr"] if case.tables[pointer.to].double else [])


def _inserts(case: Case, database: str) -> list[str]:
    verb, end = ("INSERT IGNORE", "") if database == MY else ("INSERT", " ON CONFLICT DO NOTHING")
    found = []
    for n, table in enumerate(case.tables):
        wide = _wide(case, database) if n == case.at else None
        names = [*table.columns, *(c for p in table.pointers for c in _cells(case, p)), "v", *(["w"] if wide else [])]
        over = " OVERRIDING SYSTEM VALUE" if database == PG and table.key == "identity" and not table.double else ""
        for nth, row in enumerate(table.rows):
            cells = [literal(database, text) for texts in _row(case, table, row) for text in texts]
            cells += [wide[1][nth % 2]] if wide else []
            found.append(f"{verb} INTO t{n} ({', '.join(names)}){over} VALUES ({', '.join(cells)}){end}")
    if database == PG:
        return [_REPLICA.format("replica"), *found, _REPLICA.format("origin")]
    return ["SET foreign_key_checks = 0", *found, "SET foreign_key_checks = 1"] if database == MY else found


def _row(case: Case, table: Table, row: Sequence[tuple[str, ...] | None]) -> list[tuple[str | None, ...]]:
    key, *pointers, value = row
    held = [h or (None,) * len(_cells(case, p)) for h, p in zip(pointers, table.pointers, strict=True)]
    return [key or (), *held, value or (None,)]
