"""The verb of whoever looks afterwards at what somebody did alone."""

from bot.bug.bug import Bug
from bot.bug.permissions import seen as rules
from bot.bug.permissions.policy import Duty
from bot.bug.permissions.seen import Seen
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.registry import verb
from bot.text import plural


@verb("seen", "/bug seen BUG-1", acts=Duty.ACT)
async def seen(context: Context, request: Request) -> Response:
    """You have looked at what others did on it without an approval"""

    def decide(bug: Bug) -> tuple[Seen, ...]:
        if "of" in request.about:
            return (rules.see(bug, request.user, request.carried_number("of")),)
        return rules.see_all(bug, request.user)

    recorded = await context.record(request, decide)
    if "of" in request.about:
        return NOTHING
    return Response(text=f"Noted: you have seen {plural(len(recorded.entries), 'change')} of {recorded.bug.ref}.")
