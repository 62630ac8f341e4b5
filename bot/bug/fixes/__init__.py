"""Fixes: asked, approved, run, in doubt; and looks and probes."""
