"""QuickAdmin, the small SaaS that is being saved: real pages over a real database, which really break."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.demo.world.crash import Crash, Visitor, frames_of
from bot.demo.world.database import Row, ShopDatabase
from bot.demo.world.html import STATIC, render, static
from bot.demo.world.quickadmin import Metadata, generate_panel, next_slot

LATEST_VISITS = 500
OPEN_CHAT = {"error": "yes", "panel": "if-said"}
"""Where nothing is left to press, the chat box stands open: always, or when there was a talk."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One page that a customer asked for and what the shop answered; probes are not visits."""

    email: str
    context: str
    status: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request: by whom, and whether it is a customer's own (a probe says `?as=`, changes nothing, reports nothing)."""

    request: web.Request
    visitor: Visitor
    probe: bool
    context: str
    metadata: Metadata = field(default_factory=dict)


def _with_file(menu: Row, files: Path | None) -> Row:
    file = files / f"menu-{menu['id']}.json" if files else None
    if "crud" in menu or file is None or not file.exists():
        return menu
    return {**menu, "crud": json.loads(file.read_text(encoding="utf-8"))}


Page = Callable[[Asked], Awaitable[str]]


class Shop:
    """One stage of QuickAdmin. `visitor()` is the e-mail address of whoever sits at the browser."""

    def __init__(
        self,
        *,
        file: Path,
        base: str,
        visitor: Callable[[], str],
        stage: str = "production",
        release: str = "1.4.1",
        chat: str = "",
        files: Path | None = None,
        on_crash: Callable[[Crash], object] | None = None,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self.database = ShopDatabase(file, with_bad_row=stage == "production")
        self.base, self.stage, self.chat = base, stage, chat
        self._files = files
        self.visits: list[Visit] = []
        self._first_release = self._release = release
        self._visitor, self._on_crash, self._on_change = visitor, on_crash, on_change

    @property
    def release(self) -> str:
        return self._release

    def roll_out(self, release: str) -> None:
        self._release = release
        self._changed()

    async def start(self) -> None:
        await self.database.start()

    async def stop(self) -> None:
        await self.database.stop()

    async def reset(self) -> None:
        await self.database.reset()
        self._release = self._first_release
        self.visits.clear()
        self._changed()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{self.base}/", self._serving(self._home)),
            web.get(f"{self.base}/cruds/generate", self._serving(self._panel)),
            web.post(f"{self.base}/cruds/generate", self._serving(self._generate)),
            web.get(f"{self.base}/servers", self._serving(self._servers)),
            web.post(f"{self.base}/servers", self._serving(self._add_server)),
            web.get(f"{self.base}/servers/new", self._serving(self._new_server)),
            web.get(f"{self.base}/health", self._health),
            web.get(f"{self.base}/static/{{name}}", self._static),
        ]

    async def broken(self, email: str) -> bool:
        """Would this customer's pages fail now?"""
        visitor = await self.database.visitor(email)
        if visitor is None:
            return False
        try:
            generate_panel(await self._menus(visitor), {}, visitor.plan)
            next_slot(await self.database.servers(visitor), self.release, {})
        except LookupError:
            return True
        return False

    async def _menus(self, visitor: Visitor) -> list[Row]:
        """A menu's crud comes from the database, else from the file that the host generated for it."""
        return [_with_file(menu, self._files) for menu in await self.database.menus(visitor)]

    # pages

    async def _home(self, asked: Asked) -> str:
        return await self._render(asked, "home", menus=await self._menus(asked.visitor))

    async def _panel(self, asked: Asked) -> str:
        sections = generate_panel(await self._menus(asked.visitor), asked.metadata, asked.visitor.plan)
        return await self._render(asked, "panel", sections=sections)

    async def _generate(self, asked: Asked) -> str:
        page = await self._panel(asked)
        await self.database.add_job(asked.visitor, "generate-panel")
        return page

    async def _servers(self, asked: Asked, added: str = "") -> str:
        servers = await self.database.servers(asked.visitor)
        return await self._render(
            asked, "servers", servers=servers, added=added, suggestion=f"server-{len(servers) + 1}"
        )

    async def _new_server(self, asked: Asked) -> str:
        next_slot(await self.database.servers(asked.visitor), self.release, asked.metadata)
        return await self._servers(asked)

    async def _add_server(self, asked: Asked) -> str:
        name = str((await asked.request.post()).get("name", "")).strip()[:60] or "server"
        slot = next_slot(await self.database.servers(asked.visitor), self.release, asked.metadata)
        await self.database.add_server(asked.visitor, name, slot)
        return await self._servers(asked, added=name)

    async def _render(self, asked: Asked, page: str, **values: Any) -> str:
        trial = await self.database.trial_ends(asked.visitor)
        return render(
            page,
            base=self.base,
            stage=self.stage,
            release=self.release,
            chat="" if asked.probe else self.chat,
            open_chat=OPEN_CHAT.get(page, "no"),
            visitor=asked.visitor,
            trial=f"{trial.day} {trial:%B}" if trial else "",
            project=await self.database.project(asked.visitor),
            **values,
        )

    # serving

    def _serving(self, page: Page) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            email = request.query.get("as")
            visitor = await self.database.visitor(email or self._visitor())
            if visitor is None:
                raise web.HTTPNotFound(text=f"QuickAdmin has no customer {email}.")
            context = f"{request.method} {request.path.removeprefix(self.base)}"
            return await self._answer(
                Asked(request=request, visitor=visitor, probe=email is not None, context=context), page
            )

        return serve

    async def _answer(self, asked: Asked, page: Page) -> web.Response:
        status = HTTPStatus.OK
        try:
            text = await page(asked)
        except Exception as error:  # noqa: BLE001  # the outermost handler of a web application: any bug becomes its error page
            back = "/servers" if asked.context.partition(" ")[2].startswith("/servers") else "/"
            status, text = HTTPStatus.INTERNAL_SERVER_ERROR, await self._render(asked, "error", back=back)
            self._report(asked, error)
        self._visited(asked, status)
        return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})

    def _report(self, asked: Asked, error: Exception) -> None:
        if asked.probe or self._on_crash is None:
            return
        self._on_crash(
            Crash(
                kind=type(error).__name__,
                message=str(error),
                frames=frames_of(error),
                context=asked.context,
                url=str(asked.request.url),
                visitor=asked.visitor,
                metadata=asked.metadata,
                stage=self.stage,
                release=self.release,
                at=datetime.now(UTC),
            )
        )

    def _visited(self, asked: Asked, status: int) -> None:
        if asked.probe:
            return
        visit = Visit(email=asked.visitor.email, context=asked.context, status=status, at=datetime.now(UTC))
        self.visits = [*self.visits[1 - LATEST_VISITS :], visit]
        self._changed()

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "stage": self.stage, "release": self.release})

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in STATIC:
            raise web.HTTPNotFound
        return web.Response(text=static(name), content_type=STATIC[name], headers={"Cache-Control": "no-cache"})
