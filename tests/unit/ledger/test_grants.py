"""The rights of a role that may add to the trail and never change it."""

from bot.ledger.db.guards import FOREVER, grants


def test_what_is_for_ever_is_read_and_added_to_and_nothing_else() -> None:
    said = grants("bot", ["bugs", "cursors"])
    about = next(line for line in said if "entries" in line)
    assert about.startswith("GRANT SELECT, INSERT ON ")
    assert all(table in about for table in FOREVER)
    assert not any(word in about for word in ("UPDATE", "DELETE", "TRUNCATE"))


def test_a_role_of_any_name_is_named_and_nothing_more() -> None:
    assert all('TO "o""dd; --";' in line for line in grants('o"dd; --', ["bugs"]))
