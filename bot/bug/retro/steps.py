"""The timeline of a retro: what each kind of entry says in it, in plain words; a kind without a line says None."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bot.bug import events as e
from bot.bug.bug import Bug
from bot.bug.events import Event
from bot.bug.fixes import events as f
from bot.bug.mrkdwn import plural
from bot.bug.retro.model import EntryLike, Step
from bot.bug.values import Grant


class Words(NamedTuple):
    what: str
    whom: str = ""
    quote: str = ""
    loud: bool = False


Say = Callable[[Any, Bug], Words | None]


def gift(grant: Grant) -> str:
    """A makegood in plain words."""
    match grant.kind:
        case "credit":
            return f"{grant.money} credit"
        case "days":
            means = f"as {grant.money} credit" if grant.money else f"until {grant.until:%Y-%m-%d}"
            return f"{plural(grant.days, 'day')} {means}"
        case _:
            return f"{grant.plan} until {grant.until:%Y-%m-%d}"


def _name(bug: Bug, id_: str) -> str:
    customer = bug.customer(id_)
    return customer.name if customer else "a customer"


def _names(bug: Bug, ids: Sequence[str]) -> str:
    return _name(bug, ids[0]) if len(ids) == 1 else plural(len(ids), "customer")


def _fix(bug: Bug, run: int) -> str:
    fix = bug.fix(run)
    return ("the undo of " if fix and fix.undo_of else "") + (fix.name if fix else f"fix {run}")


def _how(event: e.CustomerJoined) -> str:
    return f"also found in {event.source or event.via}" if event.again else "hit"


def _told(event: e.Told, bug: Bug) -> Words:
    gifts = f" and promised {' + '.join(gift(g) for g in event.grants)}" if event.grants else ""
    return Words(f"told {_names(bug, event.customers)} that it works{gifts}", quote=event.text)


def _approved(event: f.FixApproved, bug: Bug) -> Words:
    if event.break_glass:
        return Words(f"ran {_fix(bug, event.run)} WITHOUT an approval", quote=event.reason, loud=True)
    return Words(f"approved {_fix(bug, event.run)}")


def _ended(event: f.FixEnded, bug: Bug) -> Words:
    said = {"succeeded": "is done", "failed": "failed", "unknown": "was cut off: nobody knew whether it happened"}
    return Words(f"{_fix(bug, event.run)} {said[event.state]}", quote=event.summary, loud=event.state == "unknown")


def _settled(event: f.FixSettled, bug: Bug) -> Words:
    said = "happened" if event.state == "succeeded" else "did not happen"
    return Words(f"looked: {_fix(bug, event.run)} {said}", quote=event.word)


def _not_delivered(event: e.NotDelivered, bug: Bug) -> Words:
    said = "nobody knows whether the message reached" if event.doubtful else "the message did not reach"
    return Words(f"{said} {_name(bug, event.customer)}", quote=event.why)


def _not_granted(event: e.NotGranted, bug: Bug) -> Words:
    said = "nobody knows whether it was booked" if event.doubtful else "could not be booked"
    return Words(f"{gift(event.grant)} for {_name(bug, event.customer)}: {said}", quote=event.why)


def _probed(event: f.Probed) -> Words | None:
    """What must not break is only worth a line where it did."""
    if event.smoke and not event.broke:
        return None
    return Words(f"{event.probe}: {'works' if event.ok else 'fails'}", quote=event.said, loud=event.broke)


STEPS: dict[type[Event], Say | None] = {
    e.Opened: lambda ev, _b: Words("reported it", quote=ev.title),
    e.Enriched: None,
    e.Repeated: None,
    e.CameBack: lambda ev, _b: Words(f"it happened again, {ev.occurrences} times by then"),
    e.AlertPosted: None,
    e.CardPosted: None,
    e.Resembles: None,
    e.TrackerSaid: lambda ev, _b: Words(f"{ev.what} in the tracker", quote=ev.text),
    e.Claimed: lambda _ev, _b: Words("claimed it"),
    e.Released: lambda _ev, _b: Words("let it go"),
    e.HandedOver: lambda ev, _b: Words("handed it over to", whom=ev.owner),
    e.TakenOver: lambda ev, _b: Words("took it over from", whom=ev.previous),
    e.Estimated: lambda ev, _b: Words(f"estimated {plural(ev.minutes, 'minute')}"),
    e.Dismissed: lambda ev, _b: Words("dismissed it", quote=ev.reason),
    e.Muted: None,
    e.Snoozed: None,
    e.Merged: lambda ev, _b: Words(f"merged it into BUG-{ev.into}"),
    e.Absorbed: lambda ev, _b: Words(f"BUG-{ev.bug} turned out to be the same"),
    e.Fixed: lambda ev, _b: Words("it works again", quote=ev.said),
    e.Reopened: lambda ev, _b: Words("reopened it", quote=ev.reason),
    e.Owed: lambda ev, _b: Words(f"the proper fix is owed until {ev.due:%Y-%m-%d} by", whom=ev.owner),
    e.Paid: lambda ev, _b: Words("paid the proper fix", quote=ev.how),
    e.Closed: lambda ev, _b: Words("closed it", quote=ev.why),
    e.Said: None,
    e.SaidAgain: None,
    e.RetroPosted: None,
    e.Nudged: None,
    e.CustomerJoined: lambda ev, b: Words(f"{_name(b, ev.customer)} was {_how(ev)}"),
    e.CustomerWrote: lambda ev, b: Words(f"{_name(b, ev.customer)} wrote", quote=ev.text),
    e.CustomerPresence: None,
    e.CustomerFelt: None,
    e.AccountSeen: None,
    e.Answered: lambda ev, b: Words(f"answered {_names(b, ev.customers)}", quote=ev.text),
    e.Told: _told,
    e.TellAsked: lambda ev, b: Words(f"wanted to give {_names(b, ev.customers)} more than one may alone", quote=ev.why),
    e.TellApproved: lambda _ev, _b: Words("let the makegood pass"),
    e.TellRefused: lambda ev, _b: Words("said no to the makegood", quote=ev.reason),
    e.TellSkipped: lambda ev, b: Words(f"left {_names(b, ev.customers)} untold"),
    e.TellReleased: lambda ev, b: Words(f"told {_name(b, ev.customer)} without the makegood"),
    e.Delivered: None,
    e.NotDelivered: _not_delivered,
    e.Granted: lambda ev, b: Words(f"{gift(ev.grant)} booked for {_name(b, ev.customer)}"),
    e.NotGranted: _not_granted,
    e.GrantUndoAsked: lambda ev, _b: Words(
        "an upgrade's time is over" if ev.ended else "took a makegood back", quote=ev.why
    ),
    e.GrantUndone: lambda ev, _b: Words("an upgrade ended" if ev.ended else "a makegood is taken back"),
    e.GrantKept: lambda ev, _b: Words("a makegood could not be taken back", quote=ev.why),
    e.CardMade: None,
    e.CardMoved: lambda ev, _b: Words(f"the board card went to {ev.stage}"),
    e.CardCommented: None,
    e.CardGone: None,
    e.Waits: None,
    e.CaughtUp: None,
    e.Parked: lambda ev, _b: Words(f"{ev.sink} gave up", quote=ev.why),
    e.Unparked: lambda ev, _b: Words(f"let {ev.sink} try again"),
    f.FixAsked: None,
    f.FixSecrets: None,
    f.FixPreviewed: None,
    f.FixRefused: lambda ev, b: Words(f"no preview of {_fix(b, ev.run)}", quote=ev.why),
    f.FixConfirmed: lambda ev, b: Words(f"wanted {_fix(b, ev.run)} run"),
    f.FixApproved: _approved,
    f.FixRejected: lambda ev, b: Words(f"said no to {_fix(b, ev.run)}", quote=ev.reason),
    f.FixCancelled: lambda ev, b: Words(f"cancelled {_fix(b, ev.run)}"),
    f.FixLapsed: lambda ev, b: Words(f"{_fix(b, ev.run)} lapsed", quote=ev.why),
    f.FixWaits: lambda ev, b: Words(f"{_fix(b, ev.run)} waited for BUG-{ev.bug}"),
    f.FixStarted: None,
    f.FixProgressed: None,
    f.FixEnded: _ended,
    f.FixSettled: _settled,
    f.FixReportedDone: lambda ev, b: Words(f"ran {_fix(b, ev.run)} by hand"),
    f.InvestigateAsked: None,
    f.Investigated: lambda ev, b: Words(f"production was read after {_fix(b, ev.run)} was cut off", quote=ev.summary),
    f.ImageExpired: None,
    f.ProbeAsked: None,
    f.LookAsked: lambda ev, _b: Words(f"looked at production: {ev.look}"),
    f.Looked: None,
    f.Probed: lambda ev, _b: _probed(ev),
}


def timeline(entries: Sequence[EntryLike], bug: Bug) -> tuple[Step, ...]:
    """`bug` is the last state: it knows the names of those whom early entries only number."""
    return tuple(step for entry in entries if (step := _step(entry, bug)))


def _step(entry: EntryLike, bug: Bug) -> Step | None:
    say = STEPS[type(entry.event)]
    words = say(entry.event, bug) if say else None
    return Step(at=entry.at, by=str(entry.by), **words._asdict()) if words else None
