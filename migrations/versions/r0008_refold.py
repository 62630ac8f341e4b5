"""Nothing any more: a state that was folded by other rules is folded anew when it is read (0011)."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """The number stays, for databases that are at it."""
