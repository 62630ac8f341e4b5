"""A witness that sees nothing would agree with everything: each says no when a row changed that the dumps do not tell of."""

import pytest

from tests.oracles.conftest import Ground

_SCHEMA = "CREATE TABLE menus (id int PRIMARY KEY, name varchar(20)); INSERT INTO menus VALUES (1, 'Tea'), (2, 'Pie')"
_CHANGES = (
    "DELETE FROM menus WHERE id = 1",
    "INSERT INTO menus VALUES (3, NULL)",
    "UPDATE menus SET name = 'Pie' WHERE id = 1",
)


@pytest.mark.parametrize("change", _CHANGES)
@pytest.mark.parametrize("where", ["on_postgres", "on_mariadb", "on_sqlite"])
def test_each_log_is_of_the_changes_that_the_dumps_tell(
    where: str, change: str, request: pytest.FixtureRequest
) -> None:
    ground: Ground = request.getfixturevalue(where)
    with ground(_SCHEMA) as place, place.witness() as agrees:
        first = place.dump()
        agrees(first, first)
        place.execute(change)
        second = place.dump()
        agrees(first, second)
        place.execute("UPDATE menus SET name = 'hidden' WHERE id = 2")
        with pytest.raises(AssertionError, match="log"):
            agrees(second, second)
