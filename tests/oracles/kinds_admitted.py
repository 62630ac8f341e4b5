"""Kinds that could never run, however often they are approved: checks, exclusions, triggers and rules that let nothing through."""

from tests.oracles.kinds import kind

_SHOP = (
    "CREATE TABLE menus (id int PRIMARY KEY, name varchar(20) NOT NULL, price int, low int, CHECK (low > -2), CHECK (low <= price)); "
    "INSERT INTO menus VALUES (1, 'Tea', 5, 1), (2, 'Pie', 4, 1);"
)
_ITEMS = (
    "CREATE TABLE items (id int PRIMARY KEY, menu int NOT NULL, FOREIGN KEY (menu) REFERENCES menus (id) ON DELETE SET NULL); "
    "INSERT INTO items VALUES (1, 1);"
)
_SET = "set-column table=menus id=1 column="
COMMON = [
    kind("outside of a check", _SHOP, "menus id", _SET + "low value=-3", "refused", "check allows: .*(low|LOW).*>.*-"),
    kind("outside of a check of two columns", _SHOP, "menus id", _SET + "low value=9", "refused", "check allows: .*<="),
    kind("within its checks", _SHOP, "menus id", _SET + "price value=6", "undone"),
    kind("nothing where a check looks", _SHOP, "menus id", _SET + "price", "undone"),
    kind(
        "a new row without what has to be there",
        _SHOP,
        "menus id",
        "add-row table=menus first=3",
        "refused",
        "name may not be empty",
    ),
    kind(
        "a new row without what the settings tell rows apart by",
        "CREATE TABLE menus (id int PRIMARY KEY, v varchar(9), code int UNIQUE); INSERT INTO menus VALUES (1, 'x', 7);",
        "menus code",
        "add-row table=menus first=2 second=y",
        "refused",
        "nothing in code, by which",
    ),
    kind("a new row that is there", _SHOP, "menus id", "add-row table=menus first=1 second=x", "refused", "such a row"),
    kind("a new row", _SHOP, "menus id", "add-row table=menus first=3 second=x", "undone"),
    kind(
        "a new row at no parent",
        _SHOP + _ITEMS.replace("SET NULL", "CASCADE"),
        "menus id; items id",
        "add-row table=items first=2 second=9",
        "refused",
        "no row of menus",
    ),
]
NOT_MARIADB = [
    kind(
        "a reference let go that may not be empty",
        _SHOP + _ITEMS,
        "menus id; items id",
        "delete-row table=menus id=1",
        "refused",
        r"items \(id 1\): menu may not be empty",
    ),
]
"""MariaDB has no such foreign key."""


def _trigger(body: str, when: str = "BEFORE UPDATE") -> str:
    return (
        f"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$; "
        f"CREATE TRIGGER x {when} ON menus FOR EACH ROW EXECUTE FUNCTION f();"
    )


_STAYS = (
    "CREATE TABLE stays (id int PRIMARY KEY, room text, during tsrange, EXCLUDE USING gist (during WITH &&)); "
    "INSERT INTO stays VALUES (1, 'a', '[2026-01-01,2026-02-01)'), (2, 'b', '[2026-03-01,2026-04-01)');"
)
_DELETE = "delete-row table=menus id=1"
POSTGRES = [
    kind(
        "an overlap that is excluded",
        _STAYS,
        "stays id",
        "set-column table=stays id=1 column=during value='[2026-03-05,2026-03-06)'",
        "refused",
        "overlap with another row",
    ),
    kind(
        "no overlap",
        _STAYS,
        "stays id",
        "set-column table=stays id=1 column=during value='[2026-05-05,2026-05-06)'",
        "undone",
    ),
    kind(
        "a place that another row has, of some rows only",
        _SHOP + "CREATE UNIQUE INDEX ON menus (price) WHERE price < 5;",
        "menus id",
        _SET + "price value=4",
        "refused",
        "same price",
    ),
    kind(
        "a place outside of those rows",
        _SHOP + "CREATE UNIQUE INDEX ON menus (low) WHERE price < 5;",
        "menus id",
        _SET + "low value=2",
        "undone",
    ),
    kind(
        "the same in other letters",
        _SHOP + "CREATE UNIQUE INDEX ON menus (lower(name));",
        "menus id",
        _SET + "name value=PIE",
        "refused",
        "same lower",
    ),
    kind(
        "a place checked late that is taken",
        "CREATE TABLE ranks (id int PRIMARY KEY, place int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO ranks VALUES (1, 1), (2, 2);",
        "ranks id",
        "set-column table=ranks id=1 column=place value=2",
        "refused",
        "same place",
    ),
    kind(
        "a rule that does nothing instead",
        _SHOP + "CREATE RULE r AS ON DELETE TO menus DO INSTEAD NOTHING;",
        "menus id",
        _DELETE,
        "refused",
        r"rule \(r\), by which the database does something else instead",
    ),
    kind(
        "a rule that only marks as deleted",
        _SHOP + "CREATE RULE r AS ON DELETE TO menus DO INSTEAD UPDATE menus SET low = NULL WHERE id = OLD.id;",
        "menus id",
        _DELETE,
        "refused",
        "something else instead",
    ),
    kind(
        "a rule for other changes",
        _SHOP + "CREATE RULE r AS ON UPDATE TO menus DO INSTEAD NOTHING;",
        "menus id",
        _DELETE,
        "undone",
    ),
    kind(
        "a rule that sometimes does something else",
        _SHOP + "CREATE RULE r AS ON DELETE TO menus WHERE OLD.price > 4 DO INSTEAD NOTHING;",
        "menus id",
        _DELETE,
        "stopped",
        r"left 1 row of menus as it was.*trigger or rule r may",
    ),
    kind(
        "a trigger that lets nothing through",
        _SHOP + _trigger("RETURN NULL;", "BEFORE DELETE"),
        "menus id",
        _DELETE,
        "refused",
        r"trigger \(x\), by which the database leaves such rows as they are",
    ),
    kind(
        "a trigger that sometimes lets nothing through",
        _SHOP + _trigger("IF OLD.price > 4 THEN RETURN NULL; END IF; RETURN OLD;", "BEFORE DELETE"),
        "menus id",
        _DELETE,
        "stopped",
        r"left 1 row of menus as it was.*trigger or rule x may",
    ),
    kind(
        "a trigger that forbids",
        _SHOP + _trigger("RAISE EXCEPTION 'Menus are kept for 10 years, ask %', 'Ann';", "BEFORE DELETE"),
        "menus id",
        _DELETE,
        "refused",
        r"trigger \(x\), which forbids that: “Menus are kept for 10 years, ask …”",
    ),
    kind(
        "a trigger that only warns",
        _SHOP + _trigger("RAISE NOTICE 'gone'; RETURN NULL;", "AFTER DELETE"),
        "menus id",
        _DELETE,
        "irrevocable",
        "may change more",
    ),
    kind(
        "a trigger that sometimes forbids",
        _SHOP
        + _trigger(
            "IF OLD.price > 4 THEN RAISE EXCEPTION 'Too dear: %', OLD.price USING ERRCODE = 'MG001'; END IF; RETURN OLD;",
            "BEFORE DELETE",
        ),
        "menus id",
        _DELETE,
        "stopped",
        "a trigger of theirs forbids it: “Too dear: 5”",
    ),
    kind(
        "a trigger that sets the very column",
        _SHOP + _trigger("NEW.name := 'fixed'; RETURN NEW;"),
        "menus id",
        _SET + "name value=Pie",
        "refused",
        "sets name itself",
    ),
    kind(
        "a trigger that writes the very column otherwise",
        _SHOP + _trigger("NEW.name := lower(NEW.name); RETURN NEW;"),
        "menus id",
        _SET + "name value=Pie",
        "stopped",
        r"something else of menus \(id 1\) than was shown: name changed\. The trigger or rule x may do that",
    ),
    kind(
        "a trigger after the check",
        _SHOP + _trigger("RETURN NULL;", "AFTER UPDATE"),
        "menus id",
        _SET + "price value=0",
        "refused",
        "check allows",
    ),
]


def _signal(body: str) -> str:
    return f"CREATE TRIGGER x BEFORE DELETE ON menus FOR EACH ROW {body}"


MARIADB = [
    kind(
        "a trigger that forbids",
        _SHOP + _signal("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Menus are kept'"),
        "menus id",
        _DELETE,
        "refused",
        "forbids that: “Menus are kept”",
    ),
    kind(
        "a trigger that sometimes forbids",
        _SHOP + _signal("SET @x = IF(OLD.price > 4, (SELECT 1 UNION SELECT 2), 1)"),
        "menus id",
        _DELETE,
        "stopped",
        "nothing was changed",
    ),
    kind(
        "a trigger that sets the very column",
        _SHOP + "CREATE TRIGGER x BEFORE UPDATE ON menus FOR EACH ROW SET NEW.name = 'fixed'",
        "menus id",
        _SET + "name value=Pie",
        "refused",
        "sets name itself",
    ),
]


def _raising(body: str, when: str = "") -> str:
    return f"CREATE TRIGGER x BEFORE DELETE ON menus {when} BEGIN {body}; END;"


SQLITE = [
    kind(
        "a trigger that forbids",
        _SHOP + _raising("SELECT RAISE(ABORT, 'Menus are kept')"),
        "menus id",
        _DELETE,
        "refused",
        "forbids that: “Menus are kept”",
    ),
    kind(
        "a trigger that leaves rows alone",
        _SHOP + _raising("SELECT RAISE(IGNORE)"),
        "menus id",
        _DELETE,
        "refused",
        "leaves such rows as they are",
    ),
    kind(
        "a trigger that sometimes forbids",
        _SHOP + _raising("SELECT RAISE(ABORT, 'Too dear') WHERE OLD.price > 4"),
        "menus id",
        _DELETE,
        "stopped",
        "a trigger of theirs forbids it: “Too dear”",
    ),
    kind(
        "a trigger that sometimes leaves rows alone",
        _SHOP + _raising("SELECT RAISE(IGNORE)", "WHEN OLD.price > 4"),
        "menus id",
        _DELETE,
        "stopped",
        "left 1 row of menus as it was",
    ),
    kind(
        "a key that is written as a text",
        "CREATE TABLE docs (id uuid PRIMARY KEY NOT NULL, v INT); INSERT INTO docs VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 1);",
        "docs id",
        "delete-row table=docs id=a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "undone",
    ),
]
