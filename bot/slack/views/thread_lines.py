"""The thread line of each kind of entry, from the entry alone; a kind without one says None. Read by somebody who comes late."""

from collections.abc import Callable
from typing import Any

from bot.bug import events as e
from bot.bug.events import Event
from bot.bug.fixes import events as f
from bot.bug.mrkdwn import channel, clock, day, foreign, link, plural, who
from bot.ledger.ledger import Entry
from bot.slack.views.waiting import system

Name = Callable[[str], str]
Line = Callable[[Any, str], str | None]

QUOTE, SHORT = 300, 120


def line(entry: Entry, name: Name) -> str | None:
    """What the thread reads; `name` turns an actor into what people call them."""
    says = LINES[type(entry.event)]
    return says(entry.event, name(str(entry.by))) if says else None


def _quote(text: str) -> str:
    return f"“{foreign(text, QUOTE, one_line=True)}”"


def _reason(text: str) -> str:
    return f": {foreign(text, QUOTE, one_line=True)}" if text else ""


def _opened(event: e.Opened, by: str) -> str:
    where = " · ".join(foreign(x, SHORT, one_line=True) for x in (event.context, event.project, event.stage) if x)
    source = link(event.url, event.source.capitalize()) if event.url else foreign(event.source, 40)
    frames = f"\n```{foreign(event.frames[0], 200, one_line=True)}```" if event.frames else ""
    head = f":red_circle: {foreign(event.title, 200, one_line=True)}"
    return f"{head}\n{where or 'reported by ' + by} · {source} · admitted: {foreign(event.admitted, SHORT, one_line=True)}{frames}"


def _joined(event: e.CustomerJoined, by: str) -> str | None:
    if event.again:
        return None  # said already; what is new of them follows in a line of its own
    who_ = foreign(event.hint.name or event.hint.email or event.hint.id or "a customer", SHORT, one_line=True)
    return f":bust_in_silhouette: {who_} was hit (known from {channel(event.via)})"


def _answered(event: e.Answered, by: str) -> str:
    promise = f", back by {clock(event.promised)}" if event.promised else ""
    return f":speech_balloon: {by} answers {plural(len(event.customers), 'customer')}{promise}: {_quote(event.text)}"


def _told(event: e.Told, by: str) -> str:
    gifts = " + ".join(grant(g) for g in event.grants)
    return f":tada: {by} tells {plural(len(event.customers), 'customer')}: {_quote(event.text)}" + (
        f" and gives {gifts}" if gifts else ""
    )


def grant(given: Any) -> str:
    """A makegood in few words."""
    match given.kind:
        case "credit":
            return f"{given.money} credit"
        case "days":
            return f"{plural(given.days, 'day')} ({f'{given.money} credit' if given.money else f'until {day(given.until)}'})"
        case _:
            return f"{foreign(given.plan, 40)} until {day(given.until)}"


def _delivered(event: e.Delivered, by: str) -> str | None:
    said = {
        "delivered": "reached the customer",
        "handed_off": "is on its way by mail",
        "by_hand": f"was passed on by {by} by hand",
    }
    return f":white_check_mark: The message {said[event.state]}"


def _not_delivered(event: e.NotDelivered, by: str) -> str:
    head = "Nobody knows whether the message went out" if event.doubtful else "The message did not go out"
    return f":warning: {head}{_reason(event.why)}. Look there, then press *I told them* or tell again."


def _not_granted(event: e.NotGranted, by: str) -> str:
    head = "Nobody knows whether the makegood was booked" if event.doubtful else "The makegood could not be booked"
    return f":warning: {head} ({grant(event.grant)}){_reason(event.why)}. The message waits: tell without it, or try again."


def _asked(event: f.FixAsked, by: str) -> str:
    action = f"`{foreign(event.action, 60)}`"
    said = f"wants to undo {action}" if event.undo_of else f"asks what {action} would do"
    return f":mag: {by} {said}{_reason(event.reason)}"


def _previewed(event: f.FixPreviewed, by: str) -> str:
    undo = "can be undone" if event.undoable else f"cannot be undone: {foreign(event.undo_note, SHORT, one_line=True)}"
    return f":clipboard: Preview: {foreign(event.summary, QUOTE)} · {undo}{again(event.repeats)}"


def again(repeats: int) -> str:
    """The same quick fix over and over is a debt."""
    times = {1: "Second", 2: "Third"}.get(repeats, f"{repeats + 1}th")
    return f"\n:repeat: {times} time this month: the proper fix is owed." if repeats else ""


def _confirmed(event: f.FixConfirmed, by: str) -> str | None:
    asked = ", ".join(who(x) for x in event.asked)
    return f":raised_hand: {by} asks {asked} to approve it" if asked else None


def _approved(event: f.FixApproved, by: str) -> str:
    if event.break_glass:
        return f":rotating_light: {by} goes on WITHOUT an approval{_reason(event.reason)}"
    return f":ok_hand: {by} approved it"


def _ended(event: f.FixEnded, by: str) -> str:
    icon = {"succeeded": ":wrench:", "failed": ":x:", "unknown": ":grey_question:"}[event.state]
    tail = (
        " — nobody knows whether it happened. *Look at production*, then settle it on the card."
        if event.state == "unknown"
        else ""
    )
    return f"{icon} {foreign(event.summary[:1].upper() + event.summary[1:], QUOTE)}{tail}"


def _investigated(event: f.Investigated, by: str) -> str:
    head = {"succeeded": "it happened", "failed": "it did not happen", "unknown": "it can't be told"}[event.state]
    return f":mag: Production says: {head}. {foreign(event.summary, QUOTE)} *Settle* it on the card."


def _looked(event: f.Looked, by: str) -> str:
    return (
        f":eyes: The look `{foreign(event.look, 60)}` showed {plural(event.count, 'row')} to its asker"
        if not event.why
        else (f":eyes: The look `{foreign(event.look, 60)}` failed{_reason(event.why)}")
    )


def _probed(event: f.Probed, by: str) -> str | None:
    """The bug's own after a run or when asked for; of the others only what a run broke, or who asked must know."""
    if event.when == "before" or (event.smoke and (event.ok or (event.when == "after" and not event.broke))):
        return None
    if event.broke:
        said = foreign(event.said, SHORT, one_line=True)
        return (
            f":rotating_light: {foreign(event.probe, 60)} worked before this fix and {said} now. *Undo* is on the card."
        )
    icon = ":white_check_mark:" if event.ok else ":x:"
    return f"{icon} {foreign(event.probe, 60)} {foreign(event.said, SHORT, one_line=True)}"


def _owed(event: e.Owed, by: str) -> str:
    return f":large_blue_circle: Everybody knows. {who(event.owner)} owes the proper fix by {day(event.due)}"


def _tracker(event: e.TrackerSaid, by: str) -> str:
    return f":information_source: In {by}: {event.what}{_reason(event.text)}"


LINES: dict[type[Event], Line | None] = {
    e.Opened: _opened,
    e.Enriched: None,
    e.Repeated: None,
    e.CameBack: lambda ev, _by: f":red_circle: It happened again ({ev.occurrences}× by now): open once more",
    e.AlertPosted: None,
    e.CardPosted: None,
    e.TrackerSaid: _tracker,
    e.Resembles: None,
    e.Claimed: lambda _ev, by: f":raising_hand: {by} has it",
    e.Released: lambda _ev, by: f":wave: {by} let it go: nobody has it",
    e.HandedOver: lambda ev, by: f":handshake: {by} handed it over to {who(ev.owner)}",
    e.TakenOver: lambda ev, by: f":handshake: {by} took it over from {who(ev.previous)}",
    e.Estimated: lambda ev, by: f":stopwatch: {by} estimates {plural(ev.minutes, 'minute')}",
    e.Dismissed: lambda ev, by: f":white_circle: {by} dismissed it{_reason(ev.reason)}",
    e.Muted: lambda ev, by: f":mute: {by} muted repeats until {day(ev.until)} {clock(ev.until)}",
    e.Snoozed: lambda ev, by: f":zzz: {by} wants no reminders until {clock(ev.until)}",
    e.Merged: lambda ev, by: f":twisted_rightwards_arrows: {by} merged it into BUG-{ev.into}",
    e.Absorbed: lambda ev, _by: f":twisted_rightwards_arrows: BUG-{ev.bug} is the same and goes on here",
    e.Fixed: lambda ev, by: (
        f":large_green_circle: It works again: {foreign(ev.said, SHORT, one_line=True) or by + ' says so'}"
    ),
    e.Reopened: lambda ev, by: f":red_circle: {by} reopened it{_reason(ev.reason)}",
    e.Owed: _owed,
    e.Paid: lambda ev, by: f":white_circle: {by} paid the proper fix{_reason(ev.how)}",
    e.Closed: lambda ev, _by: f":white_circle: Closed: {foreign(ev.why, SHORT, one_line=True)}",
    e.Said: None,
    e.SaidAgain: None,
    e.RetroPosted: None,
    e.Nudged: None,
    e.CustomerJoined: _joined,
    e.CustomerWrote: lambda ev, _by: f":speech_balloon: Customer: {_quote(ev.text)}",
    e.CustomerPresence: lambda ev, _by: (
        ":green_heart: The customer is online" if ev.online else ":zzz: The customer left"
    ),
    e.AccountSeen: None,
    e.CustomerFelt: None,
    e.Answered: _answered,
    e.Told: _told,
    e.TellAsked: lambda ev, by: (
        f":raised_hand: {by} asks {', '.join(who(x) for x in ev.asked) or 'nobody'}: may"
        f" {plural(len(ev.customers), 'customer')} get {' + '.join(map(grant, ev.grants))}?{_reason(ev.why)}"
    ),
    e.TellApproved: lambda _ev, by: f":ok_hand: {by} lets the makegood pass",
    e.TellRefused: lambda ev, by: f":no_entry: {by} said no to the makegood{_reason(ev.reason)}",
    e.TellSkipped: lambda ev, by: f":shushing_face: {by}: {plural(len(ev.customers), 'customer')} need not be told",
    e.TellReleased: lambda _ev, by: f":fast_forward: {by}: tell without the makegood",
    e.Delivered: _delivered,
    e.NotDelivered: _not_delivered,
    e.Granted: lambda ev, _by: f":gift: Booked: {grant(ev.grant)}",
    e.NotGranted: _not_granted,
    e.GrantUndoAsked: lambda ev, by: (
        f":leftwards_arrow_with_hook: {'The upgrade ends' if ev.ended else by + ' takes a makegood back'}{_reason(ev.why)}"
    ),
    e.GrantUndone: lambda ev, _by: (
        ":leftwards_arrow_with_hook: "
        + ("The upgrade is over: the plan is what it was before" if ev.ended else "The makegood is taken back")
    ),
    e.GrantKept: lambda ev, _by: (
        f":warning: The makegood was NOT taken back{_reason(ev.why)}. Look at the billing system."
    ),
    e.CardMade: lambda ev, _by: (
        f":card_index: {'Adopted the' if ev.adopted else 'Made a'} {link(ev.url, 'board card')}"
    ),
    e.CardMoved: lambda ev, by: (
        f":card_index: {foreign(ev.by, 60) or by} moved the board card to {foreign(ev.stage, 60)}"
    ),
    e.CardGone: lambda ev, by: f":card_index: {foreign(ev.by, 60) or by} deleted the board card",
    e.CardCommented: lambda ev, by: f":card_index: {foreign(ev.by, 60) or by} on the board: {_quote(ev.text)}",
    e.Waits: lambda ev, _by: (
        f":hourglass: {system(ev.sink)} is not answering; what waits is done when it is back{_reason(ev.why)}"
    ),
    e.CaughtUp: lambda ev, _by: f":white_check_mark: {system(ev.sink)} answers again",
    e.Parked: lambda ev, _by: (
        f":warning: {foreign(ev.sink, 40)} gave up{_reason(ev.why)}. Mend it, then *Try again* on the card."
    ),
    e.Unparked: lambda ev, by: f":arrows_counterclockwise: {by}: {foreign(ev.sink, 40)} tries again",
    f.FixAsked: _asked,
    f.FixSecrets: None,
    f.FixPreviewed: _previewed,
    f.FixRefused: lambda ev, _by: f":no_entry: No preview{_reason(ev.why)}",
    f.FixConfirmed: _confirmed,
    f.FixApproved: _approved,
    f.FixRejected: lambda ev, by: f":no_entry: {by} said no{_reason(ev.reason)}",
    f.FixCancelled: lambda _ev, by: f":octagonal_sign: {by} cancelled it",
    f.FixLapsed: lambda ev, _by: f":hourglass: Nothing was done{_reason(ev.why)}",
    f.FixWaits: lambda ev, _by: f":hourglass: It waits for BUG-{ev.bug}'s run on the same piece of production",
    f.FixStarted: None,
    f.FixProgressed: None,
    f.FixEnded: _ended,
    f.FixSettled: lambda ev, by: (
        f":wrench: {by} looked: it {'happened' if ev.state == 'succeeded' else 'did not happen'}{_reason(ev.word)}"
    ),
    f.FixReportedDone: lambda _ev, by: f":wrench: {by} ran it by hand and says that it is done",
    f.InvestigateAsked: lambda _ev, by: f":mag: {by} looks at production; nothing is changed",
    f.Investigated: _investigated,
    f.ImageExpired: None,
    f.LookAsked: None,
    f.Looked: _looked,
    f.ProbeAsked: None,
    f.Probed: _probed,
}
