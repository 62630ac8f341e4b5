"""Permissions: members of the workspace act, other members approve; guests, bots, strangers and people who came later do not."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime
from pydantic.dataclasses import dataclass

from bot.bug.errors import NotAllowed
from bot.bug.fixes.fix import Fix
from bot.bug.values import CLOSED, Frozen
from bot.bug.words import Part, people

NAMED = 5
"""People that a refusal names."""
GUESTS_READ = (
    "Guests read a bug in its own thread, and help with it there. Its whole story and its questions, and what other bugs and "
    "customers there are, are for full members: ask one of them."
)


class Duty(StrEnum):
    """What reaches production or a customer, by who may do it."""

    ACT = "act"
    """Every full member: look, approve if asked, try again."""
    RUN = "run"
    """Runners: preview, run and undo a fix."""
    READ = "read"
    """Every full member: a bug's story, lists of bugs, what all of them together came to."""
    EXPORT = "export"
    """Exporters: take the trail out of Slack as a file."""
    TELL = "tell"
    """Tellers: write to customers, and give."""


class Roles(Frozen):
    """Who may do what, as the settings name people: user ids, e-mail addresses, user groups."""

    approvers: tuple[str, ...] = ()
    """With those on call."""
    on_call: tuple[str, ...] = ()
    """Approvers who are asked only when the others have not answered."""
    runners: tuple[str, ...] | None = None
    """None: every full member."""
    tellers: tuple[str, ...] | None = None
    """None: every full member."""
    exporters: tuple[str, ...] | None = None
    """None: every full member."""


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Member:
    """What Slack says of a user, at the moment of asking."""

    id: str
    name: str = ""
    email: str = ""
    bot: bool = False
    deleted: bool = False
    guest: bool = False
    stranger: bool = False
    """Of another workspace (Slack Connect)."""
    joined: AwareDatetime | None = None
    """When Makegood first saw them, where known: Slack does not say when somebody joined."""
    tz: str = "UTC"
    approver: bool = False
    """Named by [policy] approvers, directly or through a group."""
    runner: bool = True
    """Named by [policy] runners, or nobody is named there."""
    teller: bool = True
    """Named by [policy] tellers, or nobody is named there."""
    exporter: bool = True
    """Named by [policy] exporters, or nobody is named there."""


def may_command(member: Member) -> None:
    """Raises unless this is a living human member of the workspace."""
    if member.bot:
        raise NotAllowed("Only people command Makegood, not other apps.")
    if member.deleted:
        raise NotAllowed("This account is deactivated.")
    if member.stranger:
        raise NotAllowed("Only members of this workspace can do this; you are here as a guest of another one.")


def may_act(member: Member) -> None:
    """Raises unless this person may reach production or a customer: run, look, tell, approve."""
    may_command(member)
    if member.guest:
        raise NotAllowed(
            "Guests can't look at production, change it or write to customers. Ask a full member of the workspace."
        )


def may_take(member: Member) -> None:
    """Raises unless this person can have a bug that somebody hands to them."""
    if member.bot:
        raise NotAllowed("An app can't have a bug. Hand it to a person, as in `/bug hand BUG-1 @dana`.")
    if member.deleted:
        raise NotAllowed("That account is deactivated. Hand the bug to somebody who is here.")
    if member.stranger:
        raise NotAllowed("Only members of this workspace can have a bug, not guests of another one.")


def may(member: Member, duty: Duty, among: tuple[str, ...] = ()) -> None:
    """Raises unless this person may do it; `among` are those who may, for the sentence."""
    may_command(member)
    if duty in {Duty.READ, Duty.EXPORT} and member.guest:
        raise NotAllowed(GUESTS_READ)
    may_act(member)
    if duty is Duty.RUN and not member.runner:
        hand = "Hand the bug to one of them: `/bug hand BUG-1 @dana`."
        raise NotAllowed("You are not among those who run fixes here (`[policy] runners`). ", *_those(among), hand)
    if duty is Duty.TELL and not member.teller:
        hand = "Ask one of them to write."
        raise NotAllowed(
            "You are not among those who write to customers here (`[policy] tellers`). ", *_those(among), hand
        )
    if duty is Duty.EXPORT and not member.exporter:
        hand = "Ask one of them for the file."
        raise NotAllowed(
            "You are not among those who take the trail out here (`[policy] exporters`). ", *_those(among), hand
        )


def _those(among: tuple[str, ...]) -> tuple[Part, ...]:
    more = f" and {len(among) - NAMED} more" if len(among) > NAMED else ""
    return (*people(among[:NAMED]), f"{more} may. ") if among else ()


def may_approve(member: Member, fix: Fix) -> None:
    """Raises unless this person may approve (or reject) this fix."""
    may_command(member)
    if member.id == fix.by:
        raise NotAllowed("You asked for it, so somebody else has to approve it.")
    if member.guest:
        raise NotAllowed("Guests can't approve changes of production.")
    if not member.approver or member.id not in fix.asked:
        asked = people(fix.asked) or ("nobody",)
        raise NotAllowed("You are not among those who can approve this. Asked: ", *asked, ".")
    if came_after(member, fix.confirmed_at):
        raise NotAllowed("You joined after this was asked for, so you can't approve it.")
    if member.id in fix.approved_by:
        raise NotAllowed("You have approved this already.")


def may_rule(member: Member, what: str, *, alone: bool = False) -> None:
    """Raises unless this person may decide for everybody; `alone`: there is no approver, and the settings say so."""
    may_command(member)
    if not (member.approver or alone) or member.guest:
        raise NotAllowed(f"Only approvers {what}: those in `[policy] approvers`.")


def wanting(fix: Fix) -> str:
    """What is missing for a start by the trail's own word; empty: enough of those who were asked have approved."""
    proven = set(fix.factors if fix.factor else fix.approved_by)
    if fix.broken_glass or fix.alone:
        return "" if fix.by in proven else "going on alone takes a second factor here"
    good = (proven & set(fix.approved_by) & set(fix.asked)) - {fix.by}
    short = f"{len(good)} of {fix.approvals} approvals count{', each with a second factor' if fix.factor else ''}"
    return "" if len(good) >= fix.approvals else short


def came_after(member: Member, asked_at: datetime | None) -> bool:
    """Whether they were first seen here only after something was asked for."""
    return bool(member.joined and asked_at and member.joined > asked_at)


def fit(member: Member) -> bool:
    """A full member who is here: no app, no guest, nobody who left."""
    return not (member.bot or member.deleted or member.guest or member.stranger)


def eligible(members: tuple[Member, ...], by: str) -> tuple[str, ...]:
    """Who can be asked to approve what `by` wants to run."""
    return tuple(m.id for m in members if m.approver and fit(m) and m.id != by)
