"""The REST calls, each a plain function of the board's state and what was asked; `TABLE` says which path is which."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.trello.records import Json, TrelloError, member, shown, words
from bot.demo.trello.store import Store

MOST_ACTIONS = 1000
MOST_CARDS = 1000


@dataclass(frozen=True, kw_only=True)
class Call:
    """`at` holds the parts of the path, `args` the query and the body together, `by` the token's member."""

    at: Mapping[str, str]
    args: Mapping[str, Any]
    by: str

    def text(self, name: str, default: str = "") -> str:
        return str(self.args.get(name) or default)


Handler = Callable[[Store, Call], Any]


def board(store: Store, call: Call) -> Json:
    if call.at["id"] not in (store.board["id"], store.board["shortLink"]):
        raise TrelloError(404, "The requested resource was not found.")
    return shown(store.board, call.text("fields"))


def me(_store: Store, call: Call) -> Json:
    return member(call.by)


def lists(store: Store, call: Call) -> list[Json]:
    board(store, call)
    ways = {"all": (True, False), "closed": (True,)}
    wanted = ways.get(call.text("filter", "open"), (False,))
    return [one for one in store.lists.values() if one["closed"] in wanted]


def labels(store: Store, call: Call) -> list[Json]:
    board(store, call)
    return list(store.labels.values())[: int(call.text("limit", "50"))]


def cards_of_board(store: Store, call: Call) -> list[Json]:
    board(store, call)
    return _cards(store, call, store.cards.values(), "visible")


def cards_of_list(store: Store, call: Call) -> list[Json]:
    inside = [one for one in store.cards.values() if one["idList"] == store.find_list(call.at["id"])["id"]]
    return _cards(store, call, inside, "open")


def _cards(store: Store, call: Call, cards: Iterable[Json], usual: str) -> list[Json]:
    """Newest first, as pages need it; `before` is the last id of the page before."""
    wanted = {"all": (True, False), "closed": (True,)}.get(call.text("filter", usual), (False,))
    before = call.text("before", "g")
    found = [one for one in cards if one["closed"] in wanted and one["id"] < before]
    found.sort(key=operator.itemgetter("id"), reverse=True)
    return [
        shown(store.full(one), call.text("fields")) for one in found[: min(int(call.text("limit", "1000")), MOST_CARDS)]
    ]


def actions_of_board(store: Store, call: Call) -> list[Json]:
    board(store, call)
    return _actions(call, store.actions)


def actions_of_card(store: Store, call: Call) -> list[Json]:
    one = store.find_card(call.at["id"])
    return _actions(call, [act for act in store.actions if act["data"].get("card", {}).get("id") == one["id"]])


def _actions(call: Call, actions: Iterable[Json]) -> list[Json]:
    """Newest first; `since` and `before` take an action's id or a date and leave that one out."""
    most = int(call.text("limit", "50"))
    if most > MOST_ACTIONS:
        raise TrelloError(400, "invalid value for limit")
    kinds, since, before = words(call.args.get("filter", "all")), call.text("since"), call.text("before")
    found = [
        act
        for act in actions
        if _fits(act, kinds) and _mark(act, since) > since and not (before and _mark(act, before) >= before)
    ]
    return found[::-1][:most]


def _mark(act: Json, mark: str) -> str:
    return str(act["date"] if "-" in mark else act["id"])


def _fits(act: Json, kinds: list[str]) -> bool:
    changed = [f"{act['type']}:{field}" for field in act["data"].get("old", {})]
    return "all" in kinds or act["type"] in kinds or any(kind in kinds for kind in changed)


def one_list(store: Store, call: Call) -> Json:
    return store.find_list(call.at["id"])


def add_list(store: Store, call: Call) -> Json:
    if call.text("idBoard") != store.board["id"]:
        raise TrelloError(400, "invalid value for idBoard")
    return store.add_list(call.text("name"), call.by)


def change_list(store: Store, call: Call) -> Json:
    return store.change_list(call.at["id"], call.at["field"], call.args["value"], call.by)


def add_label(store: Store, call: Call) -> Json:
    return store.add_label(call.text("name"), call.args.get("color"))


def one_card(store: Store, call: Call) -> Json:
    return shown(store.full(store.find_card(call.at["id"])), call.text("fields"))


def add_card(store: Store, call: Call) -> Json:
    return store.full(store.add_card(call.args, call.by))


def change_card(store: Store, call: Call) -> Json:
    return store.full(store.change_card(call.at["id"], call.args, call.by))


def change_field(store: Store, call: Call) -> Json:
    return store.full(store.change_card(call.at["id"], {call.at["field"]: call.args["value"]}, call.by))


def delete_card(store: Store, call: Call) -> Json:
    store.delete_card(call.at["id"], call.by)
    return {"limits": {}}


def comment(store: Store, call: Call) -> Json:
    return store.comment(call.at["id"], call.text("text"), call.by)


TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/1/members/me", me),
    ("GET", "/1/boards/{id}", board),
    ("GET", "/1/boards/{id}/lists", lists),
    ("GET", "/1/boards/{id}/labels", labels),
    ("GET", "/1/boards/{id}/cards", cards_of_board),
    ("GET", "/1/boards/{id}/actions", actions_of_board),
    ("POST", "/1/lists", add_list),
    ("GET", "/1/lists/{id}", one_list),
    ("GET", "/1/lists/{id}/cards", cards_of_list),
    ("PUT", "/1/lists/{id}/{field:name|closed|pos}", change_list),
    ("POST", "/1/labels", add_label),
    ("POST", "/1/cards", add_card),
    ("GET", "/1/cards/{id}", one_card),
    ("PUT", "/1/cards/{id}", change_card),
    ("DELETE", "/1/cards/{id}", delete_card),
    ("GET", "/1/cards/{id}/actions", actions_of_card),
    ("POST", "/1/cards/{id}/actions/comments", comment),
    ("PUT", "/1/cards/{id}/{field:name|desc|due|dueComplete|idList|closed|pos}", change_field),
)
