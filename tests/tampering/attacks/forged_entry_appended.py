"""An entry that nobody wrote, at the end."""

SQL = (
    (
        "INSERT INTO entries SELECT team, bug, 6, kind, at, \"by\", NULL, body, commitment, hash, 'f' "
        "FROM entries WHERE bug = 1 AND seq = 5"
    ),
)
FINDS = "BUG-1: entry 6 is not what was written"
