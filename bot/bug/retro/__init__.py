"""The story of a bug, or of a month, folded from entries."""
