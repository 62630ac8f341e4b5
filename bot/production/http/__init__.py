"""Calls to HTTP services of production."""
