"""Helped: which action worked against which kind of bug, filled from the bugs that there are."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BUGS = sa.table("bugs", sa.column("team"), sa.column("number"), sa.column("state"))


def upgrade() -> None:
    helped = op.create_table(
        "helped",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team", "bug", "run", name=op.f("pk_helped")),
    )
    op.create_index("ix_helped_team_kind", "helped", ["team", "kind", "action", "at"], unique=False)
    for found in op.get_bind().execute(sa.select(BUGS)).all():
        rows = list(_worked(found.team, found.number, json.loads(found.state)))
        if rows:
            op.bulk_insert(helped, rows)


def _worked(team: str, number: int, bug: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """As the bug's own fixes tell it, in the form in which they were stored when this was written."""
    alike = re.sub(r"[0-9a-f]{8,}|\d+", "#", bug.get("title", ""))
    kind = hashlib.sha256(f"{alike}\n{bug.get('context', '')}".encode()).hexdigest()
    for fix in bug.get("fixes", ()):
        stands = fix.get("state") == "succeeded" and not fix.get("undo_of") and not fix.get("undone_by")
        if stands and fix.get("ended_at"):
            at = datetime.fromisoformat(fix["ended_at"]).timestamp()
            run = {"team": team, "bug": number, "run": fix["run"]}
            yield {**run, "kind": kind, "action": fix["action"][:80], "at": at}
