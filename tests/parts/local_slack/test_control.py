"""The control API: the demo's page and tests from outside act, look, break and wind the clock over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.demo.slack.local import LocalSlack

from .conftest import MANIFEST, PEOPLE, Ear, client_of


class Page:
    def __init__(self, session: aiohttp.ClientSession, slack: LocalSlack) -> None:
        self._session, self._base = session, slack.api_url.removesuffix("api/")

    async def post(self, what: str, **body: Any) -> dict[str, Any]:
        async with self._session.post(f"{self._base}control/{what}", json=body) as answer:
            return dict(await answer.json())

    async def act(self, do: str, user: str = "U0DEV", **arguments: Any) -> dict[str, Any]:
        return await self.post("act", do=do, **{"as": user}, **arguments)

    async def state(self, user: str) -> dict[str, Any]:
        async with self._session.get(f"{self._base}control/state", params={"as": user}) as answer:
            return dict(await answer.json())

    def feed(self, user: str) -> Any:
        return self._session.ws_connect(f"{self._base}control/ws", params={"as": user})


@pytest.fixture
async def page(slack: LocalSlack) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as session:
        yield Page(session, slack)


async def test_a_page_posts_and_sees_it(page: Page) -> None:
    posted = await page.act("post", channel="C0ERRORS", text="hello")
    state = await page.state("U0LEAD")
    errors = next(channel for channel in state["channels"] if channel["name"] == "errors")
    (message,) = errors["messages"]
    assert (message["ts"], message["name"], message["text"], message["is_app"]) == (
        posted["result"],
        "Dana",
        "hello",
        False,
    )
    assert state["me"]["name"] == "Lee"
    assert [command["command"] for command in state["commands"]] == ["/bug", "/slow", "/give"]
    assert {person["name"]: person["guest"] for person in state["people"]} == {"Dana": False, "Lee": False, "Gil": True}


async def test_what_cannot_be_done_is_said(page: Page) -> None:
    assert "nobody here is U0NONE" in (await page.act("post", user="U0NONE", channel="C0ERRORS", text="x"))["error"]
    assert "nobody can 'dance'" in (await page.act("dance"))["error"]
    assert (await page.act("click", channel="C0ERRORS", ts="1", action_id="x"))[
        "error"
    ] == "there is no message 1 in C0ERRORS"
    assert "nobody here is" in (await page.state("U0NONE"))["error"]


async def test_the_traffic_is_told_a_line_each(page: Page, slack: LocalSlack, ear: Ear) -> None:
    await page.act("post", channel="C0ERRORS", text="hello")
    await ear.hears(1)
    await slack.wait_for(lambda: slack.deliveries[0].acked_after is not None, why="the event is acknowledged")
    opened, told = (await page.state("U0DEV"))["traffic"]
    assert (opened["dir"], opened["name"], opened["ok"]) == ("api", "apps.connections.open", True)
    assert (told["dir"], told["name"], told["summary"], told["ok"]) == ("delivery", "message", "U0DEV hello", True)


async def test_a_page_types_without_sending(page: Page, slack: LocalSlack, ear: Ear) -> None:
    await page.act("global_shortcut", callback_id="new_bug")
    (payload,) = await ear.hears(1, "interactive")
    text = {"type": "plain_text", "text": "Reason"}
    block = {"type": "input", "block_id": "r", "label": text, "element": {"type": "plain_text_input", "action_id": "a"}}
    await client_of(slack).views_open(
        trigger_id=payload["trigger_id"], view={"type": "modal", "title": text, "submit": text, "blocks": [block]}
    )
    (shown,) = slack.views("U0DEV")
    assert (await page.act("fill", view_id=shown["id"], values={"r": {"a": "half a sent"}}))["ok"]
    assert slack.views("U0DEV")[0]["state"]["values"]["r"]["a"]["value"] == "half a sent"


async def test_errors_under_fields_come_through_a_submission(page: Page, slack: LocalSlack, ear: Ear) -> None:
    await page.act("global_shortcut", callback_id="new_bug")
    (payload,) = await ear.hears(1, "interactive")
    label = {"type": "plain_text", "text": "Reason"}
    block = {
        "type": "input",
        "block_id": "r",
        "label": label,
        "element": {"type": "plain_text_input", "action_id": "a"},
    }
    view = {"type": "modal", "title": label, "submit": label, "blocks": [block]}
    await client_of(slack).views_open(trigger_id=payload["trigger_id"], view=view)
    (shown,) = (await page.state("U0DEV"))["views"]
    ear.answer = lambda _request: {"response_action": "errors", "errors": {"r": "which one?"}}
    refused = await page.act("submit", view_id=shown["id"], values={"r": {"a": "x"}})
    assert (refused["response_action"], refused["errors"]) == ("errors", {"r": "which one?"})
    assert (await page.state("U0DEV"))["views"][0]["errors"] == {"r": "which one?"}
    await page.act("close_view", view_id=shown["id"])
    assert (await page.state("U0DEV"))["views"] == []


async def test_a_silent_app_shows_as_a_notice(page: Page) -> None:
    assert "didn't respond" in (await page.act("slash", channel="C0ERRORS", line="/bug list"))["error"]
    (notice,) = (await page.state("U0DEV"))["notices"]
    assert notice["channel"] == "C0ERRORS"
    assert (await page.state("U0LEAD"))["notices"] == []


async def test_other_apps_post_through_it(page: Page, slack: LocalSlack) -> None:
    await page.post(
        "act", do="post_as_app", channel="C0ERRORS", message={"text": "New error"}, app="Sentry", shape="app"
    )
    assert slack.messages("C0ERRORS")[0]["app_id"] == "A0SENTRY"


async def test_faults_reset_and_time_are_ordered_over_http(page: Page, slack: LocalSlack) -> None:
    assert (await page.post("fault", kind="429", method="auth.test"))["ok"]
    assert not (await page.post("fault", kind="earthquake"))["ok"]
    assert len(slack.faults.pending) == 1
    before = slack.clock.now()
    answer = await page.post("clock", advance=3600, scale=60)
    assert (answer["now"] - before >= 3600, answer["scale"], slack.clock.scale) == (True, 60, 60)
    await page.act("post", channel="C0ERRORS", text="hello")
    await page.post("reset")
    assert not slack.messages("C0ERRORS")
    assert not slack.faults.pending


async def test_the_feed_shows_everything_at_once_and_then_changes_together(page: Page, slack: LocalSlack) -> None:
    async with page.feed("U0DEV") as feed:
        first = await feed.receive_json()
        assert all(channel["messages"] == [] for channel in first["channels"])
        for number in range(30):
            await slack.post("U0LEAD", "C0ERRORS", f"message {number}")
        frames = 0
        seen: list[Any] = []
        while len(seen) < 30:
            frames += 1
            seen = (await feed.receive_json())["channels"][0]["messages"]
        assert frames < 30


async def test_nobody_gets_no_feed(page: Page) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await page.feed("U0NONE")


async def test_it_can_be_mounted_under_a_prefix() -> None:
    slack = LocalSlack(people=PEOPLE, channels={"C0ERRORS": "errors"}, manifest=MANIFEST)
    inner, outer = web.Application(), web.Application()
    inner.add_routes(slack.routes())
    outer.add_subapp("/slack", inner)
    runner = web.AppRunner(outer, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        slack.world.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
        client = client_of(slack)
        opened = await client.apps_connections_open(app_token="xapp-local")
        assert opened["url"].startswith(slack.api_url.replace("http", "ws").replace("/api/", "/socket"))
        await client.files_upload_v2(channel="C0ERRORS", filename="a.txt", content="hello")
        assert slack.messages("C0ERRORS")[0]["files"][0]["url_private"].startswith(slack.world.base_url)
    finally:
        await slack.stop()
        await runner.cleanup()
