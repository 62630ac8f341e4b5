"""An entry elsewhere takes a key, and with REPLACE the row that had it is gone."""

ONLY = "sqlite"
SQL = (
    (
        "REPLACE INTO entries SELECT team, bug, 9, kind, at, \"by\", 'click-1', body, commitment, prev, hash "
        "FROM entries WHERE bug = 2 AND seq = 1"
    ),
)
FINDS = "BUG-1: entry 3 is not what was written"
