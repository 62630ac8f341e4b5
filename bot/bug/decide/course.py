"""The course of a bug: fixed, reopened, dismissed, muted, merged, paid; and what follows by itself."""

from datetime import datetime, timedelta

from bot.bug import events as e
from bot.bug.bug import Bug, Customer, Status
from bot.bug.decide.customers import find, next_id
from bot.bug.decide.owner import claim_if_free
from bot.bug.decide.rules import must_allow
from bot.bug.errors import Invalid, Refused
from bot.bug.events import Event
from bot.bug.fixes.fix import RunState

DEBT_WORKDAYS = 5
SATURDAY = 5


def fixed(bug: Bug, by: str, said: str = "") -> tuple[Event, ...]:
    """On somebody's word; an unclaimed bug is claimed with it."""
    must_allow(bug, e.Fixed)
    _no_open_question(bug)
    fix = bug.last_success
    return (*claim_if_free(bug, by), e.Fixed(how="word", said=said, proper=bool(fix and fix.proper)))


def _no_open_question(bug: Bug) -> None:
    fix = bug.live_fix
    if fix and fix.state is RunState.STARTED:
        raise Refused(f"{fix.name} is still running on production. Wait for its end.")
    unknown = next((x for x in bug.fixes if x.state is RunState.UNKNOWN), None)
    if unknown:
        raise Refused(
            f"Nobody knows yet whether {unknown.name} happened. Look at production, then settle it on the card."
        )
    if bug.broken:
        names = ", ".join(p.name for p in bug.broken)
        raise Refused(
            f"{names} worked before the fix and fails now. Undo it; or mend that, and `/fix probe {bug.ref}` looks again."
        )


def reopened(bug: Bug, reason: str) -> e.Reopened:
    must_allow(bug, e.Reopened)
    return e.Reopened(reason=_reason(reason, f"/bug reopen {bug.ref} still answers 500"))


def dismissed(bug: Bug, reason: str) -> e.Dismissed:
    must_allow(bug, e.Dismissed)
    if bug.untold:
        names = ", ".join(c.name for c in bug.untold)
        raise Refused(f"{names} waits for an answer because of {bug.ref}. Tell them first, then dismiss it.")
    return e.Dismissed(reason=_reason(reason, f"/bug dismiss {bug.ref} a crawler, harmless"))


def muted(bug: Bug, now: datetime, hours: int = 24) -> e.Muted:
    must_allow(bug, e.Muted)
    return e.Muted(until=now + timedelta(hours=hours))


def merged(bug: Bug, into: Bug) -> e.Merged:
    must_allow(bug, e.Merged)
    if bug.ref == into.ref:
        raise Refused(f"{bug.ref} can't be merged into itself.")
    must_allow(into, e.Absorbed)
    live = bug.live_fix
    if live:
        raise Refused(f"{live.name} is under way on {bug.ref}. Finish or cancel it, then merge.")
    return e.Merged(into=into.ref.number)


def absorbed(bug: Bug, other: Bug) -> tuple[Event, ...]:
    """What the surviving bug learns: the count, the error's data where it has none, and every customer who waits."""
    brought = (x for i, c in enumerate(other.customers) for x in _brought(bug, c, i))
    return (e.Absorbed(bug=other.ref.number, occurrences=other.occurrences), *_details(bug, other), *brought)


def _details(bug: Bug, other: Bug) -> tuple[Event, ...]:
    """The error groups of both are this bug's now; one that only a person told of learns page and data as well."""
    new = [group.partition(":") for group in other.groups if group not in bug.groups]
    named = [{"source": source, "group": group} for source, _, group in new]
    if named and not bug.groups:
        fields = set(e.Enriched.model_fields) & set(Bug.model_fields) - {"source"}
        named[0] |= {name: getattr(other, name) for name in fields}
    return tuple(e.Enriched(**one) for one in named)


def _brought(bug: Bug, customer: Customer, offset: int) -> tuple[Event, ...]:
    """The customer and what they wrote, so that they wait since then and are not left without a word."""
    joined = _joined(bug, customer, offset)
    if not customer.said_at:
        return (joined,)
    return (joined, e.CustomerWrote(customer=joined.customer, text=customer.said, at=customer.since))


def _joined(bug: Bug, customer: Customer, offset: int) -> e.CustomerJoined:
    known = find(bug, customer.hint, customer.source, customer.conversation)
    return e.CustomerJoined(
        customer=known.id if known else next_id(bug, offset),
        hint=customer.hint,
        via=customer.via,
        source=customer.source,
        conversation=customer.conversation,
        url=customer.url,
        again=known is not None,
    )


def paid(bug: Bug, how: str) -> e.Paid:
    """The proper fix is done: merged, released, and live and staging agree again."""
    if bug.debt and bug.debt.paid_at:
        raise Refused(f"The fix owed for {bug.ref} is paid already.")
    must_allow(bug, e.Paid)
    return e.Paid(how=how)


def _reason(reason: str, example: str) -> str:
    if not reason.strip():
        say = f"Say why, for whoever reads this in a month: `{example}`."
        raise Invalid(say, {"reason": say})
    return reason.strip()


def consequences(bug: Bug, now: datetime) -> Event | None:
    """What follows from the present state without anybody's doing; asked again after each event until there is nothing."""
    if bug.status is not Status.FIXED or bug.untold:
        return None
    if bug.proper or (bug.debt and bug.debt.paid_at):
        return e.Closed(why="fixed properly")
    return e.Owed(owner=bug.owner or bug.opened_by, due=workdays_after(now, DEBT_WORKDAYS))


def workdays_after(now: datetime, days: int) -> datetime:
    """The same time of day, `days` working days later."""
    at = now
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < SATURDAY
    return at
