"""The verbs of customers: the first answer, adding and listing them, and what to do where a message did not go out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.bug.bug import Bug, Status
from bot.bug.customers import one_person, recognising
from bot.bug.customers.customer import STANDING, Customer
from bot.bug.errors import Refused
from bot.bug.event import Event
from bot.bug.gifts import gifts
from bot.bug.permissions.policy import Duty
from bot.bug.telling import letters, messages
from bot.bug.values import CustomerHint
from bot.ledger.entries import list_bugs
from bot.slack.incoming import grammar
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.concerns import Concerns, look_over
from bot.slack.verbs.registry import verb
from bot.slack.views import blocks as kit
from bot.slack.views.forms import forms, readers
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import channel, clock, foreign, gift
from bot.text import length, plural

LISTED = 40
MOST_MINUTES = 120
"""What is promised in more of them is said in hours."""


@verb("answer", "/bug answer BUG-1 [a workaround]", acts=Duty.TELL)
async def answer(context: Context, request: Request) -> Response:
    """ "We see it, looking now" to everybody who wrote; or a workaround in your own words."""
    bug = await context.bug(request)
    if not messages.waiting(bug, again=bool(request.args)) and messages.only_hit(bug):
        return await _ask_first(context, request, bug)
    text, promised = await _first_answer(context, request, context.settings.tell.answer)
    own = request.args or request.field("text")
    waiting = messages.waiting(bug, again=bool(own))
    concerns = await look_over(context, bug, waiting, text, context.settings.tell.answer)
    if own and concerns.unseen(request):
        shown = await _as_letters(context, request.user, [c for c in bug.customers if c.id in waiting])
        return _again(request, bug, text, concerns, shown)

    def decide(now: Bug) -> Event:
        waiting = messages.waiting(now, again=bool(own))
        if not waiting:
            raise Refused("Nobody waits for a first answer here.")
        return messages.answer(now, waiting, text, promised)

    recorded = await context.record(request, context.sending(decide))
    hit = messages.only_hit(recorded.bug)
    if request.values:
        return Response(close=True)
    return _too(recorded.bug, len(hit)) if hit else NOTHING


def _too(bug: Bug, hit: int) -> Response:
    """To the presser alone, once those who wrote have their answer."""
    said, more = _not_written_to(bug, hit), kit.button("Write to them too…", "answer_hit", mark(bug))
    blocks = kit.render([kit.section(said, "hit"), *kit.actions([more], "too")])
    return Response(text=said, blocks=tuple(blocks))


def _again(request: Request, bug: Bug, text: str, concerns: Concerns, shown: str) -> Response:
    """Words of somebody's own that a customer need not know: a form shows them before they go."""
    if not (request.trigger or request.values):
        raise Refused(
            "That has words in it that customers need not know. Leave them out, or write it with "
            f"`/bug answer {bug.ref}`, which lets you send it as it is."
        )
    return Response(modal=forms.answer(bug, text, concerns.asks, concerns.seen, shown))


async def _first_answer(context: Context, request: Request, template: str) -> tuple[str, datetime | None]:
    """The words, and until when they promise news; one's own words promise nothing."""
    if own := request.args or request.field("text"):
        return own, None
    minutes = context.settings.tell.minutes
    promised = context.now() + timedelta(minutes=minutes)
    within = plural(minutes, "minute") if minutes <= MOST_MINUTES else length(timedelta(minutes=minutes))
    member = context.directory.lately(request.user) or await context.directory.member(request.user)
    return template.format(by=forms.local_time(promised, member.tz), within=within), promised


def _not_written_to(bug: Bug, hit: int) -> str:
    were = "1 customer was only hit and was" if hit == 1 else f"{hit} customers were only hit and were"
    return f"{were} not written to. To write to them too: `/bug answer-hit {bug.ref}`; it shows first who they are."


async def _ask_first(context: Context, request: Request, bug: Bug) -> Response:
    """Nobody is written to by surprise: a form counts and names those who never wrote to us."""
    hit = messages.only_hit(bug)
    if not request.trigger:
        raise Refused(f"Nobody has written to us. {_not_written_to(bug, len(hit))}")
    text, promised = await _first_answer(context, request, context.settings.tell.answer_hit)
    shown = await _as_letters(context, request.user, hit)
    return Response(modal=forms.answer_hit(bug, hit, text, promised, shown=shown))


async def _as_letters(context: Context, writer: str, readers: Sequence[Customer]) -> str:
    """What stands around the words where they go by mail; empty where they go as they are."""
    mailed = [c for c in readers if context.letters.is_letter(c)]
    if not mailed:
        return ""
    courtesy, name = context.settings.tell.letters, await context.directory.called(writer)
    lines = courtesy.framed("…", mailed[0].hint.name, name).splitlines()
    if lines == ["…"]:
        return ""
    quoted = "\n".join(f">{foreign(line, 200)}" for line in lines)
    return f"By mail, with your words for the dots:\n{quoted}"


@verb("answer_hit", "/bug answer-hit BUG-1", acts=Duty.TELL)
async def answer_hit(context: Context, request: Request) -> Response:
    """A first answer to those who were only hit: a form shows who they are."""
    if not request.values:
        bug = await context.bug(request)
        if not messages.only_hit(bug):
            raise Refused("Nobody is left who was only hit and has heard nothing.")
        return await _ask_first(context, request, bug)
    upto, by = request.carried_number("upto"), request.carried_number("by")
    promised = datetime.fromtimestamp(by, UTC) if by else None
    bug, text = await context.bug(request), request.field("text")
    hit = tuple(c for c in messages.only_hit(bug) if readers.number(c) <= upto)
    concerns = await look_over(context, bug, [c.id for c in hit], text, context.settings.tell.answer_hit, counted=True)
    if concerns.unseen(request):
        shown = await _as_letters(context, request.user, hit)
        return Response(modal=forms.answer_hit(bug, hit, text, promised, concerns.asks, concerns.seen, shown))

    def decide(now: Bug) -> Event:
        chosen = [c.id for c in messages.only_hit(now) if readers.number(c) <= upto]
        return messages.answer(now, chosen, request.field("text"), promised)

    await context.record(request, context.sending(decide))
    return Response(close=True)


@verb("customer", "/bug customer BUG-1 mia@example.com", acts=Duty.ACT)
async def customer(context: Context, request: Request) -> Response:
    """Somebody was hit by this bug and is to be told."""
    hint = CustomerHint(email=grammar.address(request.args))
    recorded = await context.record(request, lambda bug: recognising.join(bug, hint, via="by hand"))
    return (
        NOTHING
        if recorded.entries
        else Response(text=f"{foreign(hint.email)} is a customer of {recorded.bug.ref} already.")
    )


@verb("customers", "/bug customers BUG-1", acts=Duty.READ)
async def customers_(context: Context, request: Request) -> Response:
    """Who was hit, and what each of them knows."""
    bug = await context.bug(request)
    lines = [_line(c, context.now()) for c in sorted(bug.customers, key=lambda c: (c.told_at is not None, c.since))]
    more = f"\n… and {len(lines) - LISTED} more" if len(lines) > LISTED else ""
    hit = f" of {plural(bug.users, 'person')} hit" if bug.users else ""
    head = f"*{bug.ref}*: {plural(len(lines), 'customer')} known{hit}"
    return Response(text="\n".join([head, *lines[:LISTED]]) + more)


def _line(customer: Customer, now: datetime) -> str:
    where = (
        "online"
        if customer.online
        else (customer.source and channel(customer.source))
        or ("by mail" if customer.hint.email else "no way to reach them")
    )
    plan = f" ({foreign(customer.plan, 20, one_line=True)})" if customer.plan else ""
    mail = f" {foreign(customer.hint.email, 80)}" if customer.hint.email != customer.name else ""
    got = " + ".join(gift(g.grant) for g in customer.given if g.state in STANDING)
    known = " · ".join(filter(None, (where, _knows(customer, now), got)))
    return f"• {foreign(customer.name, 60, one_line=True)}{mail}{plan} · {known}"


def _knows(customer: Customer, now: datetime) -> str:
    if customer.told_at:
        return f"told {clock(customer.told_at)}"
    if customer.skipped:
        return "need not be told"
    if customer.answered_at:
        return f"answered {clock(customer.answered_at)}, not told"
    return f"wrote, waiting {length(now - customer.since)}" if customer.said_at else "was hit, has not written"


@verb("same_person", acts=Duty.ACT)
async def same_person(context: Context, request: Request) -> Response:
    """Two customers of the bug are one person."""
    one, other = request.carried("customer"), request.carried("other")
    await context.record(request, lambda bug: one_person.same(bug, one, other))
    return NOTHING


@verb("part", acts=Duty.ACT)
async def part(context: Context, request: Request) -> Response:
    """Two customers who were taken for one person are two."""
    one, other = request.carried("customer"), request.carried("other")
    await context.record(request, lambda bug: one_person.part(bug, one, other))
    return NOTHING


@verb("known", "/bug known mia@example.com", acts=Duty.READ)
async def known(context: Context, request: Request) -> Response:
    """Is what this customer writes about known?"""
    hint = CustomerHint(email=grammar.address(request.args, "/bug known mia@example.com"))
    every = await list_bugs(context.ledger, set(Status) - {Status.MERGED}, limit=500)
    found = [(b, c) for b in every if (c := recognising.find(b, hint))]
    lines = [
        f"• {b.ref} {foreign(b.title, 100, one_line=True)} · {b.status.value} · {_knows(c, context.now())}"
        for b, c in found
    ]
    lines += [
        f"• waits for somebody's choice in the channel: “{foreign(word.text, 100, one_line=True)}”"
        for word in await context.unplaced.last_words(hint)
    ]
    return Response(text="\n".join(lines) or f"Nothing is known of {foreign(hint.email)}.")


@verb("skip_tell", acts=Duty.TELL)
async def skip_tell(context: Context, request: Request) -> Response:
    """Who was only hit need not be told."""
    recorded = await context.record(request, messages.skip)
    return Response(text=f"{plural(len(recorded.before.untold), 'customer')} will not be told.")


@verb("by_hand", acts=Duty.ACT)
async def by_hand(context: Context, request: Request) -> Response:
    """You told them yourself."""
    message, whom = request.carried_number("message"), request.carried("customer")
    await context.record(request, lambda bug: messages.by_hand(bug, message, whom))
    return NOTHING


@verb("told_by_hand", "/bug told BUG-1 [what you wrote]", acts=Duty.TELL)
async def told_by_hand(context: Context, request: Request) -> Response:
    """You told them yourself: copy the words, paste them where they are, and say so."""
    bug, text = await context.bug(request), context.settings.tell.tell
    if not any(c.to_tell and not c.told for c in bug.customers):
        raise Refused(f"Everybody knows already, or the message is on its way. `/bug customers {bug.ref}` lists them.")
    if not (request.values or request.args):
        return Response(modal=forms.told_by_hand(bug, text))
    people, upto = forms.not_told(bug), int(request.about.get("upto", 0))
    chosen = readers.chosen(request.values, people, upto) if request.values else tuple(c.id for c in bug.untold)
    said = request.field("text") or request.args

    def decide(now: Bug) -> tuple[Event, ...]:
        return messages.told_by_hand(now, gifts.tell(now, chosen, said, anyway=True))

    await context.record(request, decide)
    return Response(close=True) if request.values else NOTHING


@verb("tell_back", "/tell back BUG-1", acts=Duty.TELL)
async def tell_back(context: Context, request: Request) -> Response:
    """Takes letters back that have not left yet: of one press by its button, all of them by a typed word."""
    message = request.carried_number("message") if "message" in request.about else None
    recorded = await context.record(request, lambda bug: letters.take_back(bug, message))
    if not recorded.entries:
        return NOTHING
    return Response(text="Taken back: nobody has read it, and nothing was given.")


@verb("they_know", acts=Duty.TELL)
async def they_know(context: Context, request: Request) -> Response:
    """What somebody wrote there was the tell."""
    message, whom = request.carried_number("message"), request.carried("customer")

    def decide(now: Bug) -> tuple[Event, ...]:
        found = now.customer(whom)
        sent = found and next((m for m in found.messages if m.seq == message), None)
        if not sent:
            raise Refused("That message is not there any more.")
        return messages.told_by_hand(now, gifts.tell(now, [whom], sent.text, anyway=True))

    await context.record(request, decide)
    return NOTHING


@verb("reply", "/bug reply BUG-1 [text]", acts=Duty.TELL)
async def reply(context: Context, request: Request) -> Response:
    """That it was not their fault, and why in your words; also to those who know that it works."""
    bug = await context.bug(request)
    wrote = sorted((c for c in bug.customers if c.reachable and c.said), key=lambda c: c.said_at or c.since)
    people = tuple(wrote[-readers.PER_BOX :])
    if not people:
        raise Refused(f"Nobody has written to us about {bug.ref}. `/tell {bug.ref}` writes to those who were hit.")
    template = context.settings.tell.fault
    if not request.values:
        return Response(modal=forms.reply(bug, people, request.args or template))
    chosen, text = request.chosen("customers"), request.field("text")
    concerns = await look_over(context, bug, chosen, text, template)
    if concerns.unseen(request):
        return Response(modal=forms.reply(bug, people, text, concerns.asks, concerns.seen))
    await context.record(request, context.sending(lambda now: messages.reply(now, chosen, text)))
    return Response(close=True)


@verb("release_tell", acts=Duty.TELL)
async def release_tell(context: Context, request: Request) -> Response:
    """Tell without the makegood that could not be booked."""
    message, whom = request.carried_number("message"), request.carried("customer")
    await context.record(request, lambda bug: gifts.release(bug, message, whom))
    return NOTHING
