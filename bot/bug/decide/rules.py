"""What every decision asks first: does the life of the bug allow it now?"""

from bot.bug.bug import Bug, Status
from bot.bug.errors import Refused
from bot.bug.events import Event
from bot.bug.lifecycle import allowed
from bot.bug.mrkdwn import foreign

SENTENCES = {
    Status.OPEN: "{bug} is open and not fixed yet.",
    Status.CLAIMED: "{bug} is being worked on and not fixed yet.",
    Status.FIXED: "{bug} is fixed already; the customer is still to be told.",
    Status.OWED: "{bug} is fixed and told; only the proper fix is owed.",
    Status.CLOSED: "{bug} is closed ({why}). If it is back: `/bug reopen {bug} why`.",
    Status.DISMISSED: "{bug} was dismissed: {why}. If it is a bug after all: `/bug reopen {bug} why`.",
    Status.MERGED: "{bug} was merged into BUG-{into}; go on there.",
}


def must_allow(bug: Bug, kind: type[Event]) -> None:
    """Raises Refused with the bug's present state when the table of moves has no row for this."""
    if not allowed(bug.status, kind):
        why = foreign(bug.closed_why or "done", 200, one_line=True)
        raise Refused(SENTENCES[bug.status].format(bug=bug.ref, into=bug.merged_into, why=why))
