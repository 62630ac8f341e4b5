"""Trello's webhooks: a HEAD before one is made, signed deliveries, retries after 30, 60 and 120 seconds."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from itertools import count

import aiohttp

from bot.demo.trello.records import Json, TrelloError

RETRIES = (30.0, 60.0, 120.0)
PATIENCE = aiohttp.ClientTimeout(total=10)
OK, GONE = 200, 410


class Webhooks:
    def __init__(self, *, secret: str, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._secret, self._sleep = secret, sleep
        self._ids = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None
        self.hooks: dict[str, Json] = {}

    async def add(self, *, callback: str, model: str, description: str) -> Json:
        if any((hook["callbackURL"], hook["idModel"]) == (callback, model) for hook in self.hooks.values()):
            raise TrelloError(400, "A webhook with that callback, model, and token already exists")
        if await self._send("HEAD", callback) != OK:
            raise TrelloError(400, f"URL ({callback}) did not return 200 status code")
        made: Json = {
            "id": f"{next(self._ids):024x}",
            "idModel": model,
            "callbackURL": callback,
            "description": description,
            "active": True,
        }
        self.hooks[made["id"]] = made
        return made

    def find(self, hook_id: str) -> Json:
        if hook_id not in self.hooks:
            raise TrelloError(404, "The requested resource was not found.")
        return self.hooks[hook_id]

    def remove(self, hook_id: str) -> None:
        del self.hooks[self.find(hook_id)["id"]]

    def tell(self, board: Json, action: Json) -> None:
        for hook in [hook for hook in self.hooks.values() if hook["active"] and hook["idModel"] == board["id"]]:
            body = json.dumps({"model": board, "action": action, "webhook": hook}).encode()
            task = asyncio.get_running_loop().create_task(self._deliver(hook, body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Every delivery so far was taken, or is waiting for its retry no more."""
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def _deliver(self, hook: Json, body: bytes) -> None:
        for wait in (*RETRIES, None):
            status = await self._send("POST", hook["callbackURL"], body)
            if status == GONE:
                self.hooks.pop(hook["id"], None)
            if status in (OK, GONE) or wait is None:
                return
            await self._sleep(wait)

    async def _send(self, method: str, url: str, body: bytes = b"") -> int:
        """The status; 0 where nobody answered."""
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=PATIENCE)
        headers = {"X-Trello-Webhook": self._signature(url, body), "Content-Type": "application/json"} if body else {}
        try:
            async with self._http.request(method, url, data=body or None, headers=headers) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def _signature(self, url: str, body: bytes) -> str:
        return base64.b64encode(hmac.digest(self._secret.encode(), body + url.encode(), hashlib.sha1)).decode()
