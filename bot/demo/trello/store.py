"""The board's state: lists, cards, labels and the actions that every change leaves behind, newest last."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from bot.demo.trello.records import (
    APP,
    MAKEGOOD,
    NOTHING,
    Json,
    TrelloError,
    board,
    card,
    flag,
    iso,
    length,
    member,
    summary,
    words,
)

LONGEST = 16_384
CHANGEABLE = ("name", "desc", "due", "dueComplete", "idList", "closed", "idLabels", "pos")


class Store:
    """One board. Ids are Mongo's: they sort by the time of their making."""

    def __init__(self, *, name: str, site: str, now: Callable[[], float], told: Callable[[Json], None]) -> None:
        self._now, self._site, self._told = now, site, told
        self._ids = count(1)
        self.board = board(self._new_id(), name, site)
        self.lists: dict[str, Json] = {}
        self.cards: dict[str, Json] = {}
        self.labels: dict[str, Json] = {}
        self.actions: list[Json] = []

    def _new_id(self) -> str:
        return f"{int(self._now()):08x}{next(self._ids):016x}"

    def find_list(self, list_id: str) -> Json:
        return _found(self.lists, list_id)

    def find_card(self, name: str) -> Json:
        """By id or by the eight letters of its link."""
        by_link = next((one["id"] for one in self.cards.values() if one["shortLink"] == name), name)
        return _found(self.cards, by_link)

    def full(self, one: Json) -> Json:
        return {**one, "labels": [self.labels[label] for label in one["idLabels"]]}

    def add_list(self, name: str, by: str) -> Json:
        pos = (len(self.lists) + 1) * 65536
        made = {
            "id": self._new_id(),
            "name": name,
            "closed": False,
            "idBoard": self.board["id"],
            "pos": pos,
            "subscribed": False,
        }
        self.lists[made["id"]] = made
        self._act("createList", {"list": _named(made)}, by)
        return made

    def change_list(self, list_id: str, field: str, value: object, by: str) -> Json:
        one = self.find_list(list_id)
        old, one[field] = one[field], flag(value) if field == "closed" else value
        self._act("updateList", {"list": {**_named(one), field: one[field]}, "old": {field: old}}, by)
        return one

    def add_label(self, name: str, color: str | None) -> Json:
        made = {"id": self._new_id(), "idBoard": self.board["id"], "name": name, "color": color}
        self.labels[made["id"]] = made
        return made

    def add_card(self, fields: Mapping[str, object], by: str) -> Json:
        values = {name: self._checked(name, fields[name]) for name in CHANGEABLE if name in fields}
        if "idList" not in values:
            raise TrelloError(400, "invalid value for idList")
        made = card(self._new_id(), len(self.cards) + 1, self.board["id"], self._site, self._now()) | values
        self.cards[made["id"]] = made
        self._act("createCard", {"card": summary(made), "list": _named(self.find_list(made["idList"]))}, by)
        return made

    def change_card(self, name: str, fields: Mapping[str, object], by: str) -> Json:
        """Each changed field is an action of its own."""
        one = self.find_card(name)
        values = {field: self._checked(field, fields[field]) for field in CHANGEABLE if field in fields}
        for field, value in values.items():
            if one[field] != value:
                old, one[field] = one[field], value
                self._act("updateCard", self._change(one, field, old), by)
        one["dateLastActivity"] = iso(self._now())
        return one

    def _change(self, one: Json, field: str, old: object) -> Json:
        data = {"card": {**summary(one), field: one[field]}, "old": {field: old}}
        if field == "idList":
            return data | {
                "listBefore": _named(self.find_list(str(old))),
                "listAfter": _named(self.find_list(one[field])),
            }
        return data | {"list": _named(self.find_list(one["idList"]))}

    def delete_card(self, name: str, by: str) -> None:
        one = self.cards.pop(self.find_card(name)["id"])
        gone = {part: one[part] for part in ("id", "idShort", "shortLink")}
        self._act("deleteCard", {"card": gone, "list": _named(self.find_list(one["idList"]))}, by)

    def comment(self, name: str, text: str, by: str) -> Json:
        if not text or length(text) > LONGEST:
            raise TrelloError(400, "invalid value for text")
        one = self.find_card(name)
        one["badges"]["comments"] += 1
        return self._act(
            "commentCard", {"card": summary(one), "list": _named(self.find_list(one["idList"])), "text": text}, by
        )

    def comments(self, one: Json) -> list[Json]:
        return [act for act in self.actions if act["type"] == "commentCard" and act["data"]["card"]["id"] == one["id"]]

    def _act(self, kind: str, data: Json, by: str) -> Json:
        who = member(by)
        made = {
            "id": self._new_id(),
            "idMemberCreator": who["id"],
            "data": {**data, "board": {name: self.board[name] for name in ("id", "name", "shortLink")}},
            "type": kind,
            "date": iso(self._now()),
            "appCreator": APP if by == MAKEGOOD else None,
            "memberCreator": who,
        }
        self.actions.append(made)
        self._told(made)
        return made

    def _checked(self, field: str, value: Any) -> Any:
        if field in {"name", "desc"} and length(value or "") > LONGEST:
            raise TrelloError(400, f"invalid value for {field}")
        if field == "idList" and value not in self.lists:
            raise TrelloError(400, "invalid value for idList")
        if field == "idLabels" and any(label not in self.labels for label in words(value)):
            raise TrelloError(400, "invalid value for idLabels")
        return _plain(field, value)


def _plain(field: str, value: Any) -> Any:
    """py-trello sends "null" for no date and "" for no labels; Trello takes both."""
    if field in {"closed", "dueComplete"}:
        return flag(value)
    if field == "idLabels":
        return words(value)
    if field == "due":
        return None if value in NOTHING else value
    return value or ""


def _found(where: Mapping[str, Json], name: str) -> Json:
    if name not in where:
        raise TrelloError(404, "The requested resource was not found.")
    return where[name]


def _named(one: Json) -> Json:
    return {"id": one["id"], "name": one["name"]}
