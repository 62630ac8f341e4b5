"""Schemas that nobody thought of: tables with keys of several types, any graph of foreign keys between them, rows and a thing to do."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.oracles.judge import Trial

ACTIONS = ("CASCADE", "SET NULL", "NO ACTION", "RESTRICT", "CASCADE", "SET DEFAULT")
KEYS = {
    "integer": ("1", "2", "3", "4"),
    "text": ("'a'", "'A'", "'b '", "'ß'"),
    "numeric": ("1", "2.0", "3.50", "-4"),
    "varchar(9)": ("'1'", "'01'", "'x'", "'X'"),
}


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """A foreign key of one column."""

    column: str
    to: int
    on_delete: str
    required: bool
    unique: bool


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One schema with rows, as both databases take it, and what somebody does there."""

    keys: tuple[str, ...]
    pointers: tuple[tuple[Pointer, ...], ...]
    rows: tuple[tuple[tuple[str | None, ...], ...], ...]
    """For each table its rows: key, pointers, value; None is NULL."""
    extra: str
    trial: Trial

    def postgres(self) -> str:
        tables = [self._table(n, " DEFERRABLE" if n % 2 else "") for n in range(len(self.keys))]
        loose = ["SET session_replication_role = replica", *self._inserts(), "SET session_replication_role = origin"]
        return ";\n".join([*tables, *self._later(), *loose, *([self.extra] if self.extra else [])])

    def sqlite(self) -> str:
        return ";\n".join([*(self._table(n, "", inline=True) for n in range(len(self.keys))), *self._inserts()])

    def _table(self, n: int, _more: str, *, inline: bool = False) -> str:
        parts = [f"id {self.keys[n]} NOT NULL PRIMARY KEY"]
        for p in self.pointers[n]:
            said = f"{p.column} {self.keys[p.to]}{' NOT NULL' if p.required else ''}{' UNIQUE' if p.unique else ''}"
            parts.append(said + (f" REFERENCES t{p.to} (id) ON DELETE {p.on_delete}" if inline else ""))
        return f"CREATE TABLE t{n} ({', '.join([*parts, 'v integer'])})"

    def _later(self) -> list[str]:
        return [
            f"ALTER TABLE t{n} ADD FOREIGN KEY ({p.column}) REFERENCES t{p.to} (id) ON DELETE {p.on_delete}"
            for n, pointers in enumerate(self.pointers)
            for p in pointers
        ]

    def _inserts(self) -> list[str]:
        return [
            f"INSERT INTO t{n} VALUES ({', '.join('NULL' if cell is None else cell for cell in row)}) ON CONFLICT DO NOTHING"
            for n, rows in enumerate(self.rows)
            for row in rows
        ]


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """A seed that fails is shrunk to the fewest tables, foreign keys and rows."""
    count = draw(st.integers(1, 4))
    keys = tuple(draw(st.sampled_from(sorted(KEYS))) for _ in range(count))
    pointers = tuple(_pointers(draw, n, count) for n in range(count))
    rows = tuple(_rows(draw, keys, n, pointers[n]) for n in range(count))
    at = draw(st.integers(0, count - 1))
    extra = draw(st.sampled_from(("", "", "", *_extras(at))))
    return Drawn(keys=keys, pointers=pointers, rows=rows, extra=extra, trial=_trial(draw, keys, at, len(rows[at])))


def _pointers(draw: st.DrawFn, n: int, count: int) -> tuple[Pointer, ...]:
    return tuple(
        Pointer(
            column=f"p{i}",
            to=draw(st.integers(0, count - 1)),
            on_delete=draw(st.sampled_from(ACTIONS)),
            required=draw(st.integers(0, 3)) == 0,
            unique=draw(st.integers(0, 5)) == 0,
        )
        for i in range(draw(st.integers(0, 2)))
    )


def _rows(
    draw: st.DrawFn, keys: tuple[str, ...], n: int, pointers: tuple[Pointer, ...]
) -> tuple[tuple[str | None, ...], ...]:
    found = []
    for key in KEYS[keys[n]][: draw(st.sampled_from((1, 2, 3, 4, 4)))]:
        cells = []
        for p in pointers:
            choices = KEYS[keys[p.to]][: draw(st.sampled_from((2, 2, 3, 4)))]
            cells.append(draw(st.sampled_from(choices if p.required else (None, *choices))))
        found.append((key, *cells, str(draw(st.integers(0, 2)))))
    return tuple(found)


def _extras(n: int) -> tuple[str, ...]:
    function = (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (1); RETURN NULL; END'"
    )
    return (
        f"CREATE TABLE log (n int); {function}; CREATE TRIGGER x AFTER DELETE ON t{n} FOR EACH STATEMENT EXECUTE FUNCTION f()",
        f"CREATE TABLE log (n int); CREATE RULE r AS ON DELETE TO t{n} DO ALSO INSERT INTO log VALUES (1)",
        f"CREATE TABLE child (more int) INHERITS (t{n}); INSERT INTO child SELECT *, 1 FROM t{n} LIMIT 1",
        f"ALTER TABLE t{n} ADD CHECK (v > 0) NOT VALID",
        f"CREATE UNIQUE INDEX ON t{n} (v) WHERE v > 5",
    )


def _trial(draw: st.DrawFn, keys: tuple[str, ...], at: int, count: int) -> Trial:
    tables = {f"t{n}": "id" for n in range(len(keys)) if n == at or draw(st.integers(0, 9))}
    key = draw(st.sampled_from(KEYS[keys[at]][: count or 1])).strip("'")
    action, values = draw(
        st.sampled_from(
            (
                ("delete-row", {"id": key}),
                ("delete-row", {"id": key}),
                ("delete-row", {"id": key}),
                ("clear-rows", {"column": "v", "value": "1"}),
                ("set-where", {"where": "v", "holds": "1", "column": "v", "value": "7"}),
                ("add-row", {"first": KEYS[keys[at]][-1].strip("'")}),
            )
        )
    )
    return Trial(tables=tables, action=action, values={"table": f"t{at}", **values})
