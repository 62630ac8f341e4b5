"""The world around the bot, for `makegood demo` and the tests: what customers, tracker, board and till do by themselves."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from aiohttp import web

from bot.bug.errors import Invalid
from bot.demo.channels.courier import PAUSES
from bot.demo.slack.courier import Tasks
from bot.demo.trello.records import TrelloError
from bot.demo.world import acts, story_two, view
from bot.demo.world.acts import text_of
from bot.demo.world.cast import ANOTHER, CAST, Customer
from bot.demo.world.config import Addresses, settings_toml
from bot.demo.world.feed import Feed
from bot.demo.world.keys import Keys
from bot.demo.world.parts import CHAT, Parts
from bot.demo.world.seen import Sight, see
from bot.demo.world.tour import Story

Json = dict[str, Any]
HEAD_START = 1.0


class SlackSide(Protocol):
    """What the world needs of the local Slack: Bugsnag's app posts there, the tour watches the error channel."""

    async def post_as_app(
        self, channel: str, message: Json, app: str = "Bugsnag", shape: str = "bot_message"
    ) -> str: ...
    def messages(self, channel: str) -> list[Json]: ...
    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]: ...


class World:
    """`base_url` is where the routes are served, `bot_url` where the bot takes its hooks."""

    def __init__(
        self,
        *,
        data_dir: Path,
        base_url: str,
        bot_url: str,
        slack: SlackSide | None = None,
        channel: str = "C0ERRORS",
        keys: Keys | None = None,
        pauses: tuple[float, ...] = PAUSES,
        on_reset: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]] | None = None,
    ) -> None:
        self.base_url, self.bot_url, self.keys = base_url, bot_url, keys or Keys()
        self.story: Story = "one"
        self._another = False
        self._slack, self._channel, self._on_reset = slack, channel, on_reset
        self._tasks = Tasks()
        self._watchers: list[Callable[[], None]] = []
        self.parts = Parts(
            data_dir=data_dir,
            base_url=base_url,
            bot_url=bot_url,
            keys=self.keys,
            visitor=lambda: self.customer.email,
            post=self._post_in_slack if slack is not None else None,
            changed=self._changed,
            pauses=pauses,
        )
        self._page = Feed(self.snapshot)
        self._chat = Feed(self._bubbles, self._visitor_says)
        self._unsubscribe = slack.subscribe(self._changed) if slack is not None else None
        self._conversation: int | None = None
        self._begin()

    @property
    def customer(self) -> Customer:
        return ANOTHER if self._another else CAST[self.story]

    def routes(self) -> list[web.RouteDef]:
        return [
            *self.parts.routes(),
            web.get("/world/ws", self._page.serve),
            web.get(CHAT, self._chat.serve),
            web.post("/world/act", acts.route(self._acts())),
        ]

    async def start(self) -> None:
        await self.parts.start()

    async def stop(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        await self._page.close()
        await self._chat.close()
        await self._tasks.stop()
        await self.parts.stop()

    def settings_toml(self, *, mode: str = "run", approvers: tuple[str, ...] = ("U0LEAD",), wait: int = 10) -> str:
        """The makegood.toml for the bot in this world; call it after `start`, when every port is known. `wait`: seconds of a letter."""
        parts = self.parts
        at = Addresses(
            base=self.base_url,
            bot=self.bot_url,
            channel=self._channel,
            data=parts.data_dir.resolve(),
            smtp=parts.mail.url,
            host=parts.host.address,
            board=parts.board.board_url,
        )
        return settings_toml(at, self.keys, mode=mode, approvers=approvers, wait=wait)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """`callback()` after every change; what comes back ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    async def snapshot(self) -> Json:
        """Everything that the page shows, as JSON."""
        sight = await self._sight()
        return {
            "shop": view.shop(self.parts, self.customer, broken=sight.broken),
            "customer": view.person(self.customer, sight.till),
            "chat": {"messages": sight.chat},
            "inbox": sight.inbox,
            "board": sight.board,
            "till": self.parts.till.snapshot(),
            "tour": view.tour(self.story, see(sight)),
            "another": self.story == "one" and not self._another,
        }

    async def _sight(self) -> Sight:
        parts, customer = self.parts, self.customer
        return Sight(
            story=self.story,
            name=customer.first_name,
            menu=customer.menu,
            email=customer.email,
            broken=await parts.shop.broken(customer.email),
            mails_arrived=self._mails_arrived,
            visits=parts.shop.visits,
            slack=self._messages,
            before=self._before,
            chat=view.bubbles(parts, self._conversation),
            inbox=view.letters(parts, customer),
            board=parts.board.snapshot(),
            till=view.account(parts, customer),
            till_before=self._till_before,
        )

    # what happens

    async def visitor_says(self, text: str, page: str = "") -> None:
        """The customer writes in the chat of the shop's page, signed in there."""
        who = self.customer
        self._conversation = await self.parts.chat.visitor_says(
            self._conversation, who.name, who.email, text, page or self._page_url, identifier=who.email, verified=True
        )
        self._changed()

    def mails_arrive(self) -> None:
        """The three e-mails of story two's morning."""
        for mail in story_two.morning(datetime.now(UTC)):
            self.parts.postmark.post(story_two.postmark(mail))
        self._mails_arrived = True
        self._changed()

    async def another(self) -> None:
        """A second bug comes by itself, of the first one's kind: another customer meets it, and asks in the chat."""
        if self.story != "one" or self._another:
            raise Invalid("That comes once, and in the first story. Start over to see it again.")
        self._leave()
        self._another = True
        self._begin()
        await self.parts.shop.database.break_once_more()
        async with aiohttp.ClientSession() as session, session.post(f"{self.base_url}/shop/cruds/generate") as answer:
            await answer.read()
        await self.visitor_says("My admin panel does not open any more, can you help me?")

    async def choose(self, story: Story) -> None:
        """Begin a story: a day on which nothing has happened yet."""
        self.story = story
        await self.reset()

    async def reset(self) -> None:
        """The story from its beginning: the shop is broken, everything else as it was; in story two the mails are on their way.

        What the bot and Slack remember is `on_reset`'s, which also says when the rest may go.
        """
        self._leave()
        self._another = False
        if self._on_reset is not None:
            await self._on_reset(self.parts.reset)
        else:
            await self.parts.reset()
        self._begin()
        if self.story == "two":
            self.mails_arrive()
        self._changed()

    def _begin(self) -> None:
        self._conversation = None
        self._mails_arrived = False
        self._before = frozenset(str(message["ts"]) for message in self._messages)
        self._till_before = view.account(self.parts, self.customer)

    def _leave(self) -> None:
        if self._conversation is not None:
            self.parts.chat.visitor_leaves(self._conversation)

    @property
    def _messages(self) -> list[Json]:
        return self._slack.messages(self._channel) if self._slack is not None else []

    @property
    def _page_url(self) -> str:
        return f"{self.base_url}{self.parts.shop.base}{self.customer.page}"

    def _post_in_slack(self, message: Json) -> None:
        if self._slack is not None:
            self._tasks.start(self._post(self._slack, message))

    async def _post(self, slack: SlackSide, message: Json) -> None:
        """Bugsnag's app speaks a moment after its webhook, which knows the customer."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.parts.tracker.courier.idle(), HEAD_START)
        await slack.post_as_app(self._channel, message)

    def _changed(self) -> None:
        for watcher in (self._page.wake, self._chat.wake, *self._watchers):
            watcher()

    # the chat box

    async def _bubbles(self) -> Json:
        return {"messages": view.bubbles(self.parts, self._conversation)}

    async def _visitor_says(self, said: Json) -> None:
        text, page = said.get("text"), said.get("page")
        if isinstance(text, str) and text.strip():
            await self.visitor_says(text.strip()[: acts.LONGEST], page if isinstance(page, str) else "")

    # the page's acts

    def _acts(self) -> dict[str, acts.Act]:
        return {
            "visitor_says": self._act_visitor_says,
            "visitor_leaves": self._act_visitor_leaves,
            "board_move": self._act_board_move,
            "board_comment": self._act_board_comment,
            "mail": self._act_mail,
            "choose_story": self._act_choose_story,
            "reset": self._act_reset,
            "another": self._act_another,
        }

    async def _act_visitor_says(self, body: Json) -> None:
        await self.visitor_says(text_of(body, "text"), text_of(body, "page", ""))

    async def _act_visitor_leaves(self, _body: Json) -> None:
        self._leave()

    async def _act_board_move(self, body: Json) -> None:
        card, column, by = text_of(body, "card"), text_of(body, "list"), text_of(body, "by", "dana")
        await _on_the_board(self.parts.board.person_moves(card, column, by))

    async def _act_board_comment(self, body: Json) -> None:
        card, text, by = text_of(body, "card"), text_of(body, "text"), text_of(body, "by", "dana")
        await _on_the_board(self.parts.board.person_comments(card, text, by))

    async def _act_mail(self, body: Json) -> None:
        """With a text: the customer writes an e-mail. Without: the mails of the morning."""
        text = text_of(body, "text", "")
        if not text:
            self.mails_arrive()
            return
        subject = text_of(body, "subject", "A question")
        self.parts.postmark.post(story_two.postmark(story_two.letter(self.customer, subject, text, datetime.now(UTC))))

    async def _act_choose_story(self, body: Json) -> None:
        story = text_of(body, "story")
        if story not in CAST:
            raise Invalid(f"There is no story {story!r}; there are one and two.")
        await self.choose("two" if story == "two" else "one")

    async def _act_another(self, _body: Json) -> None:
        await self.another()

    async def _act_reset(self, _body: Json) -> None:
        await self.reset()


async def _on_the_board(act: Awaitable[None]) -> None:
    """A card or list that is not there is the page's mistake, answered with the board's own sentence."""
    try:
        await act
    except (LookupError, TrelloError) as unknown:
        raise Invalid(str(unknown)) from None
