"""Changes that the database would not let in: nobody is asked to approve what can't run."""

from tests.oracles.kinds import kind

_TEAM = (
    "CREATE TABLE teams (id int PRIMARY KEY); CREATE TABLE people (id int PRIMARY KEY, mail varchar(20) UNIQUE, "
    "name varchar(20) NOT NULL, team int, FOREIGN KEY (team) REFERENCES teams (id)); "
    "INSERT INTO teams VALUES (1); INSERT INTO people VALUES (1, 'a', 'Ann', 1), (2, 'b', 'Bo', NULL);"
)
_BOTH = "people id; teams id"
_PAIRS = (
    "CREATE TABLE seats (id int PRIMARY KEY, org int, usr int, UNIQUE (org, usr)); "
    "INSERT INTO seats VALUES (1, 1, 5), (2, 1, 6), (3, 2, NULL);"
)
COMMON = [
    kind(
        "a unique value that is taken",
        _TEAM,
        _BOTH,
        "set-column table=people id=1 column=mail value=b",
        "refused",
        "the same mail",
    ),
    kind("a unique value that is free", _TEAM, _BOTH, "set-column table=people id=1 column=mail value=c", "undone"),
    kind("a unique value that is emptied", _TEAM, _BOTH, "set-column table=people id=1 column=mail", "undone"),
    kind(
        "a unique pair that is taken",
        _PAIRS,
        "seats id",
        "set-column table=seats id=1 column=usr value=6",
        "refused",
        "org, usr",
    ),
    kind(
        "a unique pair with nothing in it",
        _PAIRS,
        "seats id",
        "set-column table=seats id=1 column=org value=2",
        "undone",
    ),
    kind(
        "nothing in what may not be empty",
        _TEAM,
        _BOTH,
        "set-column table=people id=1 column=name",
        "refused",
        "name may not be empty",
    ),
    kind(
        "a parent that is not there",
        _TEAM,
        _BOTH,
        "set-column table=people id=1 column=team value=9",
        "refused",
        "no row of teams",
    ),
    kind("a parent that is there", _TEAM, _BOTH, "set-column table=people id=2 column=team value=1", "undone"),
    kind("a parent that is let go", _TEAM, _BOTH, "set-column table=people id=1 column=team", "undone"),
]
POSTGRES = [
    kind(
        "a trigger that fills what would be empty",
        _TEAM
        + "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name = coalesce(NEW.name, ''?''); RETURN NEW; END'; "
        "CREATE TRIGGER fill BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION fill();",
        _BOTH,
        "set-column table=people id=1 column=name",
        "stopped",
        "made something else",
    ),
    kind(
        "a parent behind a policy",
        _TEAM + "ALTER TABLE teams ENABLE ROW LEVEL SECURITY; ALTER TABLE teams FORCE ROW LEVEL SECURITY;",
        _BOTH,
        "set-column table=people id=2 column=team value=1",
        "undone",
    ),
    kind(
        "a unique value checked late",
        "CREATE TABLE ranks (id int PRIMARY KEY, place int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO ranks VALUES (1, 1), (2, 2);",
        "ranks id",
        "set-column table=ranks id=1 column=place value=3",
        "undone",
    ),
]
SQLITE = [
    kind(
        "an index that tells letters apart",
        "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE); CREATE UNIQUE INDEX u ON tags (name COLLATE BINARY); "
        "INSERT INTO tags VALUES (1, 'a'), (2, 'b');",
        "tags id",
        "set-column table=tags id=1 column=name value=B",
        "undone",
    ),
]
