"""Claim, release, hand over, take over, estimate."""

from bot.bug import ownership, reminders
from bot.slack.incoming import grammar
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import NOTHING, Answer, Ask
from bot.slack.verbs.registry import verb
from bot.text import length


@verb("claim", "/bug claim BUG-1")
async def claim(desk: Desk, ask: Ask) -> Answer:
    """You take it; everybody sees that you do."""
    recorded = await desk.record(ask, lambda bug: ownership.claim(bug, ask.user))
    return Answer(text=f"You have {recorded.bug.ref}.") if ask.via == "command" else NOTHING


@verb("release", "/bug release BUG-1")
async def release(desk: Desk, ask: Ask) -> Answer:
    """You let it go; nobody has it then."""
    await desk.record(ask, lambda bug: ownership.release(bug, ask.user))
    return NOTHING


@verb("hand", "/bug hand BUG-1 @dana")
async def hand(desk: Desk, ask: Ask) -> Answer:
    """You pass it on."""
    to = await desk.directory.member(grammar.person(ask.args))
    await desk.must_be_ours(ask.model_copy(update={"user": to.id}))
    await desk.record(ask, lambda bug: ownership.hand_over(bug, ask.user, to.id))
    return NOTHING


@verb("take_over", "/bug take BUG-1")
async def take_over(desk: Desk, ask: Ask) -> Answer:
    """You take it from whoever has it; they are told."""
    await desk.record(ask, lambda bug: ownership.take_over(bug, ask.user))
    return NOTHING


@verb("snooze", "/bug snooze BUG-1 30m")
async def snooze(desk: Desk, ask: Ask) -> Answer:
    """No reminders for so long."""
    minutes = (
        ask.carried_number("minutes")
        if ask.via == "button"
        else grammar.minutes(ask.args or "30m", "/bug snooze BUG-1 30m")
    )
    recorded = await desk.record(ask, lambda bug: reminders.snooze(bug, desk.now(), minutes))
    return Answer(text=f"No reminders of {recorded.bug.ref} for {length(minutes * 60)}.")


@verb("estimate", "/bug estimate BUG-1 10m")
async def estimate(desk: Desk, ask: Ask) -> Answer:
    """How long the fix will take."""
    span = grammar.minutes(ask.args)
    await desk.record(ask, lambda bug: ownership.estimate(bug, ask.user, span))
    long = span > desk.settings.tell.minutes
    return (
        Answer(text="That is long for somebody who waits: send a first answer now (*Answer: looking*).")
        if long
        else NOTHING
    )
