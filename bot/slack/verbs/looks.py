"""The verbs of looks: named read-only queries whose rows only the person who asked sees."""

from collections.abc import Mapping

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import must_allow
from bot.bug.fixes.looks import LookAsked, ProbeAsked
from bot.bug.policy import Duty
from bot.production.prober import belongs
from bot.slack.incoming import grammar
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.verbs.fixes import params_of
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import filling
from bot.slack.views.forms import fix as fix_modals


@verb("look", "/fix look BUG-1 customer-account email=mia@example.com", acts=Duty.ACT)
async def look(context: Context, request: Request) -> Response:
    """Looks at production without changing it."""
    bug = await context.bug(request)
    if request.via == "modal" and request.values:
        return await _ask(context, request, request.field("action"), params_of(request), request.view)
    name, params, _ = grammar.call(request.args)
    if name:
        return await _ask(context, request, name, params, "")
    return await filling.look(context, request, bug)


@verb("action", acts=Duty.ACT)
async def action(context: Context, request: Request) -> Response:
    """Another action, look or table was chosen in the open form: its own fields. Beside the table what was typed stays."""
    bug = await context.bug(request)
    if request.about.get("field"):
        return await filling.again(context, request, bug, request.field("action"), params_of(request))
    if request.about.get("form") == "look":
        return await filling.look(context, request, bug, request.field("action"))
    return await filling.fix(context, request, bug, request.field("action"))


@verb("probe", "/fix probe BUG-1", acts=Duty.ACT)
async def probe(context: Context, request: Request) -> Response:
    """Whether it works now: the bug's page and what must not break are asked."""
    present = await context.bug(request)
    if not any(belongs(one, present) for one in context.settings.probes.values()):
        raise Refused(
            "No probe belongs to this bug. `[probes.NAME]` in the settings takes a url and the page it is for."
        )

    def decide(bug: Bug) -> ProbeAsked:
        must_allow(bug, ProbeAsked)
        return ProbeAsked()

    await context.record(request, decide)
    return Response(text="The page is being asked; its answer comes into the thread.")


async def _ask(context: Context, request: Request, name: str, params: Mapping[str, str], view: str) -> Response:
    context.catalogue.usable(name)
    params = context.engine.joined(name, params)
    context.engine.parse(name, params)

    def decide(bug: Bug) -> LookAsked:
        must_allow(bug, LookAsked)
        return LookAsked(look=name, params=params, view=view)

    recorded = await context.record(request, decide)
    if view:
        return Response(modal=fix_modals.waiting(recorded.bug, f"{name} is being read …"))
    return Response(text=f"`{name}` is being read; the rows come here, for you alone.")
