"""Kinds on PostgreSQL: which row is meant, and which tables belong together."""

from tests.oracles.kinds import kind

LOG = """
CREATE TABLE log (said text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END $$;"""
PARTS = """
CREATE TABLE rooms (id int, house int, said text, PRIMARY KEY (id, house)) PARTITION BY LIST (house);
CREATE TABLE rooms_1 PARTITION OF rooms FOR VALUES IN (1, 2) PARTITION BY LIST (house);
CREATE TABLE rooms_1_1 PARTITION OF rooms_1 FOR VALUES IN (1);
CREATE TABLE rooms_1_2 PARTITION OF rooms_1 FOR VALUES IN (2);
CREATE TABLE rooms_3 PARTITION OF rooms FOR VALUES IN (3);
INSERT INTO rooms VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');"""
BY_ID = "clear-rows table=rooms column=id value="
ONE = "CREATE TABLE menus (id int PRIMARY KEY, name text, price numeric(8,2)); INSERT INTO menus VALUES (1, 'Tea', 2.50), (2, 'Pie', 4);"

KINDS = [
    # Keys
    kind("a plain key", ONE, "menus id", "delete-row table=menus id=1", "undone"),
    kind(
        "a key column beside an expression",
        "CREATE TABLE pages (site int, path text); CREATE UNIQUE INDEX ON pages (site, upper(path)); "
        "INSERT INTO pages VALUES (1, 'a'), (1, 'b')",
        "pages site",
        "delete-row table=pages id=1",
        "refused",
        "tell the rows of pages apart",
    ),
    kind(
        "a partial index",
        "CREATE TABLE pages (site int, live bool); CREATE UNIQUE INDEX ON pages (site) WHERE live; "
        "INSERT INTO pages VALUES (1, true), (1, false)",
        "pages site",
        "delete-row table=pages id=1",
        "refused",
        "apart",
    ),
    kind(
        "an index that is not valid",
        "CREATE TABLE pages (site int); INSERT INTO pages VALUES (1); CREATE UNIQUE INDEX odd ON pages (site); "
        "UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = 'odd'::regclass; INSERT INTO pages VALUES (1)",
        "pages site",
        "delete-row table=pages id=1",
        "refused",
        "apart",
    ),
    kind(
        "an index that waits for its partitions",
        PARTS + "ALTER TABLE rooms DROP CONSTRAINT rooms_pkey; CREATE UNIQUE INDEX ON ONLY rooms (id, house); "
        "INSERT INTO rooms VALUES (1, 1, 'z')",
        "rooms id,house",
        BY_ID + "1",
        "refused",
        "apart",
    ),
    kind(
        "a key that is checked late",
        "CREATE TABLE pages (site int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO pages VALUES (1)",
        "pages site",
        "delete-row table=pages id=1",
        "refused",
        "apart",
    ),
    kind(
        "nothing in a unique column",
        "CREATE TABLE users (mail text UNIQUE, name text); INSERT INTO users VALUES (NULL, 'Ann'), (NULL, 'Bob')",
        "users mail",
        "clear-rows table=users column=name value=Ann",
        "refused",
        "mail",
    ),
    kind(
        "nothing in a unique column of a child",
        ONE + "CREATE TABLE tags (word text UNIQUE, menu int REFERENCES menus ON DELETE CASCADE); "
        "INSERT INTO tags VALUES (NULL, 1), (NULL, 1)",
        "menus id; tags word",
        "delete-row table=menus id=1",
        "refused",
        "word",
    ),
    kind(
        "a unique column that is filled",
        "CREATE TABLE users (mail text UNIQUE, name text); INSERT INTO users VALUES ('a', 'Ann'), (NULL, 'Bob')",
        "users mail",
        "delete-row table=users id=a",
        "undone",
    ),
    kind(
        "an exclusion over time",
        "CREATE TABLE stays (room int4range, during tsrange, PRIMARY KEY (room, during WITHOUT OVERLAPS)); "
        "INSERT INTO stays VALUES ('[1,2)', '[2026-01-01,2026-02-01)'), ('[1,2)', '[2026-03-01,2026-04-01)')",
        "stays room",
        "delete-row table=stays id=[1,2)",
        "refused",
        "apart",
    ),
    # Children by INHERITS
    kind(
        "a row of a child, seen through its parent",
        "CREATE TABLE parties (id int PRIMARY KEY, name text); "
        "CREATE TABLE firms (vat text, PRIMARY KEY (id)) INHERITS (parties); INSERT INTO firms VALUES (7, 'Acme', 'EU1')",
        "parties id",
        "delete-row table=parties id=7",
        "refused",
        "firms",
    ),
    kind(
        "twins in parent and child",
        "CREATE TABLE parties (id int PRIMARY KEY, name text); "
        "CREATE TABLE firms (PRIMARY KEY (id)) INHERITS (parties); INSERT INTO firms VALUES (7, 'Acme'); "
        "INSERT INTO parties VALUES (7, 'Ann')",
        "parties id",
        "set-column table=parties id=7 column=name value=Eve",
        "refused",
        "firms",
    ),
    kind(
        "a cascade into a table with children",
        ONE + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus ON DELETE CASCADE); "
        "CREATE TABLE old_items () INHERITS (items); INSERT INTO items VALUES (1, 1); INSERT INTO old_items VALUES (2, 1)",
        "menus id; items id",
        "delete-row table=menus id=1",
        "refused",
        "old_items",
    ),
    kind(
        "a child by its own name",
        "CREATE TABLE parties (id int PRIMARY KEY, name text); "
        "CREATE TABLE firms (vat text, PRIMARY KEY (id)) INHERITS (parties); INSERT INTO firms VALUES (7, 'Acme', 'EU1'); "
        "INSERT INTO parties VALUES (7, 'Ann')",
        "firms id",
        "delete-row table=firms id=7",
        "undone",
    ),
    # Partitions
    kind("a row in a partition of a partition", PARTS, "rooms id,house", BY_ID + "1", "undone"),
    kind(
        "a partition by its own name",
        PARTS + "CREATE TABLE keys (id int PRIMARY KEY, room int, house int, "
        "FOREIGN KEY (room, house) REFERENCES rooms ON DELETE CASCADE); INSERT INTO keys VALUES (1, 1, 1)",
        "rooms_1_1 id,house; keys id",
        "clear-rows table=rooms_1_1 column=id value=1",
        "refused",
        "partition of rooms",
    ),
    kind(
        "a foreign key to one partition",
        PARTS + "CREATE TABLE keys (id int PRIMARY KEY, room int, house int, "
        "FOREIGN KEY (room, house) REFERENCES rooms_1_1 ON DELETE CASCADE); INSERT INTO keys VALUES (1, 1, 1)",
        "rooms id,house; keys id",
        BY_ID + "1",
        "refused",
        "rooms_1_1",
    ),
    kind(
        "a foreign key to a partition in between",
        PARTS + "CREATE TABLE keys (id int PRIMARY KEY, room int, house int, "
        "FOREIGN KEY (room, house) REFERENCES rooms_1 ON DELETE SET NULL); INSERT INTO keys VALUES (1, 1, 1)",
        "rooms id,house; keys id",
        BY_ID + "1",
        "refused",
        "rooms_1",
    ),
    kind(
        "a foreign key of one partition",
        PARTS + ONE + "ALTER TABLE rooms_1_1 ADD FOREIGN KEY (id) REFERENCES menus ON DELETE CASCADE",
        "rooms id,house; menus id",
        "delete-row table=menus id=1",
        "refused",
        "a part of rooms",
    ),
    kind(
        "a trigger of one partition",
        PARTS + LOG + "CREATE TRIGGER n AFTER DELETE ON rooms_1_1 FOR EACH ROW EXECUTE FUNCTION note()",
        "rooms id,house",
        BY_ID + "1",
        "irrevocable",
        "trigger",
    ),
    kind(
        "a trigger of the whole, cloned",
        PARTS + LOG + "CREATE TRIGGER n AFTER DELETE ON rooms FOR EACH ROW EXECUTE FUNCTION note()",
        "rooms id,house",
        BY_ID + "1",
        "irrevocable",
        r"trigger \(n\)",
    ),
    kind(
        "a rule of one partition",
        PARTS + LOG + "CREATE RULE r AS ON DELETE TO rooms_1_1 DO ALSO INSERT INTO log VALUES ('gone')",
        "rooms id,house",
        BY_ID + "1",
        "irrevocable",
        "trigger",
    ),
    kind(
        "a row that moves to another partition",
        PARTS,
        "rooms id",
        "set-where table=rooms where=id holds=1 column=said value=z",
        "refused",
        "apart",
    ),
]
