"""A crash becomes a Bugsnag webhook and a message in Slack; the bot may write back."""

import asyncio

from aiohttp import ClientSession

from bot.adapters.mentions import links_in
from bot.adapters.ports import Hook
from bot.adapters.trackers.bugsnag import hook as bugsnag
from bot.bug.values import LONG_AGO, AlertKind
from bot.demo.world.bugsnag import PROJECT_ID
from tests.parts.world.scene import ERRORS, Scene

TOKEN = {"Authorization": "token bugsnag-api-of-the-demo", "X-Version": "2"}


async def fails(scene: Scene) -> None:
    await scene.press("/shop/cruds/generate")


async def test_pressing_generate_sends_the_webhook_with_the_customer_and_the_row(scene: Scene) -> None:
    await fails(scene)
    [body] = await scene.bot.expect("bugsnag")
    error = body["error"]
    assert body["trigger"] == {"type": "firstException", "message": "New unhandled error"}
    assert (error["exceptionClass"], error["message"], error["context"]) == (
        "KeyError",
        "'crud'",
        "POST /cruds/generate",
    )
    assert error["user"] == {"id": "1", "name": "Mia Lindqvist", "email": "mia@studio.example"}
    assert error["metaData"]["crud"]["menu_id"] == 13
    assert error["requestUrl"] == f"{scene.world.base_url}/shop/cruds/generate"
    assert error["stackTrace"][0]["method"] == "generate_panel"
    assert error["stackTrace"][0]["inProject"] is True


async def test_the_bot_reads_the_webhook_as_one_alert(scene: Scene) -> None:
    await fails(scene)
    [_] = await scene.bot.expect("bugsnag")
    [alert] = bugsnag.parse(Hook(headers={}, body=scene.bot.raw[0], at=LONG_AGO), {})
    assert (alert.kind, alert.stage, alert.customer.email) == (AlertKind.OCCURRED, "production", "mia@studio.example")
    assert alert.facts["metaData.crud.id"] == "13"


async def test_the_same_error_again_is_counted_in_its_group(scene: Scene) -> None:
    await fails(scene)
    await fails(scene)
    first, second = (body["error"] for body in await scene.bot.expect("bugsnag", 2))
    assert first["errorId"] == second["errorId"]
    assert first["id"] != second["id"]
    assert (second["occurrences"], second["usersAffected"]) == (2, 1)


async def test_a_bot_that_is_away_gets_the_webhook_when_it_is_back(scene: Scene) -> None:
    scene.bot.refusing = 2
    await fails(scene)
    assert len(await scene.bot.expect("bugsnag")) == 1


async def test_bugsnags_own_message_stands_in_the_channel_once_and_links_the_error(scene: Scene) -> None:
    await fails(scene)
    await fails(scene)
    [body, _] = await scene.bot.expect("bugsnag", 2)
    [message] = scene.slack.messages(ERRORS)
    assert "New unhandled error in production" in message["text"]
    [link] = links_in(message)
    assert link.group == body["error"]["errorId"]


async def test_an_error_that_comes_back_after_it_was_fixed_is_reopened(scene: Scene) -> None:
    await fails(scene)
    [body] = await scene.bot.expect("bugsnag")
    async with ClientSession(scene.world.base_url, headers=TOKEN) as api:
        await api.patch(error_path(body["error"]["errorId"]), json={"operation": "fix"})
    await fails(scene)
    again = (await scene.bot.expect("bugsnag", 2))[1]
    assert (again["trigger"]["type"], again["error"]["status"]) == ("reopened", "open")


async def test_the_api_fixes_links_and_comments_for_who_has_the_token(scene: Scene) -> None:
    await fails(scene)
    [body] = await scene.bot.expect("bugsnag")
    path = error_path(body["error"]["errorId"])
    async with ClientSession(scene.world.base_url, headers=TOKEN) as api:
        linked = {"operation": "link_issue", "issue_url": "https://trello.com/c/x", "verify_issue_url": False}
        assert (await api.patch(path, json=linked)).status == 200
        assert (await api.post(f"{path}/comments", json={"message": "told"})).status == 200
        fixed = await (await api.patch(path, json={"operation": "fix"})).json()
        assert (fixed["status"], fixed["comment_count"]) == ("fixed", 1)
        assert fixed["linked_issues"] == [{"url": "https://trello.com/c/x"}]


async def test_the_api_refuses_strangers_unknown_errors_and_unknown_operations(scene: Scene) -> None:
    await fails(scene)
    [body] = await scene.bot.expect("bugsnag")
    path = error_path(body["error"]["errorId"])
    assert (await scene.http.get(path)).status == 401
    async with ClientSession(scene.world.base_url, headers=TOKEN) as api:
        answers = await asyncio.gather(
            api.get(error_path("unknown")),
            api.patch(path, json={"operation": "explode"}),
            api.patch(path, json={"operation": "fix", "colour": "red"}),
            api.post(f"{path}/comments", json={"message": " "}),
        )
        assert [answer.status for answer in answers] == [404, 422, 400, 422]


def error_path(error: str) -> str:
    return f"/bugsnag/projects/{PROJECT_ID}/errors/{error}"
