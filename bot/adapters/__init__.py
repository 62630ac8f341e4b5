"""Adapters of outside systems, each behind a typed port: trackers, channels, billers, boards."""
