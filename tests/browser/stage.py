"""What the page stands on in its tests: the real local Slack, and a customer's side that does what a test tells it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.demo import page
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person

Json = dict[str, Any]

PEOPLE = (
    Person(id="U0DEV", name="Dana", email="dana@acme.example", title="developer", tz="Europe/Berlin"),
    Person(id="U0SUP", name="Sam", email="sam@acme.example", title="supporter"),
    Person(id="U0LEAD", name="Lee", email="lee@acme.example", title="lead"),
)
CHANNELS = {"C0ERRORS": "errors", "C0TEAM": "team"}
MANIFEST = AppManifest.parse(
    {
        "display_information": {"name": "Makegood"},
        "features": {
            "bot_user": {"display_name": "makegood"},
            "app_home": {"home_tab_enabled": True},
            "slash_commands": [
                {
                    "command": "/bug",
                    "description": "Claim, list and close bugs",
                    "usage_hint": "[claim|list|new] BUG-1",
                },
                {"command": "/fix", "description": "Run an approved fix", "usage_hint": "BUG-1"},
                {"command": "/tell", "description": "Answer the customers", "usage_hint": "BUG-1"},
            ],
            "shortcuts": [
                {
                    "name": "Track as a bug",
                    "type": "message",
                    "callback_id": "track",
                    "description": "Make a bug of it",
                },
                {"name": "New bug", "type": "global", "callback_id": "new_bug", "description": "Tell of a bug"},
            ],
        },
        "oauth_config": {
            "scopes": {
                "bot": [
                    *("chat:write", "commands", "app_mentions:read", "channels:history", "channels:read", "im:history"),
                    *("im:write", "users:read", "reactions:read", "reactions:write", "files:write"),
                ]
            }
        },
        "settings": {
            "event_subscriptions": {"bot_events": ["message.channels", "app_mention", "app_home_opened"]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }
)
SHOP = """<!doctype html><title>QuickAdmin</title><body style="font: 16px sans-serif; margin: 2em">
<h1>QuickAdmin</h1><button data-testid="generate">Generate my admin panel</button></body>"""


def opening() -> Json:
    """The customer's side as the story begins."""
    card = {"id": "k1", "name": "BUG-1 Menu page fails", "desc": "## Reproduce\n1. Open *Menus*\n2. Press **Generate**"}
    more = {"labels": ["Bug"], "due": "2026-11-27T12:00:00Z", "url": "", "comments": [{"by": "dana", "text": "On it."}]}
    mia = {"email": "mia@studio.example", "name": "Mia Lindqvist", "plan": "trial", "status": "trialing"}
    money = {"period_end": "2026-12-06T00:00:00+00:00", "credit": 0, "currency": "EUR", "history": []}
    first = {"id": "break", "title": "A customer meets a bug", "text": "In the customer's browser, press Generate."}
    second = {"id": "claim", "title": "Take it", "text": "As Dana, press Claim on the card in #errors."}
    rest = {"done": False, "active": False, "optional": False, "hint": ""}
    lists = [("l1", "Inbox", []), ("l2", "Doing", [{**card, **more}]), ("l3", "Owed", []), ("l4", "Done", [])]
    return {
        "shop": {"url": "/shop/", "release": "1.4.1", "broken": True},
        "customer": {"name": "Mia Lindqvist", "email": "mia@studio.example", "plan": "trial", "credit": 0},
        "chat": {"messages": []},
        "inbox": [],
        "board": {
            "name": "Support",
            "url": "",
            "lists": [{"id": id_, "name": name, "cards": cards} for id_, name, cards in lists],
        },
        "till": {
            "customers": [{**mia, **money}],
            "plans": [
                {"name": "trial", "amount": 0, "currency": "EUR"},
                {"name": "pro", "amount": 2900, "currency": "EUR"},
            ],
        },
        "tour": {
            "story": "one",
            "title": "Minutes",
            "steps": [
                {**rest, **first, "active": True, "hint": '[data-testid="generate"]'},
                {**rest, **second, "hint": '[data-action-id="claim"]'},
                {**rest, "id": "retro", "title": "How did we do?", "text": "Type /retro BUG-1.", "optional": True},
            ],
        },
    }


@dataclass
class Outside:
    """The customer's side: one snapshot, which a test changes with `becomes`, and every act that the page sent."""

    now: Json = field(default_factory=opening)
    acts: list[Json] = field(default_factory=list)
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    down: bool = False

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/world/ws", self._feed), web.post("/world/act", self._act), web.get("/shop/", self._shop)]

    async def becomes(self, change: Callable[[Json], None]) -> None:
        change(self.now)
        for socket in tuple(self.sockets):
            await socket.send_json(self.now)

    async def hang_up(self) -> None:
        for socket in tuple(self.sockets):
            await socket.close()

    async def _feed(self, request: web.Request) -> web.WebSocketResponse:
        if self.down:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        await socket.send_json(self.now)
        async for _ in socket:
            pass  # the page only listens
        self.sockets.discard(socket)
        return socket

    async def _act(self, request: web.Request) -> web.Response:
        act = await request.json()
        self.acts.append(act)
        if act["do"] == "board_move":
            await self.becomes(lambda world: _move(world["board"]["lists"], act["card"], act["list"]))
        return web.json_response({"ok": True})

    async def _shop(self, _request: web.Request) -> web.Response:
        return web.Response(text=SHOP, content_type="text/html")


def _move(lists: list[Json], card_id: str, to: str) -> None:
    card = next(card for column in lists for card in column["cards"] if card["id"] == card_id)
    for column in lists:
        column["cards"] = [one for one in column["cards"] if one is not card] + ([card] if column["name"] == to else [])


@dataclass(frozen=True, kw_only=True)
class Stage:
    url: str
    slack: LocalSlack
    outside: Outside


def page_app(slack: LocalSlack, outside: Outside) -> web.Application:
    workspace, app = web.Application(), web.Application()
    workspace.add_routes(slack.routes())
    app.add_subapp("/slack", workspace)
    app.add_routes([*page.routes(), *outside.routes()])
    return app
