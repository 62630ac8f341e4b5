"""Everything at once, past the triggers of rows."""

ONLY = "postgresql"
SQL = ("TRUNCATE entries",)
FINDS = "Workspace: entry 1 is not what was written"
