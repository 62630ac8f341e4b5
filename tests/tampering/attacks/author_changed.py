"""Somebody else is said to have done it."""

SQL = ("UPDATE entries SET \"by\" = 'person:U0EVE' WHERE bug = 1 AND seq = 3",)
FINDS = "BUG-1: entry 3 is not what was written"
