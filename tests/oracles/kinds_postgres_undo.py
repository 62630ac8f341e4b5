"""Kinds on PostgreSQL: what happens beside a change, and whether it can be taken back."""

from tests.oracles.kinds import kind
from tests.oracles.kinds_postgres import LOG, ONE, PARTS

POLICY = """
DO $$ BEGIN CREATE ROLE narrow LOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
CREATE TABLE firms (id int PRIMARY KEY, name text);
CREATE TABLE bills (id int PRIMARY KEY, firm int REFERENCES firms ON DELETE CASCADE, secret bool);
GRANT ALL ON firms, bills TO narrow;
INSERT INTO firms VALUES (1, 'Acme'); INSERT INTO bills VALUES (1, 1, true), (2, 1, false);"""
TREE = (
    "CREATE TABLE crew (id int PRIMARY KEY, boss int REFERENCES crew ON DELETE CASCADE, "
    "guide int REFERENCES crew ON DELETE CASCADE);"
)

KINDS = [
    # Triggers and rules
    kind(
        "a trigger on a child of a cascade",
        ONE + LOG + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus ON DELETE CASCADE); "
        "INSERT INTO items VALUES (1, 1); CREATE TRIGGER n AFTER DELETE ON items FOR EACH ROW EXECUTE FUNCTION note()",
        "menus id; items id",
        "delete-row table=menus id=1",
        "irrevocable",
        "items",
    ),
    kind(
        "a trigger for the statement on a child without rows",
        ONE + LOG + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus ON DELETE CASCADE); "
        "CREATE TRIGGER n AFTER DELETE ON items FOR EACH STATEMENT EXECUTE FUNCTION note()",
        "menus id; items id",
        "delete-row table=menus id=1",
        "irrevocable",
        "items",
    ),
    kind(
        "the same on a child that is not open",
        ONE + LOG + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus ON DELETE CASCADE); "
        "CREATE TRIGGER n AFTER DELETE ON items FOR EACH STATEMENT EXECUTE FUNCTION note()",
        "menus id",
        "delete-row table=menus id=1",
        "irrevocable",
        "items",
    ),
    kind(
        "the same when what was inserted is taken away",
        ONE + LOG + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus ON DELETE CASCADE); "
        "CREATE TRIGGER n AFTER DELETE ON items FOR EACH STATEMENT EXECUTE FUNCTION note()",
        "menus id",
        "add-row table=menus first=9",
        "irrevocable",
        "items",
    ),
    kind(
        "a rule on a child",
        ONE + LOG + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus ON DELETE CASCADE); "
        "INSERT INTO items VALUES (1, 1); CREATE RULE r AS ON DELETE TO items DO ALSO INSERT INTO log VALUES (old.id)",
        "menus id; items id",
        "delete-row table=menus id=1",
        "irrevocable",
        "items",
    ),
    kind(
        "a trigger on a partition of a child",
        PARTS + LOG + "CREATE TABLE houses (id int PRIMARY KEY); INSERT INTO houses VALUES (1), (2), (3); "
        "ALTER TABLE rooms ADD FOREIGN KEY (house) REFERENCES houses ON DELETE CASCADE; "
        "CREATE TRIGGER n AFTER DELETE ON rooms_1_2 FOR EACH ROW EXECUTE FUNCTION note()",
        "rooms id,house; houses id",
        "delete-row table=houses id=2",
        "irrevocable",
        "rooms",
    ),
    # Row-level security
    kind(
        "a policy that hides what a cascade takes",
        POLICY + "ALTER TABLE bills ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON bills USING (NOT secret)",
        "firms id; bills id",
        "delete-row table=firms id=1",
        "refused",
        "bills",
        user="narrow",
    ),
    kind(
        "a policy on a child that is not open",
        POLICY + "DELETE FROM bills WHERE id = 2; ALTER TABLE bills ENABLE ROW LEVEL SECURITY; "
        "CREATE POLICY p ON bills USING (NOT secret)",
        "firms id",
        "delete-row table=firms id=1",
        "refused",
        "bills",
        user="narrow",
    ),
    kind(
        "a policy on the table itself",
        POLICY + "ALTER TABLE bills ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON bills USING (NOT secret)",
        "bills id",
        "delete-row table=bills id=2",
        "refused",
        "row-level security",
        user="narrow",
    ),
    kind(
        "a policy that its owner is free of",
        POLICY + "ALTER TABLE bills ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON bills USING (NOT secret); "
        "ALTER TABLE bills OWNER TO narrow",
        "firms id; bills id",
        "delete-row table=firms id=1",
        "undone",
        user="narrow",
    ),
    kind(
        "a policy that binds its owner too",
        POLICY + "ALTER TABLE bills ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON bills USING (NOT secret); "
        "ALTER TABLE bills OWNER TO narrow; ALTER TABLE bills FORCE ROW LEVEL SECURITY",
        "firms id; bills id",
        "delete-row table=firms id=1",
        "refused",
        "bills",
        user="narrow",
    ),
    # What ON DELETE does
    kind(
        "one column of a key is emptied",
        "CREATE TABLE users (org int, id int, name text, PRIMARY KEY (org, id), UNIQUE (id)); "
        "CREATE TABLE posts (id int PRIMARY KEY, org int NOT NULL, by int, "
        "FOREIGN KEY (org, by) REFERENCES users (org, id) ON DELETE SET NULL (by)); "
        "INSERT INTO users VALUES (1, 5, 'Ann'); INSERT INTO posts VALUES (1, 1, 5), (2, 1, NULL)",
        "users id; posts id",
        "delete-row table=users id=5",
        "undone",
    ),
    kind(
        "a foreign key that is not enforced",
        ONE + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus ON DELETE CASCADE NOT ENFORCED); "
        "INSERT INTO items VALUES (1, 1), (2, 77)",
        "menus id; items id",
        "delete-row table=menus id=1",
        "undone",
    ),
    kind(
        "a foreign key whose triggers are off",
        ONE + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus ON DELETE CASCADE); "
        "INSERT INTO items VALUES (1, 1); ALTER TABLE menus DISABLE TRIGGER ALL",
        "menus id; items id",
        "delete-row table=menus id=1",
        "refused",
        "switched off",
    ),
    # Rows that only looser rules let in
    kind(
        "an orphan under a foreign key that was never checked",
        ONE + "CREATE TABLE items (id int PRIMARY KEY, menu int); INSERT INTO items VALUES (1, 99); "
        "ALTER TABLE items ADD FOREIGN KEY (menu) REFERENCES menus NOT VALID",
        "menus id; items id",
        "delete-row table=items id=1",
        "irrevocable",
        "menus",
    ),
    kind(
        "an orphan that replication let in",
        ONE + "CREATE TABLE items (id int PRIMARY KEY, menu int REFERENCES menus); "
        "SET session_replication_role = replica; INSERT INTO items VALUES (1, 99); SET session_replication_role = origin",
        "items id",
        "set-column table=items id=1 column=menu value=1",
        "irrevocable",
        "menus",
    ),
    kind(
        "an orphan that an insert adopts",
        ONE + "CREATE TABLE items (id int PRIMARY KEY, menu int); INSERT INTO items VALUES (1, 99); "
        "ALTER TABLE items ADD FOREIGN KEY (menu) REFERENCES menus ON DELETE CASCADE NOT VALID",
        "menus id; items id",
        "add-row table=menus first=99",
        "irrevocable",
        "items",
    ),
    kind(
        "a row outside a check that was never made",
        ONE + "ALTER TABLE menus ADD CHECK (price > 3) NOT VALID",
        "menus id",
        "delete-row table=menus id=1",
        "irrevocable",
        "price",
    ),
    kind(
        "a column that may no longer be empty, never checked",
        "CREATE TABLE jobs (id int PRIMARY KEY, said text); INSERT INTO jobs VALUES (1, NULL); "
        "ALTER TABLE jobs ADD CONSTRAINT filled NOT NULL said NOT VALID",
        "jobs id",
        "delete-row table=jobs id=1",
        "irrevocable",
        "filled",
    ),
    kind(
        "twins under an index that failed",
        "CREATE TABLE jobs (id int PRIMARY KEY, slot int); INSERT INTO jobs VALUES (1, 1); "
        "CREATE UNIQUE INDEX odd ON jobs (slot); "
        "UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = 'odd'::regclass; "
        "INSERT INTO jobs VALUES (2, 1); UPDATE pg_index SET indisready = true WHERE indexrelid = 'odd'::regclass",
        "jobs id",
        "delete-row table=jobs id=1",
        "irrevocable",
        "odd",
    ),
    # Order
    kind(
        "bosses and guides",
        TREE + "INSERT INTO crew VALUES (1, NULL, NULL), (4, 1, NULL), (2, 4, 1), (3, 2, 4)",
        "crew id",
        "delete-row table=crew id=4",
        "undone",
    ),
    kind(
        "bosses and guides, all of them",
        TREE + "INSERT INTO crew VALUES (9, NULL, NULL), (4, 9, 9), (2, 4, 9), (3, 2, 4), (1, 3, 2)",
        "crew id",
        "delete-row table=crew id=9",
        "undone",
    ),
    kind(
        "two that point at each other",
        TREE + "INSERT INTO crew VALUES (1, NULL, NULL); INSERT INTO crew VALUES (2, 1, NULL), (3, 2, NULL); "
        "UPDATE crew SET guide = 3 WHERE id = 2",
        "crew id",
        "delete-row table=crew id=1",
        "undone",
    ),
    kind(
        "two that must point at each other",
        "CREATE TABLE pairs (id int PRIMARY KEY, mate int NOT NULL REFERENCES pairs ON DELETE CASCADE "
        "DEFERRABLE INITIALLY DEFERRED); INSERT INTO pairs VALUES (1, 2), (2, 1)",
        "pairs id",
        "delete-row table=pairs id=1",
        "irrevocable",
        "each other",
    ),
    kind(
        "a circle that a check forbids to open",
        "CREATE TABLE pairs (id int PRIMARY KEY, mate int REFERENCES pairs ON DELETE CASCADE); "
        "INSERT INTO pairs VALUES (1, 1), (2, 1); UPDATE pairs SET mate = 2 WHERE id = 1; ALTER TABLE pairs ADD CHECK (mate IS NOT NULL)",
        "pairs id",
        "delete-row table=pairs id=1",
        "irrevocable",
        "each other",
    ),
    kind(
        "one that points at itself",
        "CREATE TABLE pairs (id int PRIMARY KEY, mate int NOT NULL REFERENCES pairs ON DELETE CASCADE); "
        "INSERT INTO pairs VALUES (1, 1), (2, 1)",
        "pairs id",
        "delete-row table=pairs id=1",
        "undone",
    ),
    kind(
        "self references that look different",
        "CREATE TABLE steps (id numeric PRIMARY KEY, prior numeric REFERENCES steps ON DELETE CASCADE); "
        "INSERT INTO steps VALUES (5.0, NULL), (2, 5.00), (1.0, 2.000)",
        "steps id",
        "delete-row table=steps id=5",
        "undone",
    ),
    kind(
        "a circle through two tables",
        "CREATE TABLE shops (id int PRIMARY KEY, best int); "
        "CREATE TABLE wares (id int PRIMARY KEY, shop int NOT NULL REFERENCES shops ON DELETE CASCADE, "
        "next int REFERENCES wares ON DELETE CASCADE); "
        "ALTER TABLE shops ADD FOREIGN KEY (best) REFERENCES wares ON DELETE SET NULL; "
        "INSERT INTO shops VALUES (1, NULL); INSERT INTO wares VALUES (3, 1, NULL), (2, 1, 3), (1, 1, 2); UPDATE shops SET best = 2",
        "shops id; wares id",
        "delete-row table=shops id=1",
        "undone",
    ),
    kind(
        "values that move up among unique rows",
        "CREATE TABLE queue (id int PRIMARY KEY, nth int, CHECK (nth < 90), UNIQUE (nth) DEFERRABLE); "
        "INSERT INTO queue VALUES (1, 1), (2, 2), (3, 3)",
        "queue id",
        "shift table=queue column=nth by=1 first=1",
        "undone",
    ),
    # The schema changes between the run and its undo
    kind(
        "a column that was dropped since",
        ONE,
        "menus id",
        "delete-row table=menus id=1",
        "irrevocable",
        "price",
        meanwhile="ALTER TABLE menus DROP price",
    ),
    kind(
        "a column that was renamed since",
        ONE,
        "menus id",
        "set-column table=menus id=1 column=name value=Ale",
        "irrevocable",
        "name",
        meanwhile="ALTER TABLE menus RENAME name TO title",
    ),
    kind(
        "a key column that was renamed since",
        ONE,
        "menus id",
        "delete-row table=menus id=1",
        "irrevocable",
        "",
        meanwhile="ALTER TABLE menus RENAME id TO nr",
    ),
]
