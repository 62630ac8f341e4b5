"""What can be special about a table, each written for the databases that have it. `n` is the table's number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.oracles.drawn.shapes import Case
from tests.oracles.drawn.wide import LITE, MY, PG, WIDE

ALL = (PG, MY, LITE)
Write = Callable[[Case], list[str]]


@dataclass(frozen=True, kw_only=True)
class Feature:
    """`columns` belong into the table, `before` comes before the rows, `after` after them."""

    columns: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Write] = field(default_factory=dict)
    after: Mapping[str, Write] = field(default_factory=dict)
    on: tuple[str, ...] = ()
    """Databases on which the shape alone makes it; the others follow from what is written."""
    unseen: bool = False
    """The database does something by itself there, or hides something: a refusal that names it is right."""
    alone: bool = False
    """It does not go together with another feature."""

    @property
    def databases(self) -> frozenset[str]:
        return frozenset((*self.columns, *self.before, *self.after, *self.on))


def _function(body: str) -> str:
    return f"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _pg(when: str, body: str, on: Callable[[Case], str] = lambda case: f"t{case.at}", each: str = "ROW") -> Write:
    return lambda case: [
        _function(body),
        f"CREATE TRIGGER x {when} ON {on(case)} FOR EACH {each} EXECUTE FUNCTION f()",
    ]


def _my(when: str, body: str, on: Callable[[Case], str] = lambda case: f"t{case.at}") -> Write:
    return lambda case: [f"CREATE TRIGGER x {when} ON {on(case)} FOR EACH ROW {body}"]


def _lite(when: str, body: str, on: Callable[[Case], str] = lambda case: f"t{case.at}") -> Write:
    return lambda case: [f"CREATE TRIGGER x {when} ON {on(case)} BEGIN {body.replace('@', on(case))}; END"]


def _plain(statement: str) -> Write:
    return lambda case: statement.replace("@", f"t{case.at}").split("; ")


def _child(case: Case) -> str:
    """A table that points at t{at}."""
    pointing = (n for n, t in enumerate(case.tables) if n != case.at and any(p.to == case.at for p in t.pointers))
    return f"t{next(pointing, case.at)}"


def _parent(case: Case) -> str:
    return f"t{next((p.to for p in case.table.pointers if p.to != case.at), case.at)}"


def numbered(database: str, column: str = "v") -> Write:
    """Gives each row a number of its own there, as unique columns need it."""

    def written(case: Case) -> list[str]:
        table = f"t{case.at}"
        if database == PG:  # a row of the same transaction would be held against its foreign keys again
            rows = f"(SELECT ctid AS at, row_number() OVER () - 1 AS nth FROM {table})"
            sets = f"UPDATE {table} SET {column} = y.nth FROM {rows} y WHERE {table}.ctid = y.at"
            return ["SET session_replication_role = replica", sets, "SET session_replication_role = origin"]
        if database == MY:
            return ["SET foreign_key_checks = 0", "SET @y = -1", f"UPDATE {table} SET {column} = (@y := @y + 1)"]
        less = f"({', '.join('y.' + c for c in case.table.columns)}) < ({', '.join(f'{table}.{c}' for c in case.table.columns)})"
        return [f"UPDATE {table} SET {column} = (SELECT count(*) FROM {table} y WHERE {less})"]

    return written


def _numbered(statement: str, *databases: str) -> dict[str, Write]:
    return {d: lambda case, d=d: [*numbered(d)(case), *_plain(statement)(case)] for d in databases}  # type: ignore[misc]


def _keyed(statements: str, *databases: str) -> dict[str, Write]:
    """The rows are told apart by k, a number of each, and not by their primary key."""
    return {d: lambda case, d=d: [*numbered(d, "k")(case), *_plain(statements)(case)] for d in databases}  # type: ignore[misc]


_LOG = "INSERT INTO log VALUES (1)"
_MADE = "CREATE TABLE log (n int)"
_PG_LOG = f"{_LOG}; RETURN NULL;"
_PASS = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
_ASK = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Ask Ann'"


def _logged(write: Write) -> Write:
    return lambda case: [_MADE, *write(case)]


def _both(*writes: Write) -> Write:
    return lambda case: [said for write in writes for said in write(case)]


def _y(write: Write) -> Write:
    """The same under another name, beside the first."""
    return lambda case: [said.replace("TRIGGER x", "TRIGGER y") for said in write(case)]


_TOUCH_PG = "NEW.touched = now(); RETURN NEW;"
_TOUCH = {
    PG: _pg("BEFORE INSERT OR UPDATE", _TOUCH_PG),
    MY: _my("BEFORE UPDATE", "SET NEW.touched = NOW()"),
    LITE: _lite("AFTER UPDATE", "UPDATE @ SET touched = datetime('now') WHERE rowid = NEW.rowid"),
}
_TOUCHED = {PG: "touched timestamptz", MY: "touched datetime", LITE: "touched text"}
_ROLE = "DO $$ BEGIN CREATE ROLE rowkeeper LOGIN; EXCEPTION WHEN duplicate_object THEN END $$"
_GRANTS = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rowkeeper"


def _rights(case: Case) -> list[str]:
    """Of single columns, and not all of them."""
    table, names = f"t{case.at}", ", ".join((*case.table.columns, "v"))
    right = ("SELECT", "UPDATE", "INSERT", "DELETE")[len(case.table.rows) % 4]
    rest = f"REVOKE {right} ON {table} FROM rowkeeper"
    columns = f"; GRANT {right} ({names}) ON {table} TO rowkeeper" if right != "DELETE" else ""
    return [_ROLE, _GRANTS, *f"{rest}{columns}".split("; ")]


def _my_rights(case: Case) -> list[str]:
    table = f"t{case.at}"
    return [
        "CREATE OR REPLACE USER rowkeeper@'127.0.0.1'", "SET @d = DATABASE()",
        *(f"GRANT {right} ON {table} TO rowkeeper@'127.0.0.1'" for right in ("SELECT, INSERT", "UPDATE (v)", "DELETE")),
        "EXECUTE IMMEDIATE CONCAT('GRANT TRIGGER ON `', @d, '`.* TO rowkeeper@''127.0.0.1''')",
        "EXECUTE IMMEDIATE CONCAT('GRANT SELECT ON `', @d, '`.* TO rowkeeper@''127.0.0.1''')",
    ]  # fmt: skip


def _twin(case: Case) -> list[str]:
    # whole, but for columns that the database computes, which take no value
    names = "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
    stored = f"attrelid = 't{case.at}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
    copy = f"format('INSERT INTO child (%1$s, more) SELECT %1$s, 1 FROM t{case.at} LIMIT 1', ({names} WHERE {stored}))"
    return [f"CREATE TABLE child (more int) INHERITS (t{case.at})", f"DO $$ BEGIN EXECUTE {copy}; END $$"]


FEATURES: Mapping[str, Feature] = {
    # what a table has
    "generated": Feature(columns=dict.fromkeys(ALL, "twice integer GENERATED ALWAYS AS (COALESCE(v, 0) * 2) STORED")),
    "virtual": Feature(
        columns=dict.fromkeys(ALL, "twice integer GENERATED ALWAYS AS (COALESCE(v, 0) * 2 + 1) VIRTUAL")
    ),
    "default": Feature(columns=dict.fromkeys(ALL, "d integer NOT NULL DEFAULT 5")),
    "clocked": Feature(columns={MY: "touched datetime NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP"}),
    "invisible": Feature(columns={MY: "hid integer INVISIBLE DEFAULT 3"}),
    "check": Feature(
        before=dict.fromkeys((PG, MY), _plain("ALTER TABLE @ ADD CHECK (v < 7)")),
        columns={LITE: "c integer CHECK (v < 7)"},
    ),
    "not valid": Feature(
        after={
            PG: _plain("ALTER TABLE @ ADD CHECK (v > 0) NOT VALID"),
            MY: _plain("SET check_constraint_checks = 0; ALTER TABLE @ ADD CHECK (v > 0)"),
        }
    ),
    "check not enforced": Feature(after={PG: _plain("ALTER TABLE @ ADD CHECK (v > 1) NOT ENFORCED")}),
    "unique": Feature(after=_numbered("CREATE UNIQUE INDEX u ON @ (v)", *ALL)),
    "values moved among unique rows": Feature(after=_numbered("CREATE UNIQUE INDEX u ON @ (v)", *ALL)),
    "partial": Feature(
        after={
            PG: _plain("CREATE UNIQUE INDEX u ON @ (v) WHERE v > 2"),
            LITE: _plain("CREATE UNIQUE INDEX u ON @ (v) WHERE v > 2"),
        }
    ),
    "expression": Feature(after=_numbered("CREATE UNIQUE INDEX u ON @ ((v * 2))", PG, LITE)),
    "exclusion": Feature(after=_numbered("ALTER TABLE @ ADD EXCLUDE (v WITH =)", PG)),
    "unique checked late": Feature(after=_numbered("ALTER TABLE @ ADD UNIQUE (v) DEFERRABLE INITIALLY DEFERRED", PG)),
    "nulls not distinct": Feature(after=_numbered("CREATE UNIQUE INDEX u ON @ (v) NULLS NOT DISTINCT", PG)),
    "conflict replaces": Feature(columns={LITE: "u integer DEFAULT NULL UNIQUE ON CONFLICT REPLACE"}),
    "strict": Feature(on=(LITE,)),
    "without rowid": Feature(on=(LITE,)),
    "not transactional": Feature(after={MY: _plain("ALTER TABLE @ ENGINE = MyISAM")}, unseen=True, alone=True),
    # how the settings tell rows apart
    "key that may be empty": Feature(
        columns=dict.fromkeys(ALL, "k integer"),
        after=_keyed("UPDATE @ SET k = NULL WHERE k = 2; CREATE UNIQUE INDEX ku ON @ (k)", *ALL),
        alone=True,
    ),
    "key of some rows": Feature(
        columns={PG: "k integer", LITE: "k integer"},
        after=_keyed("CREATE UNIQUE INDEX ku ON @ (k) WHERE k > 1", PG, LITE),
        alone=True,
    ),
    "key of an expression": Feature(
        columns=dict.fromkeys((PG, LITE), "k integer"),
        after=_keyed("CREATE UNIQUE INDEX ku ON @ ((k + 1))", PG, LITE),
        alone=True,
    ),
    "key without an index": Feature(
        columns=dict.fromkeys(ALL, "k integer"), after=_keyed("SELECT 1", *ALL), alone=True
    ),
    # of foreign keys, by their mode
    "foreign key deferred": Feature(on=(PG, LITE)),
    "foreign key not enforced": Feature(on=(PG,)),
    "foreign key unproven": Feature(on=(PG,)),
    "foreign key single": Feature(on=(PG,)),
    "foreign key one partition": Feature(on=(PG,), alone=True),
    "foreign key of one partition": Feature(on=(PG,), alone=True),
    "to itself twice": Feature(on=ALL),
    "foreign keys in a circle": Feature(on=ALL),
    # tables of tables
    "partitioned": Feature(on=(PG,), alone=True),
    "two levels of partitions": Feature(on=(PG,), alone=True),
    "inherits": Feature(after={PG: lambda case: [f"CREATE TABLE child (more int) INHERITS (t{case.at})"]}, unseen=True),
    "inherits, a twin": Feature(after={PG: _twin}, unseen=True),
    "view": Feature(after=dict.fromkeys(ALL, _plain("CREATE VIEW seen AS SELECT * FROM @"))),
    "the view itself": Feature(
        after=dict.fromkeys(ALL, _plain("CREATE VIEW seen AS SELECT * FROM @")), unseen=True, alone=True
    ),
    # what somebody may
    "row-level security": Feature(
        after={
            PG: lambda case: [
                _ROLE,
                _GRANTS,
                f"ALTER TABLE t{case.at} ENABLE ROW LEVEL SECURITY",
                f"CREATE POLICY y ON t{case.at} USING (v > 0)",
            ]
        },
        unseen=True,
        alone=True,
    ),
    "row-level security of a child": Feature(
        after={
            PG: lambda case: [
                _ROLE,
                _GRANTS,
                f"ALTER TABLE {_child(case)} ENABLE ROW LEVEL SECURITY",
                f"CREATE POLICY y ON {_child(case)} USING (v > 0)",
            ]
        },
        unseen=True,
        alone=True,
    ),
    "column rights": Feature(after={PG: _rights, MY: _my_rights}, unseen=True, alone=True),
    "odd names": Feature(on=ALL, alone=True),
    "search path": Feature(on=(PG,), alone=True),
    # triggers and rules
    "touch": Feature(columns=_TOUCHED, after=_TOUCH, unseen=True),
    "declared touch": Feature(columns=_TOUCHED, after=_TOUCH),
    "before trigger, harmless": Feature(after={PG: _pg("BEFORE UPDATE OR DELETE", _PASS)}, unseen=True),
    "after trigger, log": Feature(
        after={
            PG: _logged(_pg("AFTER DELETE OR UPDATE", _PG_LOG, each="STATEMENT")),
            MY: _logged(_my("AFTER DELETE", _LOG)),
            LITE: _logged(_lite("AFTER DELETE", _LOG)),
        },
        unseen=True,
    ),
    "before trigger on the parent": Feature(
        after={
            PG: _logged(_pg("BEFORE UPDATE OR DELETE", f"{_LOG}; {_PASS}", _parent)),
            MY: _logged(_my("BEFORE DELETE", _LOG, _parent)),
            LITE: _logged(_lite("BEFORE DELETE", _LOG, _parent)),
        },
        unseen=True,
    ),
    "before trigger on the child": Feature(
        after={
            PG: _logged(_pg("BEFORE UPDATE OR DELETE", f"{_LOG}; {_PASS}", _child)),
            MY: _logged(_my("BEFORE DELETE", _LOG, _child)),
            LITE: _logged(_lite("BEFORE DELETE", _LOG, _child)),
        },
        unseen=True,
    ),
    "after trigger on the child": Feature(
        after={
            PG: _logged(_pg("AFTER UPDATE OR DELETE", _PG_LOG, _child)),
            MY: _logged(_my("AFTER DELETE", _LOG, _child)),
            LITE: _logged(_lite("AFTER UPDATE", _LOG, _child)),
        },
        unseen=True,
    ),
    "trigger on a partition": Feature(
        after={PG: _logged(_pg("AFTER UPDATE OR DELETE", _PG_LOG, lambda case: f"t{case.at}_0"))},
        unseen=True,
        alone=True,
    ),
    "before trigger on a partition": Feature(
        after={
            PG: _logged(_pg("BEFORE UPDATE OR DELETE", f"{_LOG}; {_PASS}", lambda case: f"t{case.at}_1")),
        },
        unseen=True,
        alone=True,
    ),
    "forbids": Feature(
        after={
            PG: _pg("BEFORE UPDATE OR DELETE", "RAISE EXCEPTION 'Ask Ann';"),
            MY: _both(_my("BEFORE UPDATE", _ASK), _y(_my("BEFORE DELETE", _ASK))),
            LITE: _both(
                _lite("BEFORE UPDATE", "SELECT RAISE(ABORT, 'Ask Ann')"),
                _y(_lite("BEFORE DELETE", "SELECT RAISE(ABORT, 'Ask Ann')")),
            ),
        },
        unseen=True,
    ),
    "sometimes forbids": Feature(
        after={
            PG: _pg("BEFORE UPDATE OR DELETE", f"IF OLD.v = 1 THEN RAISE EXCEPTION 'Ask %', OLD.v; END IF; {_PASS}"),
            LITE: _lite("BEFORE DELETE", "SELECT RAISE(ABORT, 'Ask Ann') WHERE OLD.v = 1"),
        },
        unseen=True,
    ),
    "sometimes skips": Feature(
        after={
            PG: _pg("BEFORE UPDATE OR DELETE", f"IF OLD.v = 1 THEN RETURN NULL; END IF; {_PASS}"),
            LITE: _lite("BEFORE DELETE", "SELECT RAISE(IGNORE) WHERE OLD.v = 1"),
        },
        unseen=True,
    ),
    "overwrites": Feature(
        after={
            PG: _pg("BEFORE UPDATE", "NEW.v = 5; RETURN NEW;"),
            MY: _my("BEFORE UPDATE", "SET NEW.v = 5"),
            LITE: _lite("AFTER UPDATE", "UPDATE @ SET v = 5 WHERE rowid = NEW.rowid"),
        },
        unseen=True,
    ),
    "rule": Feature(
        after={PG: _logged(_plain(f"CREATE RULE r AS ON DELETE TO @ DO ALSO {_LOG}"))}, unseen=True, alone=True
    ),
    "rule instead": Feature(
        after={PG: _plain("CREATE RULE r AS ON DELETE TO @ DO INSTEAD NOTHING")}, unseen=True, alone=True
    ),
}
KEYED = tuple(name for name in FEATURES if name.startswith("key "))
"""In which the settings name the column k, and people the row of k 0."""
NUMBERED = frozenset(
    ("unique", "values moved among unique rows", "expression", "exclusion", "unique checked late", "nulls not distinct")
)
"""In which each row has a v of its own."""
SHAPES = (
    "key of two columns",
    "orphan",
    "to itself",
    "the row of key 0",
    "undone three times round",
    "others' work in between",
    "a column dropped or renamed since",
    "foreign key of two columns",
)
"""Kinds that are made by the tables, rows and deeds alone."""


def drawable(database: str) -> tuple[str, ...]:
    """Everything that a closing run has to have drawn often enough."""
    written = [name for name, feature in FEATURES.items() if database in feature.databases]
    return (*written, *(name for name, kinds in WIDE.items() if database in kinds), *SHAPES)
