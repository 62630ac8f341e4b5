"""INSERT … ON CONFLICT DO UPDATE is an update by another name."""

SQL = (
    (
        'INSERT INTO entries SELECT team, bug, seq, kind, at, "by", key, body, commitment, prev, hash '
        "FROM entries WHERE bug = 1 AND seq = 3 AND true ON CONFLICT (team, bug, seq) DO UPDATE SET body = '{}'"
    ),
)
FINDS = "BUG-1: entry 3 is not what was written"
