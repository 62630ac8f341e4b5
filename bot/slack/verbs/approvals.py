"""The verbs of approvers: approve, reject, go on alone, thaw, allow an action; and freeze, which anybody may."""

from collections.abc import Callable
from typing import NoReturn
from urllib.parse import quote, unquote

from bot.bug.bug import Bug
from bot.bug.errors import Invalid, Refused
from bot.bug.fixes import approval, rules
from bot.bug.fixes.approval import FixApproved, Proof
from bot.bug.fixes.fix import Fix
from bot.bug.keys import fit
from bot.bug.permissions.policy import Duty, Member, may_rule
from bot.bug.words import people
from bot.bug.workspace import Freeze, ProductionFrozen
from bot.bug.workspace import allow as allowed
from bot.bug.workspace import thaw as thawed
from bot.ledger import workspace
from bot.slack.incoming import grammar, second_factor, spelling
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.about import about, send_no, what_waits
from bot.slack.verbs.registry import verb
from bot.slack.views import blocks as kit
from bot.slack.views.forms import approving
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms.forms import View
from bot.slack.views.marks import bare
from bot.slack.views.mrkdwn import clock, foreign, who

Approval = Callable[[Bug, Proof | None], FixApproved]


@verb("approve", "/fix approve BUG-1 2 [-- only for this customer]", acts=Duty.ACT)
async def approve(context: Context, request: Request) -> Response:
    """You saw the preview of run 2 and agree; without a number it shows what waits."""
    member = await context.approver(request.user)
    bug = await context.bug(request)
    seen = about(bug, request)
    if seen is None:
        return what_waits(bug, member, request, context.now())
    fix = approval.may_decide(bug, member, seen.run)
    code, word = grammar.code(seen.rest) if _coded(context, fix) else ("", spelling.said(seen.rest))
    code, word = request.field("code") or code, request.field("word") or word
    if _coded(context, fix) and not code:
        return Response(modal=_code(request, bug, fix, word))
    await _record(
        context,
        request,
        member,
        fix,
        code,
        lambda now, proof: approval.approve(now, member, fix.run, seen.digest, context.now(), proof=proof, word=word),
    )
    return Response(text=f"You approved `{foreign(fix.name, 100)}` for {bug.ref}.")


def _code(request: Request, bug: Bug, fix: Fix, word: str) -> View:
    if not request.trigger:
        how = (
            f"press *Approve* in the message I sent you, or write it behind: `/fix approve {bug.ref} {fix.run} 123456`."
        )
        raise Refused(f"This needs the code of your authenticator app: {how}")
    return approving.approval(bug, fix, coded=True, word=word)


def _coded(context: Context, fix: Fix) -> bool:
    """As the settings say now, or as they said when it was asked for."""
    return fix.factor or second_factor.wanted(context.settings.policy, fix)


async def _record(context: Context, request: Request, member: Member, fix: Fix, code: str, decide: Approval) -> None:
    """With a second factor where one is wanted; its code is the entry's key: it is used up with it."""
    if not _coded(context, fix):
        await context.record(request, lambda bug: decide(bug, None))
        return
    try:
        key, proof = second_factor.give(context.settings.policy, member, code, context.now())
    except second_factor.WrongCode:
        await _count(context, request, fix)
    recorded = await context.ledger.record(
        context.number(request), lambda bug: decide(bug, proof), by=request.by, key=key
    )
    if recorded.again:
        raise Invalid(second_factor.USED, {"code": second_factor.USED})


async def _count(context: Context, request: Request, fix: Fix) -> NoReturn:
    """A wrong code is a try less. Raises WrongCode with what is left, NotAllowed where nothing was."""
    recorded = await context.record(request, lambda bug: approval.wrong_code(bug, request.user, fix.run))
    given = rules.find(recorded.bug, fix.run).wrong_codes.count(request.user)
    raise second_factor.WrongCode(max(approval.TRIES - given, 0))


@verb("reject", "/fix reject BUG-1 2 why", acts=Duty.ACT)
async def reject(context: Context, request: Request) -> Response:
    """You saw the preview of run 2 and say no; without a number it shows what waits."""
    return await send_no(context, request, approving.reject, approval.reject)


@verb("break_glass", acts=Duty.RUN)
async def break_glass(context: Context, request: Request) -> Response:
    """Nobody can be waited for: go on alone, seen by everybody."""
    if not context.settings.policy.break_glass:
        raise Refused("Going on without an approval is not allowed here (`[policy] break_glass`).")
    bug = await context.bug(request)
    fix, digest = rules.find(bug, request.carried_number("run")), request.carried("digest")
    if not request.values:
        return Response(modal=fix_modals.alone(bug, fix, digest, coded=_coded(context, fix)))
    reason, code, member = request.field("reason"), request.field("code"), await context.approver(request.user)

    def decide(now: Bug, proof: Proof | None) -> FixApproved:
        return approval.break_glass(now, request.user, fix.run, digest, now=context.now(), reason=reason, proof=proof)

    await _record(context, request, member, fix, code, decide)
    return NOTHING


@verb("go_alone", acts=Duty.RUN)
async def go_alone(context: Context, request: Request) -> Response:
    """Nobody else is here: type what it changes, and everybody reads it."""
    if not context.settings.policy.solo:
        raise Refused("Going on alone is not allowed here (`[policy] team`).")
    bug = await context.bug(request)
    fix, digest = rules.find(bug, request.carried_number("run")), request.carried("digest")
    if not request.values:
        return Response(modal=fix_modals.typed(bug, fix, coded=_coded(context, fix)))
    if others := await context.directory.eligible(request.user):
        raise Refused("Somebody else is here now who can approve: ", *people(others), ". Make a new preview.")
    typed, code, member = request.field("typed"), request.field("code"), await context.approver(request.user)

    def decide(now: Bug, proof: Proof | None) -> FixApproved:
        return approval.go_alone(now, request.user, fix.run, digest, now=context.now(), typed=typed, proof=proof)

    await _record(context, request, member, fix, code, decide)
    return Response(close=True)


@verb("freeze", "/fix freeze [why]")
async def freeze(context: Context, request: Request) -> Response:
    """Nothing is run on production until an approver thaws it."""
    await workspace.record(
        context.ledger, lambda _now: ProductionFrozen(why=request.args), by=request.by, key=fit(f"ask:{request.key}")
    )
    return Response(
        text=":ice_cube: Production is frozen: no fix starts until an approver says `/fix thaw`.", public=True
    )


@verb("thaw", "/fix thaw 3 [why]", acts=Duty.ACT)
async def thaw(context: Context, request: Request) -> Response:
    """Fixes may run again; approvers only. Without the freeze's number it shows what is frozen."""
    may_rule(await context.approver(request.user), "thaw what somebody froze", alone=await context.leaderless())
    number, why = grammar.run(request.args)
    number = request.carried_number("freeze") if "freeze" in request.about else number
    if number is None:
        return _frozen((await workspace.load(context.ledger)).freeze, why)
    await workspace.record(
        context.ledger,
        lambda now: thawed(now, why or unquote(request.about.get("why", "")), number=number),
        by=request.by,
        key=fit(f"ask:{request.key}"),
    )
    return Response(text=":fire: Production is thawed: fixes may run again.", public=True)


def _frozen(freeze: Freeze | None, why: str) -> Response:
    """Nothing is thawed by a word that doesn't say what: this is frozen, with its button."""
    if freeze is None:
        return Response(text="Nobody froze production: fixes may run.")
    said = f": {foreign(freeze.why, 300, one_line=True)}" if freeze.why else ""
    how = f"Nothing is thawed yet. Press the button, or name it: `/fix thaw {freeze.number}`."
    text = f":ice_cube: {who(freeze.by)} froze production at {clock(freeze.at)}{said}. {how}"
    button = kit.button("Thaw", "thaw", bare(freeze=str(freeze.number), why=quote(why[:300])), "primary")
    return Response(text=text, blocks=tuple(kit.render([kit.section(text, "frozen"), *kit.actions([button], "thaw")])))


@verb("allow", "/fix allow delete-row [why]", acts=Duty.ACT)
async def allow(context: Context, request: Request) -> Response:
    """Turns on an action whose file is new or has changed; approvers only."""
    may_rule(await context.approver(request.user), "turn actions on", alone=await context.leaderless())
    await context.allowed.refresh()  # the file as it is now, not as it was when the bot last looked
    name, _, why = request.args.strip().partition(" ")
    entry = context.catalogue.find(name)
    await workspace.record(
        context.ledger,
        lambda now: allowed(now, entry.name, entry.sha, why.strip()),
        by=request.by,
        key=fit(f"ask:{request.key}"),
    )
    await context.allowed.refresh()
    context.catalogue.usable(entry.name)
    return Response(text=f"`{entry.name}` is on, as its file is now.", public=True)
