"""Nobody ever froze or allowed anything."""

SQL = ("DELETE FROM private WHERE bug = 0", "DELETE FROM entries WHERE bug = 0", "DELETE FROM workspaces")
FINDS = "The anchor of 2025-11-24 does not fit the trails"
