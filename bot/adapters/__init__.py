"""Every outside system behind a typed port: trackers, channels, billers, boards."""
