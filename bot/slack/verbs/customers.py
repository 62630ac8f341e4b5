"""First answers, tells, and who the customers are."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from bot.domain.bug import Bug
from bot.domain.decide import customers
from bot.domain.errors import Invalid, Refused
from bot.domain.events import Event
from bot.domain.values import Credit, CustomerHint, Days, Grant, Money, Upgrade, minor_digits
from bot.domain.words import foreign, plural
from bot.ledger.reading import list_bugs
from bot.slack import grammar, modals
from bot.slack.ask import NOTHING, Answer, Ask
from bot.slack.desk import Desk
from bot.slack.verbs.registry import verb


@verb("answer", "/bug answer BUG-1 [a workaround]")
async def answer(desk: Desk, ask: Ask) -> Answer:
    """ "We see it, looking now" to everybody who waits; or a workaround in your own words."""
    promised = desk.now() + timedelta(minutes=desk.settings.tell.minutes)
    member = await desk.directory.member(ask.user)
    text = ask.args or desk.settings.tell.answer.format(by=modals.local_time(promised, member.tz))

    def decide(bug: Bug) -> Event:
        waiting = [c.id for c in bug.customers if c.reachable and (ask.args or not c.answered_at)]
        if not waiting:
            raise Refused("Nobody waits for a first answer here.")
        return customers.answer(bug, waiting, text, None if ask.args else promised)

    await desk.record(ask, decide)
    return NOTHING


@verb("tell", "/tell BUG-1 [text]")
async def tell(desk: Desk, ask: Ask) -> Answer:
    """That it works again, with what they get for the trouble."""
    if ask.values:
        return await _send(desk, ask)
    bug = await desk.bug(ask)
    if not any(c.reachable for c in bug.customers):
        raise Refused(
            f"{bug.ref} has no customer who can be reached. Add one: `/bug customer {bug.ref} mia@example.com`."
        )
    billing = desk.settings.billing is not None
    return Answer(
        modal=modals.tell(
            bug, desk.settings.tell, text=ask.args, plans=desk.services["plans"](), billing=billing, now=desk.now()
        )
    )


async def _send(desk: Desk, ask: Ask) -> Answer:
    chosen = ask.chosen("customers") + ask.chosen("customers_2") + ask.chosen("customers_3")
    grants = tuple(_grants(ask, desk.now(), desk.settings.tell.currency, desk.settings.tell.largest_credit))
    anyway = "anyway" in ask.chosen("anyway")
    await desk.record(ask, lambda bug: customers.tell(bug, chosen, ask.field("text"), grants, anyway=anyway))
    return Answer(close=True)


def _grants(ask: Ask, now: datetime, currency: str, largest: int) -> Iterable[Grant]:
    """What the form promises, as absolute targets. Raises Invalid at the field."""
    if ask.field("credit").strip():
        yield Credit(money=Money(amount=_minor(ask.field("credit"), largest, currency), currency=currency))
    if ask.field("days").strip():
        days = _whole("days", ask.field("days"))
        yield Days(days=days, until=now + timedelta(days=days))
    if ask.field("plan"):
        if not ask.field("until"):
            raise Invalid("Until when?", {"until": "Choose the day on which the upgrade ends."})
        yield Upgrade(
            plan=ask.field("plan"), until=datetime.fromisoformat(ask.field("until")).replace(tzinfo=now.tzinfo)
        )


def _minor(text: str, largest: int, currency: str) -> int:
    """The amount in minor units, exactly as it was typed."""
    try:
        amount = Decimal(text.strip().replace(",", ".")).scaleb(minor_digits(currency))
    except InvalidOperation:
        raise Invalid("An amount.", {"credit": "Write an amount, as in 5 or 7.50."}) from None
    if not amount.is_finite() or amount != int(amount) or not 0 < amount <= largest:
        raise Invalid(
            "An amount.", {"credit": f"More than nothing, at most {Money(amount=largest, currency=currency)}."}
        )
    return int(amount)


def _whole(name: str, text: str) -> int:
    if not text.strip().isdigit() or not 0 < int(text) <= 730:  # noqa: PLR2004 - two years, as billing systems allow
        raise Invalid("A number of days.", {name: "A whole number of days, 1 to 730."})
    return int(text)


@verb("customer", "/bug customer BUG-1 mia@example.com")
async def customer(desk: Desk, ask: Ask) -> Answer:
    """Somebody was hit by this bug and is to be told."""
    hint = CustomerHint(email=grammar.address(ask.args))
    recorded = await desk.record(ask, lambda bug: customers.join(bug, hint, via="by hand"))
    return (
        NOTHING
        if recorded.entries
        else Answer(text=f"{foreign(hint.email)} is a customer of {recorded.bug.ref} already.")
    )


@verb("known", "/bug known mia@example.com")
async def known(desk: Desk, ask: Ask) -> Answer:
    """Is what this customer writes about known?"""
    hint = CustomerHint(email=grammar.address(ask.args))
    bugs = [b for b in await list_bugs(desk.ledger, limit=500) if customers.find(b, hint)]
    lines = [f"• {b.ref} {foreign(b.title, 100, one_line=True)} · {b.status.value}" for b in bugs]
    return Answer(text="\n".join(lines) or f"Nothing open is known of {foreign(hint.email)}.")


@verb("skip_tell")
async def skip_tell(desk: Desk, ask: Ask) -> Answer:
    """Who was only hit need not be told."""
    recorded = await desk.record(ask, customers.skip)
    return Answer(text=f"{plural(len(recorded.before.untold), 'customer')} will not be told.")


@verb("by_hand")
async def by_hand(desk: Desk, ask: Ask) -> Answer:
    """You told them yourself."""
    await desk.record(ask, lambda bug: customers.by_hand(bug, int(ask.about["message"]), ask.about["customer"]))
    return NOTHING


@verb("release_tell")
async def release_tell(desk: Desk, ask: Ask) -> Answer:
    """Tell without the makegood that could not be booked."""
    await desk.record(ask, lambda bug: customers.release(bug, int(ask.about["message"]), ask.about["customer"]))
    return NOTHING
