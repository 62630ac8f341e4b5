"""QuickAdmin's own service for its team: one-time links that open the site as a customer, and maintenance tasks."""

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from bot.demo.world.crash import Visitor
from bot.demo.world.database import ShopDatabase

TASKS = ("recount-usage", "rebuild-index", "sync-plan")

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Backstage:
    """Lives below the shop's own address; `token` opens it."""

    def __init__(self, *, database: ShopDatabase, shop: str, base_url: str, token: str) -> None:
        self._database, self._shop, self._base_url, self._token = database, shop, base_url, token
        self._links: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        task = f"{self._shop}/backstage/maintenance/{{task}}/{{account}}"
        return [
            web.post(f"{self._shop}/backstage/login-links", self._allowed(self._link)),
            web.delete(f"{self._shop}/backstage/login-links/{{email}}", self._allowed(self._unlink)),
            web.get(task, self._allowed(self._maintain)),
            web.post(task, self._allowed(self._maintain)),
            web.get(f"{self._shop}/enter/{{link}}", self._enter),
        ]

    def _allowed(self, handler: Handler) -> Handler:
        async def check(request: web.Request) -> web.Response:
            given = request.headers.get("Authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
                return _said(HTTPStatus.UNAUTHORIZED, "Who are you?")
            return await handler(request)

        return check

    async def _link(self, request: web.Request) -> web.Response:
        visitor = await self._database.visitor(await _email(request))
        if visitor is None:
            return _said(HTTPStatus.NOT_FOUND, "QuickAdmin has no such customer.")
        link = secrets.token_urlsafe(16)
        self._links[link] = visitor.email
        return web.json_response({"url": f"{self._base_url}{self._shop}/enter/{link}"}, status=HTTPStatus.CREATED)

    async def _unlink(self, request: web.Request) -> web.Response:
        email = request.match_info["email"]
        self._links = {link: whose for link, whose in self._links.items() if whose != email}
        return web.json_response({"ok": True})

    async def _enter(self, request: web.Request) -> web.Response:
        """Once: a link that was used is nobody's any more."""
        email = self._links.pop(request.match_info["link"], None)
        if email is None:
            raise web.HTTPGone(text="This link was used already, or taken back. Ask for a new one.")
        raise web.HTTPFound(f"{self._shop}/?as={email}")

    async def _maintain(self, request: web.Request) -> web.Response:
        """Every task works its part of the account out anew and says what it is; the answer is the same whichever asks."""
        visitor = await self._account(request.match_info["account"])
        if visitor is None or request.match_info["task"] not in TASKS:
            return _said(HTTPStatus.NOT_FOUND, "QuickAdmin has no such account or task.")
        servers, menus = await self._database.servers(visitor), await self._database.menus(visitor)
        return web.json_response({"plan": visitor.plan, "servers": len(servers), "menus": len(menus)})

    async def _account(self, number: str) -> Visitor | None:
        return await self._database.account(int(number)) if number.isdecimal() else None


async def _email(request: web.Request) -> str:
    try:
        body = json.loads(await request.read())
    except ValueError:
        return ""
    return str(body.get("email", "")) if isinstance(body, dict) else ""


def _said(status: HTTPStatus, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)
