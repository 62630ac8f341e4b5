"""Says whether a stored request may still be decided: only within a minute, and only if nothing has changed since."""

from datetime import UTC, datetime

from bot.bug.errors import NotFound
from bot.bug.keys import fit
from bot.bug.permissions.policy import Duty
from bot.ledger.entries import trail
from bot.ledger.ledger import Entry, Ledger
from bot.slack.incoming.request import Request
from bot.slack.verbs import registry as verbs

FRESH = 60.0
"""Seconds that a press may be old."""
DONE = ""
"""It was done before the crash: there is nothing to say."""


async def passed(ledger: Ledger, request: Request, at: float) -> str | None:
    """Why a request that was stored at `at` is not decided any more, as who asked reads it; DONE where it is done; None: decide it."""
    since = await _written(ledger, request.bug, at) if request.bug else ()
    if any(entry.key and entry.key.startswith(fit(f"ask:{request.key}")) for entry in since):
        return DONE
    if since:
        return _said(request, "something else has happened there since", at)
    age = ledger.clock().timestamp() - at
    if abs(age) >= FRESH:
        return _said(request, "it is more than a minute ago", at)
    if not request.bug and request.verb in verbs.VERBS and verbs.VERBS[request.verb].acts not in {None, Duty.READ}:
        return _said(request, "it concerns everybody, and others may have decided since", at)
    return None


async def _written(ledger: Ledger, bug: int, at: float) -> tuple[Entry, ...]:
    """Entries keep whole milliseconds: one of the same millisecond counts as later."""
    moment = datetime.fromtimestamp(int(at * 1000) / 1000, UTC)
    try:
        return tuple(entry for entry in await trail(ledger, bug) if entry.at >= moment)
    except NotFound:
        return ()


def _said(request: Request, why: str, at: float) -> str:
    what = f"*{request.verb.replace('_', ' ')}*" + (f" on BUG-{request.bug}" if request.bug else "")
    clock = f"<!date^{at:.0f}^{{time}}|{datetime.fromtimestamp(at, UTC):%H:%M} UTC>"
    head = f":hourglass: Makegood stopped before it had answered your {what} of {clock}"
    return f"{head}; {why}, so it was *not* done now. Look at the card, and ask again if you still want it."
