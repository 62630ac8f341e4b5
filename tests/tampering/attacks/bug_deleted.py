"""A bug is gone, its trail is left."""

SQL = ("DELETE FROM bugs WHERE number = 2",)
FINDS = "BUG-2 has a trail, but what it leads to is gone"
