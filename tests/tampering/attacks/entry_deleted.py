"""One entry in the middle is taken out: a gap."""

SQL = ("DELETE FROM private WHERE bug = 1 AND seq = 4", "DELETE FROM entries WHERE bug = 1 AND seq = 4")
FINDS = "BUG-1: entry 4 is not what was written"
