"""The verbs of a tell and of its makegood: within the caps, past an approver, and taken back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.errors import Invalid, Refused
from bot.bug.gifts import amounts, gifts
from bot.bug.gifts.caps import OverCap
from bot.bug.gifts.presets import NO_GIFT, OTHER, above, grants
from bot.bug.keys import fit
from bot.bug.money import Credit, Days, Grant, Money, Upgrade, minor_digits
from bot.bug.permissions.policy import Duty
from bot.bug.telling import letters
from bot.bug.telling.gift_texts import compose
from bot.bug.telling.messages import Told
from bot.ledger.index import caps
from bot.ledger.ledger import Decide, Entry
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.concerns import NO_CONCERNS, Concerns, look_over
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import forms, readers
from bot.slack.views.mrkdwn import channel, explain, foreign

LONGEST_UPGRADE = timedelta(days=366)
PREVIEWED = 10
"""Letters that the form shows."""


@verb("tell", "/tell BUG-1 [text]", acts=Duty.TELL)
async def tell(context: Context, request: Request) -> Response:
    """That it works again, with what they get for the trouble."""
    if request.values:
        return await _send(context, request)
    bug = await context.bug(request)
    if not any(c.reachable for c in bug.customers):
        raise Refused(
            f"{bug.ref} has no customer who can be reached. Add one: `/bug customer {bug.ref} mia@example.com`."
        )
    if not any(c.to_tell for c in bug.customers):
        raise Refused(f"Everybody knows already, or the message is on its way. `/bug customers {bug.ref}` lists them.")
    return Response(modal=_form(context, bug, request))


def _form(
    context: Context, bug: Bug, request: Request, previews: Sequence[str] = (), concerns: Concerns = NO_CONCERNS
) -> dict[str, Any]:
    """As it is filled in so far; with concerns its button says *Send as it is*."""
    return forms.tell(
        bug,
        context.settings.tell,
        text=request.field("text") or request.args or letters.spared_words(bug),
        plans=context.plans.value,
        billing=context.settings.billing is not None,
        now=context.now(),
        gift=request.field("gift"),
        previews=previews,
        asks=concerns.asks,
        seen=concerns.seen,
        upto=_upto(request),
    )


@verb("gift", acts=Duty.TELL)
async def gift(context: Context, request: Request) -> Response:
    """What the menu of presets says changes what the form asks."""
    return Response(modal=_form(context, await context.bug(request), request))


@verb("tell_preview", acts=Duty.TELL)
async def tell_preview(context: Context, request: Request) -> Response:
    """What each of the chosen customers will read."""
    bug = await context.bug(request)
    try:
        told = _decided(context, request, _asked_for(context, request, bug), anyway=True)(bug)
    except Refused as error:
        why = next(iter(error.fields.values()), "") if isinstance(error, Invalid) else explain(error)
        return Response(modal=_form(context, bug, request, [f":warning: {why}"]))
    writer = await context.directory.called(request.user)
    return Response(modal=_form(context, bug, request, list(_previews(context, bug, told, writer))))


def _previews(context: Context, bug: Bug, told: Iterable[Told], writer: str) -> Iterator[str]:
    """The whole letter to each of the first few; the rest read the same words."""
    letters = [(bug.customer(id_), compose(one.text, one.thanks)) for one in told for id_ in one.customers]
    for customer, said in letters[:PREVIEWED]:
        place = channel(customer.source) if customer else ""
        mailed = customer and context.letters.is_letter(customer)
        text = context.settings.tell.letters.framed(said, customer.hint.name, writer) if customer and mailed else said
        lines = "\n".join(f">{foreign(line, 1000)}" for line in text.replace("{code}", "…").splitlines())
        yield f"*{foreign(customer.name if customer else '', 60, one_line=True)}* · {place}\n{lines}"
    if len(letters) > PREVIEWED:
        yield f"and {len(letters) - PREVIEWED} more, in the same words"


def _asked_for(context: Context, request: Request, bug: Bug) -> tuple[Grant, ...]:
    """What the menu says, or the free fields under *Other*. Raises Invalid at the field."""
    settings, chosen = context.settings.tell, request.field("gift")
    whom = frozenset(_chosen(request, bug))
    people = [c for c in bug.customers if c.id in whom]
    if chosen in {"", OTHER}:
        found = tuple(_grants(request, context.now(), settings.currency, settings.largest_credit))
        _must_be_upgrade(found, people, context.plans.value)
        return found
    preset = next((one for one in settings.offered if one.name == chosen), None)
    if chosen == NO_GIFT or preset is None:
        return ()
    given = grants(preset, bug, people, context.plans.value, settings.currency, context.now())
    if given is None:
        raise Invalid("A gift.", {"gift": "One of them has a plan that is as high already. Choose something else."})
    return given


def _chosen(request: Request, bug: Bug) -> tuple[str, ...]:
    return readers.chosen(request.values, forms.to_tell(bug), _upto(request))


def _upto(request: Request) -> int:
    """Whom the form counted; 0 where none is open yet."""
    return int(request.about.get("upto", 0))


def _must_be_upgrade(given: Iterable[Grant], people: Sequence[Customer], plans: Sequence[str]) -> None:
    """Nobody gets a lower plan than they pay for."""
    for one in given:
        if isinstance(one, Upgrade) and one.plan in plans and one.plan not in above(plans, people):
            raise Invalid("A plan.", {"plan": "One of them has this plan, or a higher one, already."})


def _decided(
    context: Context, request: Request, grants: tuple[Grant, ...], *, anyway: bool
) -> Callable[[Bug], tuple[Told, ...]]:
    """What the filled-in form means for the bug as it is then."""
    words = context.settings.tell.words
    return lambda bug: gifts.tells(bug, _chosen(request, bug), request.field("text"), grants, words, anyway=anyway)


async def _send(context: Context, request: Request) -> Response:
    bug = await context.bug(request)
    given = _asked_for(context, request, bug)
    decide = _decided(context, request, given, anyway="anyway" in request.chosen("anyway"))
    concerns = await look_over(context, bug, _chosen(request, bug), request.field("text"), context.settings.tell.tell)
    if concerns.unseen(request):
        decide(bug)  # what would be refused is refused before anybody is asked about the words
        return Response(modal=_form(context, bug, request, concerns=concerns))
    try:
        await _record(context, request, decide)
    except OverCap as over:
        return await _ask_first(context, request, decide, given, over)
    return Response(close=True)


async def _record(context: Context, request: Request, decide: Decide, *, anyway: bool = False) -> None:
    """The promise and what it takes of the caps, in one transaction: two tells at once never pass one."""

    async def also(conn: AsyncConnection, _bug: Bug, entries: tuple[Entry, ...]) -> None:
        await caps.take_told(conn, context.ledger.team, entries, context.settings.caps, anyway=anyway)

    key = fit(f"ask:{request.key}")
    await context.ledger.record(context.number(request), context.sending(decide), by=request.by, key=key, also=also)


async def _ask_first(
    context: Context,
    request: Request,
    decide: Callable[[Bug], tuple[Told, ...]],
    given: tuple[Grant, ...],
    over: OverCap,
) -> Response:
    """More than this person may give alone: an approver is asked, and the customer is not told before."""
    asked, solo = await context.directory.eligible(request.user), context.settings.policy.solo
    recorded = await context.record(
        request, lambda bug: gifts.ask(bug, decide(bug), given, over.words, asked, alone=solo)
    )
    if asked or not recorded.entries:
        return Response(close=True)
    return Response(modal=forms.pass_alone(recorded.bug, recorded.bug.tell_requests[-1], over.words))


@verb("approve_tell", acts=Duty.ACT)
async def approve_tell(context: Context, request: Request) -> Response:
    """A makegood above a cap may pass."""
    member, seq, words = (
        await context.approver(request.user),
        request.carried_number("request"),
        context.settings.tell.words,
    )
    bug = await context.bug(request)
    waiting = gifts.waiting_for(bug, seq)
    if waiting.asked or not context.settings.policy.solo:
        await _record(context, request, lambda bug: gifts.approve(bug, member, seq, words), anyway=True)
        return NOTHING
    if not request.values:
        return Response(modal=forms.pass_alone(bug, waiting, ""))
    typed = request.field("typed")
    await _record(context, request, lambda bug: gifts.approve_alone(bug, member.id, seq, typed, words), anyway=True)
    return Response(close=True)


@verb("refuse_tell", acts=Duty.ACT)
async def refuse_tell(context: Context, request: Request) -> Response:
    """A makegood above a cap may not pass."""
    seq = request.carried_number("request")
    if not request.values:
        return Response(
            modal=forms.reason(await context.bug(request), "refuse_tell", "Say no", "Why not?", request=seq)
        )
    await context.record(request, lambda bug: gifts.refuse(bug, request.user, seq, request.field("reason")))
    return NOTHING


@verb("tell_undo", "/tell undo BUG-1 [why]", acts=Duty.TELL)
async def tell_undo(context: Context, request: Request) -> Response:
    """Shows what would be taken back, and takes back what was chosen there: a typed word alone does not say which it is about."""
    chosen = request.field("granted")
    if not chosen:
        bug = await context.bug(request)
        given = [(c, g) for c in bug.customers for g in c.given_here if g.state == "granted"]
        if not given:
            raise Refused(f"Nothing was given for {bug.ref} that could be taken back.")
        why = request.args or unquote(request.about.get("why", ""))
        if not request.trigger:  # a word in a thread opens no form; its button does
            return Response(text=forms.given_here(bug, given), blocks=tuple(forms.taking_back(bug, given, why)))
        return Response(modal=forms.take_back(bug, given, why))
    await context.record(request, lambda now: gifts.undo_grant(now, int(chosen), request.field("reason")))
    return Response(close=True)


def _grants(request: Request, now: datetime, currency: str, largest: int) -> Iterable[Grant]:
    """What the form promises, as absolute targets. Raises Invalid at the field."""
    if request.field("credit").strip():
        yield Credit(money=_credit(request.field("credit"), largest, currency))
    if request.field("days").strip():
        days = _whole("days", request.field("days"))
        yield Days(days=days, until=now + timedelta(days=days))
    if request.field("plan"):
        if not request.field("until"):
            raise Invalid("Until when?", {"until": "Choose the day on which the upgrade ends."})
        yield Upgrade(plan=request.field("plan"), until=_until(request.field("until"), now))


def _credit(text: str, largest: int, currency: str) -> Money:
    """The amount exactly as it was typed; unusual writing is shown back in words before it counts."""
    try:
        money = amounts.amount(text, currency)
    except amounts.Unclear as error:
        raise Invalid("An amount.", {"credit": str(error)}) from None
    if not 0 < money.amount <= largest:
        most = Money(amount=largest, currency=currency)
        raise Invalid("An amount.", {"credit": f"More than nothing, at most {most}."})
    if not amounts.plainly(text):
        plain = f"{Decimal(money.amount).scaleb(-minor_digits(currency)).normalize():f}"
        raise Invalid("An amount.", {"credit": f"That is {money}. If you mean it, write {plain}."})
    return money


def _until(text: str, now: datetime) -> datetime:
    """The day on which an upgrade ends: after today, at most a year away."""
    until = datetime.fromisoformat(text).replace(tzinfo=now.tzinfo)
    if until <= now:
        raise Invalid("Until when?", {"until": "That day is over. Choose a day after today."})
    if until > now + LONGEST_UPGRADE:
        raise Invalid("Until when?", {"until": "That is more than a year away. Choose an earlier day."})
    return until


def _whole(name: str, text: str) -> int:
    if not text.strip().isdigit() or not 0 < int(text) <= 730:  # noqa: PLR2004 - two years, as billing systems allow
        raise Invalid("A number of days.", {name: "A whole number of days, 1 to 730."})
    return int(text)
