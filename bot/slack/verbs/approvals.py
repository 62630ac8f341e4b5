"""Approvals, and what only approvers may: yes, no, alone; thaw what anybody may freeze; turn an action on."""

from bot.domain.bug import Bug
from bot.domain.decide import fixes
from bot.domain.errors import Invalid, NotFound, Refused
from bot.domain.fix import Fix
from bot.domain.fix_events import FixApproved
from bot.domain.policy import Member, may_rule
from bot.domain.words import foreign
from bot.slack import factor, fix_modals, modals
from bot.slack.ask import NOTHING, Answer, Ask
from bot.slack.desk import Desk
from bot.slack.modals import View
from bot.slack.verbs.registry import verb


@verb("approve", "/fix approve BUG-1")
async def approve(desk: Desk, ask: Ask) -> Answer:
    """You saw the preview and agree."""
    member = await desk.approver(ask.user)
    bug = await desk.bug(ask)
    fix = fixes.may_decide(bug, member, _waiting(bug, ask).run)
    digest = ask.about.get("digest") or fix.digest
    if factor.wanted(desk.settings.policy, fix):
        code = ask.field("code") or ask.args.strip()
        if not code:
            return Answer(modal=_code(ask, bug, fix))
        await _with_factor(desk, ask, member, fix, digest, code)
    else:
        await desk.record(ask, lambda now: fixes.approve(now, member, fix.run, digest, desk.now()))
    return Answer(text=f"You approved `{foreign(fix.name, 100)}` for {bug.ref}.")


def _code(ask: Ask, bug: Bug, fix: Fix) -> View:
    if not ask.trigger:
        raise Refused("This needs the code of your authenticator app: press *Approve* in the message I sent you.")
    return fix_modals.code(bug, fix)


async def _with_factor(desk: Desk, ask: Ask, member: Member, fix: Fix, digest: str, code: str) -> None:
    """The code is the entry's key: it is used up with it."""
    key = factor.key(desk.settings.policy, member, code, desk.now())

    def decide(bug: Bug) -> FixApproved:
        return fixes.approve(bug, member, fix.run, digest, desk.now(), factor=True)

    recorded = await desk.ledger.record(desk.number(ask), decide, by=ask.by, key=key)
    if recorded.again:
        raise Invalid(factor.USED, {"code": factor.USED})


@verb("reject", "/fix reject BUG-1 why")
async def reject(desk: Desk, ask: Ask) -> Answer:
    """You saw the preview and say no."""
    bug = await desk.bug(ask)
    fix = _waiting(bug, ask)
    if not (ask.args or ask.values):
        return Answer(modal=modals.reason(bug, "reject", "Reject", "Why not?", run=fix.run))
    member = await desk.approver(ask.user)
    await desk.record(ask, lambda now: fixes.reject(now, member, fix.run, ask.args or ask.field("reason")))
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
        why = "Why can nobody be waited for?"
        return Answer(modal=modals.reason(bug, "break_glass", "Go on alone", why, run=fix.run, digest=digest))
    reason = ask.field("reason")
    await desk.record(ask, lambda now: fixes.break_glass(now, ask.user, fix.run, digest, now=desk.now(), reason=reason))
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
        return fixes.find(bug, ask.carried_number("run"))
    live = bug.live_fix
    if live is None:
        raise NotFound(f"Nothing waits for an approval on {bug.ref}.")
    return live
