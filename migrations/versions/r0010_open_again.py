"""Open again: the states of bugs keep when they opened anew, and how often a pull request turned on one day."""

from alembic import op

from bot.bug.course import CameBack, Reopened
from bot.bug.pulls import PullSeen
from bot.ledger.refolding import refold_all

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    refold_all(op.get_bind(), (Reopened, CameBack, PullSeen))
