"""Calls to other systems over HTTP: sessions, failures told apart, and never twice without a look."""
