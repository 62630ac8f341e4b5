"""What is proposed against a bug: only what the error's data or a fix that worked names, and it says which of them did."""

from collections.abc import Mapping, Sequence

from bot.bug.bug import Bug
from bot.bug.errors import Invalid
from bot.production.catalogue.check import fitting
from bot.production.catalogue.entry import CatalogueEntry
from bot.slack.incoming.context import Context
from bot.suggestions import NOTHING, Proposed, Suggestion

ERROR, WORKED = "from the error", "worked before"


def runnable(context: Context, *, looks: bool) -> list[CatalogueEntry]:
    """What is turned on, for which the settings name a target, and of which something may come."""
    every = context.catalogue.entries.values()
    usable = [x for x in every if x.allowed and (x.kind == "look") is looks and has_target(context, x)]
    return [x for x in usable if looks or not watched(context, x)]


def has_target(context: Context, entry: CatalogueEntry) -> bool:
    """Whether the settings name somewhere for it to run."""
    fitting = {name for name, target in context.settings.targets.items() if entry.fits(target)}
    return entry.target in fitting if entry.target else bool(fitting)


def watched(context: Context, entry: CatalogueEntry, target: str = "") -> bool:
    """Whether nothing may come of this action: there, or wherever the settings let it run."""
    modes = context.settings.modes
    where = [target] if target else [found.name for found in fitting(entry, context.settings.targets)]
    return all(modes.of(entry.name, name) == "watch" for name in where or [""])


def known(bug: Bug) -> dict[str, str]:
    """The error's own data, and who was hit."""
    email = next((c.hint.email for c in bug.customers if c.hint.email), "")
    return {"user.email": email, **bug.facts} if email else dict(bug.facts)


async def proposed(context: Context, bug: Bug) -> Proposed:
    """The one action that something names; `NOTHING` where nothing does."""
    choices = [entry.name for entry in runnable(context, looks=False)]
    memory = await context.suggestions.suggestion(bug)
    if memory.action in choices:
        return _proposed(context, bug, memory.action, memory, alone=True)
    fits = sorted(choices, key=lambda name: _fit(context, bug, name), reverse=True)
    if not fits or not _fit(context, bug, fits[0])[0]:
        return NOTHING
    alone = len(fits) == 1 or _fit(context, bug, fits[0])[0] > _fit(context, bug, fits[1])[0]
    return _proposed(context, bug, fits[0], memory, alone=alone)


def _fit(context: Context, bug: Bug, name: str) -> tuple[int, int, bool]:
    """How many of its parameters the error itself names; then how few it asks for beyond them."""
    filled = context.engine.suggest(name, known(bug))
    return len(filled), -len(_missing(context, name, filled)), name == "delete-row"


def _missing(context: Context, name: str, params: Mapping[str, str]) -> list[str]:
    spread = context.engine.spread(name, params)
    return [x.name for x in context.engine.fields(name, params) if x.required and x.name not in spread]


def _proposed(context: Context, bug: Bug, action: str, memory: Suggestion, *, alone: bool) -> Proposed:
    params = given(context, bug, action, memory)
    sources = told(context, bug, action, params, memory)
    whole = alone and not _missing(context, action, params) and _parses(context, action, params)
    named = ", ".join(f"{name} {params[name]}" for name in sources if sources[name] == ERROR)
    from_error = f"{ERROR}: {named}" if whole else ""
    why = f"{WORKED}: {memory.said}" if memory.action == action else from_error
    return Proposed(action=action, params=params, sources=sources, why=why, whole=whole)


def _parses(context: Context, action: str, params: Mapping[str, str]) -> bool:
    """Data of an error may be anything: what the action would not take is not offered as whole."""
    secret = {x.name for x in context.engine.fields(action) if x.kind == "secret"}
    try:
        context.engine.parse(action, params)
    except Invalid:
        return False
    return not secret & set(params)


def given(context: Context, bug: Bug, action: str, memory: Suggestion) -> dict[str, str]:
    """What the error and the memory fill in; nothing else is filled in."""
    if not action:
        return {}
    remembered = memory.params if memory.action == action else {}
    return {**context.engine.suggest(action, known(bug)), **remembered}


def told(context: Context, bug: Bug, action: str, values: Mapping[str, str], memory: Suggestion) -> dict[str, str]:
    """By parameter, what named the value that stands there; what a person typed has no source."""
    if not action:
        return {}
    error = context.engine.spread(action, context.engine.suggest(action, known(bug)))
    remembered = context.engine.spread(action, memory.params) if memory.action == action else {}
    named = {**dict.fromkeys(_same(remembered, values), WORKED), **dict.fromkeys(_same(error, values), ERROR)}
    return {name: named[name] for name in values if name in named}


def _same(source: Mapping[str, str], values: Mapping[str, str]) -> Sequence[str]:
    return [name for name, text in source.items() if text and values.get(name) == text]
