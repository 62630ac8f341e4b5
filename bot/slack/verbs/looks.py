"""Looks: named read-only queries whose rows only the asker sees."""

from collections.abc import Mapping

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import must_allow
from bot.bug.fixes.looks import LookAsked, ProbeAsked
from bot.production.prober import belongs
from bot.slack.incoming import grammar
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import Answer, Ask
from bot.slack.verbs.fixes import params_of
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import filling
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms.filling import engine


@verb("look", "/fix look BUG-1 customer-account email=mia@example.com")
async def look(desk: Desk, ask: Ask) -> Answer:
    """Looks at production without changing it."""
    bug = await desk.bug(ask)
    if ask.via == "modal" and ask.values:
        return await _ask(desk, ask, ask.field("action"), params_of(ask), ask.view)
    name, params, _ = grammar.call(ask.args)
    if name:
        return await _ask(desk, ask, name, params, "")
    return await filling.look(desk, ask, bug)


@verb("action")
async def action(desk: Desk, ask: Ask) -> Answer:
    """Another action or look was chosen in the open form: its own fields."""
    bug = await desk.bug(ask)
    if ask.about.get("form") == "look":
        return await filling.look(desk, ask, bug, ask.field("action"))
    return await filling.fix(desk, ask, bug, ask.field("action"))


@verb("probe", "/fix probe BUG-1")
async def probe(desk: Desk, ask: Ask) -> Answer:
    """Whether it works now: the bug's page and what must not break are asked."""
    present = await desk.bug(ask)
    if not any(belongs(one, present) for one in desk.settings.probes.values()):
        raise Refused(
            "No probe belongs to this bug. `[probes.NAME]` in the settings takes a url and the page it is for."
        )

    def decide(bug: Bug) -> ProbeAsked:
        must_allow(bug, ProbeAsked)
        return ProbeAsked()

    await desk.record(ask, decide)
    return Answer(text="The page is being asked; its answer comes into the thread.")


async def _ask(desk: Desk, ask: Ask, name: str, params: Mapping[str, str], view: str) -> Answer:
    desk.catalogue.usable(name)
    engine(desk).parse(name, params)

    def decide(bug: Bug) -> LookAsked:
        must_allow(bug, LookAsked)
        return LookAsked(look=name, params=params, view=view)

    recorded = await desk.record(ask, decide)
    if view:
        return Answer(modal=fix_modals.waiting(recorded.bug, f"{name} is being read …"))
    return Answer(text=f"`{name}` is being read; the rows come here, for you alone.")
