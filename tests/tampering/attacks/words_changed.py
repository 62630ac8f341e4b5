"""Somebody else is said to have claimed it."""

SQL = ("""UPDATE entries SET body = '{"owner":"U0EVE"}' WHERE bug = 1 AND seq = 3""",)
FINDS = "BUG-1: entry 3 is not what was written"
