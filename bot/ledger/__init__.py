"""The trail, its only writer, and its ways into the world."""
