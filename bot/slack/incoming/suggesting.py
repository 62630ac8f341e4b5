"""Answers a menu that searches, while somebody types into it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.errors import MakegoodError
from bot.bug.permissions.policy import Duty
from bot.ledger.entries import load
from bot.slack.incoming.context import Context
from bot.slack.views import blocks, marks
from bot.slack.views.forms import forms, readers
from bot.text import clean, sentence

log = logging.getLogger(__name__)

People = Callable[[Bug], Sequence[Customer]]
WHOM: Mapping[str, People] = {"tell": forms.to_tell, "told_by_hand": forms.not_told}
"""By the form in which it is asked."""


async def offered(context: Context, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The customers of the form's bug whom the typed words fit; nothing for who may not write to them."""
    view, user, team = body.get("view") or {}, body.get("user") or {}, body.get("team") or {}
    people = WHOM.get(str(view.get("callback_id")))
    if people is None:
        return []
    try:
        await context.must_be_ours(user.get("id", ""), user.get("team_id") or team.get("id", ""))
        await context.must(Duty.TELL, user.get("id", ""))
        bug = await load(context.ledger, marks.read(view.get("private_metadata", "")).bug)
    except (MakegoodError, SQLAlchemyError, OSError) as error:
        log.warning("A menu that searches stays empty: %s", sentence(error))
        return []
    return blocks.offered(readers.found(people(bug), clean(str(body.get("value") or ""))))
