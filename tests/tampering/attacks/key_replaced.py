"""The key under which it was done is freed, so that it could be done again."""

SQL = ("UPDATE entries SET key = 'another' WHERE key = 'click-1'",)
FINDS = "BUG-1: entry 3 is not what was written"
