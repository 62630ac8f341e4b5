"""Marks for stories that must hold over sockets and HTTP, on SQLite and PostgreSQL."""

import pytest

every_connection = pytest.mark.parametrize("connection", ["socket", "http"])
every_store = pytest.mark.parametrize("store", ["sqlite", "postgresql"])
