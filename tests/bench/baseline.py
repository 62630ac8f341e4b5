"""What Makegood is measured against: an empty Bolt handler, scripts that parse and post, a handler that only parses."""

import asyncio
import json
import os
import re
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.ports import Hook
from bot.adapters.trackers.bugsnag import hook as bugsnag
from bot.slack.incoming.connection import http_handler


def bolt() -> web.Application:
    """Acks every click and does nothing."""
    app = AsyncApp(client=_client(), signing_secret=os.environ["SLACK_SIGNING_SECRET"])

    async def click(ack: Callable[[], Awaitable[None]]) -> None:
        await ack()

    app.action(re.compile(".*"))(click)
    site = web.Application()
    site.router.add_post("/slack/events", http_handler(app))
    return site


def post() -> web.Application:
    """The twenty-line script: a webhook in, a message out."""
    client = _client()

    async def hook(request: web.Request) -> web.Response:
        body = await request.json()
        text = f"{body['error']['exceptionClass']}: {body['error']['message']} {body['error']['url']}"
        await client.chat_postMessage(channel=os.environ["BENCH_CHANNEL"], text=text)
        return web.Response(text="ok")

    site = web.Application()
    site.router.add_post("/hooks/bugsnag/{token}", hook)
    return site


def keep() -> web.Application:
    """The same script, which keeps the body as one durable row before it posts."""
    client, rows = _client(), sqlite3.connect("kept.db", isolation_level=None, check_same_thread=False)
    rows.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS kept (body BLOB)")

    async def hook(request: web.Request) -> web.Response:
        raw = await request.read()
        await asyncio.to_thread(rows.execute, "INSERT INTO kept VALUES (?)", (raw,))
        body = json.loads(raw)
        text = f"{body['error']['exceptionClass']}: {body['error']['message']} {body['error']['url']}"
        await client.chat_postMessage(channel=os.environ["BENCH_CHANNEL"], text=text)
        return web.Response(text="ok")

    site = web.Application()
    site.router.add_post("/hooks/bugsnag/{token}", hook)
    return site


def parse() -> web.Application:
    """Reads a webhook as our adapter does, and keeps nothing."""

    async def hook(request: web.Request) -> web.Response:
        headers = {k.lower(): v for k, v in request.headers.items()}
        bugsnag.parse(Hook(headers=headers, body=await request.read(), url=str(request.url), at=datetime.now(UTC)), {})
        return web.Response(text="ok")

    site = web.Application()
    site.router.add_post("/hooks/bugsnag/{token}", hook)
    return site


def _client() -> AsyncWebClient:
    return AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"], retry_handlers=[])


async def main(kind: str) -> None:
    site = {"bolt": bolt, "post": post, "keep": keep, "parse": parse}[kind]()
    site.router.add_get("/ready", _ready)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["MAKEGOOD_PORT"])).start()
    await asyncio.Event().wait()


async def _ready(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
