"""The verb that lets a proper fix go."""

from bot.bug.debt import waiving
from bot.bug.permissions.policy import Duty
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.verbs.registry import verb
from bot.slack.views.forms.waiving import form


@verb("waive", "/bug waive BUG-1 why", acts=Duty.ACT)
async def waive(context: Context, request: Request) -> Response:
    """Nobody will make the proper fix; whoever owes it leaves that to somebody else, unless they are alone"""
    bug = await context.bug(request)
    alone = await _alone(context, request.user) if waiving.own(bug, request.user) else False
    reason, typed = request.args or request.field("reason"), request.field("typed")
    if not request.values and (alone or not reason) and request.trigger:
        waiving.waive(bug, request.user, reason or "…and why?", alone=alone, typed=waiving.word(bug).word)
        return Response(modal=form(bug, reason, waiving.word(bug) if alone else None))
    await context.record(request, lambda now: waiving.waive(now, request.user, reason, alone=alone, typed=typed))
    return Response(close=True)


async def _alone(context: Context, user: str) -> bool:
    """Whether the settings let people go on alone, and nobody else is here to say it. Raises Outside."""
    return context.settings.policy.solo and not await context.directory.anybody_beside(user)
