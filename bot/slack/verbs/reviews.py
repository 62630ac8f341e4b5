"""What approvers say besides yes and no: approve with a word, request changes, hand on; and the asker's revision."""

import re
from collections.abc import Sequence

from bot.bug.bug import Bug
from bot.bug.errors import NotFound
from bot.bug.event import Event
from bot.bug.fixes import approval, asking, review
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.permissions.policy import Duty, Member
from bot.slack.incoming import grammar, spelling
from bot.slack.incoming import second_factor as factor
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import Request, Response
from bot.slack.verbs.about import About, about, send_no, what_waits
from bot.slack.verbs.fixes import ask_preview, must_act
from bot.slack.verbs.registry import verb
from bot.slack.verbs.waiting import waiting
from bot.slack.views.forms import approving, filling, forms
from bot.slack.views.mrkdwn import foreign, who

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


@verb("approve_word", acts=Duty.ACT)
async def approve_word(context: Context, request: Request) -> Response:
    """The form in which an approval takes a word."""
    bug, member = await context.bug(request), await context.approver(request.user)
    fix = approval.may_decide(bug, member, request.carried_number("run"))
    coded = fix.factor or factor.wanted(context.settings.policy, fix)
    return Response(modal=approving.approval(bug, fix, coded=coded))


@verb("changes", "/fix changes BUG-1 2 only menu 14", acts=Duty.ACT)
async def changes(context: Context, request: Request) -> Response:
    """You would agree to something a little different; whoever asked revises it, with all that they filled in."""
    return await send_no(context, request, approving.send_back, review.send_back)


@verb("hand_on", "/fix hand BUG-1 2 @max knows that table", acts=Duty.ACT)
async def hand_on(context: Context, request: Request) -> Response:
    """Another approver decides instead of you."""
    bug, member = await context.bug(request), await context.approver(request.user)
    seen = about(bug, request)
    if seen is None:
        return what_waits(bug, member, request, context.now())
    fix = approval.may_decide(bug, member, seen.run)
    able = await context.directory.eligible(fix.by)
    others = [await context.directory.member(user) for user in able if user not in {member.id, *fix.approved_by}]
    if not (seen.rest or request.values):
        return _whom(bug, fix, others)
    to, reason = _named(seen, others) if seen.rest else (request.field("to"), request.field("reason"))
    whom = await context.directory.member(to, fresh=True)
    await context.record(
        request,
        lambda now: review.hand_on(
            now, member, seen.run, seen.digest, to=whom, able=able, now=context.now(), reason=reason
        ),
    )
    return Response(text=f"{who(to)} is asked instead of you.")


def _whom(bug: Bug, fix: Fix, others: Sequence[Member]) -> Response:
    if not others:
        raise NotFound("Nobody else can approve this. Decide it yourself, or request changes.")
    return Response(modal=approving.hand_on(bug, fix, [(m.id, m.name) for m in others]))


def _named(seen: About, others: Sequence[Member]) -> tuple[str, str]:
    """Who is meant, and why: a mention, a name as Slack shows it, or an address. Raises NotFound.

    A slash command that Slack does not escape brings "@max" as it was typed.
    """
    if found := _MENTION.match(seen.rest):
        return found[1], spelling.said(seen.rest[found.end() :])
    typed = seen.rest.removeprefix("@")
    for name, member in sorted(((n, m) for m in others for n in _names(m)), key=lambda pair: -len(pair[0])):
        rest = typed[len(name) :]
        if typed.casefold().startswith(name.casefold()) and not rest[:1].isalnum():
            return member.id, spelling.said(rest)
    names = ", ".join(f"@{foreign(m.name, 60, one_line=True)}" for m in others) or "nobody else"
    raise NotFound(f"Say who decides instead of you, and why: {names} could.")


def _names(member: Member) -> list[str]:
    return [name for name in (member.email, member.name, member.email.partition("@")[0]) if name]


@verb("revise", "/fix revise BUG-1 2 id=14", acts=Duty.RUN)
async def revise(context: Context, request: Request) -> Response:
    """You revise what an approver sent back: what you don't name stays as you filled it in."""
    must_act(context)
    bug = await context.bug(request)
    number, rest = _sent_back(bug, request)
    fix = review.revised(bug, request.user, number)
    if fix.undo_of:
        return Response(modal=forms.reason(bug, "undo", "Undo", "Why is it undone?", run=fix.undo_of))
    if not rest:
        return await filling.revised(context, request, bug, fix)
    _, given, reason = grammar.call(f"{fix.action} {rest}")
    kept = {name: text for name, text in fix.params.items() if name not in context.engine.secret(fix.action)}
    return await ask_preview(context, request, fix.action, {**kept, **given}, reason or fix.reason, revises=fix.run)


@verb("ask_again", "/fix again BUG-1 2", acts=Duty.RUN)
async def ask_again(context: Context, request: Request) -> Response:
    """A preview once more of what lapsed, failed or got none, as it was filled in; what is otherwise by then is marked."""
    must_act(context)
    bug = await context.bug(request)
    fix = review.asked_again(bug, request.user, _sent_back(bug, request)[0])
    secret = context.engine.secret(fix.action)
    if fix.state is RunState.SENT_BACK or (secret and not fix.undo_of):  # something is to be filled in by a person
        return await filling.revised(context, request, bug, fix)

    def decide(now: Bug, view: str = "") -> tuple[Event, ...]:
        review.asked_again(now, request.user, fix.run)
        return asking.ask_again(now, request.user, fix, view=view)

    if request.trigger:
        return await waiting(context, request, decide, f"{fix.action} is being previewed again …")
    await context.record(request, decide)
    return Response(text=f"The preview comes into {bug.ref}'s thread, for you alone.")


def _sent_back(bug: Bug, request: Request) -> tuple[int, str]:
    """The run that a button or a word names, and what stands behind it. Raises NotFound."""
    if "run" in request.about:
        return request.carried_number("run"), ""
    number, rest = grammar.run(request.args)
    if number is None:
        verb_ = "again" if request.verb == "ask_again" else "revise"
        raise NotFound(f"Name the run, as in `/fix {verb_} {bug.ref} 2`.")
    return number, rest
