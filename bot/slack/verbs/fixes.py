"""The verbs of a fix: choose, preview, run, undo, cancel, settle; by form or typed."""

import json
from collections.abc import Mapping

from bot.bug.bug import Bug
from bot.bug.errors import Invalid, Refused
from bot.bug.event import Event
from bot.bug.fixes import approval, asking, doubt, reasons, review, rules, run
from bot.bug.permissions.policy import Duty
from bot.bug.words import Code
from bot.production.action import MASK
from bot.slack.incoming import grammar
from bot.slack.incoming import second_factor as factor
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, TYPED_VIA, Request, Response
from bot.slack.verbs.concerns import look_over
from bot.slack.verbs.registry import verb
from bot.slack.verbs.waiting import waiting
from bot.slack.views.forms import filling, forms, planning, sourced
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms.filling import names
from bot.slack.views.mrkdwn import foreign
from bot.text import cut

WATCHED = (
    " only watches here: nothing of it is run on production. Whoever runs the bot can set another `mode`, "
    "under `[actions]` for this action or in the table of its target."
)
AT_ONCE = "taken back by who ran it, within 10 minutes"
_BOTH = "Either write something here, or tick that it becomes an empty text."
NO_TARGET = "Nothing can be run yet: makegood.toml names no target. Whoever runs the bot adds a table `[targets.NAME]`."
NOTHING_RUNS = "Nothing can be run here yet: `makegood actions check` says why."
WATCHING = (
    'Makegood only watches here (mode = "watch"): nothing is run on production. '
    'Whoever runs the bot can set mode = "propose" or "run".'
)


@verb("fix", "/fix BUG-1 [delete-row table=menus id=13 -- why]", acts=Duty.RUN)
async def fix(context: Context, request: Request) -> Response:
    """Run an approved action on production, after a preview."""
    must_act(context)
    if request.via == "modal" and request.values:
        revises = request.carried_number("revises") if "revises" in request.about else None
        action, reason = request.field("action"), request.field("reason")
        return await ask_preview(context, request, action, params_of(request), reason, revises=revises)
    name, params, reason = grammar.call(request.args)
    if name:
        return await ask_preview(context, request, name, params, reason)
    return await filling.fix(context, request, await context.bug(request))


def params_of(request: Request) -> dict[str, str]:
    """What was filled in; an empty text only where it was said to be meant. Raises Invalid."""
    given = {fix_modals.param(k): v for k, v in request.values.items() if k.startswith(fix_modals.PARAM)}
    filled = {k: v for k, v in given.items() if isinstance(v, str) and v}
    empty = [
        k.removeprefix(fix_modals.EMPTY) for k in request.values if k.startswith(fix_modals.EMPTY) and request.chosen(k)
    ]
    if both := [name for name in empty if name in filled]:
        raise Invalid(f"{both[0]}: {_BOTH}", {both[0]: _BOTH})
    return {**filled, **dict.fromkeys(empty, "")}


async def ask_preview(
    context: Context,
    request: Request,
    name: str,
    params: Mapping[str, str],
    reason: str,
    *,
    revises: int | None = None,
) -> Response:
    """Checks the parameters here, where the field can say what is wrong; production is read by whoever holds it.

    `revises`: the run that came to nothing or was sent back, and that this one asks for again.
    """
    name = context.catalogue.usable(name).name
    params = context.engine.joined(name, params)
    context.engine.parse(name, params)
    if request.via in TYPED_VIA and not reason:
        raise Refused("Say why, behind `--`: it stands in the trail. ", grammar.AS_IN, " Nothing was done.")
    _must_do_more_than_watch(context, name, params.get("target", ""))
    hidden = {name_: params[name_] for name_ in context.engine.secret(name) if name_ in params}
    shown = {**params, **dict.fromkeys(hidden, MASK)}

    def decide(bug: Bug, view: str = "") -> tuple[Event, ...]:
        if revises is not None:
            review.asked_again(bug, request.user, revises)
        filled = request.via == "modal" and reason.strip() == reasons.filled(bug)
        return asking.ask(
            bug, request.user, name, shown, reason, view=view, secrets=hidden, revises=revises, filled=filled
        )

    if request.via == "modal":
        return await waiting(context, request, decide, f"{name} is being previewed …")
    recorded = await context.record(request, decide)
    where = f"the preview comes for you alone, in {recorded.bug.ref}'s thread or beside its card"
    return Response(text=f"`{foreign(name, 60)}` is being previewed; {where}.")


@verb("fix_this", acts=Duty.RUN)
async def fix_this(context: Context, request: Request) -> Response:
    """A row of a look fills in a fix."""
    must_act(context)
    action, params, why = _offered(context, request)
    return await filling.fix(context, request, await context.bug(request), action, params, why)


def _offered(context: Context, request: Request) -> tuple[str, Mapping[str, str], str]:
    """The fix that a button carries, and what stood out in its row."""
    try:
        offer = json.loads(bytes.fromhex(request.carried("fix")))
    except ValueError:
        raise Refused("The fix of this button can't be read any more. Look again, or press *Fix*.") from None
    return filling.choice(context, offer.get("action", "")), offer.get("params", {}), str(offer.get("reason", ""))


@verb("fix_now", acts=Duty.RUN)
async def fix_now(context: Context, request: Request) -> Response:
    """The one fix that the error or the memory names, straight to its preview; a bug that nobody has is claimed with it."""
    must_act(context)
    name, params, _ = _offered(context, request)
    context.engine.parse(name, params)
    _must_do_more_than_watch(context, name, params.get("target", ""))

    def decide(bug: Bug, view: str) -> tuple[Event, ...]:
        return asking.ask(bug, request.user, name, params, reasons.filled(bug), view=view, filled=True)

    return await waiting(context, request, decide, f"{name} is being previewed …")


@verb("run", acts=Duty.RUN)
async def run_(context: Context, request: Request) -> Response:
    """The preview was read: run it, or ask those who must approve."""
    must_act(context)
    number, digest = request.carried_number("run"), request.carried("digest")
    fix, policy = rules.find(await context.bug(request), number), context.settings.policy
    _must_do_more_than_watch(context, fix.action, fix.target)
    if fix.risk != "low":
        await context.must(Duty.RUN, request.user)
    asked = await context.directory.asked_first(request.user, fix.approvals) if fix.approvals else ()
    solo, typed = bool(fix.approvals) and not asked and policy.solo, request.field("typed")

    if planning.chosen(request):
        await context.must(Duty.TELL, request.user)
        await _must_be_fit_for_customers(context, request)

    def decide(bug: Bug) -> tuple[Event, ...]:
        coded, alone = factor.wanted(policy, fix), policy.break_glass or solo
        now, reason = context.now(), request.field("reason")
        confirmed = approval.confirm(
            bug, request.user, number, digest, now=now, asked=asked, factor=coded, alone=alone, reason=reason
        )
        approved = (approval.at_once(bug, confirmed, request.user, now, typed),) if solo and typed else ()
        return (confirmed, *approved, *planning.plan(context, request, bug, number))

    if approval.typed_reason(fix) and "reason" not in request.values:  # its form was closed before the preview came
        bug = await context.bug(request)
        return Response(modal=forms.reason(bug, "run", "Run it", "Why?", run=number, digest=digest))
    recorded = await context.record(request, decide)
    if solo and not typed:
        return Response(modal=fix_modals.typed(recorded.bug, fix, coded=factor.wanted(policy, fix)))
    return Response(close=True)


@verb("run_and_tell", acts=Duty.RUN)
async def run_and_tell(context: Context, request: Request) -> Response:
    """A preview that came as a message, as the form in which one says who is told when it works."""
    must_act(context)
    bug = await context.bug(request)
    fix = approval.previewed(bug, request.user, request.carried_number("run"), request.carried("digest"))
    able = await context.directory.eligible(request.user) if fix.approvals else ()
    return Response(modal=planning.preview(context, bug, fix, len(able)))


async def _must_be_fit_for_customers(context: Context, request: Request) -> None:
    """Nobody sees this letter again before it goes. Raises Invalid at the text where it holds internals."""
    bug, settings = await context.bug(request), context.settings.tell
    concerns = await look_over(
        context, bug, planning.chosen(request), request.field("text"), settings.tell, counted=True
    )
    if concerns.words:
        named = ", ".join(f"“{cut(word, 40)}”" for word in concerns.words[:3])
        said = f"Customers need not know {named}. Change it; or untick them, and tell them with Tell, which sends it as it is."
        raise Invalid("Internals.", {"text": said})


@verb("undo", "/fix undo BUG-1 why", acts=Duty.RUN)
async def undo(context: Context, request: Request) -> Response:
    """Takes back the last fix; previewed and approved like any other. Who ran it needs no reason for 10 minutes."""
    must_act(context)
    bug = await context.bug(request)
    number = request.carried_number("run") if "run" in request.about else asking.last_to_undo(bug)
    said = bool(request.args or request.values)
    at_once = not said and rules.soon_by(rules.find(bug, number), request.user, context.now())
    if not (said or at_once):
        return Response(modal=forms.reason(bug, "undo", "Undo", "Why is it undone?", run=number))
    reason = AT_ONCE if at_once else request.args or request.field("reason")

    def decide(now: Bug, view: str = "") -> tuple[Event, ...]:
        return asking.ask_undo(now, request.user, number, reason, view=view)

    if request.via == "modal" or (at_once and request.trigger):
        return await waiting(context, request, decide, "The undo is being previewed …")
    await context.record(request, decide)
    return NOTHING


@verb("cancel", "/fix cancel BUG-1 2")
async def cancel(context: Context, request: Request) -> Response:
    """Stops run 2; what runs already is asked to stop and reports how it ended. Without a number it shows what is under way."""
    bug = await context.bug(request)
    number = request.carried_number("run") if "run" in request.about else grammar.run(request.args)[0]
    if number is None:
        return _under_way(bug)
    await context.record(request, lambda now: run.cancel(now, request.user, number))
    return NOTHING


def _under_way(bug: Bug) -> Response:
    """Nothing is stopped by a word that doesn't say what: this is under way, with its button."""
    live = bug.live_fix
    if live is None:
        raise Refused(f"Nothing is under way on {bug.ref}.")
    text = f"{foreign(live.name, 100)} is {live.state_said}. Press *Stop it*, or name the run: `/fix cancel {bug.ref} {live.run}`."
    return Response(text=text, blocks=tuple(fix_modals.stop(bug, live, text)))


@verb("settle", acts=Duty.RUN)
async def settle(context: Context, request: Request) -> Response:
    """You looked at production and say what a cut-off run did."""
    bug = await context.bug(request)
    if not request.values:
        return Response(modal=fix_modals.settle(bug, rules.find(bug, request.carried_number("run"))))
    await context.record(
        request,
        lambda now: doubt.settle(
            now, request.user, request.carried_number("run"), request.field("state"), request.field("reason")
        ),
    )
    return NOTHING


@verb("investigate", acts=Duty.ACT)
async def investigate(context: Context, request: Request) -> Response:
    """After a cut-off: what production says. Reads, never acts."""
    await context.record(request, lambda bug: doubt.investigate(bug, request.carried_number("run")))
    return Response(text="Production is being looked at; what it says comes into the thread.")


@verb("ran_it", acts=Duty.RUN)
async def ran_it(context: Context, request: Request) -> Response:
    """In propose mode: you ran what was shown."""
    await context.record(request, lambda bug: run.reported_done(bug, request.user, request.carried_number("run")))
    return NOTHING


@verb("fix_list", "/fix list")
async def fix_list(context: Context, request: Request) -> Response:
    """What can be run."""
    lines = [
        f"• `{name}` {foreign(text.partition(': ')[2], 150, one_line=True)}"
        for name, text in names(context, looks=False)
    ]
    if not lines:
        must_act(context)
    return Response(text="\n".join(lines) or (NO_TARGET if not context.settings.targets else NOTHING_RUNS))


@verb("fix_show", "/fix show delete-row")
async def fix_show(context: Context, request: Request) -> Response:
    """What an action does and takes."""
    entry = context.catalogue.find(request.args.strip())
    takes = [
        f"• `{f.name}` {foreign(f.help or f.label, 200)}{'' if f.required else ' (may be left out)'}"
        for f in context.engine.fields(entry.name)
    ]
    state = "" if entry.allowed else "\n:warning: It is off until an approver allows it."
    return Response(text="\n".join([f"*{entry.name}* ({entry.kind})", foreign(entry.help, 1500), *takes]) + state)


def must_act(context: Context) -> None:
    """Raises Refused where Makegood only watches."""
    if context.settings.modes.most == "watch":
        raise Refused(WATCHING)


def _must_do_more_than_watch(context: Context, action: str, target: str) -> None:
    """Raises Refused where this action only watches, there or wherever it could run."""
    if sourced.watched(context, context.catalogue.find(action), target):
        raise Refused(Code(action), WATCHED)
