"""The verbs of looks: named read-only queries whose rows only the person who asked sees."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import Event, must_allow
from bot.bug.fixes.looks import LookAsked, ProbeAsked
from bot.bug.fixes.reproduction import Reproduced, name_page, page_in_mail
from bot.bug.permissions.policy import Duty
from bot.bug.words import Code
from bot.production.probes.prober import belongs
from bot.slack.incoming import grammar
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.fixes import params_of
from bot.slack.verbs.registry import verb
from bot.slack.verbs.waiting import waiting
from bot.slack.views.forms import filling, forms


@verb("look", "/fix look BUG-1 customer-account email=mia@example.com", acts=Duty.ACT)
async def look(context: Context, request: Request) -> Response:
    """Looks at production without changing it."""
    bug = await context.bug(request)
    if request.via == "modal" and request.values:
        return await _ask(context, request, request.field("action"), params_of(request))
    name, params, _ = grammar.call(request.args)
    if name:
        return await _ask(context, request, name, params)
    return await filling.look(context, request, bug)


@verb("action", acts=Duty.ACT)
async def action(context: Context, request: Request) -> Response:
    """Another action, look or table was chosen in the open form: its own fields. Beside the table what was typed stays."""
    bug = await context.bug(request)
    if request.about.get("field"):
        return await filling.again(context, request, bug, request.field("action"), params_of(request))
    if request.about.get("form") == "look":
        return await filling.look(context, request, bug, request.field("action"))
    return await filling.fix(context, request, bug, request.field("action"), carried=filling.carried(request))


@verb("probe", "/fix probe BUG-1 [https://shop.example.com/menus]", acts=Duty.ACT)
async def probe(context: Context, request: Request) -> Response:
    """Whether it works now, on production and on development: the bug's page and what must not break are asked."""
    present, page = await context.bug(request), request.args or request.field("page")
    if not page and not _probes(context, present):
        return _which_page(context, request, present)

    def decide(bug: Bug) -> tuple[Event, ...]:
        must_allow(bug, ProbeAsked)
        return (*((name_page(bug, page),) if page else ()), ProbeAsked())

    await context.record(request, decide)
    return Response(text="The page is being asked; its answer comes into the thread.")


def _probes(context: Context, bug: Bug) -> bool:
    """Whether one of them shows this very problem."""
    return any(belongs(one, bug) and not one.smoke for one in context.settings.probes.values())


def _which_page(context: Context, request: Request, bug: Bug) -> Response:
    """A bug that came by mail has no page yet; its own words may name one."""
    probes = context.settings.probes.values()
    if not any(not one.smoke for one in probes):
        raise Refused(
            "There is no probe here. `[probes.NAME]` in the settings takes a url, as in https://shop.example.com{page}."
        )
    if bug.page:
        raise Refused(
            "No probe belongs to this bug's page. `[probes.NAME]` in the settings takes a url and the page it is for."
        )
    found = page_in_mail(bug, frozenset(urlsplit(one.url).hostname or "" for one in probes))
    if request.trigger:
        return Response(modal=forms.page(bug, found))
    raise Refused(
        "On which page does it happen? Say ",
        Code(f"/fix probe {bug.ref} {found or 'https://shop.example.com/menus'}", 400),
        ".",
    )


@verb("page", "/bug page BUG-1 https://shop.example.com/menus/13")
async def page(context: Context, request: Request) -> Response:
    """On which page it happens, for the probes."""
    await context.record(request, lambda bug: name_page(bug, request.args))
    return NOTHING


@verb("reproduced", "/bug reproduced BUG-1 yes on development [how]")
async def reproduced(context: Context, request: Request) -> Response:
    """You tried it yourself: it can be seen there, or it can't."""
    seen, where, how = grammar.reproduced(request.args)

    def decide(bug: Bug) -> Reproduced:
        must_allow(bug, ProbeAsked)
        return Reproduced(where=where, seen=seen, said=how)

    await context.record(request, decide)
    return NOTHING


async def _ask(context: Context, request: Request, name: str, params: Mapping[str, str]) -> Response:
    name = context.catalogue.usable(name).name
    params = context.engine.joined(name, params)
    context.engine.parse(name, params)

    def decide(bug: Bug, view: str = "") -> LookAsked:
        must_allow(bug, LookAsked)
        return LookAsked(look=name, params=params, view=view)

    if request.via == "modal":
        return await waiting(context, request, decide, f"{name} is being read …")
    await context.record(request, decide)
    return Response(text=f"`{name}` is being read; the rows come here, for you alone.")
