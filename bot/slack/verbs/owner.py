"""Claim, release, hand over, take over, estimate."""

from bot.bug.clocks import reminders
from bot.bug.course import ownership, seriousness
from bot.bug.permissions.policy import may_take
from bot.slack.incoming import grammar
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import forms
from bot.text import length


@verb("claim", "/bug claim BUG-1")
async def claim(context: Context, request: Request) -> Response:
    """You take it; everybody sees that you do."""
    recorded = await context.record(request, lambda bug: ownership.claim(bug, request.user))
    return Response(text=f"You have {recorded.bug.ref}.") if request.via == "command" else NOTHING


@verb("release", "/bug release BUG-1")
async def release(context: Context, request: Request) -> Response:
    """You let it go; nobody has it then."""
    await context.record(request, lambda bug: ownership.release(bug, request.user))
    return NOTHING


@verb("hand", "/bug hand BUG-1 @dana")
async def hand(context: Context, request: Request) -> Response:
    """You pass it on."""
    to = await context.directory.member(grammar.person(request.args))
    may_take(to)
    await context.record(request, lambda bug: ownership.hand_over(bug, request.user, to.id))
    return NOTHING


@verb("take_over", "/bug take BUG-1")
async def take_over(context: Context, request: Request) -> Response:
    """You take it from whoever has it; they are told."""
    await context.record(request, lambda bug: ownership.take_over(bug, request.user))
    return NOTHING


@verb("snooze", "/bug snooze BUG-1 30m")
async def snooze(context: Context, request: Request) -> Response:
    """No reminders for so long."""
    minutes = (
        request.carried_number("minutes")
        if request.via == "button"
        else grammar.minutes(request.args or "30m", "/bug snooze BUG-1 30m")
    )
    recorded = await context.record(request, lambda bug: reminders.snooze(bug, context.now(), minutes))
    return Response(text=f"No reminders of {recorded.bug.ref} for {length(minutes * 60)}.")


@verb("serious", "/bug serious BUG-1 blocks [why]")
async def serious(context: Context, request: Request) -> Response:
    """It blocks a customer, degrades, or is cosmetic."""
    word, _, why = request.args.partition(" ")
    how = request.field("serious") or word
    if not how and request.trigger:
        return Response(modal=forms.serious(await context.bug(request)))
    await context.record(request, lambda bug: seriousness.say(bug, how, request.field("reason") or why))
    return Response(close=True) if request.values else NOTHING


@verb("estimate", "/bug estimate BUG-1 10m")
async def estimate(context: Context, request: Request) -> Response:
    """How long the fix will take."""
    span = grammar.minutes(request.args)
    await context.record(request, lambda bug: ownership.estimate(bug, request.user, span))
    long = span > context.settings.tell.minutes
    return (
        Response(text="That is long for somebody who waits: send a first answer now (*Answer: looking*).")
        if long
        else NOTHING
    )
