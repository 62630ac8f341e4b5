"""Refold: the states of bugs keep who said how it got into production, and since when that is answered."""

from alembic import op

from bot.bug.retro.lesson import LessonWritten
from bot.ledger.refolding import refold_all

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    refold_all(op.get_bind(), (LessonWritten,))
