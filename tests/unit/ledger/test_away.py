"""Why the database is away, by what each driver and system really say."""

import pytest

from bot.ledger.db.away import why

SAID = {
    "[Errno 111] Connect call failed ('127.0.0.1', 9)": "nothing answers at its address; is it running",
    'connection to server at "10.0.0.7", port 5432 failed: Connection refused\n\tIs the server running?': (
        "nothing answers at its address; is it running"
    ),
    "[Errno -2] Name or service not known": "its address names a host that is not known",
    "failed to resolve host 'db.acme.example': [Errno -3] Temporary failure in name resolution": (
        "no name of a host can be looked up now"
    ),
    'password authentication failed for user "makegood"': "it does not take this user and password",
    'database "makegod" does not exist': "there is no such database or user",
    "sorry, too many clients already": "it has no free connection",
    "the database system is starting up": "it is still starting",
    "database or disk is full": "its disk is full; make room, and what waits goes on by itself",
    'could not extend file "base/1/2": No space left on device': "its disk is full; make room, and what waits goes on by itself",
    "attempt to write a readonly database": "its file may only be read; let Makegood write the file and its folder",
    "cannot execute INSERT in a read-only transaction": "it takes nothing new; is it a standby, or was it set to read only",
    "database disk image is malformed": "its file is damaged; `makegood doctor` says where",
    "file is not a database": "its file is damaged, or is no database; `makegood doctor` says where",
    "invalid page in block 3 of relation base/1/2": "a page of it is damaged; look at PostgreSQL's log, and restore a backup",
    "permission denied for table entries": "its user may not do this; `makegood migrate --grants` prints what it needs",
    "unable to open database file": "its file can't be opened; is the folder there, and may Makegood write into it",
}


@pytest.mark.parametrize(("said", "plain"), SAID.items())
def test_what_is_known_is_said_in_plain_words(said: str, plain: str) -> None:
    assert why(OSError(said)) == plain


def test_what_takes_too_long_is_said() -> None:
    assert why(TimeoutError()) == "it did not answer in time"


def test_what_nobody_foresaw_is_said_as_it_is_in_one_line() -> None:
    assert why(OSError("The moon is in the way.\nDETAIL: it is full")) == "The moon is in the way"
