"""Draws the form of a debt: who owes the proper fix, and until when. Pure."""

from bot.bug.bug import Bug
from bot.slack.views import blocks as kit
from bot.slack.views.forms.forms import View
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import foreign


def form(bug: Bug, owner: str, due: str) -> View:
    """`due`: the present day, as "2026-12-01"."""
    blocks = [
        kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug"),
        kit.person_input("owner", "Who owes the proper fix?", owner),
        kit.date_input("due", "Until when?", due),
    ]
    return kit.modal(f"Debt of {bug.ref}", blocks, id_="debt", meta=mark(bug), submit="Agree")
