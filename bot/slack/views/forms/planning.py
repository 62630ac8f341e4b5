"""The box of a preview: drawn for a fix that is asked for, and read when the fix is confirmed."""

from collections.abc import Sequence
from typing import Any

from bot.bug.bug import Bug
from bot.bug.errors import Invalid
from bot.bug.fixes import when_works
from bot.bug.fixes.fix import Fix
from bot.bug.fixes.when_works import TellPlanned
from bot.bug.gifts.presets import NO_GIFT, grants
from bot.bug.money import Grant
from bot.production.probes.prober import belongs
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms import when_works as view
from bot.slack.views.forms.forms import View


def box(context: Context, bug: Bug, fix: Fix) -> list[Any]:
    """An undo makes nothing work; and where nothing comes of a fix, nothing does."""
    if fix.undo_of or context.settings.modes.becomes(fix) == "nothing":
        return []
    probed = any(
        belongs(one, bug) and one.on == "production" and not one.smoke for one in context.settings.probes.values()
    )
    billing, plans = context.settings.billing is not None, context.plans.value
    return view.fields(bug, context.settings.tell, probed=probed, billing=billing, plans=plans, now=context.now())


def preview(context: Context, bug: Bug, fix: Fix, able: int) -> View:
    """The preview as a form, with the box. `able`: how many could approve it now."""
    policy = context.settings.policy
    few = fix_modals.too_few(fix, able, glass=policy.break_glass, solo=policy.solo)
    becomes = context.settings.modes.becomes(fix)
    return fix_modals.preview(bug, fix, becomes=becomes, few=few, box=box(context, bug, fix))


def chosen(request: Request) -> tuple[str, ...]:
    """Ids of the customers who are ticked; each option stands for several."""
    return tuple(id_ for option in request.chosen(view.BOX) for id_ in option.split(","))


def plan(context: Context, request: Request, bug: Bug, run: int) -> tuple[TellPlanned, ...]:
    """What the ticked box means for the bug as it is then; nothing where it is not ticked. Raises Invalid at the field."""
    readers, settings = chosen(request), context.settings.tell
    if not readers:
        return ()
    text, grants = request.field("text"), _grants(context, request, bug, readers)
    return (when_works.plan(bug, run, readers, text, grants, settings.words, request.carried_number("counted")),)


def _grants(context: Context, request: Request, bug: Bug, readers: Sequence[str]) -> tuple[Grant, ...]:
    """What the chosen preset means for those who are ticked. Raises Invalid."""
    settings, name = context.settings.tell, request.field("gift")
    preset = next((one for one in settings.offered if one.name == name), None)
    if name in {"", NO_GIFT}:
        return ()
    people = [c for c in bug.customers if c.id in readers]
    given = preset and grants(preset, bug, people, context.plans.value, settings.currency, context.now())
    if given:
        return given
    raise Invalid("A gift.", {"gift": "That can't be given to each of them. Choose something else."})
