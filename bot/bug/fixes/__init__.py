"""The way of a fix: asked, approved, run, in doubt; and looks and probes."""
