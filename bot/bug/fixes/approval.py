"""Approval: the person who asked confirms the preview; another person approves or rejects it. In need the first goes on alone."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from bot.bug.bug import Bug
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.event import ALIVE, CLOSED, STAY, Event, Move, Text, must_allow
from bot.bug.fixes.escalation import glass_at
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.rules import (
    GOOD_FOR,
    SHORTEST_REASON,
    WHY,
    called,
    changed,
    ended,
    find,
    must_be_fresh,
    must_match,
    must_not_be_undone,
    one_at_a_time,
    taken_back_soon,
    waiting,
)
from bot.bug.permissions.alone import must_type, word
from bot.bug.permissions.policy import Member, may_approve
from bot.bug.values import PRIVATE, Frozen
from bot.bug.words import Clock, Code, Person, Words, because, people

LATE = (*ALIVE, CLOSED)
TRIES = 5
"""Wrong codes after which somebody else has to approve: six digits can't be guessed in so few."""
OWN_WORDS = "This risk takes a reason in your own words: say why."
NOBODY = (
    "This needs somebody else's approval, and nobody else can give it: add somebody to `[policy] approvers`, or ask for a "
    'fix of lower risk. Whoever runs the bot can also write `team = "solo"` under `[policy]` where one person is alone, or '
    "`break_glass = true`, to go on without in an emergency."
)


class Proof(Frozen):
    """A second factor as it was given: whose app by the settings, and its code. Used up; whoever has the secret can check it again."""

    whom: str = ""
    code: str = ""


class FixConfirmed(Event):
    """The owner has seen the preview and wants it run."""

    KIND = "fix_confirmed"
    MOVES = (Move(LATE, STAY, "the one who asked has seen what will happen"),)
    run: int
    digest: str
    asked: tuple[str, ...] = ()
    """Who is asked to approve; nobody: there is nobody else, and who asks may go on alone."""
    factor: bool = False
    """Each approval takes a second factor."""
    reason: Text = ""
    """As it was written in the preview; empty: as it was asked for."""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return changed(bug, self.run, lambda fix: self._confirmed(fix, at))

    def _confirmed(self, fix: Fix, at: datetime) -> Fix:
        return replace(
            fix,
            state=RunState.WAITING if fix.approvals else RunState.APPROVED,
            asked=self.asked,
            confirmed_at=at,
            # in a team of two nobody could ever get two other approvals: as many as there are people, but never none
            approvals=min(fix.approvals, max(len(self.asked), 1)),
            factor=self.factor,
            reason=self.reason or fix.reason,
            # from here on it is what this person stands for, even where they left it as it was proposed
            reason_filled=False,
        )

    def line(self, _bug: Bug, by: str) -> Words | None:
        if not self.asked:
            return None
        return Words("raised_hand", (Person(by), " asks ", *people(self.asked), " to approve it"))


class FixApproved(Event):
    KIND = "fix_approved"
    MOVES = (Move(LATE, STAY, "another person has seen what will happen"),)
    run: int
    digest: str
    break_glass: bool = False
    typed: str = ""
    """Nobody else was there: what who asked typed, to go on alone."""
    factor: bool = False
    """With a second factor."""
    proof: Annotated[Proof, PRIVATE] = Proof()
    reason: Text = ""
    """Why they go on alone; of an approval a word that goes with it."""

    def apply(self, bug: Bug, _at: datetime, by: str) -> Bug:
        return changed(bug, self.run, lambda fix: self._approved(fix, by))

    def _approved(self, fix: Fix, by: str) -> Fix:
        people = (*fix.approved_by, by)
        enough = self.break_glass or bool(self.typed) or len(people) >= fix.approvals
        return replace(
            fix,
            approved_by=people,
            factors=(*fix.factors, by) if self.factor else fix.factors,
            state=RunState.APPROVED if enough else RunState.WAITING,
            broken_glass=fix.broken_glass or self.break_glass,
            words=(*fix.words, self.reason) if self.reason and not self.break_glass else fix.words,
            alone=fix.alone or bool(self.typed),
        )

    def line(self, _bug: Bug, by: str) -> Words:
        if self.break_glass:
            alone = (Person(by), " goes on WITHOUT an approval", *because(self.reason))
            return Words("rotating_light", alone, loud=True)
        if self.typed:
            typed = (" goes on alone and typed ", Code(self.typed, 60), ": nobody else is here to approve it")
            return Words("bust_in_silhouette", (Person(by), *typed), loud=True)
        return Words("ok_hand", (Person(by), " approved it", *because(self.reason)))


class FixRejected(Event):
    KIND = "fix_rejected"
    MOVES = (Move(LATE, STAY, "another person says no"),)
    run: int
    reason: Text

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return ended(bug, self.run, RunState.REJECTED, self.reason)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("no_entry", (Person(by), " said no", *because(self.reason)))


class FixCodeWrong(Event):
    """An approver's second factor was wrong: so many tries a request, then another approver."""

    KIND = "fix_code_wrong"
    MOVES = (Move(LATE, STAY, "a wrong code counts, so that nobody can guess one"),)
    run: int
    tries: int
    """How many wrong ones they have given for this request by now."""

    def apply(self, bug: Bug, _at: datetime, by: str) -> Bug:
        return changed(bug, self.run, lambda fix: replace(fix, wrong_codes=(*fix.wrong_codes, by)))

    def line(self, _bug: Bug, by: str) -> Words:
        if self.tries >= TRIES:
            said = f" gave {self.tries} wrong codes and can't approve it any more: somebody else has to look at it"
            return Words("rotating_light", (Person(by), said), loud=True)
        return Words("key", (Person(by), f" gave a wrong code ({self.tries} of {TRIES} tries)"), minor=True)


EVENTS = (FixConfirmed, FixApproved, FixRejected, FixCodeWrong)


def previewed(bug: Bug, by: str, run: int, digest: str) -> Fix:
    """The very preview that somebody sees, for whoever asked for it. Raises NotAllowed or Refused."""
    fix = find(bug, run)
    if fix.by != by:
        raise NotAllowed(Person(fix.by), " asked for this preview, so only they can run it. Make your own with *Fix*.")
    if fix.state is not RunState.PREVIEWED:
        raise Refused(called(fix), f" is {fix.state_said} already.")
    must_match(fix, digest)
    return fix


def confirm(
    bug: Bug,
    by: str,
    run: int,
    digest: str,
    *,
    now: datetime,
    asked: tuple[str, ...] = (),
    factor: bool = False,
    alone: bool = False,
    reason: str = "",
) -> FixConfirmed:
    """Only who asked for the preview, only what was previewed, only while it is fresh.

    `asked`: the others who could approve it now; where there are fewer than the risk asks for, they are enough. Where there
    is nobody, `alone` says whether the policy lets people go on without. `reason`: as the preview's field has it.
    """
    fix = previewed(bug, by, run, digest)
    one_at_a_time(bug)
    must_not_be_undone(bug, fix)
    # counted from the preview: rows that were seen longer ago are somebody's memory, and no promise
    if now - fix.at > GOOD_FOR:
        raise Refused("This preview is more than 15 minutes old. Make a new one: production may have moved on.")
    if taken_back_soon(bug, fix) and not taken_back_soon(bug, fix, now):
        raise Refused(
            "The run ended more than 10 minutes ago. Press *Undo* again: from now on it goes as any other fix."
        )
    if fix.approvals and not asked and not alone:
        raise NotAllowed(NOBODY)
    must_allow(bug, FixConfirmed)
    written = _written(fix, reason)
    return FixConfirmed(run=run, digest=digest, asked=asked, factor=factor, reason=written)


def typed_reason(fix: Fix) -> bool:
    """Whether somebody has to say in their own words why: nobody did yet, and the risk is more than low."""
    return fix.reason_filled and fix.risk != "low"


def _written(fix: Fix, reason: str) -> str:
    """The reason that goes into the trail; empty where it stays as it is. Raises Invalid for none."""
    said = reason.strip()
    if typed_reason(fix) and (len(said) < SHORTEST_REASON or said == fix.reason):
        raise Invalid(OWN_WORDS, {"reason": OWN_WORDS})
    if said and len(said) < SHORTEST_REASON:
        raise Invalid(WHY, {"reason": WHY})
    return "" if said == fix.reason else said


def approve(
    bug: Bug, member: Member, run: int, digest: str, now: datetime, *, proof: Proof | None = None, word: str = ""
) -> FixApproved:
    """By somebody else, who was asked, for exactly what they saw. `word` is for people: what goes with the approval."""
    fix = may_decide(bug, member, run)
    must_match(fix, digest)
    must_be_fresh(fix, now)
    must_not_be_undone(bug, fix)
    _must_have_tries(fix, member.id)
    _proven(fix, proof)
    must_allow(bug, FixApproved)
    return FixApproved(run=run, digest=digest, factor=bool(proof), proof=proof or Proof(), reason=word.strip())


def may_decide(bug: Bug, member: Member, run: int) -> Fix:
    """The fix that waits for this person among others. Raises NotAllowed or Refused."""
    fix = waiting(bug, run)
    may_approve(member, fix)
    return fix


def wrong_code(bug: Bug, by: str, run: int) -> FixCodeWrong:
    """One try less. Raises NotAllowed where none was left."""
    fix = waiting(bug, run)
    _must_have_tries(fix, by)
    return FixCodeWrong(run=run, tries=fix.wrong_codes.count(by) + 1)


def barred(fix: Fix) -> tuple[str, ...]:
    """Who has no try left."""
    return tuple(dict.fromkeys(by for by in fix.wrong_codes if fix.wrong_codes.count(by) >= TRIES))


def _must_have_tries(fix: Fix, by: str) -> None:
    if by in barred(fix):
        others = people(x for x in fix.asked if x not in barred(fix)) or ("nobody else, so it will lapse",)
        raise NotAllowed(f"You gave {TRIES} wrong codes for this, so somebody else has to approve it: ", *others, ".")


def break_glass(
    bug: Bug, by: str, run: int, digest: str, *, now: datetime, reason: str, proof: Proof | None = None
) -> FixApproved:
    """The one who asked goes on alone: only after a wait (for whoever was asked), with a reason, seen by everybody."""
    fix = waiting(bug, run)
    if fix.by != by:
        raise NotAllowed("Only ", Person(fix.by), ", who asked for it, can go on without an approval.")
    must_match(fix, digest)
    must_be_fresh(fix, now)
    must_not_be_undone(bug, fix)
    _must_have_tries(fix, by)
    _proven(fix, proof)
    # counted from the request, and not from the form: opening it early gains nothing
    if now < glass_at(fix):
        raise Refused("Give the approvers until ", Clock(glass_at(fix)), ".")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("Say why nobody could be waited for.", {"reason": "Say why nobody could be waited for."})
    return FixApproved(
        run=run,
        digest=digest,
        break_glass=True,
        factor=bool(proof),
        proof=proof or Proof(),
        reason=reason.strip(),
    )


def go_alone(
    bug: Bug, by: str, run: int, digest: str, *, now: datetime, typed: str, proof: Proof | None = None
) -> FixApproved:
    """Nobody else is there: who asked types what it changes or the release, and everybody reads it."""
    fix = waiting(bug, run)
    if fix.by != by:
        raise NotAllowed("Only ", Person(fix.by), ", who asked for it, can go on alone.")
    # alone is who had nobody to ask when it was confirmed; whoever was asked has to be waited for
    if fix.asked:
        raise Refused("Somebody else is here to approve it: ", *people(fix.asked), ".")
    must_match(fix, digest)
    must_be_fresh(fix, now)
    must_not_be_undone(bug, fix)
    _must_have_tries(fix, by)
    must_type(word(fix), typed)
    _proven(fix, proof)
    return FixApproved(run=run, digest=digest, typed=typed.strip(), factor=bool(proof), proof=proof or Proof())


def at_once(bug: Bug, confirmed: FixConfirmed, by: str, now: datetime, typed: str) -> FixApproved:
    """In the same moment as it was confirmed: what it changes was typed under its preview."""
    return go_alone(confirmed.apply(bug, now, by), by, confirmed.run, confirmed.digest, now=now, typed=typed)


def reject(bug: Bug, member: Member, run: int, digest: str, reason: str) -> FixRejected:
    """By somebody else, who was asked, of exactly what they saw."""
    must_match(may_decide(bug, member, run), digest)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("Say why not: it helps them.", {"reason": "Say why not: it helps them."})
    must_allow(bug, FixRejected)
    return FixRejected(run=run, reason=reason.strip())


def _proven(fix: Fix, proof: Proof | None) -> None:
    if fix.factor and not proof:
        raise NotAllowed("This takes a second factor: the code of your authenticator app.")
