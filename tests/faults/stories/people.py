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
from tests.faults.stories.plan import Cast
from tests.faults.stories.town import Json, StruckTown, busy
from tests.faults.town import FIRST_ROW
from tests.slack import alerts
from tests.support.dsl.message import Message
from tests.support.dsl.modal import Modal
from tests.support.dsl.workspace import ChannelPage, PersonPage, Workspace

PATIENCE = 8.0 * busy()
"""Seconds that somebody waits for what a step is to bring."""
WORKS = "It works again. It was our fault, not yours."
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
        self.bug = 0

    @property
    def word(self) -> str:
        return f"word{self.number}"

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
            async with asyncio.timeout(2.5 * PATIENCE):
                await work
        except NOT_THERE as error:
            self.gave_up.append(f"{name}: {str(error).splitlines()[0][:120] if str(error) else type(error).__name__}")

    async def app_posts(self) -> None:
        message = await self.errors.receives(alerts.message(self.posted, title=f"ErrorException: posted {self.number}"))
        self.said.alerts.append(message.ts)

    async def is_reported(self) -> None:
        hint = self.town.customer(self.number)
        await self.town.report(self.number, 1, hint.email)
        self.bug = await self.found(PATIENCE)
        await self.card()

    async def found(self, patience: float) -> int:
        """The number of the bug, as its card says."""
        async with asyncio.timeout(patience):
            while True:
                for bug in await self.town.all_bugs():
                    if any(group.endswith(f"error-{self.number}") for group in bug.groups):
                        return bug.ref.number
                await asyncio.sleep(0.1)

    async def card(self) -> Message:
        """The bug's card, once it stands there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for message in self.town.slack.messages("C0ERRORS"):
                    metadata = message.get("metadata") or {}
                    named = metadata.get("event_payload", {}).get("bug") == f"BUG-{self.bug}"
                    if named and metadata["event_type"] == "makegood_card":
                        return Message(self.town.slack, "C0ERRORS", message["ts"])
                await asyncio.sleep(0.05)

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
        async with asyncio.timeout(PATIENCE):
            while not (asking := self._asking(text, verb)):
                await asyncio.sleep(0.05)
        await asking.button(verb).click(by=self.other, answered=False)

    def _asking(self, text: str, verb: str) -> Message | None:
        messages = (Message(self.town.slack, "C0ERRORS", m["ts"]) for m in self.town.slack.messages("C0ERRORS"))
        return next((m for m in messages if any(text in shown for shown in m.texts) and m.element(verb)), None)

    async def claims(self) -> None:
        card = await self.card()
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
        await self.types(self.me, f"/fix BUG-{self.bug} {asked} -- the bad one")
        await self.runs_it(1)

    async def undoes(self) -> None:
        if self.cast.undoes:
            await self.types(self.me, f"/fix undo BUG-{self.bug} it was the wrong one")
            await self.runs_it(2)

    async def runs_it(self, run: int) -> None:
        """Presses what the preview of this very run offers, once or in a hurry twice; waits a while for what comes of it."""
        async with asyncio.timeout(PATIENCE):
            while not (preview := self._preview(run)):
                await asyncio.sleep(0.05)
        times = self.draw.choice((1, 1, 2))
        presses = (preview.button("run").click(by=self.me, answered=False) for _ in range(times))
        await asyncio.gather(*presses)
        if self.cast.kind == "http":
            await self.approves(run)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not await self._over(run):
                    await asyncio.sleep(0.1)

    async def approves(self, run: int) -> None:
        """The other person presses what they were sent."""
        async with asyncio.timeout(PATIENCE):
            while not (asked := self._asked(run)):
                await asyncio.sleep(0.05)
        await asked.button("approve").click(by=self.other, answered=False)

    def _preview(self, run: int) -> Message | None:
        return self._offers("run", run, self.me.id, self.town.slack.ephemerals(self.me.id))

    def _asked(self, run: int) -> Message | None:
        place = self.town.slack.dm(self.other.id)
        return self._offers("approve", run, self.other.id, self.town.slack.messages(place), place)

    def _offers(self, verb: str, run: int, user: str, among: list[Json], channel: str = "") -> Message | None:
        """The newest message whose button is about this run."""
        for one in reversed(among):
            message = Message(self.town.slack, channel or one["channel"], one["ts"], seen_by=user)
            button = message.element(verb)
            words = str((button or {}).get("value", "")).split()
            if f"BUG-{self.bug}" in words and f"run={run}" in words:
                return message
        return None

    async def _over(self, run: int) -> bool:
        found = [bug for bug in await self.town.all_bugs() if bug.ref.number == self.bug]
        fix = found[0].fix(run) if found else None
        return fix is not None and fix.state not in {*UNDER_WAY, RunState.STARTED}

    async def repeats(self) -> None:
        """More occurrences of it, out of order."""
        numbers = [2, 3, 4]
        self.draw.shuffle(numbers)
        await asyncio.gather(*(self.town.report(self.number, number) for number in numbers))

    async def freezes(self) -> None:
        if self.cast.freezes:
            await self.types(self.me, "/fix freeze a moment")
            await asyncio.sleep(0.3)
            frozen = (await workspace.load(self.town.ledger)).freeze
            await self.types(self.me, f"/fix thaw {frozen.number} go on" if frozen else "/fix thaw")

    async def tells(self) -> None:
        """With a credit, days or neither, in one form."""
        await self.types(self.me, f"/bug works BUG-{self.bug}")
        card = await self.card()
        await card.button("Tell").click(by=self.me, answered=False, within=PATIENCE)
        form = await self.me.expect_modal(f"BUG-{self.bug}", within=PATIENCE)
        form.field("What they read").type(f"{WORKS} ({self.number})")
        await self._gives(form)
        await form.submit(answered=False)
        if not form.closed:
            raise AssertionError(f"the form of the tell stayed: {form.errors} {form.texts[:3]}")

    async def _gives(self, form: Modal) -> None:
        """Nothing, or what the fields below *Other…* take."""
        gift = self.cast.gives
        if gift != "nothing":
            await form.field("They get").pick("Other…")
            await form.expect_text("Credit in EUR", within=PATIENCE)
        if gift == "credit":
            form.field("Credit in EUR").type("5")
        elif gift == "days":
            form.field("Days more").type("3")
        elif gift == "upgrade":
            await form.field("Upgrade to").pick("pro")

    async def moves_on_the_board(self) -> None:
        lists = self.town.world.parts.board.snapshot()["lists"]
        mine = [card["id"] for one in lists for card in one["cards"] if card["name"].split()[0] == f"BUG-{self.bug}"]
        if mine:
            await self.town.world.parts.board.person_moves(mine[0], self.draw.choice(("Bugs", "Done")), "dana")

    async def says_something(self) -> None:
        card = await self.card()
        await self.other.says(f"a note {self.number}", thread=card)

    async def merges(self, into: int) -> None:
        """This bug goes on as another one."""
        await self.types(self.other, f"/bug merge BUG-{self.bug} BUG-{into}")

    async def types(self, who: PersonPage, line: str) -> None:
        await who.types(line, in_=self.errors, answered=False)
        await asyncio.sleep(self.draw.uniform(0.1, 0.5))
