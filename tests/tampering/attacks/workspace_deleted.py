"""What the workspace decided is gone, its trail is left."""

SQL = ("DELETE FROM workspaces",)
FINDS = "Workspace has a trail, but what it leads to is gone"
