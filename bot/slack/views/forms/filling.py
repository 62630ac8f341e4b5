"""The forms of fixes and looks, filled in from what is known. Menus that production fills come after, by the trail."""

from collections.abc import Mapping, Sequence
from functools import partial

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import must_allow
from bot.bug.fixes.looks import Form, LookAsked
from bot.production.catalogue import Entry
from bot.production.engine import Engine
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import Answer, Ask
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms.fix import Menus
from bot.slack.views.forms.forms import View


def engine(desk: Desk) -> Engine:
    found: Engine = desk.services["engine"]
    return found


def names(desk: Desk, *, looks: bool) -> list[tuple[str, str]]:
    """What can be chosen: (name, name and first words of its help)."""
    usable = [
        x for x in desk.catalogue.entries.values() if x.allowed and (x.kind == "look") is looks and _has_target(desk, x)
    ]
    return [(x.name, f"{x.name}: {x.help.splitlines()[0]}" if x.help else x.name) for x in usable]


def choice(desk: Desk, name: str) -> str:
    """An action that the form offers. Raises Refused with what to do about one that it does not."""
    entry = desk.catalogue.usable(name)
    if entry.kind != "look" and _has_target(desk, entry):
        return name
    raise Refused(f"{name} can't be run here: the settings name no target for it. `makegood actions check` says more.")


def _has_target(desk: Desk, entry: Entry) -> bool:
    """Whether the settings name somewhere for it to run."""
    kind = "sql" if entry.kind == "look" else entry.kind
    fitting = {name for name, target in desk.settings.targets.items() if target.kind == kind}
    return entry.cls.target in fitting if entry.cls.target else bool(fitting)


async def fix(desk: Desk, ask: Ask, bug: Bug, chosen: str = "", given: Mapping[str, str] | None = None) -> Answer:
    """With the action that fits best chosen, and filled in from the error's own data."""
    choices = [name for name, _ in names(desk, looks=False)]
    if not choices:
        raise Refused("No action can be run: `makegood actions check` says why (no target, or none allowed).")
    memory = await desk.services["memory"](bug)
    chosen = chosen or (memory.action if memory.action in choices else _best(desk, bug, choices))
    remembered = memory.params if memory.action == chosen else {}
    return await _opened(desk, ask, bug, chosen, given or {**engine(desk).suggest(chosen, _known(bug)), **remembered})


async def look(desk: Desk, ask: Ask, bug: Bug, chosen: str = "") -> Answer:
    """The same for a look."""
    choices = [name for name, _ in names(desk, looks=True)]
    if not choices:
        raise Refused(
            "There is no look here: it takes a `[targets.…]` with a url. `makegood actions list` shows what there is."
        )
    chosen = chosen or _best(desk, bug, choices)
    return await _opened(desk, ask, bug, chosen, engine(desk).suggest(chosen, _known(bug)))


def _best(desk: Desk, bug: Bug, choices: Sequence[str]) -> str:
    """The one most of whose parameters the error itself names, and that asks for the least beyond them."""

    def fits(name: str) -> tuple[int, bool, int]:
        filled = engine(desk).suggest(name, _known(bug))
        missing = [x for x in engine(desk).fields(name) if x.required and x.name not in filled]
        return len(filled), name == "delete-row", -len(missing)

    return max(choices, key=fits)


def _known(bug: Bug) -> dict[str, str]:
    """The error's own data, and who was hit."""
    email = next((c.hint.email for c in bug.customers if c.hint.email), "")
    return {"user.email": email, **bug.facts} if email else dict(bug.facts)


async def _opened(desk: Desk, ask: Ask, bug: Bug, chosen: str, given: Mapping[str, str]) -> Answer:
    """Stands there at once, for Slack waits 3 s; what its menus need of production is asked for then."""
    form = Form(action=chosen, given=given)
    looks = [field.menu.look for field in engine(desk).fields(chosen) if field.menu]
    then = partial(_ask_menus, desk, ask, form, ", ".join(dict.fromkeys(looks))) if looks else None
    return Answer(modal=await filled(desk, bug, form), opened=then)


async def _ask_menus(desk: Desk, ask: Ask, form: Form, look: str, view: str, state: str) -> None:
    """A look like any other: recorded, and read by whoever holds production."""

    def decide(bug: Bug) -> LookAsked:
        must_allow(bug, LookAsked)
        return LookAsked(look=look, view=view, form=form.model_copy(update={"state": state}))

    await desk.record(ask, decide)


async def filled(desk: Desk, bug: Bug, form: Form, menus: Menus | None = None) -> View:
    """The form as it is; its menus too, once they were read."""
    entry, fields = desk.catalogue.find(form.action), engine(desk).fields(form.action)
    if entry.kind == "look":
        return fix_modals.look(bug, names(desk, looks=True), form.action, fields, form.given, menus, entry.help)
    said = (await desk.services["memory"](bug)).said
    return fix_modals.choose(bug, names(desk, looks=False), form.action, fields, form.given, menus, entry.help, said)
