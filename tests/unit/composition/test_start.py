"""A start loads what this installation needs: parts that no setting names cost nobody seconds or memory."""

import json
import subprocess
import sys

LOADED = """
import json, sys
from bot.commands import run
from bot.app import build
from bot.adapters.connected import connect
from bot.settings.sections import SlackSettings
from bot.settings.settings import Settings
connect(Settings(slack=SlackSettings(error_channels=("C0ERRORS",))), None).letters(10)
print(json.dumps(sorted(sys.modules)))
"""
UNASKED = (
    "aiosmtplib",
    "alembic",
    "asyncpg",
    "asyncssh",
    "bot.adapters.billing.stripe",
    "bot.adapters.boards.trello",
    "bot.adapters.channels.",
    "bot.demo",
    "imap_tools",
    "iso4217",
    "jsonpath",
    "psycopg",
    "sqlalchemy.dialects.postgresql",
    "sqlglot",
    "stripe",
)
"""Mail, other databases, SSH, billing, the demo, migrations."""
MOST = 1291
"""Modules; Slack's and SQLAlchemy's are half of them. Raise it only with what a start needs."""


def test_a_start_without_optional_parts_loads_none_of_them() -> None:
    ran = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    loaded = json.loads(ran.stdout)
    assert [name for name in loaded if name.startswith(UNASKED)] == []
    assert len(loaded) <= MOST
