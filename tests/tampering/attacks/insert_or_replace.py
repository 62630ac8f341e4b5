"""SQLite replaces a row without firing the trigger of a deletion."""

ONLY = "sqlite"
SQL = (
    (
        "INSERT OR REPLACE INTO entries SELECT team, bug, seq, kind, at, \"by\", key, '{}', commitment, prev, hash "
        "FROM entries WHERE bug = 1 AND seq = 3"
    ),
)
FINDS = "BUG-1: entry 3 is not what was written"
