"""Fills the forms of fixes and looks with what is known. Menus from production arrive later, as an entry."""

from collections.abc import Mapping, Sequence
from functools import partial

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import must_allow
from bot.bug.fixes import reasons
from bot.bug.fixes.fix import Fix
from bot.bug.fixes.looks import Form, LookAsked
from bot.production.action import Risk
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms import sourced
from bot.slack.views.forms.fix import Menus
from bot.slack.views.forms.forms import View


def names(context: Context, *, looks: bool) -> list[tuple[str, str]]:
    """What can be chosen: (name, name and first words of its help)."""
    usable = sourced.runnable(context, looks=looks)
    return [(x.name, f"{x.name}: {x.help.splitlines()[0]}" if x.help else x.name) for x in usable]


def choice(context: Context, name: str) -> str:
    """An action that the form offers. Raises Refused with what to do about one that it does not."""
    entry = context.catalogue.usable(name)
    if entry.kind != "look" and sourced.has_target(context, entry):
        return name
    raise Refused(f"{name} can't be run here: the settings name no target for it. `makegood actions check` says more.")


async def fix(
    context: Context,
    request: Request,
    bug: Bug,
    chosen: str = "",
    given: Mapping[str, str] | None = None,
    carried: str = "",
) -> Response:
    """Filled in with what the error's own data or a fix that worked names; what nothing names, no action even, stays open.

    `carried`: the reason that the pressed button knew.
    """
    choices = [name for name, _ in names(context, looks=False)]
    if not choices:
        raise Refused("No action can be run: `makegood actions check` says why (no target, or none allowed).")
    chosen = chosen or (await sourced.proposed(context, bug)).action
    memory = await context.suggestions.suggestion(bug)
    params = given or sourced.given(context, bug, chosen, memory)
    return await _opened(context, request, bug, Form(action=chosen, given=params, carried=carried))


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
    return await _opened(
        context, request, bug, Form(action=chosen, given=context.engine.suggest(chosen, sourced.known(bug)))
    )


def _best(context: Context, bug: Bug, choices: Sequence[str]) -> str:
    """The look most of whose parameters the error itself names, and that asks for the least beyond them: it only reads."""

    def fits(name: str) -> tuple[int, int]:
        filled = context.engine.suggest(name, sourced.known(bug))
        missing = [x for x in context.engine.fields(name) if x.required and x.name not in filled]
        return len(filled), -len(missing)

    return max(choices, key=fits)


async def _opened(context: Context, request: Request, bug: Bug, form: Form) -> Response:
    """Stands there at once, for Slack waits 3 s; what its menus need of production is asked for then."""
    looks = [field.menu.look for field in context.engine.fields(form.action) if field.menu] if form.action else []
    then = partial(_ask_menus, context, request, form, ", ".join(dict.fromkeys(looks))) if looks else None
    return Response(modal=await filled(context, bug, form), opened=then)


async def again(context: Context, request: Request, bug: Bug, chosen: str, given: Mapping[str, str]) -> Response:
    """The open form with the fields of the table that was chosen in it."""
    revises = request.carried_number("revises") if "revises" in request.about else None
    known, reason = carried(request), request.field("reason")
    typed = "" if reason.strip() in (known, reasons.filled(bug)) else reason
    form = Form(action=chosen, given=given, reason=typed, carried=known, revises=revises)
    return await _opened(context, request, bug, form)


def carried(request: Request) -> str:
    """The reason that this form was opened with; empty where there is none."""
    return bytes.fromhex(request.about.get("why", "")).decode()


async def _ask_menus(context: Context, request: Request, form: Form, look: str, view: str, state: str) -> None:
    """A look like any other: recorded, and read by whoever holds production."""
    seen = Form(
        action=form.action,
        given=form.given,
        state=state,
        reason=form.reason,
        carried=form.carried,
        revises=form.revises,
    )

    def decide(bug: Bug) -> LookAsked:
        must_allow(bug, LookAsked)
        return LookAsked(look=look, view=view, form=seen)

    await context.record(request, decide)


async def filled(context: Context, bug: Bug, form: Form, menus: Menus | None = None) -> View:
    """The form as it is; its menus too, once they were read."""
    if not form.action:
        bare = fix_modals.Filled(reason=reasons.filled(bug), reason_filled=True)
        return fix_modals.choose(bug, names(context, looks=False), bare)
    entry, given = context.catalogue.find(form.action), context.engine.spread(form.action, form.given)
    fields = context.engine.fields(form.action, given)
    if entry.kind == "look":
        return fix_modals.look(bug, names(context, looks=True), form.action, fields, given, menus, entry.help)
    memory, known = await context.suggestions.suggestion(bug), form.carried or reasons.filled(bug)
    easy = entry.cls.risk is Risk.LOW
    shown = fix_modals.Filled(
        action=form.action,
        fields=fields,
        values=given,
        sources=sourced.told(context, bug, form.action, given, memory),
        help=entry.help,
        memory=memory.said,
        about=_about(form),
        reason=form.reason or (known if easy else ""),
        reason_filled=not form.reason and easy,
        carried=form.carried,
    )
    return fix_modals.choose(bug, names(context, looks=False), shown, menus)


def _about(form: Form) -> dict[str, str]:
    revises = {"revises": str(form.revises)} if form.revises else {}
    return {**revises, "why": form.carried.encode().hex()} if form.carried else revises
