"""The three buttons under a message that belongs to no bug."""

from urllib.parse import unquote

from bot.bug.errors import Refused
from bot.ledger.entries import list_bugs
from bot.slack.incoming.context import Desk
from bot.slack.incoming.request import NOTHING, Answer, Ask
from bot.slack.verbs.registry import verb
from bot.slack.views import blocks
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import foreign


def _place(ask: Ask) -> tuple[str, str]:
    return ask.carried("source"), unquote(ask.carried("conversation"))


@verb("new_from")
async def new_from(desk: Desk, ask: Ask) -> Answer:
    """It is a bug of its own."""
    number = await desk.services["people"].open(*_place(ask), ask.by)
    return Answer(text=f"BUG-{number} is open; its card stands in <#{desk.channel}>.")


@verb("same_as")
async def same_as(desk: Desk, ask: Ask) -> Answer:
    """It belongs to a bug that is there."""
    chosen = ask.field("bug")
    number = int(chosen) if chosen.isdigit() else desk.number(ask)
    await desk.services["people"].join(*_place(ask), number)
    return Answer(close=True) if ask.via == "modal" else NOTHING


@verb("same_as_which")
async def same_as_which(desk: Desk, ask: Ask) -> Answer:
    """Choose the bug."""
    bugs = await list_bugs(desk.ledger, limit=100)
    if not bugs:
        raise Refused("No bug is open. Press *New bug*.")
    choices = [(str(b.ref.number), f"{b.ref} {foreign(b.title, 60, one_line=True)}") for b in bugs]
    about = {k: v for k, v in ask.about.items() if k != "form"}
    return Answer(
        modal=blocks.modal(
            "Same as which bug",
            [blocks.menu("bug", "Bug", choices)],
            id_="same_as",
            meta=mark(0, 0, **about),
            submit="Join",
        )
    )


@verb("not_a_bug")
async def not_a_bug(desk: Desk, ask: Ask) -> Answer:
    """Nothing to do with production."""
    await desk.services["people"].drop(*_place(ask))
    return NOTHING
