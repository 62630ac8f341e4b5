"""Folds one event into a bug: `apply(bug, event, at, by)`. Total: every kind is folded, none is refused here."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.bug import events as e
from bot.bug import fold_customers, fold_fixes
from bot.bug.bug import BoardCard, Bug, Debt, Post, Status
from bot.bug.events import Event
from bot.bug.lifecycle import move
from bot.bug.values import Actor

E = TypeVar("E", bound=Event)
RECENT = 20
TRACKER_QUIET = {"snoozed": timedelta(days=1), "ignored": timedelta(days=30)}
Folder = Callable[[Bug, Any, datetime, str], dict[str, Any]]


def opened(_bug: Bug, event: e.Opened, at: datetime, by: str) -> dict[str, Any]:
    same = set(e.Opened.model_fields) & set(Bug.model_fields)
    group = (f"{event.source}:{event.group}",) if event.group else ()
    recent = (event.event,) if event.event else ()
    return {k: getattr(event, k) for k in same} | {
        "recent": recent,
        "groups": group,
        "opened_at": at,
        "opened_by": by,
        "last_at": at,
        "free_since": at,
    }


def enriched(bug: Bug, event: e.Enriched, _at: datetime, _by: str) -> dict[str, Any]:
    # a further group alone does not change whose error it is
    unnamed = {"group"} if event.title else {"group", "source"}
    known = {k: v for k in e.Enriched.model_fields if k not in unnamed and (v := getattr(event, k))}
    groups = {"groups": (*bug.groups, f"{event.source}:{event.group}")} if event.group else {}
    return groups | {
        k: v for k, v in known.items() if k in {"source", "title", "message", "url"} or not getattr(bug, k)
    }


def repeated(bug: Bug, event: e.Repeated, at: datetime, _by: str) -> dict[str, Any]:
    total = max(event.occurrences, bug.occurrences + event.deliveries)
    return {
        "occurrences": total,
        "users": event.users or bug.users,
        "last_at": at,
        "recent": _recent(bug, event.events),
    }


def _recent(bug: Bug, events: tuple[str, ...]) -> tuple[str, ...]:
    return (*bug.recent, *events)[-RECENT:]


def came_back(bug: Bug, event: e.CameBack, at: datetime, by: str) -> dict[str, Any]:
    total = max(event.occurrences, bug.occurrences + 1)
    seen = {
        "occurrences": total,
        "users": event.users or bug.users,
        "last_at": at,
        "recent": _recent(bug, event.events),
    }
    return seen | reopened(bug, event, at, by)


def reopened(bug: Bug, _event: Event, at: datetime, _by: str) -> dict[str, Any]:
    return REOPENED | {"free_since": at} | fold_customers.anew(bug, at)


def tracker_said(bug: Bug, event: e.TrackerSaid, at: datetime, _by: str) -> dict[str, Any]:
    """What is quiet in the tracker is quiet here."""
    quiet = TRACKER_QUIET.get(event.what)
    return {"muted_until": at + quiet if quiet else bug.muted_until}


def nudged(bug: Bug, event: e.Nudged, _at: datetime, _by: str) -> dict[str, Any]:
    return {"nudges": (*bug.nudges, nudge_name(event.what, event.since))}


def nudge_name(what: str, since: datetime | None) -> str:
    return f"{what}@{int(since.timestamp())}" if since else what


def claimed(_bug: Bug, event: e.Claimed, at: datetime, _by: str) -> dict[str, Any]:
    return {"owner": event.owner, "claimed_at": at}


def passed_on(bug: Bug, event: e.HandedOver | e.TakenOver, at: datetime, _by: str) -> dict[str, Any]:
    debt = bug.debt.model_copy(update={"owner": event.owner}) if bug.debt else None
    return {"owner": event.owner, "claimed_at": at, "debt": debt}


def fixed(_bug: Bug, event: e.Fixed, at: datetime, _by: str) -> dict[str, Any]:
    return {"fixed_at": at, "fixed_said": event.said, "proper": event.proper}


def paid(bug: Bug, event: e.Paid, at: datetime, by: str) -> dict[str, Any]:
    debt = bug.debt or Debt(owner=bug.owner or by, due=at)
    return {"debt": debt.model_copy(update={"paid_at": at, "how": event.how})} | (
        {"closed_at": at, "closed_why": event.how or "fixed properly"} if bug.status is Status.OWED else {}
    )


def alert_posted(bug: Bug, event: e.AlertPosted, _at: datetime, _by: str) -> dict[str, Any]:
    post = Post(channel=event.channel, ts=event.ts)
    return {"alerts": bug.alerts if post in bug.alerts else (*bug.alerts, post)}


def card_moved(bug: Bug, event: e.CardMoved, _at: datetime, _by: str) -> dict[str, Any]:
    return {"board": bug.board.model_copy(update={"stage": event.stage}) if bug.board else None}


def card_gone(_bug: Bug, _event: e.CardGone, _at: datetime, _by: str) -> dict[str, Any]:
    return {"board": None, "card_url": ""}


def nothing(_bug: Bug, _event: Event, _at: datetime, _by: str) -> dict[str, Any]:
    return {}


REOPENED: dict[str, Any] = {
    "fixed_at": None,
    "fixed_said": "",
    "proper": False,
    "closed_at": None,
    "closed_why": "",
    "debt": None,
}

FOLDERS: dict[type[Event], Folder] = {
    e.Opened: opened,
    e.Enriched: enriched,
    e.Repeated: repeated,
    e.CameBack: came_back,
    e.AlertPosted: alert_posted,
    e.CardPosted: lambda _b, ev, _at, _by: {"card": Post(channel=ev.channel, ts=ev.ts)},
    e.TrackerSaid: tracker_said,
    e.Resembles: nothing,
    e.Claimed: claimed,
    e.Released: lambda _b, _e, at, _by: {
        "owner": None,
        "claimed_at": None,
        "estimate": None,
        "free_since": at,
    },
    e.HandedOver: passed_on,
    e.TakenOver: passed_on,
    e.Estimated: lambda _b, ev, _at, _by: {"estimate": ev.minutes},
    e.Dismissed: lambda _b, ev, at, _by: {"closed_at": at, "closed_why": ev.reason},
    e.Muted: lambda _b, ev, _at, _by: {"muted_until": ev.until},
    e.Merged: lambda _b, ev, at, _by: {"merged_into": ev.into, "closed_at": at},
    e.Absorbed: lambda b, ev, _at, _by: {"occurrences": b.occurrences + ev.occurrences},
    e.Fixed: fixed,
    e.Reopened: reopened,
    e.Owed: lambda _b, ev, _at, _by: {"debt": Debt(owner=ev.owner, due=ev.due)},
    e.Paid: paid,
    e.Closed: lambda _b, ev, at, _by: {"closed_at": at, "closed_why": ev.why},
    e.Said: nothing,
    e.SaidAgain: nothing,
    e.RetroPosted: nothing,
    e.Snoozed: lambda _b, ev, _at, _by: {"snoozed_until": ev.until},
    e.Nudged: nudged,
    e.CardMade: lambda _b, ev, _at, _by: {"board": BoardCard(id=ev.id, url=ev.url)},
    e.CardMoved: card_moved,
    e.CardCommented: nothing,
    e.CardGone: card_gone,
    e.Parked: lambda b, ev, _at, _by: {
        "parked": (*b.parked, ev.sink),
        "waits": tuple(s for s in b.waits if s != ev.sink),
    },
    e.Waits: lambda b, ev, _at, _by: {"waits": (*(s for s in b.waits if s != ev.sink), ev.sink)},
    e.CaughtUp: lambda b, ev, _at, _by: {"waits": tuple(s for s in b.waits if s != ev.sink)},
    e.Unparked: lambda b, ev, _at, _by: {"parked": tuple(s for s in b.parked if s != ev.sink)},
    **fold_customers.FOLDERS,
    **fold_fixes.FOLDERS,
}


def apply(bug: Bug, event: Event, at: datetime, by: Actor) -> Bug:
    """The bug after this event."""
    change = FOLDERS[type(event)](bug, event, at, str(by))
    owned = bool(change.get("owner", bug.owner))
    status = move(bug.status, type(event), owned=owned)
    return bug.model_copy(update={**change, "seq": bug.seq + 1, "status": status})
