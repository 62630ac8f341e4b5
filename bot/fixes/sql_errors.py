"""What a database's refusal means, for people. Its own words may quote rows, so they stay private."""

from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

_BY_STATE = {
    "55P03": "somebody else holds the row, and waiting for it took too long. Try again in a minute",
    "57014": "it took longer than the target's statement_timeout allows",
    "25006": "the connection may only read",
    "25P03": "the run stood still for too long with the rows locked",
    "42501": "the database user may not do this. Whoever keeps the database grants it",
    "42703": "a column that it names is not there",
    "23502": "a column may not be empty",
    "23503": "another row points at it or it points at a row that is gone (foreign key)",
    "23505": "there is such a row already (unique)",
    "23514": "a value is outside what the table's check allows",
    "40001": "another transaction came in between. Try again",
    "40P01": "it and another transaction waited for each other. Try again",
    "1205": "somebody else holds the row, and waiting for it took too long. Try again in a minute",
    "1213": "it and another transaction waited for each other. Try again",
    "1451": "another row points at it (foreign key)",
    "1452": "it points at a row that is gone (foreign key)",
    "1062": "there is such a row already (unique)",
    "3024": "it took longer than the target's statement_timeout allows",
    "1969": "it took longer than the target's statement_timeout allows",
}
_BY_WORDS = {
    "database is locked": _BY_STATE["55P03"],
    "interrupted": _BY_STATE["57014"],
    "readonly database": _BY_STATE["25006"],
    "UNIQUE constraint": _BY_STATE["23505"],
    "FOREIGN KEY constraint": _BY_STATE["23503"],
    "NOT NULL constraint": _BY_STATE["23502"],
    "CHECK constraint": _BY_STATE["23514"],
}


def reason(error: BaseException) -> str:
    """Why the database did not do it, without any value."""
    if isinstance(error, TimeoutError):
        return "the database did not answer in time"
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        return "a value does not fit its column"
    state = code_of(error)
    words = (said for sign, said in _BY_WORDS.items() if sign in str(getattr(error, "orig", error)))
    return _BY_STATE.get(state) or next(words, f"the database refused it ({state or type(error).__name__})")


def words(error: BaseException) -> str:
    """The driver's own first line; the lines after it ("DETAIL: Failing row contains …") quote whole rows."""
    return next(iter(str(getattr(error, "orig", error)).splitlines()), type(error).__name__)


def code_of(error: BaseException) -> str:
    """SQLSTATE, or MySQL's number."""
    original = getattr(error, "orig", error)
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    if state:
        return str(state)
    arguments = getattr(original, "args", ())
    return str(arguments[0]) if arguments and isinstance(arguments[0], int) else ""


def said_no(error: BaseException) -> bool:
    """The server itself answered COMMIT with a no (a deferred constraint, a serialisation failure): nothing was written."""
    if isinstance(error, IntegrityError):
        return True
    refused = ("23", "40", "1213", "1205", "25P03")
    locked = "database is locked" in str(error)
    return isinstance(error, DBAPIError) and (locked or code_of(error).startswith(refused))
