"""First answers and tells: anybody may speak to a customer, whoever owns the bug."""

from collections.abc import Iterable
from datetime import datetime

from bot.bug import events as e
from bot.bug.bug import Bug, Customer, Status, TellAsk
from bot.bug.decide.rules import must_allow
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.events import Event
from bot.bug.makegood import Words, exact
from bot.bug.mrkdwn import who
from bot.bug.policy import Member, may_command
from bot.bug.values import CustomerHint, Grant

LONGEST_MESSAGE = 5000


def join(
    bug: Bug, hint: CustomerHint, *, via: str, source: str = "", conversation: str = "", url: str = ""
) -> e.CustomerJoined | None:
    """Somebody waits because of this bug; None where nothing new is known of them."""
    known = find(bug, hint, source, conversation)
    if known and _nothing_new(known, hint, source, conversation):
        return None
    return e.CustomerJoined(
        customer=known.id if known else next_id(bug),
        hint=hint,
        via=via,
        source=source,
        conversation=conversation,
        url=url,
        again=known is not None,
    )


def next_id(bug: Bug, skip: int = 0) -> str:
    """One that no customer of this bug ever had; numbers may have gaps."""
    return f"c{max((int(c.id[1:]) for c in bug.customers), default=0) + 1 + skip}"


def _nothing_new(known: Customer, hint: CustomerHint, source: str, conversation: str) -> bool:
    merged = known.hint.model_copy(update={k: v for k, v in hint.model_dump().items() if v})
    return merged == known.hint and (not source or (source, conversation) == (known.source, known.conversation))


def find(bug: Bug, hint: CustomerHint, source: str = "", conversation: str = "") -> Customer | None:
    """The customer of this bug with that conversation, e-mail address or id."""
    for customer in bug.customers:
        if conversation and (customer.source, customer.conversation) == (source, conversation):
            return customer
        if hint.email and customer.hint.email.casefold() == hint.email.casefold():
            return customer
        if hint.id and not hint.email and customer.hint.id == hint.id:
            return customer
    return None


def answer(bug: Bug, ids: Iterable[str], text: str, promised: datetime | None = None) -> e.Answered:
    """ "We see it, looking now": stops the silence clock, is not the tell."""
    must_allow(bug, e.Answered)
    return e.Answered(customers=_reachable(bug, ids), text=_text(text), promised=promised)


def tell(bug: Bug, ids: Iterable[str], text: str, grants: Iterable[Grant] = (), *, anyway: bool = False) -> e.Told:
    """That it works, and what they get for it; refused while nothing is fixed unless the teller insists (`anyway`)."""
    must_allow(bug, e.Told)
    chosen = _reachable(bug, ids)
    if bug.status in {Status.OPEN, Status.CLAIMED} and not anyway:
        raise Refused(f"{bug.ref} is not fixed yet. Press *It works* first, or send a first answer instead.")
    twice = [c.name for c in bug.customers if c.id in chosen and not (c.to_tell if grants else not c.told)]
    if twice:
        raise Refused(f"{', '.join(twice)} knows already, or the message is on its way. Leave them out.")
    grants = tuple(grants)
    _once(bug, chosen, grants)
    return e.Told(customers=chosen, text=_text(text), grants=grants)


def tells(
    bug: Bug, ids: Iterable[str], text: str, grants: Iterable[Grant], words: Words, *, anyway: bool = False
) -> tuple[e.Told, ...]:
    """The same with what it means for each customer, since everybody's paid period ends at another time: one entry for each difference."""
    whole = tell(bug, ids, text, grants, anyway=anyway)
    alike: dict[tuple[tuple[Grant, ...], tuple[str, ...]], list[str]] = {}
    for customer in (c for c in bug.customers if c.id in whole.customers):
        mine = tuple(exact(grant, customer) for grant in whole.grants)
        alike.setdefault((mine, tuple(words.thanks(g, customer) for g in mine)), []).append(customer.id)
    return tuple(e.Told(customers=tuple(c), text=whole.text, grants=g, thanks=t) for (g, t), c in alike.items())


def _once(bug: Bug, chosen: tuple[str, ...], grants: tuple[Grant, ...]) -> None:
    given = [c.name for c in bug.customers if c.id in chosen and c.got]
    if grants and given:
        raise Refused(
            f"{', '.join(given)} already got something for {bug.ref}. Undo that first, or tell without a makegood."
        )


def ask(bug: Bug, told: tuple[e.Told, ...], grants: tuple[Grant, ...], why: str, asked: tuple[str, ...]) -> e.TellAsked:
    """The same tell, before an approver; `why` names the cap that it would pass. One at a time."""
    must_allow(bug, e.TellAsked)
    if not asked:
        raise Refused(f"That passes {why}, and nobody else is an approver. Give less, or raise it under [makegood].")
    chosen = tuple(id_ for one in told for id_ in one.customers)
    waiting = next((x for x in bug.tell_asks if set(x.customers) & set(chosen)), None)
    if waiting:
        raise Refused(f"A makegood for them waits for {', '.join(who(x) for x in waiting.asked)} already.")
    return e.TellAsked(customers=chosen, text=told[0].text, grants=grants, why=why, asked=asked)


def approve(bug: Bug, member: Member, seq: int, words: Words) -> tuple[Event, ...]:
    """Another person lets it pass; then it is told."""
    waiting = _asked(bug, seq)
    may_command(member)
    if member.id == waiting.by:
        raise NotAllowed("You asked for it, so somebody else has to let it pass.")
    if member.guest or not member.approver or member.id not in waiting.asked:
        raise NotAllowed(f"You are not among those who were asked: {', '.join(who(x) for x in waiting.asked)}.")
    told = tells(bug, waiting.customers, waiting.text, waiting.grants, words, anyway=True)
    return (e.TellApproved(asked=seq), *told)


def refuse(bug: Bug, by: str, seq: int, reason: str) -> e.TellRefused:
    """By somebody who was asked, or by who asked."""
    waiting = _asked(bug, seq)
    if by not in {*waiting.asked, waiting.by}:
        raise NotAllowed(f"You are not among those who were asked: {', '.join(who(x) for x in waiting.asked)}.")
    if not reason.strip():
        raise Invalid("Say why.", {"reason": "Say why, so that the customer can be told something else."})
    return e.TellRefused(asked=seq, reason=reason.strip())


def _asked(bug: Bug, seq: int) -> TellAsk:
    found = next((x for x in bug.tell_asks if x.seq == seq), None)
    if found is None:
        raise Refused("This was decided already.")
    return found


def _reachable(bug: Bug, ids: Iterable[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(ids))
    if not chosen:
        raise Invalid("Choose at least one customer.", {"customers": "Choose at least one customer."})
    for id_ in chosen:
        customer = bug.customer(id_)
        if customer is None:
            raise Refused(f"{bug.ref} has no such customer any more. Open the form again.")
        if not customer.reachable:
            raise Refused(
                f"There is no way to reach {customer.name}: add an address with `/bug customer {bug.ref} them@example.com`."
            )
    return chosen


def _text(text: str) -> str:
    if not text.strip():
        raise Invalid("Write what the customer will read.", {"text": "Write what the customer will read."})
    if len(text) > LONGEST_MESSAGE:
        raise Invalid(
            "That is too long for a chat.", {"text": f"At most {LONGEST_MESSAGE} characters; this has {len(text)}."}
        )
    return text.strip()


def release(bug: Bug, tell_seq: int, customer: str) -> Event:
    """Tell without the makegood that failed."""
    must_allow(bug, e.TellReleased)
    found = bug.customer(customer)
    stuck = found and any(g.tell == tell_seq and g.state in {"failed", "doubtful"} for g in found.given)
    if not stuck:
        raise Refused("Nothing of this message is held back any more.")
    return e.TellReleased(tell=tell_seq, customer=customer)


def skip(bug: Bug) -> e.TellSkipped:
    """Nobody else needs to be told; who wrote to us is never left without a word."""
    must_allow(bug, e.TellSkipped)
    asked = [c.name for c in bug.untold if c.said_at]
    if asked:
        raise Refused(f"{', '.join(asked)} wrote to us and waits for a word: tell them.")
    if not bug.untold:
        raise Refused("Everybody knows already.")
    return e.TellSkipped(customers=tuple(c.id for c in bug.untold))


def by_hand(bug: Bug, message: int, customer: str) -> e.Delivered:
    """ "I told them": for channels without a way to answer, and after a doubtful send."""
    found = bug.customer(customer)
    sent = found and next((m for m in found.messages if m.seq == message), None)
    if not sent:
        raise Refused("That message is not there any more.")
    if sent.state in {"delivered", "handed_off", "by_hand"}:
        raise Refused("That message is out already.")
    return e.Delivered(message=message, customer=customer, state="by_hand")


def undo_grant(bug: Bug, seq: int, why: str) -> e.GrantUndoAsked:
    must_allow(bug, e.GrantUndoAsked)
    if not any(g.seq == seq and g.state == "granted" for c in bug.customers for g in c.given):
        raise Refused("That makegood is not there to take back (any more).")
    return e.GrantUndoAsked(granted=seq, why=why)
