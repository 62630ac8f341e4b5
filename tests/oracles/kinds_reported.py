"""Schemas of public reports about other tools: what broke them holds here, or is refused with a reason."""

from tests.oracles.kinds import kind

_STAMP = (
    "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ {} $$; "
    "CREATE TABLE people (id int PRIMARY KEY, v int, updated_at timestamptz DEFAULT '2026-01-01'); "
    "INSERT INTO people VALUES (1, 1); "
    "CREATE TRIGGER stamp BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION stamp();"
)
_SET = "set-column table=people id=1 column=v value=2"
_TOUCHED = ("people.updated_at",)
POSTGRES = [
    kind(  # hasura/graphql-engine 4211, oxidizing/sihl 135
        "a stamp by a copy of the row",
        _STAMP.format('DECLARE _new record; BEGIN _new := NEW; _new."updated_at" = NOW(); RETURN _new; END;'),
        "people id",
        _SET,
        "undone",
        volatile=_TOUCHED,
    ),
    kind(
        "a stamp by a copy of the row, beside which the row itself is changed",
        _STAMP.format("DECLARE c record; BEGIN c := NEW; NEW.v = 7; c.updated_at = NOW(); RETURN c; END;"),
        "people id",
        _SET,
        "irrevocable",
        "trigger",
        volatile=_TOUCHED,
    ),
    kind(  # udibo/migrate 3
        "a stamp that spares what was written",
        _STAMP.format("BEGIN IF NEW.updated_at = OLD.updated_at THEN NEW.updated_at = now(); END IF; RETURN NEW; END;"),
        "people id",
        _SET,
        "undone",
        volatile=_TOUCHED,
    ),
    *(
        kind(
            f"a unique {name} in which NULL may stand once, and stands already",
            f"CREATE TABLE two (id int PRIMARY KEY, a int, b text, UNIQUE NULLS NOT DISTINCT ({columns})); "
            "INSERT INTO two VALUES (1, 1, NULL), (2, 1, 'z');",
            "two id",
            "set-column table=two id=2 column=b value=",
            "refused",
            f"another row has the same {columns}, which is unique.*Nothing was changed",
        )
        for name, columns in {"column": "b", "pair of columns": "a, b"}.items()
    ),
    kind(
        "a unique column in which NULL may stand once, emptied and filled again",
        "CREATE TABLE two (id int PRIMARY KEY, b text UNIQUE NULLS NOT DISTINCT); INSERT INTO two VALUES (1, 'y'), (2, 'z');",
        "two id",
        "set-column table=two id=2 column=b value=",
        "undone",
    ),
    *(
        kind(
            f"a text that is no {type_}, which the database says by a code of its own",
            f"CREATE TABLE odd (id int PRIMARY KEY, v {type_}); INSERT INTO odd VALUES (1, NULL);",
            "odd id",
            f"set-column table=odd id=1 column=v value={wrong!r}",
            "refused",
            "does not fit v, which holds .*Nothing was changed",
        )
        for type_, wrong in {"regclass": "nowhere", "tsquery": "a & ", "regproc": "now(", "jsonpath": "$."}.items()
    ),
    kind(  # pgMemento/pgMemento 67
        "an array in a column whose name is a word of SQL",
        "CREATE TABLE test2 (id serial PRIMARY KEY, values text[]); INSERT INTO test2 (values) VALUES ('{abc,def}');",
        "test2 id",
        "set-column table=test2 id=1 column=values value={ghi,jkl}",
        "undone",
    ),
    kind(  # mla/pg_sample 52, dbtrail/dbtrail 557
        "an identity that is always given beside a generated column",
        "CREATE TABLE some_numbers (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, important_value int, "
        "double_value int GENERATED ALWAYS AS (important_value * 2) STORED); "
        "INSERT INTO some_numbers (important_value) SELECT * FROM generate_series(1, 100);",
        "some_numbers id",
        "delete-row table=some_numbers id=13",
        "undone",
    ),
    kind(  # zdennis/activerecord-import 681
        "a text to be searched that is generated of two with weights",
        "CREATE TABLE goods (id int PRIMARY KEY, name text, description text, searchable tsvector GENERATED ALWAYS AS ("
        "setweight(to_tsvector('english', coalesce(name, '')), 'A') || "
        "setweight(to_tsvector('english', coalesce(description, '')), 'B')) STORED); "
        "INSERT INTO goods (id, name, description) VALUES (1, 'Blue tea', 'It''s the best');",
        "goods id",
        "set-column table=goods id=1 column=name value='Green cups'",
        "undone",
    ),
    kind(  # ilbertt/nibrun 47
        "a time that is read out of the key",
        "CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT uuidv7(), v int, "
        "created_at timestamptz GENERATED ALWAYS AS (uuid_extract_timestamp(id)) VIRTUAL); "
        "INSERT INTO notes VALUES ('019ad5a0-0000-7000-8000-000000000001', 1);",
        "notes id",
        "delete-row table=notes id=019ad5a0-0000-7000-8000-000000000001",
        "undone",
    ),
    kind(  # cockroachdb/cockroach 145333, mbannert/timeseriesdb 126
        "rows that a policy hides and a foreign key empties",
        "CREATE TABLE customers (id int PRIMARY KEY, name text); "
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers ON DELETE SET NULL); "
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY; INSERT INTO customers VALUES (1, 'bob'); "
        "INSERT INTO orders VALUES (1000, 1), (1001, 1); "
        "DO $$ BEGIN CREATE ROLE rowkeeper LOGIN; EXCEPTION WHEN duplicate_object THEN END $$; "
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rowkeeper;",
        "customers id; orders id",
        "delete-row table=customers id=1",
        "refused",
        "orders",
        user="rowkeeper",
    ),
]
MARIADB = [
    kind(  # mysql/mysql-server 381, percona/percona-server 4524
        "a child with an index on a virtual column, that goes along",
        "CREATE TABLE menus (id int PRIMARY KEY); "
        "CREATE TABLE items (id int PRIMARY KEY, menu int, a int, b int AS (a + 1) VIRTUAL, KEY (b), KEY (menu, b), "
        "FOREIGN KEY (menu) REFERENCES menus (id) ON DELETE CASCADE); "
        "INSERT INTO menus VALUES (1); INSERT INTO items (id, menu, a) VALUES (1, 1, 5), (2, 1, NULL)",
        "menus id; items id",
        "delete-row table=menus id=1",
        "undone",
    ),
    kind(  # planetscale/cli 645
        "a stored product of decimals",
        "CREATE TABLE stock_trades (id int unsigned NOT NULL AUTO_INCREMENT, unit_price decimal(13,4), quantity decimal(13,4), "
        "total_value decimal(15,4) GENERATED ALWAYS AS (quantity * unit_price) STORED, PRIMARY KEY (id)); "
        "INSERT INTO stock_trades (id, unit_price, quantity) VALUES (1, 12.1, 2.1), (6, 0.01, 104), (10, 99.2, 2)",
        "stock_trades id",
        "set-column table=stock_trades id=6 column=quantity value=104.00005",
        "undone",
    ),
    kind(  # hugr-lab/mssql-extension 350
        "keys that some alphabets take for the same",
        "CREATE TABLE streets (id varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, v int); "
        "INSERT INTO streets VALUES ('Straße', 1), ('Strasse', 2), ('strasse', 3), ('Æ', 4), ('AE', 5)",
        "streets id",
        "delete-row table=streets id=Straße",
        "undone",
    ),
    kind(
        "a key that its own alphabet takes for another spelling",
        "CREATE TABLE streets (id varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_german2_ci PRIMARY KEY, v int); "
        "INSERT INTO streets VALUES ('Strasse', 2), ('Æ', 4)",
        "streets id",
        "delete-row table=streets id=Straße",
        "refused",
        "“Strasse”",
    ),
]
_LITE = (
    "CREATE TABLE people (agent int, id int, v int, updated_at text DEFAULT 'then', PRIMARY KEY (agent, id)); "
    "INSERT INTO people (agent, id, v) VALUES (1, 1, 1), (1, 2, 1); "
)
SQLITE = [
    kind(  # kubernetes/cloud-provider-gcp 1187
        "a stamp by an update of the row as it was",
        "CREATE TABLE people (id INTEGER PRIMARY KEY, v int, updated_at text); INSERT INTO people VALUES (1, 1, 'then'); "
        "CREATE TRIGGER stamp AFTER UPDATE ON people FOR EACH ROW BEGIN "
        "UPDATE people SET updated_at = CURRENT_TIMESTAMP WHERE id = OLD.id; END;",
        "people id",
        _SET,
        "undone",
        volatile=_TOUCHED,
    ),
    kind(  # AkaraChen/aghub 141
        "a stamp by a key of two columns, unless it was written",
        _LITE + "CREATE TRIGGER stamp AFTER UPDATE ON people FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at BEGIN "
        "UPDATE people SET updated_at = datetime('now') WHERE agent = NEW.agent AND id = NEW.id; END;",
        "people agent,id",
        "set-column table=people id=1,2 column=v value=2",
        "undone",
        volatile=_TOUCHED,
    ),
    kind(
        "a stamp by a part of the key",
        _LITE + "CREATE TRIGGER stamp AFTER UPDATE ON people BEGIN "
        "UPDATE people SET updated_at = datetime('now') WHERE agent = NEW.agent AND v = NEW.v; END;",
        "people agent,id",
        "set-column table=people id=1,2 column=v value=2",
        "irrevocable",
        "trigger",
        volatile=_TOUCHED,
    ),
    kind(  # pawelsalawa/letos 5515
        "a stamp that goes into another table",
        "CREATE TABLE symbols (id INTEGER PRIMARY KEY, v int); INSERT INTO symbols VALUES (1, 1); "
        "CREATE TABLE test (id INTEGER PRIMARY KEY, updated_at real); INSERT INTO test VALUES (1, 0); "
        "CREATE TRIGGER stamp AFTER UPDATE ON symbols FOR EACH ROW BEGIN "
        "UPDATE test SET updated_at = unixepoch('subsec') WHERE id = old.id; END;",
        "symbols id; test id",
        "set-column table=symbols id=1 column=v value=2",
        "irrevocable",
        "trigger",
        volatile=("test.updated_at",),
    ),
    kind(  # dolthub/doltlite 3134
        "a key with nothing in the middle, in any case of letters",
        "CREATE TABLE t (a TEXT PRIMARY KEY COLLATE NOCASE NOT NULL, b int); INSERT INTO t VALUES ('a', 1), ('b', 3); "
        "INSERT INTO t VALUES ('a' || char(0) || 'b', 4);",
        "t a",
        "clear-rows table=t column=b value=4",
        "undone",
    ),
    kind(  # dolthub/doltlite 1156
        "a conflict that replaces, under a trigger that changes the same table",
        "CREATE TABLE t1 (a int UNIQUE ON CONFLICT REPLACE, b int, id INTEGER PRIMARY KEY); "
        "INSERT INTO t1 (a, b) VALUES (4, 12), (9, 13); CREATE INDEX i0 ON t1 (b); "
        "CREATE TRIGGER tr0 DELETE ON t1 BEGIN UPDATE t1 SET b = a; END;",
        "t1 id",
        "set-column table=t1 id=1 column=a value=9",
        "refused",
    ),
]
