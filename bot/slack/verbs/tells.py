"""The tell, and what is given with it: within the caps, or past an approver; and taking it back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug import gifts
from bot.bug.bug import Bug
from bot.bug.customers import Told
from bot.bug.errors import Invalid, Refused
from bot.bug.gift_caps import OverCap, claims
from bot.bug.gift_texts import compose
from bot.bug.keys import fit
from bot.bug.money import Credit, Days, Grant, Money, Upgrade, minor_digits
from bot.bug.policy import eligible
from bot.ledger.index import caps
from bot.ledger.ledger import Decide, Entry
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import NOTHING, Answer, Ask
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import forms
from bot.slack.views.mrkdwn import channel, explain, foreign

PREVIEWED = 10
"""Letters that the form shows."""


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
    if not any(c.to_tell for c in bug.customers):
        raise Refused(f"Everybody knows already, or the message is on its way. `/bug customers {bug.ref}` lists them.")
    return Answer(modal=_form(desk, bug, ask.args))


def _form(desk: Desk, bug: Bug, text: str, previews: Sequence[str] = ()) -> dict[str, Any]:
    return forms.tell(
        bug,
        desk.settings.tell,
        text=text,
        plans=desk.services["plans"](),
        billing=desk.settings.billing is not None,
        now=desk.now(),
        previews=previews,
    )


@verb("tell_preview")
async def tell_preview(desk: Desk, ask: Ask) -> Answer:
    """What each of the chosen customers will read."""
    bug = await desk.bug(ask)
    try:
        told = _decided(desk, ask, _asked_for(desk, ask), anyway=True)(bug)
    except Refused as error:
        why = next(iter(error.fields.values()), "") if isinstance(error, Invalid) else explain(error)
        return Answer(modal=_form(desk, bug, ask.field("text"), [f":warning: {why}"]))
    return Answer(modal=_form(desk, bug, ask.field("text"), list(_previews(bug, told))))


def _previews(bug: Bug, told: Iterable[Told]) -> Iterator[str]:
    """The whole letter to each of the first few; the rest read the same words."""
    letters = [(bug.customer(id_), compose(one.text, one.thanks)) for one in told for id_ in one.customers]
    for customer, text in letters[:PREVIEWED]:
        place = channel(customer.source) if customer else ""
        lines = "\n".join(f">{foreign(line, 1000)}" for line in text.replace("{code}", "…").splitlines())
        yield f"*{foreign(customer.name if customer else '', 60, one_line=True)}* · {place}\n{lines}"
    if len(letters) > PREVIEWED:
        yield f"and {len(letters) - PREVIEWED} more, in the same words"


def _asked_for(desk: Desk, ask: Ask) -> tuple[Grant, ...]:
    return tuple(_grants(ask, desk.now(), desk.settings.tell.currency, desk.settings.tell.largest_credit))


def _decided(desk: Desk, ask: Ask, grants: tuple[Grant, ...], *, anyway: bool) -> Callable[[Bug], tuple[Told, ...]]:
    """What the filled-in form means for the bug as it is then."""
    chosen = ask.chosen("customers") + ask.chosen("customers_2") + ask.chosen("customers_3")
    words = desk.settings.tell.words
    return lambda bug: gifts.tells(bug, chosen, ask.field("text"), grants, words, anyway=anyway)


async def _send(desk: Desk, ask: Ask) -> Answer:
    grants = _asked_for(desk, ask)
    decide = _decided(desk, ask, grants, anyway="anyway" in ask.chosen("anyway"))
    try:
        await _record(desk, ask, decide)
    except OverCap as over:
        return await _ask_first(desk, ask, decide, grants, over)
    return Answer(close=True)


async def _record(desk: Desk, ask: Ask, decide: Decide, *, anyway: bool = False) -> None:
    """The promise and what it takes of the caps, in one transaction: two tells at once never pass one."""

    async def also(conn: AsyncConnection, _bug: Bug, entries: tuple[Entry, ...]) -> None:
        told = [(entry, entry.event) for entry in entries if isinstance(entry.event, Told)]
        if told:
            whole = [grant for _, event in told for _ in event.customers for grant in event.grants]
            by, at = str(told[0][0].by), told[0][0].at
            await caps.take(conn, desk.ledger.team, claims(whole, 1, by, at, desk.settings.makegood), anyway=anyway)

    key = fit(f"ask:{ask.key}")
    await desk.ledger.record(desk.number(ask), decide, by=ask.by, key=key, also=also)


async def _ask_first(
    desk: Desk, ask: Ask, decide: Callable[[Bug], tuple[Told, ...]], grants: tuple[Grant, ...], over: OverCap
) -> Answer:
    """More than this person may give alone: an approver is asked, and the customer is not told before."""
    asked = eligible(await desk.directory.approvers_now(), ask.user)
    await desk.record(ask, lambda bug: gifts.ask(bug, decide(bug), grants, over.words, asked))
    return Answer(close=True)


@verb("approve_tell")
async def approve_tell(desk: Desk, ask: Ask) -> Answer:
    """A makegood above a cap may pass."""
    member, seq, words = await desk.approver(ask.user), ask.carried_number("ask"), desk.settings.tell.words
    await _record(desk, ask, lambda bug: gifts.approve(bug, member, seq, words), anyway=True)
    return NOTHING


@verb("refuse_tell")
async def refuse_tell(desk: Desk, ask: Ask) -> Answer:
    """A makegood above a cap may not pass."""
    seq = ask.carried_number("ask")
    if not ask.values:
        return Answer(modal=forms.reason(await desk.bug(ask), "refuse_tell", "Say no", "Why not?", ask=seq))
    await desk.record(ask, lambda bug: gifts.refuse(bug, ask.user, seq, ask.field("reason")))
    return NOTHING


@verb("tell_undo", "/tell undo BUG-1 [why]")
async def tell_undo(desk: Desk, ask: Ask) -> Answer:
    """Takes a makegood back."""
    bug = await desk.bug(ask)
    given = [(c, g) for c in bug.customers for g in c.given if g.state == "granted"]
    chosen = ask.field("granted") or (str(given[0][1].seq) if len(given) == 1 else "")
    if not given:
        raise Refused(f"Nothing was given for {bug.ref} that could be taken back.")
    if not chosen:
        return Answer(modal=forms.take_back(bug, given, ask.args))
    await desk.record(ask, lambda now: gifts.undo_grant(now, int(chosen), ask.field("reason") or ask.args))
    return Answer(close=True) if ask.values else NOTHING


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
