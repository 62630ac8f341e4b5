"""Calls a chat's JSON API, and says what its refusals mean for an answer to a customer."""

import json
from collections.abc import Mapping
from typing import Any

from bot.adapters.common.calls import Calls
from bot.adapters.common.reading import Data
from bot.bug.errors import Rejected
from bot.outgoing.client import Reply

NOT_THERE, REDIRECTS_FROM, REFUSALS_FROM = 404, 300, 400
NOT_THE_TOKEN = frozenset({401, 403})


class Missing(Rejected):
    """What was asked for is not there (404)."""


class ChatApi(Calls):
    async def get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Data:
        """A failed look changed nothing: whatever is not a plain no is Unavailable."""
        return await self._call("GET", path, params=params, headers=headers)

    async def post(self, path: str, payload: Mapping[str, Any]) -> Data:
        return await self.post_raw(path, json.dumps(payload).encode(), {})

    async def post_raw(self, path: str, body: bytes, headers: Mapping[str, str]) -> Data:
        return await self._call("POST", path, data=body, headers={"Content-Type": "application/json", **headers})

    async def _call(self, method: str, path: str, **what: Any) -> Data:
        return Data((await self.exchange(method, self.base + path, _refusal, **what)).json())


def _refusal(reply: Reply) -> Rejected | None:
    if reply.status < REDIRECTS_FROM:
        return None
    if reply.status in NOT_THE_TOKEN:
        return Rejected(f"{reply.who} does not accept our token ({reply.status}). Renew it in makegood.toml.")
    if reply.status == NOT_THERE:
        return Missing(f"{reply.who} does not know this conversation (any more). Answer this customer by mail.")
    if reply.status < REFUSALS_FROM:
        return Rejected(f"{reply.who} has moved ({reply.status}). Correct its base_url in makegood.toml.")
    return Rejected(f"{reply.who} refuses this with {reply.status}: {_excerpt(reply.body)}")


def _excerpt(body: bytes) -> str:
    return " ".join(body[:200].decode("utf-8", "replace").split()) or "without a reason"
