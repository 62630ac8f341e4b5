"""Fills the forms of fixes and looks with what is known. Menus from production arrive later, as an entry."""

from collections.abc import Mapping, Sequence
from functools import partial

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import must_allow
from bot.bug.fixes.fix import Fix
from bot.bug.fixes.looks import Form, LookAsked
from bot.production.catalogue_check import fitting
from bot.production.catalogue_entry import CatalogueEntry
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms.fix import Menus
from bot.slack.views.forms.forms import View


def names(context: Context, *, looks: bool) -> list[tuple[str, str]]:
    """What can be chosen: (name, name and first words of its help)."""
    usable = [
        x
        for x in context.catalogue.entries.values()
        if x.allowed and (x.kind == "look") is looks and _has_target(context, x) and (looks or not watched(context, x))
    ]
    return [(x.name, f"{x.name}: {x.help.splitlines()[0]}" if x.help else x.name) for x in usable]


def choice(context: Context, name: str) -> str:
    """An action that the form offers. Raises Refused with what to do about one that it does not."""
    entry = context.catalogue.usable(name)
    if entry.kind != "look" and _has_target(context, entry):
        return name
    raise Refused(f"{name} can't be run here: the settings name no target for it. `makegood actions check` says more.")


def _has_target(context: Context, entry: CatalogueEntry) -> bool:
    """Whether the settings name somewhere for it to run."""
    fitting = {name for name, target in context.settings.targets.items() if target.kind == entry.runs_on}
    return entry.target in fitting if entry.target else bool(fitting)


def watched(context: Context, entry: CatalogueEntry, target: str = "") -> bool:
    """Whether nothing may come of this action: there, or wherever the settings let it run."""
    modes = context.settings.modes
    where = [target] if target else [found.name for found in fitting(entry, context.settings.targets)]
    return all(modes.of(entry.name, name) == "watch" for name in where or [""])


async def fix(
    context: Context,
    request: Request,
    bug: Bug,
    chosen: str = "",
    given: Mapping[str, str] | None = None,
    reason: str = "",
) -> Response:
    """With the action that fits best chosen, and filled in from the error's own data."""
    choices = [name for name, _ in names(context, looks=False)]
    if not choices:
        raise Refused("No action can be run: `makegood actions check` says why (no target, or none allowed).")
    memory = await context.suggestions.suggestion(bug)
    chosen = chosen or (memory.action if memory.action in choices else _best(context, bug, choices))
    remembered = memory.params if memory.action == chosen else {}
    filled_in = given or {**context.engine.suggest(chosen, _known(bug)), **remembered}
    return await _opened(context, request, bug, Form(action=chosen, given=filled_in, reason=reason))


async def revised(context: Context, request: Request, bug: Bug, fix: Fix) -> Response:
    """The form as it was filled in; secrets are forgotten, and are typed again."""
    secret = context.engine.secret(fix.action)
    given = {name: text for name, text in fix.params.items() if name not in secret}
    form = Form(action=choice(context, fix.action), given=given, reason=fix.reason, revises=fix.run)
    return await _opened(context, request, bug, form)


async def look(context: Context, request: Request, bug: Bug, chosen: str = "") -> Response:
    """The same for a look."""
    choices = [name for name, _ in names(context, looks=True)]
    if not choices:
        raise Refused(
            "There is no look here: it takes a `[targets.…]` with a url. `makegood actions list` shows what there is."
        )
    chosen = chosen or _best(context, bug, choices)
    return await _opened(context, request, bug, Form(action=chosen, given=context.engine.suggest(chosen, _known(bug))))


def _best(context: Context, bug: Bug, choices: Sequence[str]) -> str:
    """The one most of whose parameters the error itself names, and that asks for the least beyond them."""

    def fits(name: str) -> tuple[int, bool, int]:
        filled = context.engine.suggest(name, _known(bug))
        missing = [x for x in context.engine.fields(name) if x.required and x.name not in filled]
        return len(filled), name == "delete-row", -len(missing)

    return max(choices, key=fits)


def _known(bug: Bug) -> dict[str, str]:
    """The error's own data, and who was hit."""
    email = next((c.hint.email for c in bug.customers if c.hint.email), "")
    return {"user.email": email, **bug.facts} if email else dict(bug.facts)


async def _opened(context: Context, request: Request, bug: Bug, form: Form) -> Response:
    """Stands there at once, for Slack waits 3 s; what its menus need of production is asked for then."""
    looks = [field.menu.look for field in context.engine.fields(form.action) if field.menu]
    then = partial(_ask_menus, context, request, form, ", ".join(dict.fromkeys(looks))) if looks else None
    return Response(modal=await filled(context, bug, form), opened=then)


async def again(context: Context, request: Request, bug: Bug, chosen: str, given: Mapping[str, str]) -> Response:
    """The open form with the fields of the table that was chosen in it."""
    revises = request.carried_number("revises") if "revises" in request.about else None
    form = Form(action=chosen, given=given, reason=request.field("reason"), revises=revises)
    return await _opened(context, request, bug, form)


async def _ask_menus(context: Context, request: Request, form: Form, look: str, view: str, state: str) -> None:
    """A look like any other: recorded, and read by whoever holds production."""
    seen = Form(action=form.action, given=form.given, state=state, reason=form.reason, revises=form.revises)

    def decide(bug: Bug) -> LookAsked:
        must_allow(bug, LookAsked)
        return LookAsked(look=look, view=view, form=seen)

    await context.record(request, decide)


async def filled(context: Context, bug: Bug, form: Form, menus: Menus | None = None) -> View:
    """The form as it is; its menus too, once they were read."""
    entry, given = context.catalogue.find(form.action), context.engine.spread(form.action, form.given)
    fields = context.engine.fields(form.action, given)
    if entry.kind == "look":
        return fix_modals.look(bug, names(context, looks=True), form.action, fields, given, menus, entry.help)
    said = (await context.suggestions.suggestion(bug)).said
    about = {"revises": str(form.revises)} if form.revises else {}
    choices = names(context, looks=False)
    return fix_modals.choose(
        bug, choices, form.action, fields, given, menus, entry.help, said, reason=form.reason, about=about
    )
