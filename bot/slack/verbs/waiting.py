"""A form that waits for what is read on production: it stands there first, and only then is anything asked."""

from collections.abc import Callable

from bot.bug.bug import Bug
from bot.ledger.ledger import Decision
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.views.forms import fix as fix_modals

DecideFor = Callable[[Bug, str], Decision]
"""From the bug, and the id of the form into which the answer comes; empty: it comes as a message."""


async def waiting(context: Context, request: Request, decide: DecideFor, said: str) -> Response:
    """The form that says `said`. `decide` is tried at once, so that a field can say what is wrong; raises what it raises."""
    bug = await context.bug(request)
    decide(bug, request.view)

    async def opened(view: str, _state: str) -> None:
        await context.record(request, lambda now: decide(now, view))

    return Response(modal=fix_modals.waiting(bug, said), opened=opened)
