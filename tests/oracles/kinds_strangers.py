"""What other tools did wrong, by public reports; written anew, each for its kind."""

from tests.oracles.kinds import kind

_ONE = "CREATE TABLE cards (id int PRIMARY KEY, name varchar(20), v int); INSERT INTO cards VALUES (1, 'a', 1), (2, 'b', 2);"
_NEW_KEY = "set-column table=cards id=1 column=id value="
COMMON = [
    kind("a key that gets another value", _ONE, "cards id", _NEW_KEY + "9", "refused", "find a row by"),
    kind("a key that gets a value which is taken", _ONE, "cards id", _NEW_KEY + "2", "refused", "find a row by"),
    kind(
        "a column in capital letters",
        'CREATE TABLE cards (id int PRIMARY KEY, "appId" varchar(20), "isWhite" int); INSERT INTO cards VALUES (1, \'a\', 1);'.replace(
            '"', ""
        ),
        "cards id",
        "set-column table=cards id=1 column=APPID value=b",
        "undone",
    ),
    kind(
        "a moment that a default fills in comes back as it was",
        "CREATE TABLE orders (id int PRIMARY KEY, total int, made timestamp DEFAULT CURRENT_TIMESTAMP); "
        "INSERT INTO orders VALUES (1, 9, '2024-05-01 10:00:00');",
        "orders id",
        "delete-row table=orders id=1",
        "undone",
    ),
    kind(
        "rows that nothing tells apart",
        "CREATE TABLE plain (name varchar(20), v int); INSERT INTO plain VALUES ('a', 1), ('a', 1), ('b', 2);",
        "plain name",
        "delete-row table=plain id=a",
        "refused",
        "does not tell the rows of plain apart",
    ),
    kind(
        "a chain of rows of one table, with an end that points at nothing",
        "CREATE TABLE parts (id int PRIMARY KEY, above int, v int, FOREIGN KEY (above) REFERENCES parts (id) ON DELETE CASCADE); "
        "INSERT INTO parts VALUES (1, NULL, 1), (2, 1, 1), (3, 2, 1), (4, NULL, 1);",
        "parts id",
        "delete-row table=parts id=1",
        "undone",
    ),
    kind(
        "a child that goes by one key and is kept by another",
        "CREATE TABLE tenants (id int PRIMARY KEY); "
        "CREATE TABLE apps (id int PRIMARY KEY, tenant int, FOREIGN KEY (tenant) REFERENCES tenants (id) ON DELETE CASCADE); "
        "CREATE TABLE packs (id int PRIMARY KEY, tenant int, app int, FOREIGN KEY (tenant) REFERENCES tenants (id), "
        "FOREIGN KEY (app) REFERENCES apps (id) ON DELETE CASCADE); "
        "INSERT INTO tenants VALUES (1), (2); INSERT INTO apps VALUES (1, 1); INSERT INTO packs VALUES (1, 2, 1), (2, 1, 1);",
        "tenants id; apps id; packs id",
        "delete-row table=tenants id=2",
        "refused",
        "points at tenants",
    ),
]
_LISTS = (
    "CREATE TABLE cards (id int PRIMARY KEY, v text[]); "
    "INSERT INTO cards VALUES (1, ARRAY['foo,bar', 'b\"z', NULL, 'NULL', '', '{}']);"
)
POSTGRES = [
    kind(
        "a key of bytes that are no text",
        "CREATE TABLE cards (id bytea PRIMARY KEY, name text); INSERT INTO cards VALUES ('\\xdeadbeef00', 'A');",
        "cards id",
        r"set-column table=cards id='\xdeadbeef00' column=name value=B",
        "undone",
    ),
    kind(
        "json that is emptied",
        "CREATE TABLE cards (id int PRIMARY KEY, j jsonb); INSERT INTO cards VALUES (1, '[]');",
        "cards id",
        "set-column table=cards id=1 column=j",
        "undone",
    ),
    kind(
        "an array whose parts hold commas, quotes and NULL",
        _LISTS,
        "cards id",
        """set-column table=cards id=1 column=v value='{"foo,baz","b\\"z",NULL,"NULL","",{}}'""",
        "refused",
        "does not fit v",
    ),
    kind(
        "an array whose parts hold commas comes back",
        _LISTS,
        "cards id",
        """set-column table=cards id=1 column=v value='{"foo,baz",b}'""",
        "undone",
    ),
    kind(
        "a key over time",
        "CREATE EXTENSION btree_gist; CREATE TABLE stays (id int, during tsrange, v int, PRIMARY KEY (id, during WITHOUT OVERLAPS)); "
        "INSERT INTO stays VALUES (1, '[2026-01-01,2026-02-01)', 1), (1, '[2026-02-01,2026-03-01)', 2);",
        "stays id,during",
        """set-column table=stays id='1,"[2026-01-01,2026-02-01)"' column=v value=5""",
        "refused",
        "apart",
    ),
    kind(
        "a foreign key over time",
        "CREATE EXTENSION btree_gist; "
        "CREATE TABLE rooms (nr int UNIQUE, id int, during tsrange, PRIMARY KEY (id, during WITHOUT OVERLAPS)); "
        "CREATE TABLE stays (id int PRIMARY KEY, room int, during tsrange, v int, "
        "FOREIGN KEY (room, PERIOD during) REFERENCES rooms (id, PERIOD during)); "
        "INSERT INTO rooms VALUES (1, 7, '[2026-01-01,2026-02-01)'), (2, 7, '[2026-02-01,2026-03-01)'); "
        "INSERT INTO stays VALUES (1, 7, '[2026-01-15,2026-02-15)', 1);",
        "rooms nr; stays id",
        "delete-row table=rooms id=1",
        "refused",
        "A row of stays points at rooms",
    ),
    kind(
        "a row that points at several over time",
        "CREATE EXTENSION btree_gist; "
        "CREATE TABLE rooms (nr int UNIQUE, id int, during tsrange, PRIMARY KEY (id, during WITHOUT OVERLAPS)); "
        "CREATE TABLE stays (id int PRIMARY KEY, room int, during tsrange, v int, "
        "FOREIGN KEY (room, PERIOD during) REFERENCES rooms (id, PERIOD during)); "
        "INSERT INTO rooms VALUES (1, 7, '[2026-01-01,2026-02-01)'), (2, 7, '[2026-02-01,2026-03-01)'); "
        "INSERT INTO stays VALUES (1, 7, '[2026-01-15,2026-02-15)', 1);",
        "rooms nr; stays id",
        "delete-row table=stays id=1",
        "undone",
    ),
    kind(
        "an identity that is always given",
        "CREATE TABLE cards (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v int); INSERT INTO cards (v) VALUES (1), (2);",
        "cards id",
        "delete-row table=cards id=1",
        "undone",
    ),
    kind(
        "a key that is a uuid",
        "CREATE TABLE fuels (id uuid PRIMARY KEY, class text); INSERT INTO fuels VALUES "
        "('df87adec-f142-4547-8866-3e05fe0991f5', 'Car'), ('e38d48f2-3a4e-4b1f-b2e9-8d77ec8f42bf', 'Truck');",
        "fuels id",
        "set-column table=fuels id=DF87ADEC-F142-4547-8866-3E05FE0991F5 column=class value=SUV",
        "undone",
    ),
    kind(
        "a moment without end beside what is set",
        "CREATE TABLE bans (id int PRIMARY KEY, until timestamp DEFAULT ('infinity'::timestamptz at time zone 'utc'), v int); "
        "INSERT INTO bans (id, v) VALUES (1, 1);",
        "bans id",
        "set-column table=bans id=1 column=v value=2",
        "undone",
    ),
    kind(
        "a key of two columns of which one may not be emptied",
        "CREATE TABLE tariffs (tenant int, id int, PRIMARY KEY (tenant, id)); "
        "CREATE TABLE users (tenant int NOT NULL, id int, tariff int, PRIMARY KEY (tenant, id), "
        "FOREIGN KEY (tenant, tariff) REFERENCES tariffs ON DELETE SET NULL); "
        "INSERT INTO tariffs VALUES (1, 1); INSERT INTO users VALUES (1, 1, 1);",
        "tariffs tenant,id; users tenant,id",
        "delete-row table=tariffs id=1,1",
        "refused",
        "users .* tenant may not be empty.* Nothing was changed",
    ),
    kind(
        "a number that a trigger takes from another table",
        "CREATE TABLE seqs (most int PRIMARY KEY); CREATE TABLE things (id int PRIMARY KEY, nr int); "
        "CREATE FUNCTION next() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN NEW.nr := (SELECT most FROM seqs); UPDATE seqs SET most = most + 1; RETURN NEW; END$$; "
        "CREATE TRIGGER numbers BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION next(); INSERT INTO seqs VALUES (1);",
        "things id; seqs most",
        "add-row table=things first=7",
        "irrevocable",
        "numbers.*may change more than is seen here",
    ),
]
MARIADB = [
    kind(
        "one of the words of an enum",
        "CREATE TABLE mails (id int AUTO_INCREMENT PRIMARY KEY, color enum('Red', 'Green') NOT NULL, mail varchar(90)); "
        "INSERT INTO mails (color, mail) VALUES ('Red', 'john@example.com');",
        "mails id",
        "set-column table=mails id=1 column=color value=Green",
        "undone",
    ),
    kind(
        "a word that the enum does not have",
        "CREATE TABLE mails (id int PRIMARY KEY, color enum('Red', 'Green') NOT NULL); INSERT INTO mails VALUES (1, 'Red');",
        "mails id",
        "set-column table=mails id=1 column=color value=Purple",
        "refused",
        "Nothing was changed",
    ),
    kind(
        "a moment for a number of seconds",
        "CREATE TABLE logins (id int PRIMARY KEY, at int unsigned); INSERT INTO logins VALUES (1, 1531413720);",
        "logins id",
        "set-column table=logins id=1 column=at value='2018-07-12 16:42:00'",
        "refused",
        "does not fit at",
    ),
    kind(
        "columns that a plain SELECT leaves out",
        "CREATE TABLE cards (id int PRIMARY KEY, v int, secret int INVISIBLE DEFAULT 7, twice int AS (v * 2) STORED INVISIBLE); "
        "INSERT INTO cards (id, v, secret) VALUES (1, 1, 5)",
        "cards id",
        "delete-row table=cards id=1",
        "undone",
    ),
    kind(
        "bits, and json with nothing and other letters in it",
        "CREATE TABLE cards (id int PRIMARY KEY, b bit(10), j json); "
        'INSERT INTO cards VALUES (1, b\'1000000001\', \'{"name": "张三", "sub": {"wife": "王丽", "child": null}, "e": []}\')',
        "cards id",
        "delete-row table=cards id=1",
        "undone",
    ),
    kind(
        "a uuid of bytes that read as letters of some alphabet",
        "CREATE TABLE cards (id binary(16) PRIMARY KEY, v int); INSERT INTO cards VALUES (X'D568C20CB8A247318E4894137D0A59B1', 1)",
        "cards id",
        "delete-row table=cards id=d568c20c-b8a2-4731-8e48-94137d0a59b1",
        "undone",
    ),
    kind(
        "a table without a key, found by a float",
        "CREATE TABLE cards (f float, v int); INSERT INTO cards VALUES (0.1, 1), (0.2, 2)",
        "cards f",
        "delete-row table=cards id=0.1",
        "refused",
        "apart",
    ),
    kind(
        "a table that keeps its history in columns of its own",
        "CREATE TABLE cards (id int PRIMARY KEY, v int, since timestamp(6) GENERATED ALWAYS AS ROW START, "
        "until timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (since, until)) WITH SYSTEM VERSIONING; "
        "INSERT INTO cards (id, v) VALUES (1, 1)",
        "cards id",
        "delete-row table=cards id=1",
        "refused",
        "apart",
    ),
    kind(
        "a key over time",
        "CREATE TABLE stays (id int, a date, b date, v int, PERIOD FOR p (a, b), UNIQUE (id, p WITHOUT OVERLAPS)); "
        "INSERT INTO stays VALUES (1, '2026-01-01', '2026-02-01', 1), (1, '2026-02-01', '2026-03-01', 2)",
        "stays id",
        "delete-row table=stays id=1",
        "refused",
        "apart",
    ),
]
SQLITE = [
    kind(
        "a table without row numbers",
        "CREATE TABLE cards (id TEXT PRIMARY KEY, v INT) WITHOUT ROWID; INSERT INTO cards VALUES ('a ', 1), ('a', 2);",
        "cards id",
        "delete-row table=cards id='a '",
        "undone",
    ),
    kind(
        "a number that a text column holds as text",
        "CREATE TABLE cards (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO cards VALUES (1, 7), (2, X'00FF');",
        "cards id",
        "delete-row table=cards id=2",
        "undone",
    ),
]
