"""The bug is said to end elsewhere."""

SQL = ("UPDATE bugs SET head = 'f' WHERE number = 1",)
FINDS = "BUG-1: entry 6 is not what was written"
