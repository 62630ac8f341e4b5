"""Checks that show a problem before a fix and its absence after it."""
