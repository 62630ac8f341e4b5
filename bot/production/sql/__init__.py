"""Databases as production: preview, run, undo and looks."""
