"""Every way out of Slack masks the same: what people typed holds secrets, and each byte that other systems get is read for them."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bug.retro import tasks
from bot.bug.retro.tasks import Wanted
from bot.bug.values import Actor, ActorKind
from bot.demo.trello.fake import TrelloFake
from bot.demo.world.bugsnag import PROJECT_ID
from bot.demo.world.tracker import Tracker
from bot.ledger.exports.tables import FORMATS
from bot.production.redaction import MASK
from bot.sinks.registry import planned
from tests.slack.alerts import Json
from tests.slack.house import House
from tests.support.street import a_crash

KNOWN = "plainlykept77"
"""Known only as the value of a setting: by its looks it is a word."""
SHAPED = "ghp_" + "a1B2" * 6
SECRETS = (KNOWN, SHAPED)
LEAK = f"we used {KNOWN} and {SHAPED}"
DANA = Actor(kind=ActorKind.PERSON, id="U0DEV")
ENTRIES = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Outside:
    """A board, a tracker and a team's own tool at one address, with each body that they got by its path."""

    trello: TrelloFake = field(default_factory=lambda: TrelloFake(key="key-of-the-team", token=KNOWN, secret="s"))
    tracker: Tracker = field(default_factory=lambda: Tracker(hook_url="http://127.0.0.1:9", api_token="tracker-token"))
    url: str = ""
    got: list[tuple[str, str]] = field(default_factory=list)

    @web.middleware
    async def heard(self, request: web.Request, handler: object) -> web.StreamResponse:
        raw = (await request.read()).decode()
        self.got.append((request.path, json.dumps(json.loads(raw), ensure_ascii=False) if raw else ""))
        answer: web.StreamResponse = await handler(request)  # type: ignore[operator] # aiohttp types it loosely
        return answer

    async def tool(self, _request: web.Request) -> web.Response:
        return web.Response()

    def bodies(self, path: str) -> str:
        return "\n".join(body for where, body in self.got if path in where)


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    outside = Outside()
    app, api = web.Application(middlewares=[outside.heard]), web.Application()
    app.add_routes([*outside.trello.routes(), web.post("/tool", outside.tool)])
    api.add_routes(outside.tracker.routes(""))
    app.add_subapp("/bugsnag", api)
    async with TestServer(app) as server:
        outside.url = str(server.make_url("")).rstrip("/")
        yield outside
    await outside.trello.close()
    await outside.tracker.close()


@pytest.fixture
def given(outside: Outside) -> Json:
    board = {"kind": "trello", "url": outside.trello.board_url, "key": "key-of-the-team", "token": KNOWN}
    return {
        "board": {**board, "base_url": outside.url},
        "trackers": {
            "bugsnag": {"token": "tracker-token", "project": PROJECT_ID, "base_url": f"{outside.url}/bugsnag"}
        },
        "webhooks": {"tool": {"url": f"{outside.url}/tool", "secret": ENTRIES}},
    }


async def lived(house: House, outside: Outside) -> None:
    """A bug in whose words secrets stand wherever somebody may type them."""
    group = outside.tracker.report(a_crash()).id
    card = await house.alarm(error=group, title=LEAK)
    dana = house.person("Dana")
    await dana.says(f"in the thread: {LEAK}", thread=card)
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.types(f"/bug works BUG-1 {LEAK}", in_=house.errors)
    await house.quiet()
    await dana.types(f"/bug reopen BUG-1 {LEAK}", in_=house.errors)
    await house.quiet()
    await dana.types("/bug works BUG-1", in_=house.errors)
    await dana.types(f"/bug lesson BUG-1 {LEAK}", in_=house.errors)
    day = house.clock() + timedelta(days=3)
    await house.bot.ledger.record(1, lambda bug: tasks.add(bug, [Wanted(LEAK, "U0DEV", day)], house.clock()), by=DANA)
    await dana.types("/retro page BUG-1", in_=house.errors)
    for format_ in FORMATS:
        await dana.types(f"/bug export {format_}", in_=house.errors)
    await house.quiet()


def ways(house: House, outside: Outside) -> Mapping[str, str]:
    """What each way out has let out, by its name."""
    cards = [body for path, body in outside.got if path.startswith("/1/cards") and "comments" not in path]
    files = {x.name.rsplit(".", 1)[-1]: x.content.decode() for x in house.slack.world.files.values() if x.content}
    return {
        "board": "\n".join(x for x in cards if "**Owner:**" not in x),
        "retro_tasks": "\n".join(x for x in cards if "**Owner:**" in x),
        "board_notes": outside.bodies("/actions/comments"),
        "tracker:bugsnag": outside.bodies("/bugsnag/"),
        "webhook:tool": outside.bodies("/tool"),
        "postmortem": files["html"],
        **{f"export {name}": files[name] for name in FORMATS},
    }


SLACKS = {"card", "thread", "pointer", "retro", "asker", "unchecked", "approval", "live", "reminder", "daily", "clock"}
"""What stays in Slack, or writes nothing by itself."""
BOOKS = {"when_works", "letters", "customer", "production"}
"""What customers read a person has confirmed as it stands; production gets what was approved."""


async def test_every_sink_is_on_the_walk(house: House, outside: Outside) -> None:
    plans = {plan.name for plan in planned(house.settings, house.bot.outside)}
    assert plans - SLACKS - BOOKS == {
        "board",
        "board_notes",
        "retro_tasks",
        "tracker:bugsnag",
        "webhook:tool",
        "postmortem",
    }


async def test_no_way_out_lets_a_secret_through_and_each_masks_it(house: House, outside: Outside) -> None:
    await lived(house, outside)
    told = ways(house, outside)
    leaks = [(name, secret) for name, text in told.items() for secret in SECRETS if secret in text]
    assert leaks == []
    assert [name for name, text in told.items() if MASK not in text] == []
    every = "\n".join(body for _path, body in outside.got)
    assert not any(secret in every for secret in SECRETS)
