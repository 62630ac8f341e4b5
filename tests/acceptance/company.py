"""A company on one day: its customers, its shop, its Slack with the real bot, its board and till, told as people see them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import aiohttp
import html5lib

from bot.bug.bug import Bug
from bot.bug.retro.model import Retro
from bot.bug.retro.story import fold
from bot.demo.server import Demo, free_port
from bot.demo.world.cast import CAST
from bot.demo.world.story_two import morning, postmark
from bot.demo.world.tour import Story
from bot.ledger.entries import load, trail
from bot.ledger.verify import verify
from tests.slack.house import Unhurried, Watch
from tests.support.dsl.message import Message
from tests.support.dsl.modal import Modal
from tests.support.dsl.workspace import ChannelPage, PersonPage, Workspace

Json = dict[str, Any]
Found = TypeVar("Found")
LONGEST = 20.0


@dataclass(frozen=True, kw_only=True)
class Company:
    """`clock` is the bot's: a story sets it forward instead of waiting."""

    demo: Demo
    http: aiohttp.ClientSession
    clock: Watch

    # -- the team

    @property
    def errors(self) -> ChannelPage:
        return Workspace(self.demo.slack).channel("errors")

    def person(self, name: str) -> PersonPage:
        return Workspace(self.demo.slack).person(name)

    # -- the customer's side

    async def press(self, page: str, **form: str) -> int:
        """The customer presses the page's button; the status of the answer."""
        async with self.http.post(f"{self.demo.url}/shop{page}", data=form) as answer:
            return answer.status

    async def status(self, page: str, stage: str = "shop", visitor: str = "") -> int:
        """What a page answers to a customer, or to whoever asks for it as one."""
        query = {"as": visitor} if visitor else {}
        async with self.http.get(f"{self.demo.url}/{stage}{page}", params=query) as answer:
            return answer.status

    async def customer_says(self, text: str) -> None:
        await self.demo.world.visitor_says(text)

    async def mails_arrive(self) -> None:
        """The three of the morning, dated by the company's clock."""
        for mail in morning(self.clock()):
            self.demo.world.parts.postmark.post(postmark(mail))

    async def expect_bubble(self, text: str) -> Json:
        """In the customer's chat, from the team."""
        return await self._expect("a bubble", lambda world: _of_team(world["chat"]["messages"]), "text", text)

    async def expect_mail(self, text: str) -> Json:
        """In the customer's inbox."""
        return await self._expect("a mail", lambda world: world["inbox"], "text", text)

    # -- the board, the till, the shop's own database

    async def expect_on_board(self, column: str, text: str) -> Json:
        def cards(world: Json) -> list[Json]:
            return next(one["cards"] for one in world["board"]["lists"] if one["name"] == column)

        return await self._expect(f"a card in {column}", cards, "name", text)

    async def account(self) -> Json:
        """The customer's record at the till."""
        world = await self.demo.world.snapshot()
        email = CAST[self.demo.world.story].email
        return next(one for one in world["till"]["customers"] if one["email"] == email)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Straight from the file of the shop's database."""
        with closing(sqlite3.connect(self.demo.world.parts.shop.database.file)) as conn:
            return conn.execute(query).fetchall()

    # -- what the bot knows

    async def bug(self, number: int = 1) -> Bug:
        return await load(self._ledger, number)

    async def retro(self, number: int = 1) -> Retro:
        return fold(await trail(self._ledger, number))

    async def post_mortem(self) -> str:
        """The newest page in the channel, read by the standard's own rules, as the words on it."""

        async def look() -> str | None:
            told = self.demo.slack.world.messages["C0ERRORS"].values()
            files = [file for message in told for file in message.get("files", ())]
            content = self.demo.slack.world.files[files[-1]["id"]].content if files else None
            return content.decode() if content else None

        page = html5lib.HTMLParser(strict=True).parse(await self.until(look, "a file"))
        return " ".join(" ".join(page.itertext()).split())

    async def kinds(self, number: int = 1) -> list[str]:
        return [entry.event.KIND for entry in await trail(self._ledger, number)]

    async def verified(self) -> int:
        """The number of bugs whose trail is whole; raises TrailBroken."""
        return await verify(self._ledger)

    @property
    def _ledger(self) -> Any:
        assert self.demo.bot
        return self.demo.bot.ledger

    # -- waiting

    async def _expect(self, what: str, of: Callable[[Json], list[Json]], name: str, text: str) -> Json:
        async def look() -> Json | None:
            return next((one for one in of(await self.demo.world.snapshot()) if text in one[name]), None)

        return await self.until(look, f"{what} with {text!r}")

    async def until(self, look: Callable[[], Awaitable[Found | None]], why: str) -> Found:
        """After each change of the world or of Slack, until there is something."""
        changed = asyncio.Event()
        ends = [self.demo.world.subscribe(changed.set), self.demo.slack.subscribe(changed.set)]
        try:
            async with asyncio.timeout(LONGEST):
                while not (found := await look()):
                    await changed.wait()
                    changed.clear()
                return found
        except TimeoutError:
            raise AssertionError(f"expected {why}; there is: {await self.demo.world.snapshot()}") from None
        finally:
            for end in ends:
                end()


def _of_team(messages: list[Json]) -> list[Json]:
    return [one for one in messages if one["from"] == "team"]


async def picks(form: Modal, menu: str, name: str, *, field: str) -> None:
    """Chooses in a form whose further fields follow from the choice; `field` is one of those."""
    if str(form.field(menu).value).partition(":")[0] != name:
        await form.field(menu).pick(next(one for one in form.field(menu).choices if one.startswith(f"{name}:")))
    await form.expect_text(field)


async def asks_for(
    card: Message,
    person: PersonPage,
    action: str,
    reason: str,
    *,
    field: str,
    values: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """By the form on the card: choose, say why; what the error itself tells is filled in already."""
    await card.button("Fix").click(by=person)
    form = await person.expect_modal("What to do")
    await picks(form, "What to do", action, field=field)
    for label, value in values.items():
        form.field(label).type(value)
    form.field("Why").type(reason)
    await form.submit("Preview")


@asynccontextmanager
async def company(data: Path, database_url: str, story: Story, *, alone: bool = False) -> AsyncIterator[Company]:
    clock = Watch()
    demo = Demo(
        free_port(),
        data,
        database_url=database_url,
        rate_limits=False,
        clock=clock,
        pace=Unhurried,
        letters_wait=0,
        alone=alone,
    )
    try:
        await demo.start()
        assert demo.bot
        demo.world.story = story
        async with aiohttp.ClientSession() as http:
            it = Company(demo=demo, http=http, clock=clock)
            await demo.slack.wait_for(lambda: demo.slack.connections, why="the bot's sockets are open")
            yield it
    finally:
        await demo.stop()
