"""The present state of the workspace is no JSON."""

SQL = ("UPDATE workspaces SET state = 'nothing'",)
FINDS = "Workspace: its present state can't be read"
