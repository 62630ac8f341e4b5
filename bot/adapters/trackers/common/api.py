"""Calls a tracker's JSON API. Every call may be repeated, so a call that was cut off is made again."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from bot.adapters.common.calls import CallLimit, Calls
from bot.bug.errors import Rejected
from bot.outgoing.client import Reply

REFUSED = 400
MOST_PAGES = 20


class ApiSettings(CallLimit):
    """What every tracker's table has."""

    token: SecretStr


class Api(Calls):
    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, missing: str = "") -> Any:
        """`missing` is what a 404 says, where it is not about an error."""
        return (await self._exchange(method, self.base + path, missing, body)).json()

    async def pages(self, path: str, missing: str = "") -> list[Any]:
        """All of a list, whose pages name the next one in their Link header."""
        found, url = [], self.base + path
        for _ in range(MOST_PAGES):
            reply = await self._exchange("GET", url, missing)
            rows = reply.json()
            found += rows
            url = reply.following if rows else ""
            if not url.startswith(f"{self.base}/"):  # the token goes nowhere else
                return found
        return found

    async def _exchange(self, method: str, url: str, missing: str, body: Mapping[str, Any] | None = None) -> Reply:
        def refusal(reply: Reply) -> Rejected | None:
            return _refusal(reply, missing)

        return await self.exchange(method, url, refusal, twice=True, redirects=True, exact=True, json=body)


def _refusal(reply: Reply, missing: str) -> Rejected | None:
    who, where = reply.who, f"[trackers.{reply.who.lower()}]"
    match reply.status:
        case 404:
            return Rejected(missing or f"{who} does not know this error (any more), or our token may not see it.")
        case 401:
            return Rejected(f"{who} does not accept our token: make a new one, and write it in {where}.")
        case 403:
            return Rejected(f"{who} does not let our token do this: give it more rights, or write another in {where}.")
    return Rejected(f"{who} refuses our call ({reply.status}): check {where}.") if reply.status >= REFUSED else None
