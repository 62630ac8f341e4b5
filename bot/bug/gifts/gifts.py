"""Makegoods: the tell that promises them, the approval above a cap, their booking, and taking them back."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from bot.bug.bug import Bug, Status
from bot.bug.customers.customer import Customer, Given, GivenState, TellRequest
from bot.bug.customers.customers import changed, named, names
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.event import ANY, STAY, Event, Inert, Move, Outcome, Text, must_allow
from bot.bug.gifts.proposal import exact
from bot.bug.money import Grant, Receipt, amount, amounts
from bot.bug.permissions.alone import Word, must_type
from bot.bug.permissions.policy import Member, may_command
from bot.bug.permissions.seen import done
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.telling.messages import ANSWERABLE, Told, reachable, written
from bot.bug.values import PRIVATE
from bot.bug.words import Code, Person, Words, because, people, plain


class TellAsked(Event):
    """A tell that gives more than its author may alone: it waits for an approver's word."""

    KIND = "tell_asked"
    MOVES = (Move(ANSWERABLE, STAY, "more than one may give alone: somebody else is asked first"),)
    customers: tuple[str, ...]
    text: Text
    grants: tuple[Grant, ...] = ()
    why: str
    """The cap that it would pass."""
    asked: tuple[str, ...] = ()
    """Who may approve it."""

    def apply(self, bug: Bug, _at: datetime, by: str) -> Bug:
        request = TellRequest(
            seq=bug.seq + 1,
            by=by,
            customers=self.customers,
            text=self.text,
            grants=self.grants,
            asked=self.asked,
        )
        return replace(bug, tell_requests=(*bug.tell_requests, request))

    def line(self, bug: Bug, by: str) -> Words:
        asked = people(self.asked) or ("nobody, since nobody else is here",)
        may = (": may ", named(bug, self.customers), " get ", *amounts(self.grants), "?", *because(self.why))
        return Words("raised_hand", (Person(by), " asks ", *asked, *may))


def _decided(bug: Bug, seq: int) -> Bug:
    return replace(bug, tell_requests=tuple(x for x in bug.tell_requests if x.seq != seq))


class TellApproved(Event):
    """An approver lets it pass; the tell itself follows as an entry of its own."""

    KIND = "tell_approved"
    MOVES = (Move(ANSWERABLE, STAY, "another person lets it pass"),)
    asked: int
    """seq of the TellAsked entry."""
    typed: str = ""
    """Nobody else was there: what who asked typed, to go on alone."""

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        request = next((x for x in bug.tell_requests if x.seq == self.asked), None)
        after = _decided(bug, self.asked)
        return done(after, _above_caps(bug, request), by, at) if self.typed and request else after

    def line(self, _bug: Bug, by: str) -> Words:
        if self.typed:
            alone = (
                Person(by),
                " lets the makegood pass alone and typed ",
                Code(self.typed, 60),
                ": nobody else is here",
            )
            return Words("bust_in_silhouette", alone, loud=True)
        return Words("ok_hand", (Person(by), " lets the makegood pass"))


def _above_caps(bug: Bug, request: TellRequest) -> str:
    return plain((*amounts(request.grants), " above the caps for ", named(bug, request.customers)))


class TellRefused(Event):
    """An approver says no, or who asked takes it back."""

    KIND = "tell_refused"
    MOVES = (Move(ANY, STAY, "another person says no, or it is taken back"),)
    asked: int
    reason: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return _decided(bug, self.asked)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("no_entry", (Person(by), " said no to the makegood", *because(self.reason)))


def _given(bug: Bug, customer: str, match: Callable[[Given], bool], change: Callable[[Given], Given]) -> Bug:
    def settle(found: Customer) -> Customer:
        return replace(found, given=tuple(change(g) if match(g) else g for g in found.given))

    return changed(bug, customer, settle)


class TellReleased(Event):
    """A makegood failed and the owner chose to tell without it."""

    KIND = "tell_released"
    MOVES = (Move(ANSWERABLE, STAY, "the makegood failed; the customer is told all the same"),)
    tell: int
    """seq of the Told entry."""
    customer: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        def pending(given: Given) -> bool:
            return given.tell == self.tell and given.state != "granted"

        return _given(bug, self.customer, pending, lambda g: replace(g, state="dropped"))

    def line(self, bug: Bug, by: str) -> Words:
        return Words("fast_forward", (Person(by), ": tell ", named(bug, (self.customer,)), " without the makegood"))


class Granted(Outcome):
    """A makegood is booked."""

    KIND = "granted"
    tell: int
    customer: str
    grant: Grant
    receipt: Annotated[Receipt, PRIVATE]

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        def booked(given: Given) -> Given:
            return replace(given, state="granted", seq=bug.seq + 1, code=self.receipt.before.get("code", ""))

        return _given(bug, self.customer, lambda g: g.tell == self.tell and g.grant == self.grant, booked)

    def line(self, bug: Bug, _by: str) -> Words:
        customer = bug.customer(self.customer)
        whose = (" for ", named(bug, (self.customer,))) if customer else ()
        return Words("gift", ("Booked: ", *amount(self.grant), *whose))


class NotGranted(Outcome):
    """A makegood was not booked, or nobody knows (`doubtful`): a person is asked."""

    KIND = "not_granted"
    tell: int
    customer: str
    grant: Grant
    why: Text
    doubtful: bool = False
    homeless: bool = False
    """There is no account to book it on, so the message does not wait for it."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        state: GivenState = "doubtful" if self.doubtful else "failed"

        def same(given: Given) -> bool:
            return given.tell == self.tell and given.grant == self.grant

        return _given(bug, self.customer, same, lambda g: replace(g, state=state, homeless=self.homeless))

    def line(self, _bug: Bug, _by: str) -> Words:
        booked = "Nobody knows whether the makegood was booked"
        head = booked if self.doubtful else "The makegood could not be booked"
        wait = ". The message waits: tell without it, or try again."
        if self.homeless:
            wait = ". The message goes without it."
        return Words("warning", (head, " (", *amount(self.grant), ")", *because(self.why), wait))


class GrantUndoAsked(Inert, Event):
    """Somebody wants a makegood back, or its time is over."""

    KIND = "grant_undo_asked"
    MOVES = (Move(ANY, STAY, "money given by mistake is taken back at any time"),)
    granted: int
    """seq of the Granted entry."""
    why: Text = ""
    ended: bool = False
    """Nobody takes it back: its time is over."""

    def line(self, _bug: Bug, by: str) -> Words:
        head = ("The upgrade ends",) if self.ended else (Person(by), " takes a makegood back")
        return Words("leftwards_arrow_with_hook", (*head, *because(self.why)))


class GrantUndone(Outcome):
    KIND = "grant_undone"
    granted: int
    ended: bool = False

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        state: GivenState = "ended" if self.ended else "undone"

        def taken_back(customer: Customer) -> Customer:
            given = (replace(g, state=state) if g.seq == self.granted else g for g in customer.given)
            return replace(customer, given=tuple(given))

        return replace(bug, customers=tuple(map(taken_back, bug.customers)))

    def line(self, _bug: Bug, _by: str) -> Words:
        over = "The upgrade is over: the plan is what it was before"
        return Words("leftwards_arrow_with_hook", (over if self.ended else "The makegood is taken back",))


class GrantKept(Inert, Outcome):
    """It could not be taken back: whoever asked has to look at the billing system."""

    KIND = "grant_kept"
    granted: int
    why: Text

    def line(self, _bug: Bug, _by: str) -> Words:
        look = ". Look at the billing system."
        return Words("warning", ("The makegood was NOT taken back", *because(self.why), look))


EVENTS = (
    TellAsked,
    TellApproved,
    TellRefused,
    TellReleased,
    Granted,
    NotGranted,
    GrantUndoAsked,
    GrantUndone,
    GrantKept,
)


def tell(bug: Bug, ids: Iterable[str], text: str, grants: Iterable[Grant] = (), *, anyway: bool = False) -> Told:
    """That it works, and what they get for it; refused while nothing is fixed unless the teller insists (`anyway`)."""
    must_allow(bug, Told)
    chosen = reachable(bug, ids)
    if bug.status in {Status.OPEN, Status.CLAIMED} and not anyway:
        raise Refused(f"{bug.ref} is not fixed yet. Press *It works* first, or send a first answer instead.")
    grants = tuple(grants)
    twice = [c for c in bug.customers if c.id in chosen and not (c.to_tell if grants else not c.told)]
    if twice:
        raise Refused(*names(twice), " knows already, or the message is on its way. Leave them out.")
    _once(bug, chosen, grants)
    _not_on_its_way(bug, chosen)
    return Told(customers=chosen, text=written(text), grants=grants)


def tells(
    bug: Bug, ids: Iterable[str], text: str, grants: Iterable[Grant], texts: GiftTexts, *, anyway: bool = False
) -> tuple[Told, ...]:
    """The same with what it means for each customer, since paid periods end at different times: one entry for each difference."""
    whole = tell(bug, ids, text, grants, anyway=anyway)
    alike: dict[tuple[tuple[Grant, ...], tuple[str, ...]], list[str]] = {}
    for customer in (c for c in bug.customers if c.id in whole.customers):
        mine = tuple(exact(grant, customer) for grant in whole.grants)
        alike.setdefault((mine, tuple(texts.thanks(g, customer) for g in mine)), []).append(customer.id)
    return tuple(Told(customers=tuple(c), text=whole.text, grants=g, thanks=t) for (g, t), c in alike.items())


def _once(bug: Bug, chosen: tuple[str, ...], grants: tuple[Grant, ...]) -> None:
    given = [c for c in bug.customers if c.id in chosen and c.got]
    if grants and given:
        hint = f" already got something for {bug.ref}. Undo that first, or tell without a makegood."
        raise Refused(*names(given), hint)


def _not_on_its_way(bug: Bug, chosen: tuple[str, ...]) -> None:
    """Who writes in one chat reads one message."""
    sent = (c for c in bug.customers if c.id not in chosen and any(m.state == "waiting" for m in c.messages))
    first = next(((c, o) for o in sent for c in bug.customers if c.id in chosen and c.reads(o.place)), None)
    if first:
        hint = " write in one chat, and a message to it is on its way. Wait a moment, then tell."
        raise Refused(*names(first), hint)


def ask(
    bug: Bug,
    told: tuple[Told, ...],
    grants: tuple[Grant, ...],
    why: str,
    asked: tuple[str, ...],
    *,
    alone: bool = False,
) -> TellAsked:
    """The same tell, before an approver; `why` names the cap that it would pass. One at a time.

    `alone`: where there is nobody to ask, whether the policy lets people go on by typing how many get it.
    """
    must_allow(bug, TellAsked)
    if not (asked or alone):
        raise Refused(f"That passes {why}, and nobody else is an approver. Give less, or raise it under [makegood].")
    chosen = tuple(id_ for one in told for id_ in one.customers)
    waiting = next((x for x in bug.tell_requests if set(x.customers) & set(chosen)), None)
    if waiting:
        raise Refused("A makegood for them waits for ", *people(waiting.asked or (waiting.by,)), " already.")
    return TellAsked(customers=chosen, text=told[0].text, grants=grants, why=why, asked=asked)


def approve(bug: Bug, member: Member, seq: int, texts: GiftTexts) -> tuple[Event, ...]:
    """Another person lets it pass; then it is told."""
    waiting = waiting_for(bug, seq)
    may_command(member)
    if member.id == waiting.by:
        raise NotAllowed("You asked for it, so somebody else has to let it pass.")
    if member.guest or not member.approver or member.id not in waiting.asked:
        raise _not_asked(waiting)
    told = tells(bug, waiting.customers, waiting.text, waiting.grants, texts, anyway=True)
    return (TellApproved(asked=seq), *told)


def approve_alone(bug: Bug, by: str, seq: int, typed: str, texts: GiftTexts) -> tuple[Event, ...]:
    """Nobody else is there: who asked types how many get it, and everybody reads it."""
    waiting = waiting_for(bug, seq)
    if waiting.by != by or waiting.asked:
        raise _not_asked(waiting)
    must_type(Word(str(len(waiting.customers)), "how many customers get it"), typed)
    told = tells(bug, waiting.customers, waiting.text, waiting.grants, texts, anyway=True)
    return (TellApproved(asked=seq, typed=typed.strip()), *told)


def refuse(bug: Bug, by: str, seq: int, reason: str) -> TellRefused:
    """By somebody who was asked, or by who asked."""
    waiting = waiting_for(bug, seq)
    if by not in {*waiting.asked, waiting.by}:
        raise _not_asked(waiting)
    if not reason.strip():
        raise Invalid("Say why.", {"reason": "Say why, so that the customer can be told something else."})
    return TellRefused(asked=seq, reason=reason.strip())


def _not_asked(waiting: TellRequest) -> NotAllowed:
    return NotAllowed("You are not among those who were asked: ", *people(waiting.asked or (waiting.by,)), ".")


def waiting_for(bug: Bug, seq: int) -> TellRequest:
    """The makegood that waits for somebody's word. Raises Refused where it is decided."""
    found = next((x for x in bug.tell_requests if x.seq == seq), None)
    if found is None:
        raise Refused("This was decided already.")
    return found


def release(bug: Bug, tell_seq: int, customer: str) -> TellReleased:
    """Tell without the makegood that failed."""
    must_allow(bug, TellReleased)
    found = bug.customer(customer)
    stuck = found and any(g.tell == tell_seq and g.state in {"failed", "doubtful"} for g in found.given)
    if not stuck:
        raise Refused("Nothing of this message is held back any more.")
    return TellReleased(tell=tell_seq, customer=customer)


def undo_grant(bug: Bug, seq: int, why: str) -> GrantUndoAsked:
    """Take a makegood back that was booked."""
    must_allow(bug, GrantUndoAsked)
    if not any(g.seq == seq and g.state == "granted" for c in bug.customers for g in c.given):
        raise Refused("That makegood is not there to take back (any more).")
    return GrantUndoAsked(granted=seq, why=why)
