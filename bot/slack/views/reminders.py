"""Draws a reminder: whom it calls, what happened, and the button that settles it. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.bug.bug import Bug, Status
from bot.bug.clocks.reminders import Reminded
from bot.bug.customers.customer import Customer
from bot.bug.debt.pull import shown
from bot.bug.retro.lesson import QUESTION
from bot.slack.views.mrkdwn import clock, day, foreign
from bot.slack.views.prompt import Button, Offer, button, call, name, title
from bot.text import length

Say = Callable[[Bug, Reminded, int, datetime], Offer]

NOW = timedelta(hours=12)
"""For so long what is due is due now."""
LAST = 2
"""Round of a clock with a warning before its time: over."""


def reminder(bug: Bug, event: Reminded, now: datetime) -> Offer | None:
    """`what` is "kind:round" or "kind:customer:round". None for a kind that is said elsewhere, or by a newer version."""
    kind, *_, number = event.what.split(":")
    say = SAYS.get(kind)
    return say(bug, event, int(number), now) if say and number.isdecimal() else None


def _customer(bug: Bug, event: Reminded) -> Customer | None:
    return bug.customer(event.what.split(":")[1])


def _speak(bug: Bug) -> Button:
    """What can be said to the customer now."""
    if bug.status is Status.FIXED:
        return button("Tell", "tell", "primary")
    return button("Answer: looking", "answer", "primary")


def _quiet() -> Button:
    return button("Remind me in 30 min", "snooze", minutes=30)


def _to(event: Reminded, text: str, *buttons: Button) -> Offer:
    """To the people who are meant; to whoever is there where nobody is on duty by name."""
    groups = any(x.startswith("S") for x in event.whom)
    if event.whom and not groups:
        return Offer(text=text, buttons=buttons, to=event.whom)
    return Offer(text=f"{call(event.whom)} {text}", buttons=buttons, loud=True)


def _unclaimed(bug: Bug, event: Reminded, _round: int, now: datetime) -> Offer:
    there = min((c for c in bug.customers if c.online), key=lambda c: c.since, default=None)
    waited = f", waiting {length(now - there.since)}," if there else ""
    text = f":bell: {name(there)} is online{waited} and nobody has *{title(bug)}*. Claim it, even if only to answer."
    buttons = (button("Claim", "claim", "primary"), button("Answer: looking", "answer"))
    return Offer(text=f"{call(event.whom)} {text}", buttons=buttons, loud=True)


def _silent(bug: Bug, event: Reminded, _round: int, now: datetime) -> Offer:
    first = min((c for c in bug.untold if not c.answered_at), key=lambda c: c.since, default=None)
    waited = f" for {length(now - first.since)}" if first else ""
    text = (
        f":bell: You have *{title(bug)}*, and {name(first)} has heard nothing{waited}. One press sends a first answer."
    )
    return _to(event, text, _speak(bug), _quiet())


def _promise(bug: Bug, event: Reminded, number: int, _now: datetime) -> Offer:
    at = clock(event.since) if event.since else "now"
    if number < LAST:
        text = f":bell: *{title(bug)}*: you promised to be back by {at}. If it takes longer, say so before."
    else:
        text = f":alarm_clock: *{title(bug)}*: the time you promised ({at}) is over. Say how it stands, or a new time."
    return _to(event, text, _speak(bug), _quiet())


def _waiting(bug: Bug, event: Reminded, _round: int, now: datetime) -> Offer:
    customer = _customer(bug, event)
    waited = length(now - customer.since) if customer else "a long time"
    fixed = (
        "It works again: tell them now." if bug.status is Status.FIXED else "Say how it stands, even if nothing is new."
    )
    text = f":hourglass: {name(customer)} has waited {waited} because of *{title(bug)}*. {fixed}"
    return _to(event, text, _speak(bug), _quiet())


def _gone(bug: Bug, event: Reminded, _round: int, _now: datetime) -> Offer:
    customer = _customer(bug, event)
    mail = (
        "An answer still reaches them by mail" if customer and customer.hint.email else "Leave them a word in the chat"
    )
    text = f":wave: {name(customer)} left without an answer (*{title(bug)}*). {mail}."
    return _to(event, text, _speak(bug), _quiet())


def _debt(bug: Bug, event: Reminded, number: int, now: datetime) -> Offer:
    """Of what is due, and of what its owner wanted to hear of again."""
    due = (bug.debt.due if bug.debt else event.since) or now
    soon = "is due now" if due <= now < due + NOW else f"is due {day(due)}"
    when = f"is overdue for {length(now - due)}" if now >= due + NOW else soon
    pulls = "".join(f" {x.name}: {foreign(x.standing, 80, one_line=True)}." for x in shown(bug.pulls)[:1])
    text = f":large_blue_circle: The proper fix of *{title(bug)}* {when}. You owe it.{pulls}"
    paid = button("Fix merged", "paid", "primary")
    return _to(event, text, paid, button("Remind me tomorrow", "snooze", minutes=1440), button("Another day…", "debt"))


def _lesson(bug: Bug, event: Reminded, _round: int, _now: datetime) -> Offer:
    text = f":memo: *{title(bug)}* is closed. {QUESTION} One line is enough."
    return _to(event, text, button("Answer…", "lesson", "primary"), button("Skip", "skip_lesson"))


SAYS: dict[str, Say] = {
    "unclaimed": _unclaimed,
    "silent": _silent,
    "promise": _promise,
    "waiting": _waiting,
    "gone": _gone,
    "debt": _debt,
    "debt_again": _debt,
    "lesson": _lesson,
}
