"""What Home says to a guest, who reaches nothing."""

from bot.bug.permissions.policy import Member
from bot.slack.views import home


def test_a_guest_reads_that_nothing_reaches_production() -> None:
    (said,) = home.may(Member(id="U0GUEST", guest=True), [("delete-row", "alone: preview and one press")])
    assert said.startswith("As a guest you claim")
