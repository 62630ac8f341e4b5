"""Kinds on SQLite."""

from tests.oracles.kinds import kind

_ONE = "CREATE TABLE menus (id INTEGER PRIMARY KEY, name TEXT, price NUMERIC); INSERT INTO menus VALUES (1, 'Tea', 2.5), (2, 'Pie', 4);"
_ITEMS = "CREATE TABLE items (id INTEGER PRIMARY KEY, menu INTEGER REFERENCES menus ON DELETE CASCADE);"

KINDS = [
    kind("a plain key", _ONE, "menus id", "delete-row table=menus id=1", "undone"),
    kind(
        "a key column beside an expression",
        "CREATE TABLE pages (site INT, path TEXT); CREATE UNIQUE INDEX u ON pages (site, upper(path)); "
        "INSERT INTO pages VALUES (1, 'a'), (1, 'b')",
        "pages site",
        "delete-row table=pages id=1",
        "refused",
        "apart",
    ),
    kind(
        "a partial index",
        "CREATE TABLE pages (site INT, live INT); CREATE UNIQUE INDEX u ON pages (site) WHERE live; "
        "INSERT INTO pages VALUES (1, 1), (1, 0)",
        "pages site",
        "delete-row table=pages id=1",
        "refused",
        "apart",
    ),
    kind(
        "nothing in a primary key",
        "CREATE TABLE users (mail TEXT PRIMARY KEY, name TEXT); INSERT INTO users VALUES (NULL, 'Ann'), (NULL, 'Bob')",
        "users mail",
        "clear-rows table=users column=name value=Ann",
        "refused",
        "mail",
    ),
    kind(
        "a primary key that is filled",
        "CREATE TABLE users (mail TEXT PRIMARY KEY, name TEXT); INSERT INTO users VALUES ('a', 'Ann'), (NULL, 'Bob')",
        "users mail",
        "delete-row table=users id=a",
        "undone",
    ),
    kind(
        "nothing in the key of a child",
        _ONE + "CREATE TABLE tags (word TEXT PRIMARY KEY, menu INT REFERENCES menus ON DELETE CASCADE); "
        "INSERT INTO tags VALUES (NULL, 1), (NULL, 1)",
        "menus id; tags word",
        "delete-row table=menus id=1",
        "refused",
        "word",
    ),
    kind(
        "an index that tells apart what its column does not",
        "CREATE TABLE users (name TEXT COLLATE NOCASE NOT NULL, v INT); "
        "CREATE UNIQUE INDEX u ON users (name COLLATE BINARY); INSERT INTO users VALUES ('ann', 1), ('ANN', 2)",
        "users name",
        "delete-row table=users id=ann",
        "refused",
        "apart",
    ),
    kind(
        "a parent's letters of any case",
        "CREATE TABLE users (name TEXT COLLATE NOCASE PRIMARY KEY NOT NULL, v INT); "
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, who TEXT REFERENCES users ON DELETE CASCADE); "
        "INSERT INTO users VALUES ('ann', 1); INSERT INTO notes VALUES (1, 'ANN'), (2, 'bob')",
        "users name; notes id",
        "delete-row table=users id=ann",
        "undone",
    ),
    kind(
        "a number as a text",
        _ONE + "CREATE TABLE notes (id INTEGER PRIMARY KEY, menu TEXT REFERENCES menus ON DELETE CASCADE); "
        "PRAGMA foreign_keys = ON; INSERT INTO notes VALUES (1, '01')",
        "menus id; notes id",
        "delete-row table=menus id=1",
        "refused",
        "notes",
    ),
    kind(
        "a replacing rule of a column",
        "CREATE TABLE slots (id INTEGER PRIMARY KEY, name TEXT UNIQUE ON CONFLICT REPLACE, v INT); "
        "INSERT INTO slots VALUES (1, 'a', 1), (2, 'b', 2)",
        "slots id",
        "set-column table=slots id=1 column=name value=b",
        "refused",
        "another row has the same name",
    ),
    kind(
        "a replacing rule of a table",
        "CREATE TABLE slots (id INTEGER PRIMARY KEY, name TEXT, v INT, UNIQUE (name, v) ON /* so */ CONFLICT\nreplace); "
        "INSERT INTO slots VALUES (1, 'a', 1), (2, 'b', 1)",
        "slots id",
        "set-column table=slots id=1 column=name value=b",
        "refused",
        "another row has the same name, v",
    ),
    kind(
        "a replacing key",
        "CREATE TABLE slots (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, name TEXT); INSERT INTO slots VALUES (1, 'a')",
        "slots id",
        "add-row table=slots first=1 second=b",
        "refused",
        "such a row",
    ),
    kind(
        "a default in place of nothing",
        "CREATE TABLE slots (id INTEGER PRIMARY KEY, name TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'x'); "
        "INSERT INTO slots VALUES (1, 'a')",
        "slots id",
        "set-column table=slots id=1 column=name",
        "refused",
        "may not be empty",
    ),
    kind(
        "a replacing rule under a deletion, whose place is taken since",
        "CREATE TABLE slots (id INTEGER PRIMARY KEY, name TEXT UNIQUE ON CONFLICT REPLACE); "
        "INSERT INTO slots VALUES (1, 'a')",
        "slots id",
        "delete-row table=slots id=1",
        "irrevocable",
        "another row has the same name",
        meanwhile="INSERT INTO slots VALUES (2, 'a')",
    ),
    kind(
        "a replacing rule that nothing meets",
        "CREATE TABLE slots (id INTEGER PRIMARY KEY, name TEXT UNIQUE ON CONFLICT REPLACE); "
        "INSERT INTO slots VALUES (1, 'a')",
        "slots id",
        "delete-row table=slots id=1",
        "undone",
    ),
    kind(
        "an orphan of an application that checks nothing",
        _ONE + _ITEMS + "INSERT INTO items VALUES (1, 99)",
        "menus id; items id",
        "delete-row table=items id=1",
        "irrevocable",
        "menus",
    ),
    kind(
        "an orphan of a table that is not open",
        _ONE + _ITEMS + "INSERT INTO items VALUES (1, 99)",
        "items id",
        "set-column table=items id=1 column=menu value=1",
        "irrevocable",
        "menus",
    ),
    kind(
        "an orphan that an insert adopts",
        _ONE + _ITEMS + "INSERT INTO items VALUES (1, 99)",
        "menus id; items id",
        "add-row table=menus first=99",
        "irrevocable",
        "items",
    ),
    kind(
        "an orphan of a table that never was",
        "CREATE TABLE items (id INTEGER PRIMARY KEY, menu INT REFERENCES nowhere (id)); INSERT INTO items VALUES (1, 99)",
        "items id",
        "delete-row table=items id=1",
        "stopped",
        "is not there",
    ),
    kind(
        "a parent column in other letters",
        "CREATE TABLE Menus (Id INTEGER PRIMARY KEY); CREATE TABLE items (id INTEGER PRIMARY KEY, "
        "menu INT REFERENCES MENUS (ID) ON DELETE CASCADE); INSERT INTO Menus VALUES (1); INSERT INTO items VALUES (1, 1)",
        "Menus Id; items id",
        "delete-row table=Menus id=1",
        "undone",
    ),
    kind(
        "a foreign key to what is not unique",
        "CREATE TABLE menus (id INTEGER PRIMARY KEY, code INT); CREATE TABLE items (id INTEGER PRIMARY KEY, "
        "menu INT REFERENCES menus (code)); INSERT INTO menus VALUES (1, 5); INSERT INTO items VALUES (1, 5)",
        "menus id; items id",
        "delete-row table=menus id=1",
        "refused",
        "items",
    ),
    kind(
        "a row outside a check, let in with the checks off",
        "CREATE TABLE menus (id INTEGER PRIMARY KEY, price INT CHECK (price < 100)); "
        "PRAGMA ignore_check_constraints = ON; INSERT INTO menus VALUES (3, 200)",
        "menus id",
        "delete-row table=menus id=3",
        "irrevocable",
        "menus",
    ),
    kind(
        "bosses and guides",
        "CREATE TABLE crew (id INTEGER PRIMARY KEY, boss INT REFERENCES crew ON DELETE CASCADE, "
        "guide INT REFERENCES crew ON DELETE CASCADE); "
        "INSERT INTO crew VALUES (1, NULL, NULL), (4, 1, NULL), (2, 4, 1), (3, 2, 4)",
        "crew id",
        "delete-row table=crew id=1",
        "undone",
    ),
    kind(
        "two that must point at each other",
        "CREATE TABLE pairs (id INTEGER PRIMARY KEY, mate INT NOT NULL REFERENCES pairs ON DELETE CASCADE); "
        "INSERT INTO pairs VALUES (1, 2), (2, 1)",
        "pairs id",
        "delete-row table=pairs id=1",
        "irrevocable",
        "each other",
    ),
    kind(
        "values that swap among unique rows",
        "CREATE TABLE queue (id INTEGER PRIMARY KEY, nth INT UNIQUE); INSERT INTO queue VALUES (3, 1), (2, 2), (1, 3)",
        "queue id",
        "shift table=queue column=nth by=4 first=1",
        "undone",
    ),
    kind(
        "a trigger on a child of a cascade",
        _ONE + _ITEMS + "INSERT INTO items VALUES (1, 1); CREATE TABLE log (said TEXT); "
        "CREATE TRIGGER n AFTER DELETE ON items BEGIN INSERT INTO log VALUES ('gone'); END",
        "menus id; items id",
        "delete-row table=menus id=1",
        "irrevocable",
        "items",
    ),
    kind(
        "a column that was renamed since",
        _ONE,
        "menus id",
        "delete-row table=menus id=1",
        "irrevocable",
        "name",
        meanwhile="ALTER TABLE menus RENAME name TO title",
    ),
]
