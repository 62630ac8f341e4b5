"""The three buttons under a message that belongs to no bug."""

from urllib.parse import unquote

from bot.bug.errors import Refused
from bot.ledger.entries import list_bugs
from bot.slack.incoming.context import Context
from bot.slack.incoming.request import NOTHING, Request, Response
from bot.slack.verbs.registry import verb
from bot.slack.views import blocks
from bot.slack.views.marks import bare
from bot.slack.views.mrkdwn import foreign


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


@verb("same_as_which")
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
