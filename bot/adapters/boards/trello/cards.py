"""The work on the board, call by call; synchronous, for one thread. py-trello does the calls, its session the failures."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from functools import cached_property
from itertools import takewhile
from typing import Any

from trello import TrelloClient

from bot.adapters.boards.trello.events import FILTER, change
from bot.adapters.boards.trello.text import LONGEST, describe, fit, has
from bot.adapters.common.reading import Data
from bot.adapters.ports import BoardChange, CardRef, CardText, Known, Stage
from bot.bug.errors import Rejected
from bot.bug.values import LONG_AGO

Json = dict[str, Any]
PAGE = 1000
CARD_LINK = re.compile(r"/c/([A-Za-z0-9]+)")
CARD_FIELDS = "desc,idLabels,shortUrl"


class TrelloCards:
    def __init__(self, client: TrelloClient, board: str, names: Mapping[Stage, str]) -> None:
        self._client, self._link, self._names = client, board, names
        self._labels: dict[str, str] = {}

    def create(self, card: CardText, stage: Stage) -> CardRef:
        fields = self._fields(card, describe(card), ()) | {"idList": self._lists[stage], "pos": "top"}
        return _ref(self._call("POST", "cards", fields))

    def find(self, marker: str) -> CardRef | None:
        """The oldest card with the marker, archived or not; a copied card has it too, and is younger."""
        found = [card for card in self._cards() if has(marker, card["desc"])]
        return _ref(min(found, key=lambda card: str(card["id"]))) if found else None

    def adopt(self, url: str, card: CardText) -> CardRef:
        link = CARD_LINK.search(url)
        if link is None:
            raise Rejected(f"{url} is not a Trello card.")
        present = self._get(f"cards/{link.group(1)}", fields=CARD_FIELDS)
        fields = self._fields(card, describe(card, present=present["desc"], adopted=True), present["idLabels"])
        home = {"idBoard": self._board, "idList": self._lists[Stage.OPEN]}
        return _ref(self._call("PUT", f"cards/{present['id']}", fields | home))

    def update(self, ref: CardRef, card: CardText, stage: Stage) -> None:
        present = self._get(f"cards/{ref.id}", fields=CARD_FIELDS)
        fields = self._fields(card, describe(card, present=present["desc"]), present["idLabels"])
        self._call("PUT", f"cards/{ref.id}", fields | {"idList": self._lists[stage]})

    def comment(self, ref: CardRef, text: str) -> None:
        self._call("POST", f"cards/{ref.id}/actions/comments", {"text": fit(text, LONGEST)})

    def commented(self, ref: CardRef, marker: str) -> bool:
        """Whether a comment with this marker stands on the card."""
        told = self._get(f"cards/{ref.id}/actions", filter="commentCard", limit=PAGE)
        return any(marker in action["data"].get("text", "") for action in told)

    def changes(self, since: str) -> tuple[tuple[BoardChange, ...], str]:
        """Oldest first. With an empty `since` nothing yet: what happened before we came is no news."""
        if not since:
            newest = self._get(f"boards/{self._link}/actions", filter=FILTER, limit=1)
            return (), newest[0]["id"] if newest else LONG_AGO.isoformat()
        actions = list(self._actions(since))[::-1]
        known = self.known()
        seen = tuple(found for action in actions if (found := change(Data(action), known)))
        return seen, actions[-1]["id"] if actions else since

    def register(self, callback_url: str) -> None:
        """One webhook for this board and address. Trello switches off those that failed for long: it is switched on again."""
        wanted = (callback_url, self._board)
        present = next(
            (hook for hook in self._client.list_hooks() if (hook.callback_url, hook.id_model) == wanted), None
        )
        if present is None:
            fields = {"callbackURL": callback_url, "idModel": self._board, "description": "Makegood"}
            self._call("POST", "webhooks", fields)
        elif not present.active:
            self._call("PUT", f"webhooks/{present.id}", {"active": True})

    def check(self) -> tuple[str, ...]:
        """Our lists that the board has not; Rejected for a board that is closed and for a token that may not write."""
        board = self._get(f"boards/{self._link}", fields="name,closed")
        if board["closed"]:
            raise Rejected(f"The board “{board['name']}” is closed: open it again, or name another in board.url.")
        granted = self._get(f"tokens/{self._client.api_secret}", fields="permissions")["permissions"]
        if not any(one["write"] for one in granted if one["modelType"] == "Board"):
            raise Rejected("board.token may only read: make a new one with scope=read,write.")
        shown = self._get(f"boards/{self._link}/lists", filter="open")
        present = {_plain(one["name"]) for one in shown}
        return tuple(name for name in self._names.values() if _plain(name) not in present)

    def known(self) -> Known:
        by_name = {_plain(name): stage for stage, name in self._names.items()}
        by_id = {list_id: stage for stage, list_id in self._lists.items()}
        return Known(stages=by_name | by_id, own=self._own)

    @cached_property
    def _board(self) -> str:
        return str(self._get(f"boards/{self._link}", fields="name")["id"])

    @cached_property
    def _own(self) -> str:
        return str(self._get("members/me", fields="id")["id"])

    @cached_property
    def _lists(self) -> Mapping[Stage, str]:
        """Ids, asked for once: a list that somebody renames later stays ours."""
        shown = self._get(f"boards/{self._link}/lists", filter="open")
        present = {_plain(one["name"]): str(one["id"]) for one in reversed(shown)}
        missing = [name for name in self._names.values() if _plain(name) not in present]
        former = self._former_names(present) if missing else {}
        return {stage: self._list(name, present, former) for stage, name in self._names.items()}

    def _list(self, name: str, present: Mapping[str, str], former: Mapping[str, str]) -> str:
        wanted = _plain(name)
        return present.get(wanted) or former.get(wanted) or self._make_list(name)

    def _make_list(self, name: str) -> str:
        return str(self._call("POST", "lists", {"name": name, "idBoard": self._board, "pos": "bottom"})["id"])

    def _former_names(self, present: Mapping[str, str]) -> Mapping[str, str]:
        """What open lists were called before somebody renamed them, by the board's own history."""
        renamed = self._get(f"boards/{self._link}/actions", filter="updateList:name", limit=PAGE)
        open_ids = set(present.values())
        told = [(action["data"]["old"]["name"], action["data"]["list"]["id"]) for action in reversed(renamed)]
        return {_plain(name): list_id for name, list_id in told if list_id in open_ids}

    def _fields(self, card: CardText, description: str, labels: tuple[str, ...] | list[str]) -> Json:
        """Labels are added, never taken away: people put theirs on the card too."""
        ours = [self._label(name) for name in card.labels]
        return {
            "name": fit(card.title, LONGEST),
            "desc": description,
            "idLabels": ",".join(dict.fromkeys([*labels, *ours])),
            "due": card.due.astimezone(UTC).isoformat() if card.due else None,
        }

    def _label(self, name: str) -> str:
        if name not in self._labels:
            present = self._get(f"boards/{self._link}/labels", limit=PAGE)
            self._labels |= {label["name"]: label["id"] for label in present}
        if name not in self._labels:
            made = self._call("POST", "labels", {"name": name, "color": None, "idBoard": self._board})
            self._labels[name] = made["id"]
        return self._labels[name]

    def _cards(self) -> Iterator[Json]:
        before: Json = {}
        while page := self._get(f"boards/{self._link}/cards", filter="all", fields=CARD_FIELDS, limit=PAGE, **before):
            yield from page
            if len(page) < PAGE:
                return
            before = {"before": min(str(card["id"]) for card in page)}

    def _actions(self, since: str) -> Iterator[Json]:
        """Newest first, down to `since`; Trello gives at most a page at a time."""
        before: Json = {}
        while page := self._get(f"boards/{self._link}/actions", filter=FILTER, since=since, limit=PAGE, **before):
            yield from takewhile(lambda action: action["id"] != since, page)
            if len(page) < PAGE:
                return
            before = {"before": page[-1]["id"]}

    def _get(self, path: str, **query: object) -> Any:
        return self._client.fetch_json(path, query_params=query)

    def _call(self, method: str, path: str, fields: Json) -> Any:
        return self._client.fetch_json(path, http_method=method, post_args=fields)


def _ref(card: Json) -> CardRef:
    return CardRef(id=card["id"], url=card["shortUrl"])


def _plain(name: object) -> str:
    return str(name).strip().casefold()
