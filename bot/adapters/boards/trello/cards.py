"""Makes, moves and comments cards on Trello, call by call."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC
from itertools import takewhile
from typing import Any

from bot.adapters.boards.trello.api import TrelloApi
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
    """One thing at a time: `TrelloBoard` sees to it."""

    def __init__(self, api: TrelloApi, board: str, names: Mapping[Stage, str]) -> None:
        self._api, self._link, self._names = api, board, names
        self._labels: dict[str, str] = {}
        self._known_lists: Mapping[Stage, str] = {}
        self._board_id = self._own_id = ""

    async def create(self, card: CardText, stage: Stage) -> CardRef:
        home = {"idList": (await self._lists())[stage], "pos": "top"}
        fields = await self._fields(card, describe(card), ()) | home
        return _ref(await self._api.write("POST", "cards", fields))

    async def find(self, marker: str) -> CardRef | None:
        """The oldest card with the marker, archived or not; a copied card has it too, and is younger."""
        found = [card async for card in self._cards() if has(marker, card["desc"])]
        return _ref(min(found, key=lambda card: str(card["id"]))) if found else None

    async def adopt(self, url: str, card: CardText) -> CardRef:
        link = CARD_LINK.search(url)
        if link is None:
            raise Rejected(f"{url} is not a Trello card.")
        present = await self._api.get(f"cards/{link.group(1)}", fields=CARD_FIELDS)
        fields = await self._fields(card, describe(card, present=present["desc"], adopted=True), present["idLabels"])
        home = {"idBoard": await self._board(), "idList": (await self._lists())[Stage.OPEN]}
        return _ref(await self._api.write("PUT", f"cards/{present['id']}", fields | home))

    async def update(self, ref: CardRef, card: CardText, stage: Stage) -> None:
        present = await self._api.get(f"cards/{ref.id}", fields=CARD_FIELDS)
        fields = await self._fields(card, describe(card, present=present["desc"]), present["idLabels"])
        await self._api.write("PUT", f"cards/{ref.id}", fields | {"idList": (await self._lists())[stage]})

    async def comment(self, ref: CardRef, text: str) -> None:
        await self._api.write("POST", f"cards/{ref.id}/actions/comments", {"text": fit(text, LONGEST)})

    async def commented(self, ref: CardRef, marker: str) -> bool:
        """Whether a comment with this marker stands on the card."""
        told = await self._api.get(f"cards/{ref.id}/actions", filter="commentCard", limit=PAGE)
        return any(marker in action["data"].get("text", "") for action in told)

    async def changes(self, since: str) -> tuple[tuple[BoardChange, ...], str]:
        """Oldest first. With an empty `since` nothing yet: what happened before we came is no news."""
        if not since:
            newest = await self._api.get(f"boards/{self._link}/actions", filter=FILTER, limit=1)
            return (), newest[0]["id"] if newest else LONG_AGO.isoformat()
        actions = [action async for action in self._actions(since)][::-1]
        known = await self.known()
        seen = tuple(found for action in actions if (found := change(Data(action), known)))
        return seen, actions[-1]["id"] if actions else since

    async def register(self, callback_url: str) -> None:
        """One webhook for this board and address. Trello flags off those that failed for long: it is switched on again."""
        wanted = (callback_url, await self._board())
        hooks = await self._api.of_token("/webhooks")
        present = next((hook for hook in hooks if (hook["callbackURL"], hook["idModel"]) == wanted), None)
        if present is None:
            fields = {"callbackURL": callback_url, "idModel": wanted[1], "description": "Makegood"}
            await self._api.write("POST", "webhooks", fields)
        elif not present["active"]:
            await self._api.write("PUT", f"webhooks/{present['id']}", {"active": True})

    async def check(self) -> tuple[str, ...]:
        """Our lists that the board has not; Rejected for a board that is closed and for a token that may not write."""
        board = await self._api.get(f"boards/{self._link}", fields="name,closed")
        if board["closed"]:
            raise Rejected(f"The board “{board['name']}” is closed: open it again, or name another in board.url.")
        granted = (await self._api.of_token(fields="permissions"))["permissions"]
        if not any(one["write"] for one in granted if one["modelType"] == "Board"):
            raise Rejected("board.token may only read: make a new one with scope=read,write.")
        shown = await self._api.get(f"boards/{self._link}/lists", filter="open")
        present = {_plain(one["name"]) for one in shown}
        return tuple(name for name in self._names.values() if _plain(name) not in present)

    async def known(self) -> Known:
        by_name = {_plain(name): stage for stage, name in self._names.items()}
        by_id = {list_id: stage for stage, list_id in (await self._lists()).items()}
        return Known(stages=by_name | by_id, own=await self._own())

    async def _board(self) -> str:
        self._board_id = self._board_id or (await self._api.get(f"boards/{self._link}", fields="name"))["id"]
        return self._board_id

    async def _own(self) -> str:
        self._own_id = self._own_id or (await self._api.get("members/me", fields="id"))["id"]
        return self._own_id

    async def _lists(self) -> Mapping[Stage, str]:
        """Ids, asked for once: a list that somebody renames later stays ours."""
        self._known_lists = self._known_lists or await self._found_lists()
        return self._known_lists

    async def _found_lists(self) -> Mapping[Stage, str]:
        shown = await self._api.get(f"boards/{self._link}/lists", filter="open")
        present = {_plain(one["name"]): str(one["id"]) for one in reversed(shown)}
        missing = [name for name in self._names.values() if _plain(name) not in present]
        former = await self._former_names(present) if missing else {}
        return {stage: await self._list(name, present, former) for stage, name in self._names.items()}

    async def _list(self, name: str, present: Mapping[str, str], former: Mapping[str, str]) -> str:
        wanted = _plain(name)
        return present.get(wanted) or former.get(wanted) or await self._make_list(name)

    async def _make_list(self, name: str) -> str:
        fields = {"name": name, "idBoard": await self._board(), "pos": "bottom"}
        return str((await self._api.write("POST", "lists", fields))["id"])

    async def _former_names(self, present: Mapping[str, str]) -> Mapping[str, str]:
        """What open lists were called before somebody renamed them, by the board's own history."""
        renamed = await self._api.get(f"boards/{self._link}/actions", filter="updateList:name", limit=PAGE)
        open_ids = set(present.values())
        told = [(action["data"]["old"]["name"], action["data"]["list"]["id"]) for action in reversed(renamed)]
        return {_plain(name): list_id for name, list_id in told if list_id in open_ids}

    async def _fields(self, card: CardText, description: str, labels: tuple[str, ...] | list[str]) -> Json:
        """Labels are added, never taken away: people put theirs on the card too."""
        ours = [await self._label(name) for name in card.labels]
        return {
            "name": fit(card.title, LONGEST),
            "desc": description,
            "idLabels": ",".join(dict.fromkeys([*labels, *ours])),
            "due": card.due.astimezone(UTC).isoformat() if card.due else None,
        }

    async def _label(self, name: str) -> str:
        if name not in self._labels:
            present = await self._api.get(f"boards/{self._link}/labels", limit=PAGE)
            self._labels |= {label["name"]: label["id"] for label in present}
        if name not in self._labels:
            made = await self._api.write(
                "POST", "labels", {"name": name, "color": None, "idBoard": await self._board()}
            )
            self._labels[name] = made["id"]
        return self._labels[name]

    async def _cards(self) -> AsyncIterator[Json]:
        before: dict[str, str] = {}
        query: dict[str, str | int] = {"filter": "all", "fields": CARD_FIELDS, "limit": PAGE}
        while page := await self._api.get(f"boards/{self._link}/cards", **query, **before):
            for card in page:
                yield card
            if len(page) < PAGE:
                return
            before = {"before": min(str(card["id"]) for card in page)}

    async def _actions(self, since: str) -> AsyncIterator[Json]:
        """Newest first, down to `since`; Trello gives at most a page at a time."""
        before: dict[str, str] = {}
        query: dict[str, str | int] = {"filter": FILTER, "since": since, "limit": PAGE}
        while page := await self._api.get(f"boards/{self._link}/actions", **query, **before):
            for action in takewhile(lambda action: action["id"] != since, page):
                yield action
            if len(page) < PAGE:
                return
            before = {"before": page[-1]["id"]}


def _ref(card: Json) -> CardRef:
    return CardRef(id=card["id"], url=card["shortUrl"])


def _plain(name: object) -> str:
    return str(name).strip().casefold()
