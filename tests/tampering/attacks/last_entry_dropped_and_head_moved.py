"""The last entry never happened, and the bug agrees; only the anchor remembers."""

SQL = (
    "DELETE FROM private WHERE bug = 1 AND seq = 5",
    "DELETE FROM entries WHERE bug = 1 AND seq = 5",
    "UPDATE bugs SET seq = 4, head = (SELECT hash FROM entries WHERE bug = 1 AND seq = 4) WHERE number = 1",
)
FINDS = "BUG-1: entry 6 is not what was written|The anchor of 2025-11-25 does not fit"
