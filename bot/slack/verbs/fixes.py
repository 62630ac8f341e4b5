"""Fix: choose, preview, approve, run, undo; the same by form and by typing."""

import json
from collections.abc import Mapping, Sequence

from bot.domain.bug import Bug, Fix
from bot.domain.decide import fixes
from bot.domain.errors import NotFound, Refused
from bot.domain.events import Event
from bot.domain.policy import eligible
from bot.domain.words import foreign
from bot.fixes.catalogue import Entry
from bot.fixes.engine import Engine
from bot.slack import fix_modals, grammar, modals
from bot.slack.ask import NOTHING, Answer, Ask
from bot.slack.desk import Desk
from bot.slack.modals import View
from bot.slack.verbs.registry import verb

WATCHING = (
    'Makegood only watches here (mode = "watch"): nothing is run on production. '
    'Whoever runs the bot can set mode = "propose" or "run".'
)


def engine(desk: Desk) -> Engine:
    found: Engine = desk.services["engine"]
    return found


def names(desk: Desk, *, looks: bool) -> list[tuple[str, str]]:
    """What can be chosen: (name, name and first words of its help)."""
    usable = [
        x for x in desk.catalogue.entries.values() if x.allowed and (x.kind == "look") is looks and _has_target(desk, x)
    ]
    return [(x.name, f"{x.name}: {x.help.splitlines()[0]}" if x.help else x.name) for x in usable]


def _has_target(desk: Desk, entry: Entry) -> bool:
    """Whether the settings name somewhere for it to run."""
    kind = "sql" if entry.kind == "look" else entry.kind
    fitting = {name for name, target in desk.settings.targets.items() if target.kind == kind}
    return entry.cls.target in fitting if entry.cls.target else bool(fitting)


@verb("fix", "/fix BUG-1 [delete-row table=menus id=13 -- why]")
async def fix(desk: Desk, ask: Ask) -> Answer:
    """Run an approved action on production, after a preview."""
    if desk.settings.mode == "watch":
        raise Refused(WATCHING)
    if ask.via == "modal" and ask.values:
        return await _ask_preview(desk, ask, ask.field("action"), params_of(ask), ask.field("reason"), ask.view)
    name, params, reason = grammar.call(ask.args)
    if name:
        return await _ask_preview(desk, ask, name, params, reason, "")
    return Answer(modal=await form(desk, await desk.bug(ask)))


def params_of(ask: Ask) -> dict[str, str]:
    given = {k.removeprefix(fix_modals.PARAM): v for k, v in ask.values.items() if k.startswith(fix_modals.PARAM)}
    return {k: v for k, v in given.items() if isinstance(v, str) and v}


async def _ask_preview(desk: Desk, ask: Ask, name: str, params: Mapping[str, str], reason: str, view: str) -> Answer:
    """Checks the parameters here, where the field can say what is wrong; production is read by whoever holds it."""
    desk.catalogue.usable(name)
    engine(desk).parse(name, params)
    recorded = await desk.record(ask, lambda bug: fixes.ask(bug, ask.user, name, params, reason, view=view))
    if ask.via == "modal":
        return Answer(modal=fix_modals.waiting(recorded.bug, f"{name} is being previewed …"))
    return Answer(text=f"`{foreign(name, 60)}` is being previewed; the preview comes here, for you alone.")


async def form(desk: Desk, bug: Bug, chosen: str = "", values: Mapping[str, str] | None = None) -> View:
    """With the action that fits best chosen, and filled in from the error's own data."""
    choices = names(desk, looks=False)
    if not choices:
        raise Refused("No action can be run: `makegood actions check` says why (no target, or none allowed).")
    memory = await desk.services["memory"](bug)
    chosen = chosen or memory.action or _best(desk, bug, [n for n, _ in choices])
    given = values or {**engine(desk).suggest(chosen, bug.facts), **(memory.params if memory.action == chosen else {})}
    entry = desk.catalogue.find(chosen)
    fields = engine(desk).fields(chosen)
    menus = {f.name: await engine(desk).menu(chosen, f.name) for f in fields if f.menu}
    return fix_modals.choose(bug, choices, chosen, fields, given, menus, entry.help, memory.said)


def _best(desk: Desk, bug: Bug, choices: Sequence[str]) -> str:
    """The action most of whose parameters the error itself names."""
    return max(choices, key=lambda n: (len(engine(desk).suggest(n, bug.facts)), n == "delete-row"))


@verb("fix_this")
async def fix_this(desk: Desk, ask: Ask) -> Answer:
    """A row of a look fills in a fix."""
    if desk.settings.mode == "watch":
        raise Refused(WATCHING)
    offer = json.loads(bytes.fromhex(ask.about.get("fix", "7b7d")))
    return Answer(modal=await form(desk, await desk.bug(ask), offer.get("action", ""), offer.get("params", {})))


@verb("run")
async def run(desk: Desk, ask: Ask) -> Answer:
    """The preview was read: run it, or ask those who must approve."""
    asked = eligible(await desk.directory.approvers_now(), ask.user)

    def decide(bug: Bug) -> Event:
        needed = fixes.find(bug, _run(ask)).approvals
        people = asked if needed else ()
        return fixes.confirm(bug, ask.user, _run(ask), ask.about.get("digest", ""), now=desk.now(), asked=people)

    await desk.record(ask, decide)
    return Answer(close=True)


@verb("approve", "/fix approve BUG-1")
async def approve(desk: Desk, ask: Ask) -> Answer:
    """You saw the preview and agree."""
    member = await desk.approver(ask.user)
    bug = await desk.bug(ask)
    fix_ = _waiting(bug, ask)
    digest = ask.about.get("digest") or fix_.digest
    await desk.record(ask, lambda now: fixes.approve(now, member, fix_.run, digest, desk.now()))
    return Answer(text=f"You approved `{foreign(fix_.name, 100)}` for {bug.ref}.")


@verb("reject", "/fix reject BUG-1 why")
async def reject(desk: Desk, ask: Ask) -> Answer:
    """You saw the preview and say no."""
    bug = await desk.bug(ask)
    fix_ = _waiting(bug, ask)
    if not (ask.args or ask.values):
        return Answer(modal=modals.reason(bug, "reject", "Reject", "Why not?", run=fix_.run))
    member = await desk.approver(ask.user)
    await desk.record(ask, lambda now: fixes.reject(now, member, fix_.run, ask.args or ask.field("reason")))
    return NOTHING


@verb("break_glass")
async def break_glass(desk: Desk, ask: Ask) -> Answer:
    """Nobody can be waited for: go on alone, seen by everybody."""
    if not desk.settings.policy.break_glass:
        raise Refused("Going on without an approval is not allowed here (`[policy] break_glass`).")
    bug = await desk.bug(ask)
    fix_ = _waiting(bug, ask)
    if not ask.values:
        return Answer(
            modal=modals.reason(bug, "break_glass", "Go on alone", "Why can nobody be waited for?", run=fix_.run)
        )
    reason = ask.field("reason")
    await desk.record(
        ask, lambda now: fixes.break_glass(now, ask.user, fix_.run, fix_.digest, now=desk.now(), reason=reason)
    )
    return NOTHING


@verb("undo", "/fix undo BUG-1 why")
async def undo(desk: Desk, ask: Ask) -> Answer:
    """Takes back the last fix; previewed and approved like any other."""
    bug = await desk.bug(ask)
    number = _run(ask) if "run" in ask.about else (bug.last_success.run if bug.last_success else 0)
    if not (ask.args or ask.values):
        fixes.find(bug, number)
        return Answer(modal=modals.reason(bug, "undo", "Undo", "Why is it undone?", run=number))
    reason = ask.args or ask.field("reason")
    view = ask.view if ask.via == "modal" else ""
    recorded = await desk.record(ask, lambda now: fixes.ask_undo(now, ask.user, number, reason, view=view))
    return Answer(modal=fix_modals.waiting(recorded.bug, "The undo is being previewed …")) if view else NOTHING


@verb("cancel", "/fix cancel BUG-1")
async def cancel(desk: Desk, ask: Ask) -> Answer:
    """Stops it; what runs already is asked to stop and reports how it ended."""
    bug = await desk.bug(ask)
    number = _run(ask) if "run" in ask.about else (bug.live_fix.run if bug.live_fix else 0)
    await desk.record(ask, lambda now: fixes.cancel(now, ask.user, number))
    return NOTHING


@verb("settle")
async def settle(desk: Desk, ask: Ask) -> Answer:
    """You looked at production and say what a cut-off run did."""
    bug = await desk.bug(ask)
    if not ask.values:
        return Answer(modal=fix_modals.settle(bug, fixes.find(bug, _run(ask))))
    await desk.record(ask, lambda now: fixes.settle(now, ask.user, _run(ask), ask.field("state"), ask.field("reason")))
    return NOTHING


@verb("ran_it")
async def ran_it(desk: Desk, ask: Ask) -> Answer:
    """In propose mode: you ran what was shown."""
    await desk.record(ask, lambda bug: fixes.reported_done(bug, ask.user, _run(ask)))
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


@verb("freeze", "/fix freeze [why]")
async def freeze(desk: Desk, ask: Ask) -> Answer:
    """Nothing is run on production until an approver thaws it."""
    await desk.services["switches"].set("freeze", ask.args or "frozen", ask.by)
    return Answer(
        text=":ice_cube: Production is frozen: no fix starts until an approver says `/fix thaw`.", public=True
    )


@verb("thaw", "/fix thaw")
async def thaw(desk: Desk, ask: Ask) -> Answer:
    """Fixes may run again; approvers only."""
    if not (await desk.approver(ask.user)).approver:
        raise Refused("Only approvers thaw what somebody froze.")
    await desk.services["switches"].clear("freeze")
    return Answer(text=":fire: Production is thawed: fixes may run again.", public=True)


@verb("allow", "/fix allow delete-row")
async def allow(desk: Desk, ask: Ask) -> Answer:
    """Turns on an action whose file is new or has changed; approvers only."""
    if not (await desk.approver(ask.user)).approver:
        raise Refused("Only approvers turn actions on.")
    entry = desk.catalogue.find(ask.args.strip())
    await desk.services["switches"].set(f"allow:{entry.name}", entry.sha, ask.by)
    await desk.services["reload"]()
    return Answer(text=f"`{entry.name}` is on, as its file is now.", public=True)


def _run(ask: Ask) -> int:
    try:
        return int(ask.about["run"])
    except (KeyError, ValueError):
        raise Refused("This button is of an old kind. Use the card.") from None


def _waiting(bug: Bug, ask: Ask) -> Fix:
    if "run" in ask.about:
        return fixes.find(bug, _run(ask))
    live = bug.live_fix
    if live is None:
        raise NotFound(f"Nothing waits for an approval on {bug.ref}.")
    return live
