"""The board as a whole: routes for the bot, acts for people, a snapshot for the page."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.demo.trello.calls import TABLE, Call, Handler
from bot.demo.trello.faults import Faults, strike
from bot.demo.trello.hooks import Webhooks
from bot.demo.trello.limits import SENTENCE, Limits
from bot.demo.trello.records import MAKEGOOD, Json, TrelloError, flag
from bot.demo.trello.store import Store

Answer = Callable[[Call], Awaitable[Any]]


class TrelloFake:
    """`site` is where links to boards and cards point; `sleep` waits between the retries of a delivery.

    Faults go by "METHOD /1/path" as in calls.TABLE, or "*".
    """

    def __init__(
        self,
        *,
        key: str,
        token: str,
        secret: str,
        board: str = "Production bugs",
        lists: Sequence[str] = (),
        site: str = "https://trello.com",
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._key, self._token = key, token
        self._watchers: list[Callable[[], None]] = []
        self.faults = Faults()
        self.limits = Limits(now)
        self.may_write = True
        """Whether the token was made for more than reading."""
        self.webhooks = Webhooks(secret=secret, sleep=sleep)
        self.store = Store(name=board, site=site, now=now, told=self._told)
        for name in lists:
            self.store.add_list(name, "dana")

    @property
    def board_url(self) -> str:
        return str(self.store.board["url"])

    def routes(self) -> list[web.RouteDef]:
        calls = [
            web.route(method, path + "{_:/?}", self._served(path, self._plain(work))) for method, path, work in TABLE
        ]
        return [
            *calls,
            web.post("/1/webhooks{_:/?}", self._served("/1/webhooks", self._add_hook)),
            web.post("/1/tokens/{token}/webhooks{_:/?}", self._served("/1/tokens/{token}/webhooks", self._add_hook)),
            web.get("/1/tokens/{token}{_:/?}", self._served("/1/tokens/{token}", self._permissions)),
            web.get("/1/tokens/{token}/webhooks{_:/?}", self._served("/1/tokens/{token}/webhooks", self._list_hooks)),
            web.put("/1/webhooks/{id}{_:/?}", self._served("/1/webhooks/{id}", self._change_hook)),
            web.delete("/1/webhooks/{id}{_:/?}", self._served("/1/webhooks/{id}", self._remove_hook)),
        ]

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """`callback()` after every change; what comes back ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def snapshot(self) -> Json:
        open_lists = [one for one in self.store.lists.values() if not one["closed"]]
        shown = [{"id": one["id"], "name": one["name"], "cards": self._cards_in(one["id"])} for one in open_lists]
        return {"name": self.store.board["name"], "url": self.board_url, "lists": shown}

    def _cards_in(self, list_id: str) -> list[Json]:
        inside = [one for one in self.store.cards.values() if one["idList"] == list_id and not one["closed"]]
        return [self._card(self.store.full(one)) for one in inside]

    def _card(self, one: Json) -> Json:
        said = [
            {"by": act["memberCreator"]["username"], "text": act["data"]["text"], "at": act["date"]}
            for act in self.store.comments(one)
        ]
        kept = {name: one[name] for name in ("id", "name", "desc", "due", "url")}
        return {**kept, "labels": [label["name"] for label in one["labels"]], "comments": said}

    async def person_moves(self, card_id: str, list_name: str, by: str = "dana") -> None:
        target = next(
            (one["id"] for one in self.store.lists.values() if one["name"] == list_name and not one["closed"]), None
        )
        if target is None:
            raise LookupError(
                f"the board has no list {list_name!r}; there are {[one['name'] for one in self.store.lists.values()]}"
            )
        self.store.change_card(card_id, {"idList": target}, by)

    async def person_comments(self, card_id: str, text: str, by: str = "dana") -> None:
        self.store.comment(card_id, text, by)

    async def person_archives(self, card_id: str, by: str = "dana") -> None:
        self.store.change_card(card_id, {"closed": True}, by)

    async def person_deletes(self, card_id: str, by: str = "dana") -> None:
        self.store.delete_card(card_id, by)

    async def person_renames_list(self, name: str, new_name: str, by: str = "dana") -> None:
        target = next(one["id"] for one in self.store.lists.values() if one["name"] == name)
        self.store.change_list(target, "name", new_name, by)

    async def settled(self) -> None:
        """Every webhook delivery under way has ended."""
        await self.webhooks.settled()

    async def close(self) -> None:
        await self.webhooks.close()

    def _told(self, action: Json) -> None:
        self.webhooks.tell(self.store.board, action)
        for watcher in tuple(self._watchers):
            watcher()

    def _plain(self, work: Handler) -> Answer:
        async def answer(call: Call) -> Any:
            return work(self.store, call)

        return answer

    async def _add_hook(self, call: Call) -> Json:
        model, description = call.text("idModel"), call.text("description")
        return await self.webhooks.add(callback=call.text("callbackURL"), model=model, description=description)

    async def _permissions(self, _call: Call) -> Json:
        rights = {"idModel": "*", "read": True, "write": self.may_write}
        return {"permissions": [{"modelType": kind, **rights} for kind in ("Member", "Board", "Organization")]}

    async def _list_hooks(self, _call: Call) -> list[Json]:
        return list(self.webhooks.hooks.values())

    async def _change_hook(self, call: Call) -> Json:
        hook = self.webhooks.find(call.at["id"])
        hook["active"] = flag(call.args.get("active"))
        return hook

    async def _remove_hook(self, call: Call) -> Json:
        self.webhooks.remove(call.at["id"])
        return {}

    def _served(self, path: str, answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            args = await _args(request)
            refusal = self._refusal(request, args)
            if refusal is not None:
                return refusal
            fault = self.faults.take(f"{request.method} {path}")
            call = Call(at=dict(request.match_info), args=args, by=MAKEGOOD)
            if fault is None:
                return await _answered(answer, call)
            if fault.kind == "429":
                return _too_many("API_TOKEN_LIMIT_EXCEEDED")
            return await strike(request, fault, lambda: _answered(answer, call), _broken)

        return serve

    def _refusal(self, request: web.Request, args: Json) -> web.Response | None:
        key, token = _credentials(request, args)
        if key != self._key:
            return web.Response(status=401, text="invalid key")
        if token != self._token:
            return web.Response(status=401, text="invalid token")
        code = self.limits.exceeded(key, token)
        return _too_many(code) if code else None


def _credentials(request: web.Request, args: Json) -> tuple[str, str]:
    """From the query, the form, the path of a token, or the Authorization header; Trello takes all of them."""
    header = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("Authorization", "")))
    token = args.get("token") or header.get("oauth_token") or request.match_info.get("token", "")
    return str(args.get("key") or header.get("oauth_consumer_key", "")), str(token)


async def _args(request: web.Request) -> Json:
    if request.content_type == "application/json":
        text = await request.text()
        body = json.loads(text) if text else {}
    else:
        body = dict(await request.post())
    return {**request.query, **body}


async def _answered(answer: Answer, call: Call) -> web.Response:
    try:
        return web.json_response(await answer(call))
    except TrelloError as refused:
        return web.Response(status=refused.status, text=refused.text)


async def _broken() -> web.Response:
    return web.Response(status=500, text="Internal Server Error")


def _too_many(code: str) -> web.Response:
    return web.json_response({"error": code, "message": SENTENCE}, status=429)
