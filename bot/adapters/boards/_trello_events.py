"""What Trello tells of a board, by webhook or by poll, in our words. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.adapters.ports import BoardChange, Hook, Known, Stage
from bot.bodies import json_object
from bot.bug.errors import Unauthorised, Unreadable

Json = Mapping[str, Any]
KINDS = {"commentCard": "commented", "deleteCard": "deleted", "moveCardFromBoard": "moved", "moveCardToBoard": "moved"}
FILTER = "updateCard:idList,updateCard:closed,commentCard,deleteCard,moveCardFromBoard,moveCardToBoard"
"""The actions worth asking for; what `parse` knows by name."""


def verify(hook: Hook, secret: str | None, callback_url: str) -> None:
    """`callback_url` is the address as it was registered: Trello signs the body and that."""
    if not secret:
        return
    expected = base64.b64encode(hmac.digest(secret.encode(), hook.body + callback_url.encode(), hashlib.sha1))
    given = hook.headers.get("x-trello-webhook", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, expected):
        raise Unauthorised("Trello's signature does not match: check board.secret and web.public_url.")


def parse(hook: Hook, known: Known | None = None) -> tuple[BoardChange, ...]:
    delivery = json_object(hook.body)
    action = _part(delivery, "action")
    if not action:
        raise Unreadable("Trello's delivery has no action.")
    found = change(action, known or Known())
    return (found,) if found else ()


def change(action: Json, known: Known) -> BoardChange | None:
    """None for what is not about a card, and for what we did ourselves."""
    data = _part(action, "data")
    card = _text(_part(data, "card"), "id")
    if not card or _is_ours(action, known.own):
        return None
    event, kind = _text(action, "id"), _kind(_text(action, "type"), data)
    if not event:
        raise Unreadable("Trello's action has no id.")
    return BoardChange(
        event=event,
        card=card,
        kind=kind,
        stage=_stage(data, known.stages) if kind == "moved" else None,
        text=_text(data, "text"),
        by=_text(_part(action, "memberCreator"), "username"),
        at=_moment(_text(action, "date")),
    )


def _is_ours(action: Json, own: str) -> bool:
    """A token may be a person's: what that person does in the browser has no app."""
    return bool(own) and _text(action, "idMemberCreator") == own and bool(_part(action, "appCreator"))


def _kind(name: str, data: Json) -> str:
    if name != "updateCard":
        return KINDS.get(name, "other")
    if _part(data, "listAfter"):
        return "moved"
    was, now = _part(data, "old").get("closed"), _part(data, "card").get("closed")
    if was is False and now is True:
        return "archived"
    return "unarchived" if was is True and now is False else "other"


def _stage(data: Json, stages: Mapping[str, Stage]) -> Stage | None:
    """A list's id counts for more than its name: somebody may have renamed it."""
    target = _part(data, "listAfter") or _part(data, "list")
    return stages.get(_text(target, "id")) or stages.get(_text(target, "name").strip().casefold())


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"Trello's action has no date that can be read: {text[:40]!r}") from error


def _part(value: object, name: str) -> Json:
    part = value.get(name) if isinstance(value, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _text(value: Json, name: str) -> str:
    """Half a character (a lone surrogate) becomes a question mark; nothing could store it."""
    text = value.get(name)
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""
