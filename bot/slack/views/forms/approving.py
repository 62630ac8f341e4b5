"""What an approver reads before they decide, and the forms in which they say more than yes or no. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.fixes.fix import Fix, RunState
from bot.slack.views import blocks as kit
from bot.slack.views import preview as preview_view
from bot.slack.views.forms.fix import code_input
from bot.slack.views.forms.forms import View
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import clock, foreign, link, who
from bot.text import length, plural

NAMED = 2
"""Customers whose wait stands in a request; the others are counted."""


def request(bug: Bug, fix: Fix, text: str, now: datetime, card: str = "") -> kit.Blocks:
    """Who wants what, for which bug, who waits for it; the whole preview; and the buttons. `card`: the address of the card."""
    about = "\n".join([text, _which(bug, card), *_waits(bug, now), *_before(bug, fix)])
    value = _about(bug, fix)
    decide = [
        kit.button("Approve", "approve", value, "primary"),
        kit.button("Approve with a word…", "approve_word", value),
        kit.button("Request changes…", "changes", value),
        kit.button("Hand on…", "hand_on", value),
        kit.button("Reject…", "reject", value, "danger"),
    ]
    return kit.render([kit.section(about, "about"), *preview_view.blocks(fix), *kit.actions(decide, "decide")])


def _which(bug: Bug, card: str) -> str:
    name = link(card, str(bug.ref)) if card else str(bug.ref)
    return f"{name} {foreign(bug.title, 120, one_line=True)}"


def _waits(bug: Bug, now: datetime) -> list[str]:
    """Who wrote and does not know yet; the one who waits longest first."""
    waiting = sorted((c for c in bug.untold if c.said_at), key=lambda c: (not c.online, c.since))
    if not waiting:
        return ["No customer waits for it."]
    more = len(waiting) - NAMED
    return [*(_wait(c, now) for c in waiting[:NAMED]), *([f"and {plural(more, 'more customer')}"] if more > 0 else [])]


def _wait(customer: Customer, now: datetime) -> str:
    plan = f" ({foreign(customer.plan, 20, one_line=True)})" if customer.plan else ""
    online = ", online now" if customer.online else ""
    said = f": “{foreign(customer.said, 140, one_line=True)}”" if customer.said else ""
    since = f"waits since {clock(customer.since)} ({length(now - customer.since)})"
    return f"{foreign(customer.name, 60, one_line=True)}{plan} {since}{online}{said}"


def _before(bug: Bug, fix: Fix) -> list[str]:
    """What came before this request: changes that were asked for, and who handed it on."""
    old = bug.fix(fix.revises) if fix.revises else None
    asked = [_revised(old, fix)] if old else []
    handed = [f":handshake: {who(x.by)} leaves it to {who(x.to)}: {_said(x.why)}" for x in fix.handed]
    approved = [f":ok_hand: with the word: {_said(word)}" for word in fix.words]
    return [*asked, *handed, *approved]


def _revised(old: Fix, fix: Fix) -> str:
    if old.state is RunState.SENT_BACK:
        return f":pencil2: Revised, as was asked (“{_said(old.why)}”): {changes(old.params, fix.params)}"
    why = f": {_said(old.why)}" if old.why else ""
    return f":arrows_counterclockwise: Asked again; run {old.run} {old.state_said}{why}"


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Each parameter that is another one now."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    told = [f"{foreign(n, 60)} {_value(before.get(n))} → {_value(after.get(n))}" for n in names]
    return ", ".join(told) or "the same parameters"


def _value(value: str | None) -> str:
    return foreign(value, 100, one_line=True) if value else "(nothing)"


def _said(text: str) -> str:
    return foreign(text, 300, one_line=True)


def _about(bug: Bug, fix: Fix) -> str:
    return mark(bug, run=fix.run, digest=fix.digest)


def approval(bug: Bug, fix: Fix, *, coded: bool, word: str = "") -> View:
    """The second factor of an approval, and a word that goes with it."""
    risk = " is of high risk: say that it is really you." if coded else ""
    hint = "Whoever asked reads it, and it stands in the trail. It binds nobody: to have it done otherwise, request changes."
    say = kit.text_input("word", "A word with it", word, optional=True, hint=hint, longest=500)
    return _form(bug, fix, "Approve", "approve", [*([code_input()] if coded else []), say], risk)


def reject(bug: Bug, fix: Fix) -> View:
    return _form(bug, fix, "Reject", "reject", [kit.text_input("reason", "Why not?", many=True, longest=500)])


def send_back(bug: Bug, fix: Fix) -> View:
    hint = "Whoever asked gets the form again as they filled it in, with your words."
    return _form(
        bug,
        fix,
        "Request changes",
        "changes",
        [kit.text_input("reason", "What should be changed?", many=True, hint=hint, longest=500)],
    )


def hand_on(bug: Bug, fix: Fix, able: Sequence[tuple[str, str]]) -> View:
    """`able`: who could decide instead, as (id, name)."""
    return _form(
        bug,
        fix,
        "Hand on",
        "hand_on",
        [
            kit.menu("to", "Who decides instead of you", able, able[0][0] if len(able) == 1 else ""),
            kit.text_input("reason", "Why they", longest=500),
        ],
    )


def revise(bug: Bug, fix: Fix, text: str) -> kit.Blocks:
    """To who asked: what should be changed, and the way into the form that is filled in already."""
    value = mark(bug, run=fix.run)
    button = kit.button("Revise…", "revise", value, "primary")
    return kit.render([kit.section(text, "back"), *kit.actions([button], "revising")])


def again(bug: Bug, fix: Fix, text: str) -> kit.Blocks:
    """To who asked: that it came to nothing, and the press that asks for the same again."""
    return kit.render([kit.section(text, "nothing"), *kit.actions([again_button(bug, fix)], "again")])


def again_button(bug: Bug, fix: Fix) -> Any:
    return kit.button("Ask again", "ask_again", mark(bug, run=fix.run), "primary")


def _form(bug: Bug, fix: Fix, label: str, verb: str, inputs: Sequence[Any], more: str = "") -> View:
    what = kit.section(f"`{foreign(fix.name, 100, one_line=True)}`{more}", "what")
    return kit.modal(f"{label} {bug.ref}", [what, *inputs], id_=verb, meta=_about(bug, fix), submit=label)
