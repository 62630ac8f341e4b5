"""Which failures of a database mean "try again", and never "can't be undone"."""

import pytest
from sqlalchemy.exc import DBAPIError

from bot.production.sql.errors import passing, reason


def failure(code: str | int, words: str = "") -> DBAPIError:
    """As a driver raises it: PostgreSQL's with a state, MariaDB's with a number."""
    original = Exception(code, words) if isinstance(code, int) else Exception(words)
    if isinstance(code, str):
        original.sqlstate = code  # type: ignore[attr-defined] # asyncpg's and psycopg's errors have one
    return DBAPIError("", None, original)


@pytest.mark.parametrize(
    "error",
    [
        failure("55P03"),  # a lock
        failure("40P01"),  # a deadlock
        failure("40001"),  # a serialisation failure
        failure("57014"),  # its time was over
        failure("53200"),  # out of memory
        failure("08006"),  # the connection is gone
        failure(1205, "Lock wait timeout exceeded"),
        failure(1213, "Deadlock found when trying to get lock"),
        failure(1020, "Record has changed since last read"),
        failure("", "database is locked"),
    ],
    ids=lambda error: str(error.orig),
)
def test_what_may_work_at_another_time_says_so(error: DBAPIError) -> None:
    assert passing(error)
    assert "own log" not in reason(error)


@pytest.mark.parametrize("code", ["23503", "23001", "23505", "23514", "42501", "22003", 1451, 1062])
def test_what_the_database_refuses_for_good_does_not(code: str | int) -> None:
    assert not passing(failure(code))
    assert "Try again" not in reason(failure(code))
    assert "own log" not in reason(failure(code))
