"""What customers and the crew do in a town. They see only Slack, the chat and their mail; who gets no answer gives a step up."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.bug.errors import MakegoodError
from bot.bug.fixes.fix import UNDER_WAY, RunState
from bot.demo.slack.records import ActError
from bot.demo.trello.records import TrelloError
from bot.demo.world import story_two
from bot.demo.world.cast import Customer
from bot.ledger import workspace
from bot.ledger.entries import load
from tests.faults.stories.plan import Cast
from tests.faults.stories.screen import Screen
from tests.faults.stories.town import StruckTown, busy
from tests.faults.town import FIRST_ROW
from tests.slack import alerts
from tests.support.dsl.message import Message
from tests.support.dsl.modal import Modal
from tests.support.dsl.workspace import ChannelPage, PersonPage, Workspace

PATIENCE = 6.0 * busy()
"""Seconds that somebody waits for what a step is to bring."""
LONGEST = 4 * PATIENCE
"""Seconds that somebody tries one step, over and over."""
TRIES = 3
"""How often somebody types what seems to have had no effect."""
WORKS = "It works again. It was our fault, not yours."
TAKEN_BACK = "It works, we think."
"""Told by a letter that is taken back before it leaves."""
ANSWER = "Makegood"
"""The title of what a form becomes that says in a sentence why it is not taken."""
WORKING = ("🟢", "🔵", "⚪")
"""One of these is on the card of a bug that works again."""
NOT_THERE = (AssertionError, ActError, LookupError, TrelloError, MakegoodError, TimeoutError)
"""What somebody meets who expects something that is not there."""


@dataclass
class Said:
    """Words that were sent, each unlike any other; who has them is judged in the end."""

    chats: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)


@dataclass
class Story:
    """One bug from its alert to its end. Each has an owner of its own: nobody fills in two forms at once."""

    town: StruckTown
    number: int
    cast: Cast
    said: Said
    gave_up: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.draw = self.town.plan.draw(f"story {self.number}")
        ws = Workspace(self.town.slack)
        both = ws.person("Dana"), ws.person("Sam")
        self.me, self.other = both if self.number % 2 else both[::-1]
        self.errors: ChannelPage = ws.channel("errors")
        self.screen = Screen(self.town.slack, PATIENCE)
        self.bug = self.run = 0

    @property
    def word(self) -> str:
        return f"word{self.number}"

    @property
    def title(self) -> str:
        return f"Undefined index: crud of {self.number}"

    @property
    def posted(self) -> str:
        """An error of which only an app's message in the channel tells."""
        return f"{self.number:024x}"

    async def play(self) -> None:
        if self.cast.posted:
            await self.step("a message of an app", self.app_posts())
        await self.step("it is reported", self.is_reported())
        steps: list[tuple[str, Callable[[], Awaitable[Any]]]] = [
            ("a customer writes", self.customer_writes),
            ("a stranger", self.stranger_writes),
            ("a claim", self.claims),
            ("an answer", self.answers),
            ("a look", self.looks),
            ("a fix", self.fixes),
            ("an undo", self.undoes),
            ("repeats", self.repeats),
            ("a freeze", self.freezes),
            ("a tell", self.tells),
            ("a card on the board", self.moves_on_the_board),
            ("a note", self.says_something),
        ]
        for name, step in steps:
            await self.step(name, step())

    async def step(self, name: str, work: Awaitable[Any]) -> None:
        """Whoever gets no answer goes on with something else."""
        try:
            async with asyncio.timeout(LONGEST):
                await work
        except NOT_THERE as error:
            self.gave_up.append(f"{name}: {str(error).splitlines()[0][:120] if str(error) else type(error).__name__}")

    async def app_posts(self) -> None:
        message = await self.errors.receives(alerts.message(self.posted, title=f"ErrorException: posted {self.number}"))
        self.said.alerts.append(message.ts)

    async def is_reported(self) -> None:
        hint = self.town.customer(self.number)
        await self.town.report(self.number, 1, hint.email, title=self.title)
        self.bug = await self.screen.bug_of(self.title)

    async def customer_writes(self) -> None:
        hint = self.town.customer_hint(self.number)
        text = f"What can I do? {self.town.plan.seed}-{self.number}"
        if self.cast.writes == "chat":
            self.said.chats.append(text)
            await self.town.world.parts.chat.visitor_says(
                None, hint.name, hint.email, text, "https://shop.example.com/"
            )
        else:
            self.said.letters.append(text)
            who = Customer(name=hint.name, email=hint.email, page="/")
            self.town.world.parts.postmark.post(
                story_two.postmark(story_two.letter(who, "A question", text, datetime.now(UTC)))
            )

    async def stranger_writes(self) -> None:
        """About something of which no alert told; whoever sees the line that asks says what it is."""
        if not self.cast.strange:
            return
        text = f"Where is my invoice? {self.town.plan.seed}-{self.number}"
        self.said.chats.append(text)
        address = f"stranger{self.number}@elsewhere.example"
        await self.town.world.parts.chat.visitor_says(None, "Zoe", address, text, "https://shop.example.com/")
        verb = self.draw.choice(("new_from", "not_a_bug"))
        asking = await self.screen.line(text, verb)
        await asking.button(verb).click(by=self.other, answered=False)

    async def claims(self) -> None:
        card = await self.screen.card(self.bug)
        await card.button("Claim").click(by=self.me, answered=False, within=PATIENCE)

    async def answers(self) -> None:
        await self.types(self.other, f"/bug answer BUG-{self.bug}")

    async def looks(self) -> None:
        email = self.town.customer_hint(self.number).email
        await self.types(self.me, f"/fix look BUG-{self.bug} customer-account email={email}")

    async def fixes(self) -> None:
        asked = {
            "sql": f"delete-row table=menus id={FIRST_ROW + self.number}",
            "ssh": f"leave-line word={self.word}",
            "http": f"have-done word={self.word}",
        }[self.cast.kind]
        await self.runs(f"/fix BUG-{self.bug} {asked} -- the bad one")

    async def undoes(self) -> None:
        if self.cast.undoes:
            await self.runs(f"/fix undo BUG-{self.bug} it was the wrong one")

    async def runs(self, line: str) -> None:
        """Types it, again where no preview comes, and presses what that offers, once or in a hurry twice."""
        preview, run = await self.previewed(line)
        times = self.draw.choice((1, 1, 2))
        presses = (preview.button("run").click(by=self.me, answered=False) for _ in range(times))
        await asyncio.gather(*presses)
        if self.cast.kind == "http":
            asked, _ = await self.screen.asked(self.bug, self.other.id, self.run)
            await asked.button("approve").click(by=self.other, answered=False)
        self.run = run
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not await self._over(run):
                    await asyncio.sleep(0.2)

    async def previewed(self, line: str) -> tuple[Message, int]:
        for _ in range(TRIES):
            await self.types(self.me, line)
            with suppress(TimeoutError):
                return await self.screen.preview(self.bug, self.me.id, self.run)
        fixes = (await load(self.town.ledger, self.bug)).fixes
        raise AssertionError(f"no preview; its runs: {[fix.state.value for fix in fixes]}")

    async def _over(self, run: int) -> bool:
        fix = (await load(self.town.ledger, self.bug)).fix(run)
        return fix is not None and fix.state not in {*UNDER_WAY, RunState.STARTED}

    async def repeats(self) -> None:
        """More occurrences of it, out of order."""
        numbers = [2, 3, 4]
        self.draw.shuffle(numbers)
        await asyncio.gather(*(self.town.report(self.number, number, title=self.title) for number in numbers))

    async def freezes(self) -> None:
        if self.cast.freezes:
            await self.types(self.me, "/fix freeze a moment")
            await asyncio.sleep(0.3)
            frozen = (await workspace.load(self.town.ledger)).freeze
            await self.types(self.me, f"/fix thaw {frozen.number} go on" if frozen else "/fix thaw")

    async def works(self) -> None:
        """Says so until the card does."""
        for _ in range(TRIES):
            await self.types(self.me, f"/bug works BUG-{self.bug}")
            with suppress(TimeoutError):
                await self.screen.card(self.bug, *WORKING)
                return

    async def tells(self) -> None:
        """With a credit, days or neither, in one form; letters are taken back at times, and written anew."""
        await self.works()
        if self.cast.takes_back:
            await self.fills_in(TAKEN_BACK)
            await self.types(self.me, f"/tell back BUG-{self.bug}")
        await self.fills_in(WORKS)

    async def fills_in(self, text: str) -> None:
        """Presses *Tell* and, where the form asks once more, sends it as it is."""
        card = await self.screen.card(self.bug)
        await card.button("Tell").click(by=self.me, answered=False, within=PATIENCE)
        form = await self.me.expect_modal(f"Tell BUG-{self.bug}", within=PATIENCE)
        form.field("What they read").type(f"{text} ({self.number})")
        await self._gives(form)
        for _ in range(TRIES):
            with suppress(AssertionError):
                form.checkbox("Tell them all the same").tick()
            await form.submit(answered=False)
            if form.closed or form.title == ANSWER:
                return
        raise AssertionError(f"the form of the tell stayed: {form.errors} {form.texts[:3]}")

    async def _gives(self, form: Modal) -> None:
        """Nothing, or what the fields below *Other…* take; where the plans are not known yet, a credit in place of an upgrade."""
        gift = self.cast.gives
        if gift == "nothing":
            return
        await form.field("They get").pick("Other…")
        await form.expect_text("Credit in EUR", within=PATIENCE)
        if gift == "days":
            form.field("Days more").type("3")
        elif gift == "upgrade" and "Upgrade to" in form.fields:
            await form.field("Upgrade to").pick("pro")
        else:
            form.field("Credit in EUR").type("5")

    async def moves_on_the_board(self) -> None:
        lists = self.town.world.parts.board.snapshot()["lists"]
        mine = [card["id"] for one in lists for card in one["cards"] if card["name"].split()[0] == f"BUG-{self.bug}"]
        if mine:
            await self.town.world.parts.board.person_moves(mine[0], self.draw.choice(("Bugs", "Done")), "dana")

    async def says_something(self) -> None:
        card = await self.screen.card(self.bug)
        await self.other.says(f"a note {self.number}", thread=card)

    async def merges(self, into: int) -> None:
        """This bug goes on as another one."""
        await self.types(self.other, f"/bug merge BUG-{self.bug} BUG-{into}")

    async def types(self, who: PersonPage, line: str) -> None:
        await who.types(line, in_=self.errors, answered=False)
        await asyncio.sleep(self.draw.uniform(0.1, 0.3))
