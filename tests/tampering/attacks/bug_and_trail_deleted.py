"""A bug never was."""

SQL = ("DELETE FROM private WHERE bug = 2", "DELETE FROM entries WHERE bug = 2", "DELETE FROM bugs WHERE number = 2")
FINDS = "The anchor of 2025-11-25 counts 2 bugs, there are 1: some are gone"
