"""Rows that span bugs and follow from an entry, in its transaction."""
