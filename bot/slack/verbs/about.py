"""What an approver's word is about: the run that it names, and what they were shown of it."""

from collections.abc import Callable
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.errors import NotFound
from bot.bug.event import Event
from bot.bug.fixes import approval
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.permissions.policy import Member
from bot.bug.values import Frozen
from bot.slack.incoming import grammar, spelling
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.views.forms import approving
from bot.slack.views.forms.forms import View


class About(Frozen):
    """The run, and the preview that they saw of it."""

    run: int
    digest: str
    rest: str = ""
    """What a typed word says besides."""


def about(bug: Bug, request: Request) -> About | None:
    """A button carries it; a typed word names the run, whose preview stands in the request. None: it names nothing."""
    if "run" in request.about:
        return About(run=request.carried_number("run"), digest=request.carried("digest"))
    number, rest = grammar.run(request.args)
    fix = bug.fix(number) if number else None
    return About(run=fix.run, digest=fix.digest, rest=rest) if fix else None


WORDS = {"hand_on": "hand"}
"""Verbs whose typed word is another one."""


def what_waits(bug: Bug, member: Member, request: Request, now: datetime) -> Response:
    """Nothing is decided by a word that doesn't say about what: this waits, with its buttons."""
    live = bug.live_fix
    if live is None or live.state is not RunState.WAITING:
        raise NotFound(f"Nothing waits for an approval on {bug.ref}.")
    fix = approval.may_decide(bug, member, live.run)
    word = WORDS.get(request.verb, request.verb)
    how = f"Press a button here, or name the run: `/fix {word} {bug.ref} {fix.run}`."
    named, _ = grammar.run(request.args)
    none = f"There is no run {named}. " if named is not None and not bug.fix(named) else ""
    text = f"{none}{bug.ref} run {fix.run} waits for your word; nothing is decided yet. {how}"
    return Response(text=text, blocks=tuple(approving.request(bug, fix, text, now)))


async def send_no(
    context: Context,
    request: Request,
    form: Callable[[Bug, Fix], View],
    decide: Callable[[Bug, Member, int, str, str], Event],
) -> Response:
    """A no needs its reason, which `form` asks for where the word brings none. `decide` gets bug, approver, run, digest and reason."""
    bug, member = await context.bug(request), await context.approver(request.user)
    seen = about(bug, request)
    if seen is None:
        return what_waits(bug, member, request, context.now())
    reason = spelling.said(seen.rest) or request.field("reason")
    if not (reason or request.values):
        return Response(modal=form(bug, approval.may_decide(bug, member, seen.run)))
    await context.record(request, lambda now: decide(now, member, seen.run, seen.digest, reason))
    return NOTHING
