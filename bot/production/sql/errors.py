"""Says in words for people what a database's refusal means. The database's own words may quote rows, so they stay private."""

import re

from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from bot.production.sql.trigger_text import quoted

_BY_STATE = {
    "55P03": "somebody else holds the row, and waiting for it took too long. Try again in a minute",
    "57014": "it took longer than the target's statement_timeout allows",
    "25006": "the connection may only read",
    "25P03": "the run stood still for too long with the rows locked",
    "42501": "the database user may not do this. Whoever keeps the database grants it",
    "42703": "a column that it names is not there",
    "23001": "another row points at it, and the database keeps such rows (foreign key)",
    "23502": "a column may not be empty",
    "23503": "another row points at it or it points at a row that is gone (foreign key)",
    "23505": "there is such a row already (unique)",
    "23514": "a value is outside what the table's check allows",
    "23P01": "it would overlap with another row (exclusion)",
    "22001": "a text is too long for its column",
    "22003": "a number is too big for its column",
    "22012": "a number would be divided by zero",
    "428C9": "a column that it sets is computed or numbered by the database itself. Leave that column alone",
    "42883": "values of this type can't be compared (json, xml, point), so no row is found by them. Use another column",
    "2201B": "a value is no pattern that the database reads",
    "44000": "the row would not be seen through its view any more",
    "53100": "the database has no more room on its disk. Whoever keeps the database makes some",
    "53300": "the database has no free connection. Try again in a minute",
    "57P03": "the database is starting or stopping. Try again in a minute",
    "3D000": "there is no such database. Whoever keeps the settings corrects the target's url",
    "28P01": "the database does not know this user and password. Whoever keeps the settings corrects the target's url",
    "28000": "the database does not let this user in. Whoever keeps the settings corrects the target's url",
    "40001": "another transaction came in between. Try again",
    "40P01": "it and another transaction waited for each other. Try again",
}
_BY_CLASS = {
    "08": "the connection to the database was lost. Try again in a minute",
    "0A": "the database does not know how to do that",
    "23": "a rule of the database does not let it in",
    "40": "another transaction came in between. Try again",
    "53": "the database has too little room, memory or connections left. Try again in a minute",
    "57": "the database is being stopped, or whoever keeps it ended this. Try again in a minute",
}
"""By the first two signs of a state."""
_MYSQL = {
    **dict.fromkeys(("1205", "3572"), _BY_STATE["55P03"]),
    **dict.fromkeys(("1969", "3024", "1317"), _BY_STATE["57014"]),
    **dict.fromkeys(("1792", "1290"), _BY_STATE["25006"]),
    **dict.fromkeys(("1044", "1142", "1143", "1227", "1370"), _BY_STATE["42501"]),
    "1045": "the database does not know this user and password. Whoever keeps the settings corrects the target's url",
    **dict.fromkeys(("2003", "2006", "2013", "1927"), "the connection to the database was lost"),
    "1054": _BY_STATE["42703"],
    "1048": _BY_STATE["23502"],
    "1364": _BY_STATE["23502"],
    "1451": "another row points at it (foreign key)",
    "1452": "it points at a row that is gone (foreign key)",
    "1062": _BY_STATE["23505"],
    **dict.fromkeys(("3819", "4025"), _BY_STATE["23514"]),
    **dict.fromkeys(("1264", "1265", "1292", "1366", "1406", "1411", "4078"), "a value does not fit its column"),
    "1020": _BY_STATE["40001"],
    "1213": _BY_STATE["40P01"],
}
_UNFIT = "a value does not fit its column"
_SIGNAL = "1644"
"""MySQL's number for what a trigger's SIGNAL says."""
_NO_AT_COMMIT = ("1020", "1205", "1213", "25P03")
_PASSING = (
    "55P03",
    "57014",
    "40001",
    "40P01",
    "25P03",
    "57P01",
    "1020",
    "1205",
    "1213",
    "3572",
    "1969",
    "3024",
    "1317",
    "2003",
    "2006",
    "2013",
    "1927",
)
_OF_THE_CONNECTION = ("08", "25", "28", "3D", "53", "57", "42501")
_PASSING_WORDS = ("database is locked", "database table is locked", "interrupted", "database schema has changed")
_SQLSTATE = 5
"""Its length; MySQL's numbers have four digits."""
_BY_WORDS = {
    "database is locked": _BY_STATE["55P03"],
    "interrupted": _BY_STATE["57014"],
    "readonly database": _BY_STATE["25006"],
    "UNIQUE constraint": _BY_STATE["23505"],
    "FOREIGN KEY constraint": _BY_STATE["23503"],
    "NOT NULL constraint": _BY_STATE["23502"],
    "CHECK constraint": _BY_STATE["23514"],
    "cannot store": "a value is of another type than its column takes (STRICT table)",
    "datatype mismatch": "a value is of another type than its column takes",
    "disk is full": _BY_STATE["53100"],
    "foreign key mismatch": "a foreign key points at columns that are no key of their table. Whoever keeps the database corrects it",
    "no such table": "a table that a foreign key or a trigger names is not there. Whoever keeps the database corrects it",
}

_NAMED = re.compile(
    r"(?:UNIQUE|NOT NULL) constraint failed: ([\w., ]+)$|CHECK constraint failed: (\w+)$|CONSTRAINT `(\w+)`|for key '([\w.]+)'"
)
"""Where SQLite and MariaDB write a rule's name."""


def reason(error: BaseException) -> str:
    """Why the database did not do it, without any value."""
    if isinstance(error, TimeoutError):
        return "the database did not answer in time"
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        return _UNFIT
    if said := _by_a_trigger(error):
        return f"a trigger of theirs forbids it: {quoted(said)}"
    state = code_of(error)
    if state.startswith("22") and state not in _BY_STATE:
        return _UNFIT
    words = (said for sign, said in _BY_WORDS.items() if sign in str(getattr(error, "orig", error)))
    return (
        _BY_STATE.get(state)
        or _MYSQL.get(state)
        or (_BY_CLASS.get(state[:2]) if len(state) == _SQLSTATE else None)
        or next(words, "the database refused it. Its own log says why; whoever keeps it can look there")
    )


def _by_a_trigger(error: BaseException) -> str:
    """The words of a trigger that the team wrote itself; empty where the database's own words are all there is."""
    original = getattr(error, "orig", error)
    cause = getattr(original, "__cause__", None)
    diagnosis = getattr(original, "diag", None)  # psycopg's; asyncpg's own error is the cause
    if code_of(error) == "P0001" or _raised(getattr(cause, "context", None) or getattr(diagnosis, "context", None)):
        return str(getattr(cause, "message", None) or getattr(diagnosis, "message_primary", None) or "")
    if code_of(error) == _SIGNAL:
        return str(original.args[1])
    return str(original) if getattr(original, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_TRIGGER" else ""


def _raised(context: str | None) -> bool:
    """PL/pgSQL says so where a RAISE gave the error a code of its own."""
    return (context or "").partition("\n")[0].endswith("at RAISE")


def unreadable(error: BaseException) -> bool:
    """Whether a value may be to blame, which each type of the database says by a code of its own; asked about one value alone, it is."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError)
    return not passing(error) and not code_of(error).startswith(_OF_THE_CONNECTION)


def rule(error: BaseException) -> str:
    """The rule that said no, by the name that whoever keeps the database knows; empty where it has none. Never a value."""
    original = getattr(error, "orig", error)
    holders = (original, getattr(original, "__cause__", None), getattr(original, "diag", None))
    name = next((str(found) for holder in holders if (found := getattr(holder, "constraint_name", None))), "")
    if not name and (written := _NAMED.search(str(original))):
        name = next(filter(None, written.groups()), "")
    return f"In the database that rule is called {name}." if name else ""


def coded(error: BaseException) -> str:
    """For the log of whoever runs the bot: which class and code, without any value."""
    return f"{type(getattr(error, 'orig', error)).__name__} {code_of(error)}".strip()


def code_of(error: BaseException) -> str:
    """MySQL's number, or SQLSTATE."""
    original = getattr(error, "orig", error)
    arguments = getattr(original, "args", ())
    if arguments and isinstance(arguments[0], int):
        return str(arguments[0])
    return str(getattr(original, "sqlstate", None) or getattr(original, "pgcode", None) or "")


def passing(error: DBAPIError) -> bool:
    """A lock, a deadlock, a time limit or a lost connection: at another time the same may work."""
    if error.connection_invalidated or code_of(error) in _PASSING or code_of(error).startswith(("08", "53")):
        return True
    return any(sign in str(error.orig) for sign in _PASSING_WORDS)


def said_no(error: BaseException) -> bool:
    """The server itself answered COMMIT with a no (a deferred constraint, a serialisation failure): nothing was written."""
    if isinstance(error, IntegrityError):
        return True
    code = code_of(error)
    refused = code in _NO_AT_COMMIT or (len(code) == _SQLSTATE and code.startswith(("23", "40")))
    return isinstance(error, DBAPIError) and (refused or "database is locked" in str(error))
