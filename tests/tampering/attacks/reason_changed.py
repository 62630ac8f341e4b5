"""Somebody had another reason to freeze production."""

SQL = ('UPDATE private SET body = \'{"why":"lunch"}\' WHERE bug = 0',)
FINDS = "Workspace: the private part of entry 1 is not what was written"
