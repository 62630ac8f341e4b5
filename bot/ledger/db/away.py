"""Why Makegood's own database can't be used, in words for whoever is awake. Pure.

The drivers share no classes of errors for it, but their sentences and the system's are stable: asyncpg, psycopg, SQLite, libc.
"""

from bot.bug.errors import Unavailable

_NO_HOST = "its address names a host that is not known"
_NOBODY = "nothing answers at its address; is it running"
_PAGE = "a page of it is damaged; look at PostgreSQL's log, and restore a backup"
_SPOILT = ("malformed", "not a database", "invalid page", "could not read block", "missing chunk", "beyond EOF")
"""What both databases say of a page that they can't read."""
_SIGNS = {
    "Connection refused": _NOBODY,
    "Connect call failed": _NOBODY,
    "No such file or directory": _NOBODY,
    "Name or service not known": _NO_HOST,
    "nodename nor servname": _NO_HOST,
    "No address associated": _NO_HOST,
    "name resolution": "no name of a host can be looked up now",
    "authentication failed": "it does not take this user and password",
    "does not exist": "there is no such database or user",
    "too many": "it has no free connection",
    "remaining connection slots": "it has no free connection",
    "starting up": "it is still starting",
    "shutting down": "it is being stopped",
    "disk is full": "its disk is full; make room, and what waits goes on by itself",
    "No space left": "its disk is full; make room, and what waits goes on by itself",
    "could not extend file": "its disk is full; make room, and what waits goes on by itself",
    "readonly database": "its file may only be read; let Makegood write the file and its folder",
    "read-only transaction": "it takes nothing new; is it a standby, or was it set to read only",
    "disk I/O error": "its disk does not work; look at the system's log",
    "malformed": "its file is damaged; `makegood doctor` says where",
    "not a database": "its file is damaged, or is no database; `makegood doctor` says where",
    "invalid page": _PAGE,
    "could not read block": _PAGE,
    "missing chunk": _PAGE,
    "beyond EOF": _PAGE,
    "took back what was": "it took back what was being written; is its disk full",
    "permission denied": "its user may not do this; `makegood migrate --grants` prints what it needs",
    "unable to open database file": "its file can't be opened; is the folder there, and may Makegood write into it",
}


class DatabaseAway(Unavailable):
    """There is no connection to be had, or it took back what was being written."""


def why(error: BaseException) -> str:
    """A part of a sentence, without a full stop; for any other cause the driver's first line."""
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    said = _said(error)
    return next((plain for sign, plain in _SIGNS.items() if sign in said), said.partition("\n")[0].rstrip("."))


def spoilt(error: BaseException) -> bool:
    """Whether the database can't read a page of its own: asking again won't help, and no answer says what is missing."""
    return any(sign in _said(error) for sign in _SPOILT)


def _said(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error)
