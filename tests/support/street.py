"""Every system that Makegood speaks to, on one street: any house of it can be shut, and each says what reached it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.demo.channels.chatwoot import ChatwootFake
from bot.demo.channels.smtp import MailServer
from bot.demo.github.fake import GitHubFake
from bot.demo.github.records import Workflow
from bot.demo.till.fake import StripeFake
from bot.demo.trello.fake import TrelloFake
from bot.demo.trello.faults import gone
from bot.demo.world.bugsnag import PROJECT_ID
from bot.demo.world.crash import Crash, Frame, Visitor
from bot.demo.world.tracker import Tracker
from tests.slack.house import HOOK
from tests.support.fakes.crisp import CrispFake
from tests.support.fakes.imap import ImapServer
from tests.support.fakes.intercom import IntercomFake
from tests.support.fakes.sentry import SentryFake
from tests.support.stores import MONDAY

Json = dict[str, Any]
KEY, TOKEN = "key-of-the-team", "token-of-the-team"
DI = "di@studio.example"
PAGE = "https://shop.example.com/"
ISSUE = "4711"
FIRST = "<m1@studio.example>"
DEPLOY = {"acme/shop": Workflow(file="deploy.yml", inputs={"release": False})}


@dataclass
class Street:
    """`shut` holds the first words of the paths that nobody answers: a caller finds the wire cut."""

    shut: set[str] = field(default_factory=set)
    hung: set[str] = field(default_factory=set)
    """Those that take a call and never answer."""
    timeout: float = 10
    """For how long Makegood waits for any of them."""
    calls: list[str] = field(default_factory=list)
    url: str = ""
    error: str = ""
    """Bugsnag's name of the error."""
    chats: dict[str, str] = field(default_factory=dict)
    """The conversation in each chat."""
    entries: list[Json] = field(default_factory=list)
    """What the webhook out was given."""
    trello: TrelloFake = field(
        default_factory=lambda: TrelloFake(
            key=KEY, token=TOKEN, secret="s", lists=("Bugs", "Doing", "Owed", "Done", "Not a bug")
        )
    )
    sentry: SentryFake = field(default_factory=lambda: SentryFake(token=TOKEN, organization="acme"))
    tracker: Tracker = field(default_factory=lambda: Tracker(hook_url="", api_token=TOKEN))
    stripe: StripeFake = field(default_factory=lambda: StripeFake(api_key=KEY))
    github: GitHubFake = field(default_factory=lambda: GitHubFake(token=TOKEN, workflows=DEPLOY))
    chatwoot: ChatwootFake = field(default_factory=lambda: ChatwootFake(api_token=TOKEN))
    crisp: CrispFake = field(default_factory=lambda: CrispFake(key=KEY))
    intercom: IntercomFake = field(default_factory=lambda: IntercomFake(token=TOKEN))
    smtp: MailServer = field(default_factory=MailServer)
    imap: ImapServer = field(default_factory=ImapServer)

    async def close(self, name: str) -> None:
        """The house is empty from now on."""
        self.shut.add(name)
        if name in {"smtp", "imap"}:
            await getattr(self, name).stop()

    async def open(self, name: str) -> None:
        self.shut.discard(name)
        if name in {"smtp", "imap"}:
            await getattr(self, name).start()

    async def furnish(self) -> None:
        self.sentry.add(ISSUE)
        self.error = self.tracker.report(a_crash()).id
        self.stripe.seed(plans={"starter": 900}, customers=[{"email": DI, "name": "Di", "plan": "starter"}])
        chats: tuple[ChatwootFake | CrispFake | IntercomFake, ...] = (self.chatwoot, self.crisp, self.intercom)
        for name, chat in zip(("chatwoot", "crisp", "intercom"), chats, strict=True):
            self.chats[name] = str(await chat.visitor_says(None, name, f"{name}@studio.example", "help", PAGE))

    def writes(self, text: str, number: int) -> None:
        """Di writes in the thread that the first mail began."""
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = f"Di <{DI}>", "support@acme.example", "Re: I can't add servers"
        made["Message-ID"], made["Date"] = f"<m{number}@studio.example>", datetime.now(UTC)
        made["In-Reply-To"] = made["References"] = FIRST
        made.set_content(text)
        self.imap.drop(made.as_bytes())

    @property
    def settings(self) -> Json:
        """Of a bot that is connected with all of them."""
        at, patient = self.url, {"timeout": self.timeout}
        login = {"token": TOKEN, **patient}
        return {
            "mode": "run",
            "hooks": {name: {"token": HOOK} for name in ("bugsnag", "trello")},
            "board": {"kind": "trello", "url": self.trello.board_url, "key": KEY, **login, "base_url": f"{at}/trello"},
            "trackers": {
                "sentry": {**login, "organization": "acme", "base_url": f"{at}/sentry"},
                "bugsnag": {**login, "project": PROJECT_ID, "base_url": f"{at}/bugsnag"},
            },
            "customers": {
                "chatwoot": {**login, "account": 1, "base_url": f"{at}/chatwoot"},
                "crisp": {
                    "website": "site-1",
                    "identifier": "crisp-id",
                    "key": KEY,
                    **patient,
                    "base_url": f"{at}/crisp/v1",
                },
                "intercom": {**login, "admin": "991", "base_url": f"{at}/intercom"},
            },
            "mail": {"smtp": self.smtp.url, "sender": "Support <support@acme.example>", "imap": self.imap.url},
            "billing": {"kind": "stripe", "key": KEY, **patient, "base_url": f"{at}/stripe"},
            "webhooks": {"metrics": {"url": f"{at}/webhook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
            "targets": {
                "github": {
                    "base_url": f"{at}/github",
                    "repository": "acme/shop",
                    "headers": {"Authorization": f"Bearer {TOKEN}"},
                }
            },
        }

    # -- what reached them

    def comments(self) -> dict[str, list[str]]:
        """On the board, by bug."""
        cards = [card for one in self.trello.snapshot()["lists"] for card in one["cards"]]
        return {card["name"].split()[0]: [said["text"] for said in card["comments"]] for card in cards}

    def said_in(self, chat: str) -> list[str]:
        """What the team said to the visitor."""
        place = self.chats[chat]
        if chat == "chatwoot":
            return [m.content for m in self.chatwoot.messages(int(place)) if m.type == "outgoing"]
        if chat == "crisp":
            return [m.content for m in self.crisp.messages(place) if m.sender == "operator"]
        return [part.text for part in self.intercom.conversation(place).parts if part.author == "admin"]

    def credit(self) -> int:
        return int(self.stripe.snapshot()["customers"][0]["credit"])

    # -- serving

    async def take(self, request: web.Request) -> web.Response:
        self.entries.append(await request.json())
        return web.Response()

    @web.middleware
    async def gate(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        name = request.path.split("/")[1]
        self.calls.append(name)
        if name in self.hung:
            await gone(request)
        if name in self.shut and request.transport:
            request.transport.abort()
        return await handler(request) if name not in self.shut else web.Response(status=503)


@asynccontextmanager
async def opened() -> AsyncIterator[Street]:
    async with AsyncExitStack() as stack:
        street = Street()
        houses = {
            "/trello": street.trello.routes(),
            "/sentry": street.sentry.routes(),
            "/bugsnag": street.tracker.routes(""),
            "/stripe": street.stripe.routes(),
            "/github": street.github.routes(),
            "/chatwoot": street.chatwoot.routes(),
            "/crisp": street.crisp.routes(),
            "/intercom": street.intercom.routes(),
        }
        app = web.Application(middlewares=[street.gate])
        for prefix, routes in houses.items():
            below = web.Application()
            below.add_routes(routes)
            app.add_subapp(prefix, below)
        app.add_routes([web.post("/webhook", street.take)])
        for part in (street.trello, street.tracker, street.chatwoot, street.crisp, street.intercom):
            stack.push_async_callback(part.close)
        for server in (street.smtp, street.imap):
            await server.start()
            stack.push_async_callback(server.stop)
        site = await stack.enter_async_context(TestServer(app))
        street.url = street.github.base_url = str(site.make_url("")).rstrip("/")
        street.github.base_url += "/github"
        await street.furnish()
        yield street


def a_crash() -> Crash:
    visitor = Visitor(id="311", name="Mia", email="mia@studio.example", plan="trial")
    frame = Frame(file="app/Crud.php", line=34, method="generate", code="$crud['menu']", in_project=True)
    return Crash(
        kind="ErrorException",
        message="Undefined index: crud",
        context="POST /cruds",
        url="https://shop.example.com/cruds",
        stage="production",
        release="1.0",
        visitor=visitor,
        frames=(frame,),
        metadata={},
        at=MONDAY,
    )
