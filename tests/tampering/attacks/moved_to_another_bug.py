"""What was said of one bug is said of another."""

SQL = (
    "UPDATE entries SET bug = 2, seq = 2 WHERE bug = 1 AND seq = 5",
    "UPDATE private SET bug = 2, seq = 2 WHERE bug = 1 AND seq = 5",
)
FINDS = "BUG-1: entry 5 is not what was written"
