"""The last entry never happened."""

SQL = ("DELETE FROM private WHERE bug = 1 AND seq = 5", "DELETE FROM entries WHERE bug = 1 AND seq = 5")
FINDS = "BUG-1: entry 5 is not what was written"
