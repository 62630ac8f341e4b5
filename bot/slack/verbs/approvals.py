"""Approvals, and what only approvers may: yes, no, alone; thaw what anybody may freeze; turn an action on."""

from collections.abc import Callable

from bot.bug.bug import Bug
from bot.bug.errors import Invalid, NotFound, Refused
from bot.bug.fixes import approval, rules
from bot.bug.fixes.approval import FixApproved, Proof
from bot.bug.fixes.fix import Fix
from bot.bug.policy import Member, may_rule
from bot.slack.incoming import second_factor
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import NOTHING, Answer, Ask
from bot.slack.verbs.registry import verb
from bot.slack.views.forms import fix as fix_modals
from bot.slack.views.forms import forms
from bot.slack.views.forms.forms import View
from bot.slack.views.mrkdwn import foreign

Approval = Callable[[Bug, Proof | None], FixApproved]


@verb("approve", "/fix approve BUG-1")
async def approve(desk: Desk, ask: Ask) -> Answer:
    """You saw the preview and agree."""
    member = await desk.approver(ask.user)
    bug = await desk.bug(ask)
    fix = approval.may_decide(bug, member, _waiting(bug, ask).run)
    digest = ask.about.get("digest") or fix.digest
    code = ask.field("code") or ask.args.strip()
    if _coded(desk, fix) and not code:
        return Answer(modal=_code(ask, bug, fix))
    await _record(
        desk,
        ask,
        member,
        fix,
        code,
        lambda now, proof: approval.approve(now, member, fix.run, digest, desk.now(), proof=proof),
    )
    return Answer(text=f"You approved `{foreign(fix.name, 100)}` for {bug.ref}.")


def _code(ask: Ask, bug: Bug, fix: Fix) -> View:
    if not ask.trigger:
        raise Refused("This needs the code of your authenticator app: press *Approve* in the message I sent you.")
    return fix_modals.code(bug, fix)


def _coded(desk: Desk, fix: Fix) -> bool:
    """As the settings say now, or as they said when it was asked for."""
    return fix.factor or second_factor.wanted(desk.settings.policy, fix)


async def _record(desk: Desk, ask: Ask, member: Member, fix: Fix, code: str, decide: Approval) -> None:
    """With a second factor where one is wanted; its code is the entry's key: it is used up with it."""
    if not _coded(desk, fix):
        await desk.record(ask, lambda bug: decide(bug, None))
        return
    key, proof = second_factor.give(desk.settings.policy, member, code, desk.now())
    recorded = await desk.ledger.record(desk.number(ask), lambda bug: decide(bug, proof), by=ask.by, key=key)
    if recorded.again:
        raise Invalid(second_factor.USED, {"code": second_factor.USED})


@verb("reject", "/fix reject BUG-1 why")
async def reject(desk: Desk, ask: Ask) -> Answer:
    """You saw the preview and say no."""
    bug = await desk.bug(ask)
    fix = _waiting(bug, ask)
    if not (ask.args or ask.values):
        return Answer(modal=forms.reason(bug, "reject", "Reject", "Why not?", run=fix.run))
    member = await desk.approver(ask.user)
    await desk.record(ask, lambda now: approval.reject(now, member, fix.run, ask.args or ask.field("reason")))
    return NOTHING


@verb("break_glass")
async def break_glass(desk: Desk, ask: Ask) -> Answer:
    """Nobody can be waited for: go on alone, seen by everybody."""
    if not desk.settings.policy.break_glass:
        raise Refused("Going on without an approval is not allowed here (`[policy] break_glass`).")
    bug = await desk.bug(ask)
    fix = _waiting(bug, ask)
    digest = ask.about.get("digest") or fix.digest
    if not ask.values:
        return Answer(modal=fix_modals.alone(bug, fix, digest, coded=_coded(desk, fix)))
    reason, code, member = ask.field("reason"), ask.field("code"), await desk.approver(ask.user)

    def decide(now: Bug, proof: Proof | None) -> FixApproved:
        return approval.break_glass(now, ask.user, fix.run, digest, now=desk.now(), reason=reason, proof=proof)

    await _record(desk, ask, member, fix, code, decide)
    return NOTHING


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
    may_rule(await desk.approver(ask.user), "thaw what somebody froze")
    await desk.services["switches"].clear("freeze")
    return Answer(text=":fire: Production is thawed: fixes may run again.", public=True)


@verb("allow", "/fix allow delete-row")
async def allow(desk: Desk, ask: Ask) -> Answer:
    """Turns on an action whose file is new or has changed; approvers only."""
    may_rule(await desk.approver(ask.user), "turn actions on")
    entry = desk.catalogue.find(ask.args.strip())
    await desk.services["switches"].set(f"allow:{entry.name}", entry.sha, ask.by)
    await desk.services["reload"]()
    return Answer(text=f"`{entry.name}` is on, as its file is now.", public=True)


def _waiting(bug: Bug, ask: Ask) -> Fix:
    if "run" in ask.about:
        return rules.find(bug, ask.carried_number("run"))
    live = bug.live_fix
    if live is None:
        raise NotFound(f"Nothing waits for an approval on {bug.ref}.")
    return live
