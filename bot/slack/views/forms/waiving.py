"""Draws the form of a waiver. Pure."""

from bot.bug.bug import Bug
from bot.bug.permissions.alone import Word
from bot.slack.views import blocks as kit
from bot.slack.views.forms.forms import View
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import foreign

ALONE = (
    ":bust_in_silhouette: You owe it yourself, and nobody else is here to waive it. "
    "You may go on alone; the channel and the retro say so."
)


def form(bug: Bug, reason: str, wanted: Word | None) -> View:
    """`wanted`: what is typed by who owes it and is alone; None: somebody else waives it."""
    why = kit.text_input("reason", "Why will nobody make the proper fix?", reason, many=True, longest=500)
    typed = (
        kit.text_input("typed", f"Type {wanted.what}", hint=f"As it stands here: {wanted.word}", longest=60)
        if wanted
        else None
    )
    alone = [kit.section(ALONE, "alone")] if wanted else []
    about = kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug")
    blocks = [about, *alone, why, *([typed] if typed else [])]
    return kit.modal(f"Waive {bug.ref}", blocks, id_="waive", meta=mark(bug), submit="Waive it")
