"""Another source of an action is turned on in the present state."""

SQL = ("UPDATE workspaces SET state = replace(state, '0f3a9c', 'e71111')",)
FINDS = "Workspace: its present state is not what its trail tells"
