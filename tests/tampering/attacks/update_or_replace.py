"""UPDATE OR REPLACE removes whoever is in the way."""

ONLY = "sqlite"
SQL = ("UPDATE OR REPLACE entries SET seq = 3 WHERE bug = 1 AND seq = 4",)
FINDS = "BUG-1: entry 3 is not what was written"
