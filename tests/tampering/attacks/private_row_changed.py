"""What a person wrote is rewritten where it may be deleted."""

SQL = ("""UPDATE private SET body = '{"text":"I dropped the table"}' WHERE bug = 1 AND seq = 4""",)
FINDS = "BUG-1: the private part of entry 4 is not what was written"
