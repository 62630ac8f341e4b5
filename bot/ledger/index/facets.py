"""What the database must find bugs by, kept in columns beside their state."""

from typing import Any

from bot.bug.bug import LIVE, Bug, Status
from bot.bug.clocks.clocks import promise
from bot.bug.fixes.fix import RunState
from bot.bug.retro.shares import began_at, informed

WORKING = frozenset({Status.OPEN, Status.CLAIMED})


def facets(bug: Bug) -> dict[str, Any]:
    """By the names of the table's columns."""
    waits = [c.since for c in bug.untold if c.said_at] if bug.status in LIVE else []
    began = began_at(bug)
    return {
        "status": bug.status.value,
        "began": began.timestamp() if began else None,
        "teller": bug.owner if bug.status is Status.FIXED and bug.untold else None,
        "debtor": bug.debt.owner if bug.status in LIVE and bug.debt and bug.debt.due_still else None,
        "asks": sum(fix.state is RunState.WAITING for fix in bug.fixes) if bug.status in LIVE else 0,
        "told": int(bug.status in WORKING and not bug.groups),
        "gave": int(any(customer.given_here for customer in bug.customers)),
        "unseen": len(bug.unseen),
        "owner": bug.owner if bug.status in LIVE else None,
        "waits": min(waits).timestamp() if waits else None,
        "promised": bug.back_by.timestamp() if bug.back_by and promise(bug) else None,
        "informed": len(informed(bug)),
    }
