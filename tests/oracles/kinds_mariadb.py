"""Kinds on MariaDB."""

from tests.oracles.kinds import kind

_ONE = (
    "CREATE TABLE menus (id int PRIMARY KEY, name varchar(40), price decimal(8,2)); "
    "INSERT INTO menus VALUES (1, 'Tea', 2.50), (2, 'Pie', 4);"
)

KINDS = [
    kind("a plain key", _ONE, "menus id", "delete-row table=menus id=1", "undone"),
    kind(
        "a key of the first letters",
        "CREATE TABLE pages (name varchar(40) NOT NULL, v int, UNIQUE (name(2))); INSERT INTO pages VALUES ('abc', 1)",
        "pages name",
        "delete-row table=pages id=abc",
        "refused",
        "apart",
    ),
    kind(
        "nothing in a unique column",
        "CREATE TABLE users (mail varchar(40) UNIQUE, name varchar(40)); INSERT INTO users VALUES (NULL, 'Ann'), (NULL, 'Bob')",
        "users mail",
        "clear-rows table=users column=name value=Ann",
        "refused",
        "mail",
    ),
    kind(
        "a text key compared as a number",
        "CREATE TABLE parts (nr varchar(20) PRIMARY KEY); INSERT INTO parts VALUES ('7'), ('07'), ('7 inches')",
        "parts nr",
        "delete-number table=parts id=7",
        "refused",
        "3 rows",
    ),
    kind(
        "letters of any case are one key",
        "CREATE TABLE users (name varchar(20) PRIMARY KEY, v int); CREATE TABLE notes (id int PRIMARY KEY, "
        "who varchar(20), FOREIGN KEY (who) REFERENCES users (name) ON DELETE CASCADE); INSERT INTO users VALUES ('ann', 1); "
        "INSERT INTO notes VALUES (1, 'ANN')",
        "users name; notes id",
        "delete-row table=users id=ann",
        "undone",
    ),
    kind(
        "an orphan let in with the checks off",
        _ONE + "CREATE TABLE items (id int PRIMARY KEY, menu int, FOREIGN KEY (menu) REFERENCES menus (id)); "
        "SET foreign_key_checks = 0; INSERT INTO items VALUES (1, 99)",
        "menus id; items id",
        "delete-row table=items id=1",
        "irrevocable",
        "menus",
    ),
    kind(
        "an orphan that an insert adopts",
        _ONE
        + "CREATE TABLE items (id int PRIMARY KEY, menu int, FOREIGN KEY (menu) REFERENCES menus (id) ON DELETE CASCADE); "
        "SET foreign_key_checks = 0; INSERT INTO items VALUES (1, 99)",
        "menus id; items id",
        "add-row table=menus first=99",
        "irrevocable",
        "items",
    ),
    kind(
        "an orphan let in for one whose boss it is",
        "CREATE TABLE crew (id int PRIMARY KEY, boss int, FOREIGN KEY (boss) REFERENCES crew (id) ON DELETE CASCADE); "
        "INSERT INTO crew VALUES (5, NULL), (3, 5), (1, 3)",
        "crew id",
        "delete-row table=crew id=5",
        "undone",
    ),
    kind(
        "a row outside a check, let in with the checks off",
        _ONE + "ALTER TABLE menus ADD CHECK (price < 100); "
        "SET check_constraint_checks = 0; INSERT INTO menus VALUES (3, 'Cake', 200)",
        "menus id",
        "delete-row table=menus id=3",
        "irrevocable",
        "menus",
    ),
    kind(
        "a trigger on a child of a cascade",
        _ONE
        + "CREATE TABLE items (id int PRIMARY KEY, menu int, FOREIGN KEY (menu) REFERENCES menus (id) ON DELETE CASCADE); "
        "INSERT INTO items VALUES (1, 1); CREATE TRIGGER n AFTER DELETE ON items FOR EACH ROW SET @seen = 1",
        "menus id; items id",
        "delete-row table=menus id=1",
        "irrevocable",
        "items",
    ),
    kind(
        "a circle with a clock",
        "CREATE TABLE crew (id int PRIMARY KEY, boss int, touched timestamp DEFAULT '2026-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP, "
        "FOREIGN KEY (boss) REFERENCES crew (id) ON DELETE CASCADE); INSERT INTO crew (id) VALUES (1), (2); "
        "UPDATE crew SET boss = 3 - id, touched = '2026-01-02 00:00:00'",
        "crew id",
        "delete-row table=crew id=1",
        "undone",
    ),
    kind(
        "addresses and a uuid, as bytes that read as letters, begin or end with nothing",
        "CREATE TABLE hosts (id uuid PRIMARY KEY, six inet6, old inet6, four inet4); "
        "INSERT INTO hosts VALUES ('61626364-6162-6162-6162-616263646566', '::1', '::ffff:10.0.0.1', '97.98.0.0'), "
        "('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380000', 'fe80::', '::10.0.0.1', NULL)",
        "hosts id",
        "delete-row table=hosts id=61626364-6162-6162-6162-616263646566",
        "undone",
    ),
    kind(
        "a column that was dropped since",
        _ONE,
        "menus id",
        "delete-row table=menus id=1",
        "irrevocable",
        "price",
        meanwhile="ALTER TABLE menus DROP price",
    ),
]
