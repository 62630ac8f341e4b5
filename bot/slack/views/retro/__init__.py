"""The retro as text."""
