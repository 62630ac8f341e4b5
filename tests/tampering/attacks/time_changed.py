"""It is said to have been claimed a day earlier."""

SQL = ("UPDATE entries SET at = '2025-11-23T14:00:00.000+00:00' WHERE bug = 1 AND seq = 3",)
FINDS = "BUG-1: entry 3 is not what was written"
