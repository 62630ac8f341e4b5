"""Fix: choose, preview, approve, run, undo; the same by form and by typing."""

import json
from collections.abc import Mapping

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.fixes import approval, asking, doubt, rules, run
from bot.bug.fixes.approval import FixConfirmed
from bot.bug.fixes.fix import Fix
from bot.bug.policy import eligible
from bot.production.action import MASK
from bot.slack.incoming import grammar
from bot.slack.incoming import second_factor as factor
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import NOTHING, Answer, Ask
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import filling, forms
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms.filling import engine, names
from bot.slack.views.mrkdwn import foreign

WATCHING = (
    'Makegood only watches here (mode = "watch"): nothing is run on production. '
    'Whoever runs the bot can set mode = "propose" or "run".'
)


@verb("fix", "/fix BUG-1 [delete-row table=menus id=13 -- why]")
async def fix(desk: Desk, ask: Ask) -> Answer:
    """Run an approved action on production, after a preview."""
    _must_act(desk)
    if ask.via == "modal" and ask.values:
        return await _ask_preview(desk, ask, ask.field("action"), params_of(ask), ask.field("reason"), ask.view)
    name, params, reason = grammar.call(ask.args)
    if name:
        return await _ask_preview(desk, ask, name, params, reason, "")
    return await filling.fix(desk, ask, await desk.bug(ask))


def params_of(ask: Ask) -> dict[str, str]:
    given = {fix_modals.param(k): v for k, v in ask.values.items() if k.startswith(fix_modals.PARAM)}
    return {k: v for k, v in given.items() if isinstance(v, str) and v}


async def _ask_preview(desk: Desk, ask: Ask, name: str, params: Mapping[str, str], reason: str, view: str) -> Answer:
    """Checks the parameters here, where the field can say what is wrong; production is read by whoever holds it."""
    desk.catalogue.usable(name)
    engine(desk).parse(name, params)
    hidden = {f.name: params[f.name] for f in engine(desk).fields(name) if f.kind == "secret" and f.name in params}
    shown = {**params, **dict.fromkeys(hidden, MASK)}
    recorded = await desk.record(
        ask, lambda bug: asking.ask(bug, ask.user, name, shown, reason, view=view, secrets=hidden)
    )
    if ask.via == "modal":
        return Answer(modal=fix_modals.waiting(recorded.bug, f"{name} is being previewed …"))
    where = f"the preview comes into {recorded.bug.ref}'s thread, for you alone"
    return Answer(text=f"`{foreign(name, 60)}` is being previewed; {where}.")


@verb("fix_this")
async def fix_this(desk: Desk, ask: Ask) -> Answer:
    """A row of a look fills in a fix."""
    _must_act(desk)
    try:
        offer = json.loads(bytes.fromhex(ask.carried("fix")))
    except ValueError:
        raise Refused("This row's fix can't be read any more. Look again, or press *Fix*.") from None
    action = filling.choice(desk, offer.get("action", ""))
    return await filling.fix(desk, ask, await desk.bug(ask), action, offer.get("params", {}))


@verb("run")
async def run_(desk: Desk, ask: Ask) -> Answer:
    """The preview was read: run it, or ask those who must approve."""
    _must_act(desk)
    number, digest = ask.carried_number("run"), ask.carried("digest")
    fix, policy = rules.find(await desk.bug(ask), number), desk.settings.policy
    asked = eligible(await desk.directory.approvers_now(), ask.user) if fix.approvals else ()

    def decide(bug: Bug) -> FixConfirmed:
        coded, alone = factor.wanted(policy, fix), policy.break_glass
        return approval.confirm(bug, ask.user, number, digest, now=desk.now(), asked=asked, factor=coded, alone=alone)

    await desk.record(ask, decide)
    return Answer(close=True)


@verb("undo", "/fix undo BUG-1 why")
async def undo(desk: Desk, ask: Ask) -> Answer:
    """Takes back the last fix; previewed and approved like any other."""
    _must_act(desk)
    bug = await desk.bug(ask)
    number = _run_of(ask, bug.last_success, f"No fix has run on {bug.ref}, so there is nothing to undo.")
    if not (ask.args or ask.values):
        rules.find(bug, number)
        return Answer(modal=forms.reason(bug, "undo", "Undo", "Why is it undone?", run=number))
    reason = ask.args or ask.field("reason")
    view = ask.view if ask.via == "modal" else ""
    recorded = await desk.record(ask, lambda now: asking.ask_undo(now, ask.user, number, reason, view=view))
    return Answer(modal=fix_modals.waiting(recorded.bug, "The undo is being previewed …")) if view else NOTHING


@verb("cancel", "/fix cancel BUG-1")
async def cancel(desk: Desk, ask: Ask) -> Answer:
    """Stops it; what runs already is asked to stop and reports how it ended."""
    bug = await desk.bug(ask)
    number = _run_of(ask, bug.live_fix, f"Nothing is under way on {bug.ref}.")
    await desk.record(ask, lambda now: run.cancel(now, ask.user, number))
    return NOTHING


@verb("settle")
async def settle(desk: Desk, ask: Ask) -> Answer:
    """You looked at production and say what a cut-off run did."""
    bug = await desk.bug(ask)
    if not ask.values:
        return Answer(modal=fix_modals.settle(bug, rules.find(bug, ask.carried_number("run"))))
    await desk.record(
        ask, lambda now: doubt.settle(now, ask.user, ask.carried_number("run"), ask.field("state"), ask.field("reason"))
    )
    return NOTHING


@verb("investigate")
async def investigate(desk: Desk, ask: Ask) -> Answer:
    """After a cut-off: what production says. Reads, never acts."""
    await desk.record(ask, lambda bug: doubt.investigate(bug, ask.carried_number("run")))
    return Answer(text="Production is being looked at; what it says comes into the thread.")


@verb("ran_it")
async def ran_it(desk: Desk, ask: Ask) -> Answer:
    """In propose mode: you ran what was shown."""
    await desk.record(ask, lambda bug: run.reported_done(bug, ask.user, ask.carried_number("run")))
    return NOTHING


@verb("fix_list", "/fix list")
async def fix_list(desk: Desk, ask: Ask) -> Answer:
    """What can be run."""
    lines = [
        f"• `{name}` {foreign(text.partition(': ')[2], 150, one_line=True)}" for name, text in names(desk, looks=False)
    ]
    return Answer(text="\n".join(lines) or "Nothing can be run here yet: `makegood actions check` says why.")


@verb("fix_show", "/fix show delete-row")
async def fix_show(desk: Desk, ask: Ask) -> Answer:
    """What an action does and takes."""
    entry = desk.catalogue.find(ask.args.strip())
    takes = [
        f"• `{f.name}` {foreign(f.help or f.label, 200)}{'' if f.required else ' (may be left out)'}"
        for f in engine(desk).fields(entry.name)
    ]
    state = "" if entry.allowed else "\n:warning: It is off until an approver allows it."
    return Answer(text="\n".join([f"*{entry.name}* ({entry.kind})", foreign(entry.help, 1500), *takes]) + state)


def _must_act(desk: Desk) -> None:
    if desk.settings.mode == "watch":
        raise Refused(WATCHING)


def _run_of(ask: Ask, present: Fix | None, none: str) -> int:
    """The run that a button names, or the present one. Raises Refused with `none`."""
    if "run" in ask.about:
        return ask.carried_number("run")
    if present is None:
        raise Refused(none)
    return present.run
