"""A trigger is understood only where its text holds nothing but assignments to its own row."""

import pytest

from bot.production.sql import kept

_ROW_BEFORE_UPDATE = 1 | 2 | 16
UNDERSTOOD = {
    'DECLARE _new record; BEGIN _new := NEW; _new."at" = NOW(); RETURN _new; END;': ("at",),
    "BEGIN NEW.modified_at = now(); RETURN NEW; END": ("modified_at",),
    "begin new.v := old.v + 1; new.at := CURRENT_TIMESTAMP; return new; end;": ("v", "at"),
    "BEGIN IF NEW.name <> OLD.name THEN NEW.v := OLD.v + 1; ELSE NEW.v := 0; END IF; RETURN NEW; END": ("v",),
    "BEGIN NEW.words := to_tsvector('english', coalesce(NEW.name, '')); RETURN NEW; END": ("words",),
    "-- keeps it\nBEGIN /* now */ NEW.at = timezone('utc', now()); RETURN NEW; END": ("at",),
}
NOT_UNDERSTOOD = (
    "BEGIN INSERT INTO log VALUES (1); NEW.at = now(); RETURN NEW; END",
    "BEGIN NEW.n = (SELECT count(*) FROM log); RETURN NEW; END",
    "BEGIN NEW.n = mine(NEW.n); RETURN NEW; END",
    "BEGIN NEW.at = now(); RETURN NULL; END",
    "BEGIN PERFORM pg_notify('a', 'b'); RETURN NEW; END",
    "BEGIN NEW = OLD; RETURN NEW; END",
    "DECLARE x int; BEGIN NEW.n = x; RETURN NEW; END",
    "BEGIN NEW.n = txid_current(); RETURN NEW; END",
    "BEGIN NEW.at = now();",
    "DECLARE c record; BEGIN c := OLD; c.at = now(); RETURN c; END",
    "DECLARE c record; BEGIN c := NEW; c.at = now(); RETURN NEW; END",
    "DECLARE c record; BEGIN c := NEW; NEW.v = 1; c.at = now(); RETURN c; END",
    "DECLARE c record; d record; BEGIN c := NEW; RETURN c; END",
    "",
)


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_plain_trigger_of_postgresql_is_understood(text: str) -> None:
    assert (
        kept.of_postgres("notes", "t", _ROW_BEFORE_UPDATE, "plpgsql", "f", text, "", sometimes=False).sets
        == UNDERSTOOD[text]
    )


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_one_that_says_more_may_do_anything(text: str) -> None:
    assert kept.of_postgres("notes", "t", _ROW_BEFORE_UPDATE, "plpgsql", "f", text, "", sometimes=False).sets is None


@pytest.mark.parametrize("kind", [16 | 1, 16 | 2, 1 | 2 | 8, 0])
def test_one_that_comes_after_or_stops_a_deletion_may_do_anything(kind: int) -> None:
    text = "BEGIN NEW.at = now(); RETURN NEW; END"
    assert kept.of_postgres("notes", "t", kind, "plpgsql", "f", text, "", sometimes=False).sets is None


def test_a_function_of_postgresqls_own_names_its_column() -> None:
    given = "said\\000pg_catalog.english\\000name\\000"
    trigger = kept.of_postgres(
        "notes", "t", 1 | 2 | 4 | 16, "internal", "tsvector_update_trigger", "x", given, sometimes=False
    )
    assert trigger.sets == ("said",)
    assert trigger.events == {"INSERT", "UPDATE"}


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("SET NEW.at = NOW()", ("at",)),
        ("BEGIN SET NEW.at = NOW(), NEW.v = OLD.v + 1; END", ("at", "v")),
        ("SET @seen = 1", None),
        ("INSERT INTO log VALUES (1)", None),
        ("BEGIN SET NEW.at = NOW(); DELETE FROM log; END", None),
    ],
)
def test_a_plain_trigger_of_mariadb_is_understood(text: str, sets: tuple[str, ...] | None) -> None:
    assert kept.of_mysql("notes", "t", "UPDATE", "BEFORE", text).sets == sets


@pytest.mark.parametrize(
    ("body", "sets"),
    [
        ("UPDATE notes SET at = datetime('now'), v = v + 1 WHERE id = NEW.id;", ("at", "v")),
        ("UPDATE notes SET at = datetime('now') WHERE rowid = old.rowid;", ("at",)),
        ("UPDATE notes SET at = datetime('now') WHERE kind = NEW.kind;", None),
        ("UPDATE notes SET at = datetime('now') WHERE nr = NEW.nr AND org = OLD.org;", ("at",)),
        ("UPDATE notes SET at = datetime('now') WHERE nr = NEW.nr;", None),
        ("UPDATE notes SET at = datetime('now') WHERE nr = NEW.nr OR org = NEW.org;", None),
        ("UPDATE notes SET at = datetime('now') WHERE nr = NEW.nr AND org = NEW.nr;", None),
        ("UPDATE notes SET at = datetime('now');", None),
        ("UPDATE others SET at = datetime('now') WHERE id = NEW.id;", None),
        ("UPDATE notes SET at = (SELECT 1) WHERE id = NEW.id;", None),
        ("UPDATE notes SET at = 1 WHERE id = NEW.id; DELETE FROM log;", None),
    ],
)
def test_a_plain_trigger_of_sqlite_is_understood(body: str, sets: tuple[str, ...] | None) -> None:
    text = f"CREATE TRIGGER t AFTER UPDATE OF v ON notes FOR EACH ROW WHEN NEW.v > 1 BEGIN {body} END"
    trigger = kept.of_sqlite("notes", "t", text, frozenset(map(frozenset, (["id"], ["rowid"], ["org", "nr"]))))
    assert trigger.sets == sets
    assert trigger.events == {"UPDATE"}
