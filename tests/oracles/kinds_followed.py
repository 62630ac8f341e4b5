"""Kinds of what follows a change by itself: generated columns, columns that a trigger keeps, clocks."""

from tests.oracles.kinds import kind

_NOTES = (
    "CREATE TABLE notes (id int PRIMARY KEY, menu_id int, loose boolean GENERATED ALWAYS AS (menu_id IS NULL) STORED, "
    "modified_at timestamptz); INSERT INTO notes (id, menu_id) VALUES (1, 1);"
)
_TOUCH = (
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.modified_at = now(); RETURN NEW; END'; "
    "CREATE TRIGGER touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch();"
)
_CLEAR = "set-column table=notes id=1 column=menu_id empty=yes"
_SET = "set-where table=notes where=id holds=1 column=menu_id"
_PEOPLE = (
    "CREATE TABLE people (id int PRIMARY KEY, name text, v int NOT NULL DEFAULT 1, "
    "said tsvector); INSERT INTO people VALUES (1, 'Ann'), (2, 'Bob');"
)
_UP = "CREATE TRIGGER up BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION up()"
_BODY = "AS $$ BEGIN IF NEW IS DISTINCT FROM OLD THEN NEW.v := OLD.v + 1; END IF; RETURN NEW; END $$"

POSTGRES = [
    kind(
        "a touched row and a generated column, undeclared",
        _NOTES + _TOUCH,
        "notes id",
        _SET,
        "irrevocable",
        r"touch\), which sets modified_at .*volatile = \[\"notes.modified_at\"\]",
    ),
    kind(
        "a touched row, declared",
        _NOTES + _TOUCH,
        "notes id",
        _SET,
        "undone",
        "rehearsed",
        volatile=("notes.modified_at",),
    ),
    kind(
        "a deletion under a trigger for updates", _NOTES + _TOUCH, "notes id", "delete-row table=notes id=1", "undone"
    ),
    kind("a stored generated column", _NOTES, "notes id", _SET, "undone"),
    kind("a virtual generated column", _NOTES.replace("STORED", "VIRTUAL"), "notes id", _SET, "undone"),
    kind(
        "generated columns of rows that let go",
        "CREATE TABLE menus (id int PRIMARY KEY); INSERT INTO menus VALUES (1); "
        + _NOTES.replace("menu_id int,", "menu_id int REFERENCES menus ON DELETE SET NULL,"),
        "menus id; notes id",
        "delete-row table=menus id=1",
        "undone",
    ),
    kind(
        "generated from many types",
        "CREATE TABLE g (id int PRIMARY KEY, a numeric(8,2), b text, c timestamptz, d text GENERATED ALWAYS AS (b || '%x:y ' || a) STORED, "
        "e numeric GENERATED ALWAYS AS (round(a * 1.5, 1)) STORED, f text GENERATED ALWAYS AS (upper(b)) VIRTUAL, "
        "t tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(b, ''))) STORED); INSERT INTO g VALUES (1, 2.50, 'cats', now())",
        "g id",
        "set-where table=g where=id holds=1 column=b value=dogs",
        "undone",
    ),
    kind(
        "a version counter, declared",
        _PEOPLE + f"CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql {_BODY}; {_UP}",
        "people id",
        "set-where table=people where=id holds=1 column=name value=Eve",
        "irrevocable",
        "may change more",
        volatile=("people.v",),
    ),
    kind(
        "a version counter of one line, declared",
        _PEOPLE
        + "CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := OLD.v + 1; RETURN NEW; END $$; "
        "CREATE TRIGGER up BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION up()",
        "people id",
        "set-where table=people where=id holds=1 column=name value=Eve",
        "undone",
        "",
        volatile=("people.v",),
    ),
    kind(
        "a tsvector that a trigger keeps, declared",
        _PEOPLE + "CREATE TRIGGER words BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION "
        "tsvector_update_trigger(said, 'pg_catalog.english', name)",
        "people id",
        "set-where table=people where=id holds=1 column=name value=Eve",
        "undone",
        "",
        volatile=("people.said",),
    ),
    kind(
        "a trigger that sets a column and writes elsewhere, declared",
        _NOTES + "CREATE TABLE log (n int); CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.modified_at = now(); INSERT INTO log VALUES (1); RETURN NEW; END'; "
        "CREATE TRIGGER touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch();",
        "notes id",
        _SET,
        "irrevocable",
        "may change more",
        volatile=("notes.modified_at",),
    ),
    kind(
        "a trigger of which nobody can say what it sets",
        _PEOPLE
        + "CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT 1'; NEW.v := 9; RETURN NEW; END $$; "
        "CREATE TRIGGER odd BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION odd()",
        "people id",
        "set-where table=people where=id holds=1 column=name value=Eve",
        "stopped",
        r"volatile = \[\"people.v\"\]",
    ),
]
MARIADB = [
    kind(
        "generated columns, stored and virtual",
        "CREATE TABLE notes (id int PRIMARY KEY, menu_id int, price decimal(8,2), loose boolean AS (menu_id IS NULL) STORED, "
        "twice decimal(9,2) AS (price * 2) VIRTUAL, said varchar(40) AS (concat(price, ' for ', coalesce(menu_id, 0))) VIRTUAL); "
        "INSERT INTO notes (id, menu_id, price) VALUES (1, 1, 2.50)",
        "notes id",
        _SET,
        "undone",
    ),
    kind(
        "a clock of the database",
        "CREATE TABLE notes (id int PRIMARY KEY, menu_id int, touched timestamp DEFAULT '2026-01-01' ON UPDATE CURRENT_TIMESTAMP); "
        "INSERT INTO notes (id, menu_id) VALUES (1, 1)",
        "notes id",
        _SET,
        "undone",
    ),
    kind(
        "a trigger that keeps a column, undeclared",
        "CREATE TABLE notes (id int PRIMARY KEY, menu_id int, modified_at datetime); INSERT INTO notes (id, menu_id) VALUES (1, 1); "
        "CREATE TRIGGER touch BEFORE UPDATE ON notes FOR EACH ROW SET NEW.modified_at = NOW()",
        "notes id",
        _SET,
        "irrevocable",
        r"volatile = \[\"notes.modified_at\"\]",
    ),
    kind(
        "a trigger that keeps a column, declared",
        "CREATE TABLE notes (id int PRIMARY KEY, menu_id int, modified_at datetime); INSERT INTO notes (id, menu_id) VALUES (1, 1); "
        "CREATE TRIGGER touch BEFORE UPDATE ON notes FOR EACH ROW SET NEW.modified_at = NOW()",
        "notes id",
        _SET,
        "undone",
        "",
        volatile=("notes.modified_at",),
    ),
]
_LITE = "CREATE TABLE notes (id INTEGER PRIMARY KEY, menu_id INT, modified_at TEXT); INSERT INTO notes VALUES (1, 1, NULL); "
_LITE_TOUCH = "CREATE TRIGGER touch AFTER UPDATE ON notes BEGIN UPDATE notes SET modified_at = datetime('now') WHERE id = NEW.id; END;"
SQLITE = [
    kind(
        "generated columns, stored and virtual, one from the other",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, menu_id INT, loose INT GENERATED ALWAYS AS (menu_id IS NULL) STORED, "
        "said TEXT AS ('menu ' || coalesce(menu_id, 'none')), more TEXT AS (said || loose)); INSERT INTO notes (id, menu_id) VALUES (1, 1)",
        "notes id",
        _SET,
        "undone",
    ),
    kind(
        "a trigger that keeps a column, undeclared",
        _LITE + _LITE_TOUCH,
        "notes id",
        _SET,
        "irrevocable",
        r"volatile = \[\"notes.modified_at\"\]",
    ),
    kind(
        "a trigger that keeps a column, declared",
        _LITE + _LITE_TOUCH,
        "notes id",
        _SET,
        "undone",
        "",
        volatile=("notes.modified_at",),
    ),
    kind(
        "a trigger that keeps a column of other rows too, declared",
        _LITE + "INSERT INTO notes VALUES (2, 1, NULL); CREATE TRIGGER touch AFTER UPDATE ON notes BEGIN "
        "UPDATE notes SET modified_at = datetime('now') WHERE menu_id = 1; END;",
        "notes id",
        _SET,
        "irrevocable",
        "may change more",
        volatile=("notes.modified_at",),
    ),
    kind(
        "a deletion under a trigger for updates",
        _LITE + _LITE_TOUCH,
        "notes id",
        "delete-row table=notes id=1",
        "undone",
    ),
]
