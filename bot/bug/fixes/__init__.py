"""Fixes, looks and probes: their values, events and decisions."""
