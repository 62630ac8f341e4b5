"""Another source of an action was allowed, the entry says now."""

SQL = ("UPDATE entries SET body = replace(body, '0f3a9c', 'e71111') WHERE bug = 0",)
FINDS = "Workspace: entry 2 is not what was written"
