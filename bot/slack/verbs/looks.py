"""Looks: named read-only queries whose rows only the asker sees."""

from collections.abc import Mapping

from bot.domain.bug import Bug
from bot.domain.decide.rules import must_allow
from bot.domain.errors import Refused
from bot.domain.fix_events import LookAsked, ProbeAsked
from bot.probes import belongs
from bot.slack import fix_modals, grammar
from bot.slack.ask import Answer, Ask
from bot.slack.desk import Desk
from bot.slack.modals import View
from bot.slack.verbs.fixes import engine, known, names, params_of
from bot.slack.verbs.fixes import form as fix_form
from bot.slack.verbs.registry import verb


@verb("look", "/fix look BUG-1 customer-account email=mia@example.com")
async def look(desk: Desk, ask: Ask) -> Answer:
    """Looks at production without changing it."""
    bug = await desk.bug(ask)
    if ask.via == "modal" and ask.values:
        return await _ask(desk, ask, ask.field("action"), params_of(ask), ask.view)
    name, params, _ = grammar.call(ask.args)
    if name:
        return await _ask(desk, ask, name, params, "")
    choices = names(desk, looks=True)
    if not choices:
        raise Refused(
            "There is no look here: it takes a `[targets.…]` with a url. `makegood actions list` shows what there is."
        )
    return Answer(modal=form(desk, bug, choices[0][0]))


def form(desk: Desk, bug: Bug, chosen: str) -> View:
    entry = desk.catalogue.find(chosen)
    values = engine(desk).suggest(chosen, known(bug))
    return fix_modals.look(bug, names(desk, looks=True), chosen, engine(desk).fields(chosen), values, entry.help)


@verb("action")
async def action(desk: Desk, ask: Ask) -> Answer:
    """Another action or look was chosen in the open form: its own fields."""
    bug = await desk.bug(ask)
    if ask.about.get("form") == "look":
        return Answer(modal=form(desk, bug, ask.field("action")))
    return Answer(modal=await fix_form(desk, bug, ask.field("action")))


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
