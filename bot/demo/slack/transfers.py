"""The addresses Slack hands out: where file bytes go and come from, and the response_url of an interaction."""

import json
from dataclasses import replace

from aiohttp import web

from bot.demo.slack import messages
from bot.demo.slack.records import Json, ResponseUrl, SlackError
from bot.demo.slack.webapi import Tokens
from bot.demo.slack.world import World

RESPONSE_USES = 5
RESPONSE_SECONDS = 30 * 60


class Transfers:
    def __init__(self, world: World, tokens: Tokens) -> None:
        self._world, self._tokens = world, tokens

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/upload/{file}", self._upload),
            web.get("/files/{file}", self._download),
            web.post("/response/{team}/{key}", self._response),
        ]

    async def _upload(self, request: web.Request) -> web.Response:
        file = self._world.files.get(request.match_info["file"])
        content = await _bytes_of(request)
        if file is None or file.content is not None:
            return web.Response(status=404, text="no such upload")
        if len(content) != file.size:
            return web.Response(status=400, text=f"expected {file.size} bytes, got {len(content)}")
        self._world.files[file.id] = replace(file, content=content)
        return web.Response(text=f"OK - {file.size}")

    async def _download(self, request: web.Request) -> web.Response:
        file = self._world.files.get(request.match_info["file"])
        if request.headers.get("Authorization") != f"Bearer {self._tokens.bot}":
            return web.Response(status=403)
        if file is None or file.content is None:
            return web.Response(status=404)
        return web.Response(body=file.content)

    async def _response(self, request: web.Request) -> web.Response:
        try:
            respond(self._world, self._use(request.match_info["key"]), json.loads(await request.text()))
        except (SlackError, ValueError) as error:
            code = error.code if isinstance(error, SlackError) else "invalid_payload"
            status = 404 if code in {"used_url", "expired_url"} else 400
            return web.json_response({"ok": False, "error": code}, status=status)
        return web.Response(text="ok")

    def _use(self, key: str) -> ResponseUrl:
        held = self._world.response_urls.get(key)
        if held is None or held.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        if self._world.now() - held.made_at > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        self._world.response_urls[key] = replace(held, uses=held.uses + 1)
        return held


def respond(world: World, held: ResponseUrl, body: Json) -> None:
    """What an app says through a response_url or in the ack of a command."""
    made = messages.content(world, body, "Response")
    if body.get("delete_original"):
        _delete_original(world, held)
        return
    messages.require_something(made)
    if body.get("replace_original") and held.message_ts:
        _replace_original(world, held, made)
        return
    message = messages.by_app(world, made, body.get("thread_ts"))
    if body.get("response_type") == "in_channel":
        world.add_message(held.channel, message)
    else:
        world.add_ephemeral(message | {"channel": held.channel, "for": held.user})


def _delete_original(world: World, held: ResponseUrl) -> None:
    ts = held.message_ts or ""
    if ts in world.messages[held.channel]:
        world.remove_message(held.channel, ts)
    world.ephemerals = [one for one in world.ephemerals if one["ts"] != ts]
    world.announce()


def _replace_original(world: World, held: ResponseUrl, made: Json) -> None:
    if old := world.messages[held.channel].get(held.message_ts or ""):
        world.change_message(held.channel, {**old, **made})
    world.ephemerals = [{**one, **made} if one["ts"] == held.message_ts else one for one in world.ephemerals]
    world.announce()


async def _bytes_of(request: web.Request) -> bytes:
    """The bytes of a file, sent bare or as the first part of a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
        return str(value).encode()
    return b""
