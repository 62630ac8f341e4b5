"""Every system that a doctor may visit, on loopback, and the settings that name them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.demo.channels.chatwoot import ChatwootFake
from bot.demo.channels.smtp import MailServer
from bot.demo.host.host import Host
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.demo.till.fake import StripeFake
from bot.demo.trello.fake import TrelloFake
from tests.support.fakes.imap import ImapServer

LISTS = ("Bugs", "Doing", "Owed", "Done", "Not a bug")
MANIFEST = Path(__file__).parents[3] / "app_manifest.yml"
PEOPLE = (
    Person(id="U0DEV", name="Dana", email="dana@acme.example"),
    Person(id="U0LEAD", name="Lee", email="lee@acme.example"),
)
SECRETS = {
    "TRELLO_KEY": "trello-key-0123456789",
    "TRELLO_TOKEN": "trello-token-0123456789",
    "STRIPE_KEY": "sk_test_0123456789",
    "CHATWOOT_TOKEN": "chatwoot-token-0123456789",
    "HOOK_TOKEN": "hook-token-0123456789",
    "APP_TOKEN": "app-token-0123456789",
}


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    slack: LocalSlack
    host: Host
    board: TrelloFake
    settings: str
    """makegood.toml."""


@asynccontextmanager
async def neighbours(folder: Path, manifest: AppManifest | None = None) -> AsyncIterator[Neighbours]:
    async with AsyncExitStack() as stack:
        slack = LocalSlack(
            people=PEOPLE,
            channels={"C0ERRORS": "errors", "C0TEAM": "team"},
            manifest=manifest or AppManifest.load(MANIFEST),
        )
        await slack.start()
        stack.push_async_callback(slack.stop)
        mail, box = MailServer("127.0.0.1", 0), ImapServer()
        for server in (mail, box):
            await server.start()
            stack.push_async_callback(server.stop)
        host = await _host(folder, stack)
        board = TrelloFake(key=SECRETS["TRELLO_KEY"], token=SECRETS["TRELLO_TOKEN"], secret="s", lists=LISTS)
        stack.push_async_callback(board.close)
        site = await stack.enter_async_context(TestServer(await _site(board, stack)))
        text = _settings(str(site.make_url("")).rstrip("/"), board, mail.url, box.url, host.address)
        yield Neighbours(slack=slack, host=host, board=board, settings=text)


async def _host(folder: Path, stack: AsyncExitStack) -> Host:
    """The key may log in, and the host is known."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(folder / "key")
    host = Host(folder / "home", authorized_keys=key.export_public_key().decode())
    (folder / "home").mkdir()
    await host.start()
    stack.push_async_callback(host.stop)
    (folder / "known_hosts").write_text(host.known_hosts)
    return host


async def _site(board: TrelloFake, stack: AsyncExitStack) -> web.Application:
    """Board, till, chat, the application with its maintenance, and the bot's own hooks as a proxy shows them."""
    till = StripeFake(api_key=SECRETS["STRIPE_KEY"])
    till.seed(plans={"starter": 900, "pro": 2900}, customers=[])
    chat = ChatwootFake("", "secret", account=1, api_token=SECRETS["CHATWOOT_TOKEN"])
    stack.push_async_callback(chat.close)
    app = web.Application()
    for prefix, routes in {"/till": till.routes(), "/trello": board.routes(), "/chat": chat.routes()}.items():
        below = web.Application()
        below.add_routes(routes)
        app.add_subapp(prefix, below)
    app.add_routes([web.get("/hooks/bugsnag/{token}", _hook), web.get("/app", _application)])
    return app


async def _hook(request: web.Request) -> web.Response:
    return web.Response(status=200 if request.match_info["token"] == SECRETS["HOOK_TOKEN"] else 401)


async def _application(request: web.Request) -> web.Response:
    return web.Response(status=404 if request.headers.get("Authorization", "").endswith(SECRETS["APP_TOKEN"]) else 401)


def _settings(site: str, board: TrelloFake, smtp: str, imap: str, host: str) -> str:
    return f"""
mode = "run"
[slack]
error_channels = ["C0ERRORS"]
[web]
public_url = "{site}"
[hooks.bugsnag]
token = "$HOOK_TOKEN"
[policy]
approvers = ["U0LEAD", "dana@acme.example"]
[targets.web]
hosts = ["{host}"]
user = "deploy"
known_hosts = "known_hosts"
key = "key"
[targets.app]
base_url = "{site}/app"
headers = {{ Authorization = "$APP_TOKEN" }}
[probes.app]
url = "{site}/app"
expect = 401
[customers.chatwoot]
base_url = "{site}/chat"
account = 1
token = "$CHATWOOT_TOKEN"
[mail]
smtp = "{smtp}"
sender = "Support <support@acme.example>"
imap = "{imap}"
[board]
kind = "trello"
url = "{board.board_url}"
key = "$TRELLO_KEY"
token = "$TRELLO_TOKEN"
base_url = "{site}/trello"
[billing]
kind = "stripe"
key = "$STRIPE_KEY"
base_url = "{site}/till"
"""
