"""Production is thawed in the present state alone."""

SQL = ('UPDATE workspaces SET state = \'{"team":"T0LOCAL","seq":2,"allowed":{"hide-menu":"0f3a9c"}}\'',)
FINDS = "Workspace: its present state is not what its trail tells"
