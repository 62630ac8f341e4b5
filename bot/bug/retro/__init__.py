"""The story of a bug or of a month, computed from entries."""
