"""The buttons under a message that belongs to no bug."""

from urllib.parse import unquote

from bot.bug.bug import Bug
from bot.bug.course.course import Dismissed
from bot.bug.errors import Invalid, Refused
from bot.bug.event import Event
from bot.bug.permissions.policy import Duty
from bot.bug.telling import messages
from bot.ledger.entries import list_bugs
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.registry import verb
from bot.slack.views import blocks, proposal
from bot.slack.views.marks import bare
from bot.slack.views.mrkdwn import foreign

NO_BUG = "Thank you for writing. We have looked at it: nothing is broken here. If something does not work for you, just write again."
"""As the form begins; whoever sends it changes it."""


def _place(request: Request) -> tuple[str, str]:
    return request.carried("source"), unquote(request.carried("conversation"))


@verb("new_from")
async def new_from(context: Context, request: Request) -> Response:
    """It is a bug of its own."""
    number = await context.unplaced.open(*_place(request), request.by)
    return Response(text=f"BUG-{number} is open; its card stands in <#{context.channel}>.")


@verb("same_as")
async def same_as(context: Context, request: Request) -> Response:
    """It belongs to a bug that is there."""
    chosen = request.field("bug")
    number = int(chosen) if chosen.isdigit() else context.number(request)
    await context.unplaced.join(*_place(request), number, request.by)
    return Response(close=True) if request.via == "modal" else NOTHING


@verb("same_as_which", acts=Duty.READ)
async def same_as_which(context: Context, request: Request) -> Response:
    """Choose the bug."""
    bugs = await list_bugs(context.ledger, limit=100)
    if not bugs:
        raise Refused("No bug is open. Press *New bug*.")
    choices = [(str(b.ref.number), f"{b.ref} {foreign(b.title, 60, one_line=True)}") for b in bugs]
    about = {k: v for k, v in request.about.items() if k != "form"}
    return Response(
        modal=blocks.modal(
            "Same as which bug",
            [blocks.menu("bug", "Bug", choices)],
            id_="same_as",
            meta=bare(**about),
            submit="Join",
        )
    )


@verb("not_a_bug")
async def not_a_bug(context: Context, request: Request) -> Response:
    """Nothing to do with production."""
    await context.unplaced.drop(*_place(request), request.by)
    return NOTHING


@verb("not_a_bug_answer", acts=Duty.TELL)
async def not_a_bug_answer(context: Context, request: Request) -> Response:
    """Nothing to do with production, which whoever wrote is told; the trail of a dismissed bug keeps it."""
    if not request.values:
        carried = {name: request.carried(name) for name in ("source", "conversation")}
        return Response(modal=proposal.answer(carried, NO_BUG))
    text = request.field("text").strip()
    if not text:
        raise Invalid("Say something.", {"text": "They read this, so it can't be empty."})
    if context.engine.redactor.holds(text):
        say = "This holds a secret of ours, a value of makegood.toml or of the environment. Take it out."
        raise Invalid("A secret.", {"text": say})
    number = await context.unplaced.open(*_place(request), request.by)

    def decide(bug: Bug) -> tuple[Event, ...]:
        wrote = [c.id for c in bug.customers if c.reachable and not c.beside]
        return (messages.answer(bug, wrote, text), Dismissed(reason="not a bug: answered"))

    await context.record(request, context.sending(decide), bug=number)
    return Response(close=True)
