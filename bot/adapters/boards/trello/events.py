"""Turns Trello's events, from its webhook or a poll, into changes in our words. Pure."""

import base64
from collections.abc import Mapping
from datetime import datetime

from bot.adapters.boards.trello.text import LONGEST
from bot.adapters.common.reading import Data, load
from bot.adapters.common.signing import require, same, signature
from bot.adapters.ports import BoardChange, Hook, Known, Stage
from bot.bug.errors import Unreadable

KINDS = {"commentCard": "commented", "deleteCard": "deleted", "moveCardFromBoard": "moved", "moveCardToBoard": "moved"}
FILTER = "updateCard:idList,updateCard:closed,commentCard,deleteCard,moveCardFromBoard,moveCardToBoard"
"""The actions worth asking for; what `parse` knows by name."""


def verify(hook: Hook, secret: str | None) -> None:
    """Trello signs the body and the address as it was registered."""
    if secret:
        expected = base64.b64encode(signature(secret, hook.body + hook.url.encode(), "sha1")).decode()
        given = hook.headers.get("x-trello-webhook", "")
        require(same(given, expected), "Trello's signature does not match: check board.secret and web.public_url.")


def parse(hook: Hook, known: Known | None = None) -> tuple[BoardChange, ...]:
    action = load(hook.body).at("action")
    if not (isinstance(action.value, Mapping) and action.value):
        raise Unreadable("Trello's delivery has no action.")
    found = change(action, known or Known())
    return (found,) if found else ()


def change(action: Data, known: Known) -> BoardChange | None:
    """None for what is not about a card, and for what we did ourselves."""
    data = action.at("data")
    card = data.key("card.id")
    if not card or _is_ours(action, known.own):
        return None
    event, kind = action.key("id"), _kind(action.line("type"), data)
    if not event:
        raise Unreadable("Trello's action has no id.")
    return BoardChange(
        event=event,
        card=card,
        kind=kind,
        stage=_stage(data, known.stages) if kind == "moved" else None,
        text=data.text("text", limit=LONGEST),
        by=action.line("memberCreator.username"),
        name=action.line("memberCreator.fullName"),
        at=_moment(action),
    )


def _is_ours(action: Data, own: str) -> bool:
    """A token may be a person's: what that person does in the browser has no app."""
    return bool(own) and action.line("idMemberCreator") == own and bool(action.at("appCreator").value)


def _kind(name: str, data: Data) -> str:
    if name != "updateCard":
        return KINDS.get(name, "other")
    if data.at("listAfter").value:
        return "moved"
    match data.at("old.closed").value, data.at("card.closed").value:
        case False, True:
            return "archived"
        case True, False:
            return "unarchived"
    return "other"


def _stage(data: Data, stages: Mapping[str, Stage]) -> Stage | None:
    """A list's id counts for more than its name: somebody may have renamed it."""
    target = data.at("listAfter") if data.at("listAfter").value else data.at("list")
    return stages.get(target.line("id")) or stages.get(target.line("name").casefold())


def _moment(action: Data) -> datetime:
    at = action.time("date")
    if at is None:
        raise Unreadable(f"Trello's action has no date that can be read: {action.line('date', limit=40)!r}")
    return at
