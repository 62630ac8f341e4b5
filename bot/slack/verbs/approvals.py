"""Approvals, and what only approvers may: yes, no, alone; thaw what anybody may freeze; turn an action on."""

from collections.abc import Callable

from bot.bug.bug import Bug
from bot.bug.errors import Invalid, NotFound, Refused
from bot.bug.fixes import approval, rules
from bot.bug.fixes.approval import FixApproved, Proof
from bot.bug.fixes.fix import Fix
from bot.bug.keys import fit
from bot.bug.policy import Member, may_rule
from bot.bug.workspace import ProductionFrozen
from bot.bug.workspace import allow as allowed
from bot.bug.workspace import thaw as thawed
from bot.ledger import workspace
from bot.slack.incoming import second_factor
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms import forms
from bot.slack.views.forms.forms import View
from bot.slack.views.mrkdwn import foreign

Approval = Callable[[Bug, Proof | None], FixApproved]


@verb("approve", "/fix approve BUG-1")
async def approve(context: Context, request: Request) -> Response:
    """You saw the preview and agree."""
    member = await context.approver(request.user)
    bug = await context.bug(request)
    fix = approval.may_decide(bug, member, _waiting(bug, request).run)
    digest = request.about.get("digest") or fix.digest
    code = request.field("code") or request.args.strip()
    if _coded(context, fix) and not code:
        return Response(modal=_code(request, bug, fix))
    await _record(
        context,
        request,
        member,
        fix,
        code,
        lambda now, proof: approval.approve(now, member, fix.run, digest, context.now(), proof=proof),
    )
    return Response(text=f"You approved `{foreign(fix.name, 100)}` for {bug.ref}.")


def _code(request: Request, bug: Bug, fix: Fix) -> View:
    if not request.trigger:
        raise Refused("This needs the code of your authenticator app: press *Approve* in the message I sent you.")
    return fix_modals.code(bug, fix)


def _coded(context: Context, fix: Fix) -> bool:
    """As the settings say now, or as they said when it was asked for."""
    return fix.factor or second_factor.wanted(context.settings.policy, fix)


async def _record(context: Context, request: Request, member: Member, fix: Fix, code: str, decide: Approval) -> None:
    """With a second factor where one is wanted; its code is the entry's key: it is used up with it."""
    if not _coded(context, fix):
        await context.record(request, lambda bug: decide(bug, None))
        return
    key, proof = second_factor.give(context.settings.policy, member, code, context.now())
    recorded = await context.ledger.record(
        context.number(request), lambda bug: decide(bug, proof), by=request.by, key=key
    )
    if recorded.again:
        raise Invalid(second_factor.USED, {"code": second_factor.USED})


@verb("reject", "/fix reject BUG-1 why")
async def reject(context: Context, request: Request) -> Response:
    """You saw the preview and say no."""
    bug = await context.bug(request)
    fix = _waiting(bug, request)
    if not (request.args or request.values):
        return Response(modal=forms.reason(bug, "reject", "Reject", "Why not?", run=fix.run))
    member = await context.approver(request.user)
    await context.record(
        request, lambda now: approval.reject(now, member, fix.run, request.args or request.field("reason"))
    )
    return NOTHING


@verb("break_glass")
async def break_glass(context: Context, request: Request) -> Response:
    """Nobody can be waited for: go on alone, seen by everybody."""
    if not context.settings.policy.break_glass:
        raise Refused("Going on without an approval is not allowed here (`[policy] break_glass`).")
    bug = await context.bug(request)
    fix = _waiting(bug, request)
    digest = request.about.get("digest") or fix.digest
    if not request.values:
        return Response(modal=fix_modals.alone(bug, fix, digest, coded=_coded(context, fix)))
    reason, code, member = request.field("reason"), request.field("code"), await context.approver(request.user)

    def decide(now: Bug, proof: Proof | None) -> FixApproved:
        return approval.break_glass(now, request.user, fix.run, digest, now=context.now(), reason=reason, proof=proof)

    await _record(context, request, member, fix, code, decide)
    return NOTHING


@verb("freeze", "/fix freeze [why]")
async def freeze(context: Context, request: Request) -> Response:
    """Nothing is run on production until an approver thaws it."""
    await workspace.record(
        context.ledger, lambda _now: ProductionFrozen(why=request.args), by=request.by, key=fit(f"ask:{request.key}")
    )
    return Response(
        text=":ice_cube: Production is frozen: no fix starts until an approver says `/fix thaw`.", public=True
    )


@verb("thaw", "/fix thaw [why]")
async def thaw(context: Context, request: Request) -> Response:
    """Fixes may run again; approvers only."""
    may_rule(await context.approver(request.user), "thaw what somebody froze")
    await workspace.record(
        context.ledger, lambda now: thawed(now, request.args), by=request.by, key=fit(f"ask:{request.key}")
    )
    return Response(text=":fire: Production is thawed: fixes may run again.", public=True)


@verb("allow", "/fix allow delete-row [why]")
async def allow(context: Context, request: Request) -> Response:
    """Turns on an action whose file is new or has changed; approvers only."""
    may_rule(await context.approver(request.user), "turn actions on")
    await context.services["reload"]()  # the file as it is now, not as it was when the bot last looked
    name, _, why = request.args.strip().partition(" ")
    entry = context.catalogue.find(name)
    await workspace.record(
        context.ledger,
        lambda now: allowed(now, entry.name, entry.sha, why.strip()),
        by=request.by,
        key=fit(f"ask:{request.key}"),
    )
    await context.services["reload"]()
    context.catalogue.usable(entry.name)
    return Response(text=f"`{entry.name}` is on, as its file is now.", public=True)


def _waiting(bug: Bug, request: Request) -> Fix:
    if "run" in request.about:
        return rules.find(bug, request.carried_number("run"))
    live = bug.live_fix
    if live is None:
        raise NotFound(f"Nothing waits for an approval on {bug.ref}.")
    return live
