"""Makegood measured against the least that could do the same, in one run: only the ratio means something."""
