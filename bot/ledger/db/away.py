"""Why there is no connection to Makegood's own database, in words for whoever is awake. Pure.

The drivers share no classes of errors for it, but their sentences and the system's are stable: asyncpg, psycopg, SQLite, libc.
"""

_NO_HOST = "its address names a host that is not known"
_NOBODY = "nothing answers at its address; is it running"
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
    "unable to open database file": "its file can't be opened; is the folder there, and may Makegood write into it",
}


def why(error: BaseException) -> str:
    """A part of a sentence, without a full stop; the driver's first line where the cause is none of these."""
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    said = str(getattr(error, "orig", None) or error)
    return next((plain for sign, plain in _SIGNS.items() if sign in said), said.partition("\n")[0].rstrip("."))
