"""How Trello shows a board, a list, a card and a person; py-trello reads all of these fields and falls over without them."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
MAKEGOOD = "makegood"
"""The member whose token the bot holds; what is done with it is done through an app."""
APP = {"id": "6b00000000000000000000aa"}
NOTHING: tuple[Any, ...] = ({}, None, "", "null")


class TrelloError(Exception):
    """Trello's refusal: a status and a plain sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def length(text: str) -> int:
    """As Trello counts: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def short(object_id: str) -> str:
    """The eight letters of a link; from the id, so that they never change."""
    return hashlib.sha256(object_id.encode()).hexdigest()[:8]


def member(username: str) -> Json:
    return {
        "id": hashlib.sha256(f"member {username}".encode()).hexdigest()[:24],
        "username": username,
        "fullName": username.capitalize(),
        "initials": username[:1].upper(),
        "avatarHash": None,
    }


def board(object_id: str, name: str, site: str) -> Json:
    link = short(object_id)
    return {
        "id": object_id,
        "name": name,
        "desc": "",
        "closed": False,
        "shortLink": link,
        "url": f"{site}/b/{link}/{name.lower().replace(' ', '-')}",
        "shortUrl": f"{site}/b/{link}",
    }


def card(object_id: str, number: int, board_id: str, site: str, now: float) -> Json:
    link = short(object_id)
    return {
        "id": object_id,
        "name": "",
        "desc": "",
        "idBoard": board_id,
        "idList": "",
        "idLabels": [],
        "idMembers": [],
        "idChecklists": [],
        "idShort": number,
        "shortLink": link,
        "shortUrl": f"{site}/c/{link}",
        "url": f"{site}/c/{link}",
        "pos": number * 65536,
        "closed": False,
        "due": None,
        "dueComplete": False,
        "dateLastActivity": iso(now),
        "badges": {"comments": 0, "attachments": 0, "checkItems": 0, "checkItemsChecked": 0, "description": False},
        "customFieldItems": [],
    }


def shown(full: Json, fields: str) -> Json:
    """Only the fields asked for; the id always."""
    if fields in ("", "all"):
        return full
    return {name: full[name] for name in ["id", *fields.split(",")] if name in full}


def flag(value: object) -> bool:
    return value is True or str(value).lower() == "true"


def words(value: object) -> list[str]:
    """Trello takes a list as JSON or with commas."""
    if isinstance(value, list):
        return [str(item) for item in value]
    return [item for item in str(value or "").split(",") if item]


def summary(full: Mapping[str, Any]) -> Json:
    """A card as an action quotes it."""
    return {name: full[name] for name in ("id", "name", "idShort", "shortLink")}
