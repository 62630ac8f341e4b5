"""Chooses the buttons of a card: at most five, the rest behind “…”. The action_id is the verb, the value is a mark."""

import json
from typing import Any

from bot.bug.bug import Bug, Status
from bot.bug.customers.customer import named
from bot.bug.fixes.fix import RunState
from bot.bug.permissions.modes import Modes
from bot.slack.views import blocks
from bot.slack.views.marks import mark
from bot.suggestions import Proposed

SHOWN = 2
"""Troubles at once, so that the work keeps its buttons."""


BUTTONS = 4
"""Beside the one fix that something names."""
LONGEST_OFFER = 1500
"""Characters: a button's value has room for 2,000."""


def row(bug: Bug, modes: Modes, proposed: Proposed) -> list[Any]:
    first = [x for x in _first(bug, modes, proposed) if x]
    more = [(f"{verb} {_mark(bug)}", label) for verb, label in _more(bug)]
    return blocks.actions([*first[: BUTTONS + proposed.whole], blocks.overflow(more)], "buttons")


def _mark(bug: Bug, **about: str | int) -> str:
    return mark(bug, **about)


def _button(bug: Bug, verb: str, label: str, style: str | None = None, *, confirm: str = "", **about: str | int) -> Any:
    return blocks.button(label, verb, _mark(bug, **about), style, confirm)


def _first(bug: Bug, modes: Modes, proposed: Proposed) -> list[Any]:
    troubles = _troubles(bug)
    now = _fix_now(bug, modes, proposed)
    match bug.status:
        case Status.OPEN:
            claim = _button(bug, "claim", "Claim", "primary")
            return [claim, *troubles, now, _answer(bug), _fix(bug, modes), _by_hand(bug)]
        case Status.CLAIMED:
            return [*troubles, *_working(bug, modes, now)]
        case Status.FIXED:
            tell = _button(bug, "tell", "Tell", "primary")
            return [tell, *troubles, _skip(bug) or _told(bug), _undo(bug)]
        case Status.OWED:
            return [_button(bug, "paid", "Fix merged", "primary"), *troubles, _undo(bug), _reply(bug), _waive(bug)]
        case Status.CLOSED:
            return [_button(bug, "retro", "Retro"), *troubles]
        case _:
            return [_button(bug, "retro", "Retro"), *troubles]


def _working(bug: Bug, modes: Modes, now: Any) -> list[Any]:
    fix = bug.live_fix
    waits = fix and fix.state in {RunState.WAITING, RunState.APPROVED, RunState.STARTED}
    if fix and waits:
        label = "Cancel" if fix.state is not RunState.STARTED else "Stop it"
        by_hand = fix.state is RunState.APPROVED and modes.becomes(fix) == "proposal"
        ran = _button(bug, "ran_it", f"I ran it: {fix.action}", "primary", run=fix.run) if by_hand else None
        return [ran, _button(bug, "cancel", f"{label}: {fix.action}", "danger", run=fix.run), _tell(bug)]
    if bug.broken and _undo(bug):
        return [_undo(bug, "danger"), _fix(bug, modes), _tell(bug), _answer(bug)]
    works = _button(bug, "fixed", "It works", "primary") if bug.last_success else None
    if works:
        return [works, _fix(bug, modes), _undo(bug), _answer(bug)]
    first = _ask_again(bug) or now
    return [first, _fix(bug, modes, first=not first), _by_hand(bug), _tell(bug), _answer(bug)]


def _ask_again(bug: Bug) -> Any:
    """What lapsed or failed last, as it was filled in."""
    last = bug.fixes[-1] if bug.fixes else None
    if last is None or last.state not in {RunState.LAPSED, RunState.FAILED}:
        return None
    return _button(bug, "ask_again", f"Ask again: {last.action}", "primary", run=last.run)


def _by_hand(bug: Bug) -> Any:
    return _button(bug, "fixed_by_hand", "I fixed it…")


def _told(bug: Bug) -> Any:
    return _button(bug, "told_by_hand", "I told them…") if bug.untold else None


def _reply(bug: Bug) -> Any:
    """Somebody who was told wrote again."""
    asks = any(c.said_at and c.told_at and c.said_at > c.told_at for c in bug.customers)
    return _button(bug, "reply", "Not your fault…") if asks else None


def _fix(bug: Bug, modes: Modes, *, first: bool = False) -> Any:
    return _button(bug, "fix", "Fix", "primary" if first else None) if modes.most != "watch" else None


def _fix_now(bug: Bug, modes: Modes, proposed: Proposed) -> Any:
    """The one fix that something names, whole: one press from its preview."""
    fix = json.dumps({"action": proposed.action, "params": dict(proposed.params)}).encode().hex()
    if modes.most == "watch" or not proposed.whole or bug.last_success or len(fix) > LONGEST_OFFER:
        return None
    style = "primary" if bug.status is Status.CLAIMED else None
    return _button(bug, "fix_now", f"Fix: {proposed.name}", style, fix=fix)


def _answer(bug: Bug) -> Any:
    waiting = any(c.reachable and not c.answered_at for c in bug.customers)
    return _button(bug, "answer", "Answer: looking") if waiting else None


def _tell(bug: Bug) -> Any:
    return _button(bug, "tell", "Tell") if bug.untold else None


def _waive(bug: Bug) -> Any:
    return _button(bug, "waive", "Waive the fix…")


def _skip(bug: Bug) -> Any:
    asked = any(c.said_at for c in bug.untold)
    return _button(bug, "skip_tell", "Nobody to tell") if bug.untold and not asked else None


def _undo(bug: Bug, style: str | None = None) -> Any:
    done = bug.last_success
    return _button(bug, "undo", "Undo", style, run=done.run) if done and done.undoable else None


def _troubles(bug: Bug) -> list[Any]:
    """What only a person can settle comes before everything else."""
    found: list[Any] = []
    unknown = next((x for x in bug.fixes if x.state is RunState.UNKNOWN), None)
    if unknown:
        found.append(_button(bug, "investigate", "Look at production", run=unknown.run))
        found.append(_button(bug, "settle", f"Settle: {unknown.action}", "danger", run=unknown.run))
    for customer in bug.customers:
        lost = next((m for m in customer.messages[-1:] if m.state in {"failed", "doubtful"}), None)
        if lost:
            found.append(
                _button(
                    bug, "by_hand", f"I told {named(customer, bug.customers)}", message=lost.seq, customer=customer.id
                )
            )
        stuck = next((g for g in customer.given if g.state in {"failed", "doubtful"} and not g.homeless), None)
        if stuck:
            found.append(_button(bug, "release_tell", "Tell without it", message=stuck.tell, customer=customer.id))
    again = [_button(bug, "unpark", "Try again")] if bug.gave_up else []
    return [*found[: SHOWN - len(again)], *again]


_LABELS = {
    "answer": "Answer: looking",
    "fix": "Fix…",
    "look": "Look at production",
    "fixed": "It works",
    "tell": "Tell",
    "take_over": "Take over",
    "release": "Release",
    "dismiss": "Not a bug…",
    "mute": "Mute repeats for a day",
    "reopen": "Reopen…",
    "retro": "Retro",
    "catchup": "Catch up",
    "debt": "Who owes it, until when…",
    "postmortem": "Post-mortem",
}


def _more(bug: Bug) -> list[tuple[str, str]]:
    verbs = {
        Status.OPEN: ("fix", "look", "fixed", "dismiss", "mute"),
        Status.CLAIMED: ("look", "fixed" if not bug.last_success else "tell", "take_over", "release", "dismiss"),
        Status.FIXED: ("look", "take_over", "reopen", "retro", "catchup"),
        Status.OWED: ("debt", "look", "tell", "reopen", "retro"),
        Status.CLOSED: ("postmortem", "reopen", "catchup"),
        Status.DISMISSED: ("reopen",),
        Status.MERGED: (),
    }
    return [(verb, _LABELS[verb]) for verb in verbs[bug.status]]
