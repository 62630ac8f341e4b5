"""Decides what a tracker's alert means for its bug, or for a bug that does not exist yet."""

from collections.abc import Sequence

from bot.bug.bug import Bug, Status
from bot.bug.course.course import CameBack
from bot.bug.course.news import RECENT, Opened, Repeated, TrackerSaid, details
from bot.bug.customers.customers import CustomerJoined
from bot.bug.customers.recognising import find, join
from bot.bug.event import Event
from bot.bug.telling.letters import untrue
from bot.bug.values import Alert, AlertKind

HAPPENED = frozenset({AlertKind.OCCURRED, AlertKind.REOPENED})
MAX_HIT = 200
"""Customers kept for one bug; beyond it only their number counts."""


def opening(alert: Alert, why: str, seen: int = 1) -> tuple[Event, ...]:
    """The first entries of a bug."""
    first = Opened(
        source=alert.source,
        group=alert.group,
        event=alert.event,
        title=alert.title,
        message=alert.message,
        context=alert.context,
        project=alert.project,
        stage=alert.stage,
        severity=alert.severity,
        url=alert.url,
        page=alert.page,
        release=alert.release,
        occurrences=max(alert.occurrences, seen),
        users=alert.users,
        facts=alert.facts,
        frames=alert.frames,
        card_url=alert.card_url,
        admitted=why,
    )
    return (first, *_hit(None, alert))


def follow(bug: Bug, alert: Alert, ids: Sequence[str]) -> tuple[Event, ...]:
    """The same error again, once for each of `ids` (an occurrence's own id, or empty), or what somebody did in the tracker."""
    if alert.kind in HAPPENED:
        return (*_again(bug, alert, ids), *_more(bug, alert), *_hit(bug, alert))
    if alert.kind is AlertKind.OTHER:
        return ()
    return (TrackerSaid.model_validate({"what": alert.kind.value, "text": alert.comment}),)


def _again(bug: Bug, alert: Alert, ids: Sequence[str]) -> tuple[Event, ...]:
    """An occurrence that webhook and channel message both tell of counts once."""
    named = tuple(dict.fromkeys(i for i in ids if i and i not in bug.recent))
    new = len(named) + sum(not i for i in ids)
    if not new:
        return ()
    named = named[-RECENT:]
    if bug.status in {Status.FIXED, Status.OWED, Status.CLOSED} and not _late(bug, alert):
        total = max(alert.occurrences, bug.occurrences + new)
        return (*untrue(bug), CameBack(occurrences=total, users=alert.users, events=named))
    return (Repeated(deliveries=new, occurrences=alert.occurrences, users=alert.users, events=named),)


def _late(bug: Bug, alert: Alert) -> bool:
    """It happened before the fix and only arrives now."""
    ended = bug.fixed_at or bug.closed_at
    return bool(alert.at and ended and alert.at <= ended)


def _more(bug: Bug, alert: Alert) -> tuple[Event, ...]:
    """Details that the first report lacked; a channel message knows less than a webhook."""
    if not any(getattr(alert, name) and not getattr(bug, name) for name in ("facts", "frames", "page", "card_url")):
        return ()
    named = not bug.groups
    return (details(alert, source=alert.source if named else "", group=alert.group if named else ""),)


def _hit(bug: Bug | None, alert: Alert) -> tuple[Event, ...]:
    if not alert.customer.email or (bug and len(bug.customers) >= MAX_HIT):
        return ()
    if bug is None:
        return (CustomerJoined(customer="c1", hint=alert.customer, via=alert.source),)
    known = find(bug, alert.customer)
    joined = None if known else join(bug, alert.customer, via=alert.source)
    return (joined,) if joined else ()
