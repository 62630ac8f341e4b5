"""Schemas that nobody thought of: tables with keys of several types, any graph of foreign keys between them, rows and a thing to do.

A case is drawn once, and each database writes it in its own way, so a failing seed is the same case on each of them.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.oracles.judge import Trial

ACTIONS = ("CASCADE", "SET NULL", "NO ACTION", "RESTRICT", "CASCADE", "SET DEFAULT")
KEYS = {
    "integer": ("1", "2", "3", "0"),
    "text": ("'a'", "'A'", "'b '", "'ß'"),
    "numeric": ("1", "2.0", "3.50", "-4"),
    "varchar(9)": ("'1'", "'01'", "'x'", "'X'"),
    "uuid": tuple(f"'{n}0000000-0000-4000-8000-00000000000{n}'" for n in range(1, 5)),
    "bytea": ("\\x01", "\\x00ff", "\\x", "\\x0102"),
}
_NAMES = {
    "mysql": {"text": "varchar(20)", "numeric": "decimal(10,2)", "uuid": "char(36)", "bytea": "varbinary(8)"},
    "sqlite": {"bytea": "blob"},
}
"""How a database calls a type, where that is not as PostgreSQL does."""
EXTRAS = (
    "generated", "virtual", "touch", "declared touch", "log", "rule", "inherits", "check", "partial", "unique", "policy", "deferred",
    "partitioned", "narrow", "forbids", "raises", "skips", "overwrites", "instead", "excluded", "expression", "late",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """A foreign key to the whole key of a table."""

    column: str
    to: int
    on_delete: str
    required: bool
    unique: bool


@dataclass(frozen=True, kw_only=True)
class Table:
    """Its key has one column, or two of which the second is a number."""

    key: str
    double: bool
    pointers: tuple[Pointer, ...]
    rows: tuple[tuple[tuple[str, ...] | None, ...], ...]
    """For each row its key, and the key that each pointer holds; None is NULL."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One schema with rows, and what somebody does there."""

    tables: tuple[Table, ...]
    at: int
    extra: str
    trial: Trial

    def written(self, database: str) -> str:
        return ";\n".join(getattr(self, f"_{database}")())

    def _postgresql(self) -> list[str]:
        made = [self._create("postgresql", n) for n in range(len(self.tables))]
        role = "SET session_replication_role"
        return [
            *made, *self._foreign("postgresql"), *self._extra_first("postgresql"), f"{role} = replica", *self._inserts("postgresql"),
            f"{role} = origin", *self._extra_postgresql(),
        ]  # fmt: skip

    def _mysql(self) -> list[str]:
        made = [self._create("mysql", n) for n in range(len(self.tables))]
        return [
            *made, *self._foreign("mysql"), *self._extra_first("mysql"), "SET foreign_key_checks = 0", *self._inserts("mysql"),
            *self._extra_mysql(),
        ]  # fmt: skip

    def _sqlite(self) -> list[str]:
        made = [self._create("sqlite", n) for n in range(len(self.tables))]
        return [*made, *self._extra_first("sqlite"), *self._inserts("sqlite"), *self._extra_sqlite()]

    def _create(self, database: str, n: int) -> str:
        table = self.tables[n]
        parts = [f"id {_type(database, table.key)} NOT NULL"] + (["nr integer NOT NULL"] if table.double else [])
        parts += [cell for pointer in table.pointers for cell in self._pointing(database, pointer)]
        parts.append("v integer")
        if n == self.at:
            parts += self._columns(database)
        parts.append(f"PRIMARY KEY ({', '.join(_key(table))})")
        parts += [self._reference(n, p) for p in table.pointers] if database == "sqlite" else []
        parts += ["CHECK (v < 3)"] if self.extra == "narrow" and n == self.at else []
        parted = " PARTITION BY HASH (id)" if self._parted(database, n) else ""
        return f"CREATE TABLE t{n} ({', '.join(parts)}){parted}{self._parts(n) if parted else ''}"

    def _parted(self, database: str, n: int) -> bool:
        return self.extra == "partitioned" and n == self.at and database == "postgresql"

    def _parts(self, n: int) -> str:
        return "".join(
            f"; CREATE TABLE t{n}_{i} PARTITION OF t{n} FOR VALUES WITH (MODULUS 2, REMAINDER {i})" for i in (0, 1)
        )

    def _columns(self, database: str) -> list[str]:
        kind = {"generated": "STORED", "virtual": "VIRTUAL"}.get(self.extra, "")
        formula = f"COALESCE(v, 0) * 2{' + 1' if self.extra == 'virtual' else ''}"
        touched = "timestamptz" if database == "postgresql" else "datetime" if database == "mysql" else "text"
        return {
            "generated": [f"twice integer GENERATED ALWAYS AS ({formula}) {kind}"],
            "virtual": [f"twice integer GENERATED ALWAYS AS ({formula}) {kind}"],
            "touch": [f"touched {touched}"],
            "declared touch": [f"touched {touched}"],
        }.get(self.extra, [])

    def _pointing(self, database: str, pointer: Pointer) -> list[str]:
        to = self.tables[pointer.to]
        more = " NOT NULL" if pointer.required else ""
        alone = " UNIQUE" if pointer.unique and not to.double and self.extra != "partitioned" else ""
        first = f"{pointer.column} {_type(database, to.key)}{more}{alone}"
        return [first, *([f"{pointer.column}_nr integer{more}"] if to.double else [])]

    def _reference(self, n: int, pointer: Pointer) -> str:
        to = self.tables[pointer.to]
        columns = [pointer.column] + ([f"{pointer.column}_nr"] if to.double else [])
        late = " DEFERRABLE INITIALLY DEFERRED" if self.extra == "deferred" else ""
        target = f"t{pointer.to} ({', '.join(_key(to))})"
        return f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {target} ON DELETE {pointer.on_delete}{late}"

    def _foreign(self, database: str) -> list[str]:
        """MariaDB knows no SET DEFAULT, checks no foreign key late and empties no column that may not be empty."""
        found = [f"ALTER TABLE t{n} ADD {self._reference(n, p)}" for n, t in enumerate(self.tables) for p in t.pointers]
        if database != "mysql":
            return found
        plain = (
            said.replace("SET DEFAULT", "NO ACTION").replace(" DEFERRABLE INITIALLY DEFERRED", "") for said in found
        )
        required = [p.required for t in self.tables for p in t.pointers]
        return [s.replace("SET NULL", "CASCADE") if must else s for s, must in zip(plain, required, strict=True)]

    def _inserts(self, database: str) -> list[str]:
        ways = {"mysql": ("INSERT IGNORE", "")}
        verb, end = ways.get(database, ("INSERT", " ON CONFLICT DO NOTHING"))
        found = []
        for n, table in enumerate(self.tables):
            names = [*_key(table), *(c for p in table.pointers for c in self._cells(p)), "v"]
            for row in table.rows:
                cells = [
                    _cell(database, text)
                    for held, width in self._held(table, row)
                    for text in (held or (None,) * width)
                ]
                found.append(f"{verb} INTO t{n} ({', '.join(names)}) VALUES ({', '.join(cells)}){end}")
        return found

    def _cells(self, pointer: Pointer) -> list[str]:
        return [pointer.column] + ([f"{pointer.column}_nr"] if self.tables[pointer.to].double else [])

    def _held(self, table: Table, row: tuple[tuple[str, ...] | None, ...]) -> list[tuple[tuple[str, ...] | None, int]]:
        key, *pointers, value = row
        pairs = zip(pointers, table.pointers, strict=True)
        return [(key, 1), *((held, 2 if self.tables[p.to].double else 1) for held, p in pairs), (value, 1)]

    def _extra_first(self, database: str) -> list[str]:
        if self.extra == "unique" and database != "mysql":
            return [f"CREATE UNIQUE INDEX u ON t{self.at} (v)"]
        return []

    def _extra_postgresql(self) -> list[str]:
        n = self.at
        function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
        touch = f"{function} 'BEGIN NEW.touched = now(); RETURN NEW; END'"
        touched = f"CREATE TRIGGER x BEFORE INSERT OR UPDATE ON t{n} FOR EACH ROW EXECUTE FUNCTION f()"
        each = f"CREATE TRIGGER x BEFORE UPDATE OR DELETE ON t{n} FOR EACH ROW EXECUTE FUNCTION f()"
        numbered = f"(SELECT ctid AS at, row_number() OVER () - 1 AS nth FROM t{n})"
        role = (
            "SET session_replication_role"  # a row of the same transaction would be held against its foreign keys again
        )
        once = f"{role} = replica; UPDATE t{n} SET v = x.nth FROM {numbered} x WHERE t{n}.ctid = x.at; {role} = origin"
        back = "IF TG_OP = ''DELETE'' THEN RETURN OLD; END IF; RETURN NEW; END'"
        return {
            "forbids": [f"{function} 'BEGIN RAISE EXCEPTION ''Ask Ann''; END'", each],
            "raises": [f"{function} 'BEGIN IF OLD.v = 1 THEN RAISE EXCEPTION ''Ask %'', OLD.v; END IF; {back}", each],
            "skips": [f"{function} 'BEGIN IF OLD.v = 1 THEN RETURN NULL; END IF; {back}", each],
            "overwrites": [
                f"{function} 'BEGIN NEW.v = 5; RETURN NEW; END'",
                f"CREATE TRIGGER x BEFORE UPDATE ON t{n} FOR EACH ROW EXECUTE FUNCTION f()",
            ],
            "instead": [f"CREATE RULE r AS ON DELETE TO t{n} DO INSTEAD NOTHING"],
            "excluded": [once, f"ALTER TABLE t{n} ADD EXCLUDE (v WITH =)"],
            "expression": [once, f"CREATE UNIQUE INDEX ON t{n} ((v * 2))"],
            "late": [
                once,
                f"ALTER TABLE t{n} ADD UNIQUE (v) DEFERRABLE INITIALLY DEFERRED",
            ],
            "touch": [touch, touched],
            "declared touch": [touch, touched],
            "log": [
                "CREATE TABLE log (n int)", f"{function} 'BEGIN INSERT INTO log VALUES (1); RETURN NULL; END'",
                f"CREATE TRIGGER x AFTER DELETE OR UPDATE ON t{n} FOR EACH STATEMENT EXECUTE FUNCTION f()",
            ],
            "rule": ["CREATE TABLE log (n int)", f"CREATE RULE r AS ON DELETE TO t{n} DO ALSO INSERT INTO log VALUES (1)"],
            "inherits": [f"CREATE TABLE child (more int) INHERITS (t{n})", f"INSERT INTO child SELECT *, 1 FROM t{n} LIMIT 1"],
            "check": [f"ALTER TABLE t{n} ADD CHECK (v > 0) NOT VALID"],
            "partial": [f"CREATE UNIQUE INDEX ON t{n} (v) WHERE v > 5"],
            "policy": [f"ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY", f"CREATE POLICY p ON t{n} USING (v > 0)"],
        }.get(self.extra, [])  # fmt: skip

    def _extra_mysql(self) -> list[str]:
        n = self.at
        touch = [f"CREATE TRIGGER x BEFORE UPDATE ON t{n} FOR EACH ROW SET NEW.touched = NOW()"]
        before = f"CREATE TRIGGER x BEFORE UPDATE ON t{n} FOR EACH ROW"
        signal = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Ask Ann'"
        return {
            "forbids": [f"{before} {signal}", f"CREATE TRIGGER y BEFORE DELETE ON t{n} FOR EACH ROW {signal}"],
            "overwrites": [f"{before} SET NEW.v = 5"],
            "touch": touch,
            "declared touch": touch,
            "log": [
                "CREATE TABLE log (n int)",
                f"CREATE TRIGGER x AFTER DELETE ON t{n} FOR EACH ROW INSERT INTO log VALUES (1)",
            ],
            "check": ["SET check_constraint_checks = 0", f"ALTER TABLE t{n} ADD CHECK (v > 0)"],
        }.get(self.extra, [])

    def _extra_sqlite(self) -> list[str]:
        n = self.at
        key = _key(self.tables[n])[0]
        touch = [
            f"CREATE TRIGGER x AFTER UPDATE ON t{n} BEGIN UPDATE t{n} SET touched = datetime('now') WHERE {key} = NEW.{key}; END"
        ]
        before = [f"CREATE TRIGGER {verb[0]} BEFORE {verb} ON t{n}" for verb in ("UPDATE", "DELETE")]
        return {
            "forbids": [f"{head} BEGIN SELECT RAISE(ABORT, 'Ask Ann'); END" for head in before],
            "raises": [f"{head} WHEN OLD.v = 1 BEGIN SELECT RAISE(ABORT, 'Ask Ann'); END" for head in before],
            "skips": [f"{head} WHEN OLD.v = 1 BEGIN SELECT RAISE(IGNORE); END" for head in before],
            "overwrites": [
                f"CREATE TRIGGER x AFTER UPDATE ON t{n} BEGIN UPDATE t{n} SET v = 5 WHERE {key} = NEW.{key}; END"
            ],
            "touch": touch,
            "declared touch": touch,
            "log": [
                "CREATE TABLE log (n int)",
                f"CREATE TRIGGER x AFTER DELETE ON t{n} BEGIN INSERT INTO log VALUES (1); END",
            ],
            "partial": [f"CREATE UNIQUE INDEX p ON t{n} (v) WHERE v > 5"],
        }.get(self.extra, [])


def _type(database: str, key: str) -> str:
    return _NAMES.get(database, {}).get(key, key)


def _key(table: Table) -> list[str]:
    return ["id", "nr"] if table.double else ["id"]


def _cell(database: str, text: str | None) -> str:
    if text is None:
        return "NULL"
    if text.startswith("\\x"):
        return f"'{text}'" if database == "postgresql" else f"X'{text[2:]}'"
    return text


def _added(table: Table) -> dict[str, str]:
    return {"first": KEYS[table.key][-1].strip("'"), **({"second": "9"} if table.double else {})}


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """A seed that fails is shrunk to the fewest tables, foreign keys and rows."""
    count = draw(st.integers(1, 4))
    keys = [(draw(st.sampled_from(sorted(KEYS))), draw(st.integers(0, 4)) == 4) for _ in range(count)]
    tables = tuple(_table(draw, n, keys) for n in range(count))
    at = draw(st.integers(0, count - 1))
    extra = draw(st.sampled_from(("", "", "", "", "", "", "", "", *EXTRAS)))
    return Drawn(tables=tables, at=at, extra=extra, trial=_trial(draw, tables, at, extra))


def _table(draw: st.DrawFn, n: int, keys: list[tuple[str, bool]]) -> Table:
    pointers = tuple(
        Pointer(
            column=f"p{i}",
            to=draw(st.integers(0, len(keys) - 1)),
            on_delete=draw(st.sampled_from(ACTIONS)),
            required=draw(st.integers(0, 3)) == 3,
            unique=draw(st.integers(0, 5)) == 5,
        )
        for i in range(draw(st.integers(0, 2)))
    )
    key, double = keys[n]
    rows = []
    for value in KEYS[key][: draw(st.sampled_from((4, 4, 3, 2, 1)))]:
        held = [_pointed(draw, keys[p.to], required=p.required) for p in pointers]
        rows.append((_whole(draw, value, double=double), *held, (str(draw(st.integers(0, 2))),)))
    return Table(key=key, double=double, pointers=pointers, rows=tuple(rows))


def _pointed(draw: st.DrawFn, to: tuple[str, bool], *, required: bool) -> tuple[str, ...] | None:
    key, double = to
    choices = KEYS[key][: draw(st.sampled_from((1, 2, 2, 3, 4)))]
    chosen = draw(st.sampled_from(choices if required else (None, *choices)))
    return None if chosen is None else _whole(draw, chosen, double=double)


def _whole(draw: st.DrawFn, value: str, *, double: bool) -> tuple[str, ...]:
    return (value, str(draw(st.integers(1, 2)))) if double else (value,)


def _trial(draw: st.DrawFn, tables: tuple[Table, ...], at: int, extra: str) -> Trial:
    table = tables[at]
    named = {f"t{n}": ",".join(_key(t)) for n, t in enumerate(tables) if n == at or draw(st.integers(0, 9)) < 9}
    row = draw(st.sampled_from(table.rows))
    typed = (row[0] or ("",))[0].strip("'")
    deletes = ("clear-rows", {"column": "id", "value": typed}) if table.double else ("delete-row", {"id": typed})
    if table.key == "bytea":  # what people type for bytes is tried elsewhere
        deletes = ("clear-rows", {"column": "v", "value": "0"})
    action, values = draw(
        st.sampled_from(
            (
                deletes,
                deletes,
                deletes,
                ("clear-rows", {"column": "v", "value": "1"}),
                ("set-where", {"where": "v", "holds": "1", "column": "v", "value": "7"}),
                ("set-where", {"where": "v", "holds": "2", "column": "v"}),
                ("shift", {"column": "v", "by": "1", "first": "1"}),
                deletes if table.key == "bytea" else ("add-row", _added(table)),
            )
        )
    )
    volatile = (f"t{at}.touched",) if extra == "declared touch" else ()
    return Trial(
        tables=named,
        action=action,
        values={"table": f"t{at}", **values},
        volatile=volatile,
        others=draw(st.sampled_from(((), (), (), (), (), *_others(draw, tables, at)))),
    )


def _others(draw: st.DrawFn, tables: tuple[Table, ...], at: int) -> tuple[tuple[str, ...], ...]:
    """Somebody works on other rows, on these, on what they point at or what points at them, or takes their keys."""
    other, table = draw(st.integers(0, len(tables) - 1)), tables[at]
    names, key = ", ".join(_key(table)), table.rows[0][0] or ()
    cells = ", ".join(text for text in key if not text.startswith("\\x"))
    takes = (f"INSERT INTO t{at} ({names}, v) VALUES ({cells}, 8)",) if cells else ()
    return (f"UPDATE t{other} SET v = 9 WHERE v = 0",), (f"UPDATE t{at} SET v = 9",), (f"DELETE FROM t{other}",), takes
