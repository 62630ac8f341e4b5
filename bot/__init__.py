"""Makegood: a production bug costs a customer; it makes it good."""

__version__ = "0.1.0"
