"""Words for these stories: Dana asks, Lee and Max approve."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.rules import find
from bot.slack.views.marks import Mark
from tests.slack.fixes.plant import Plant
from tests.slack.house import House
from tests.support.dsl.message import Message
from tests.support.dsl.workspace import PersonPage

DELETE = "delete-row table=menus id=13 -- the one bad row"
SET = "set-column table=menus id=13 column=title value=Brunch -- wrong title"
CLOSE = "close-account id=1 -- they asked for it"
LONGEST = 60
OWN = ("close-account", "empty-menus", "two-keys", "long-job", "new-token")


@dataclass(frozen=True, kw_only=True)
class Team:
    house: House
    plant: Plant
    card: Message

    @classmethod
    async def gathered(cls, house: House, plant: Plant) -> "Team":
        card = await house.alarm()
        await card.button("Claim").click(by=house.person("Dana"))
        await card.thread.expect("Dana has it")
        await house.trust(*OWN)
        return cls(house=house, plant=plant, card=card)

    def __getattr__(self, name: str) -> PersonPage:
        """`team.dana`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self.house.person(name.capitalize())

    async def preview(self, line: str = DELETE, by: str = "Dana") -> Message:
        """Somebody types a fix and gets its preview."""
        person, number = self.house.person(by), len((await self.house.bug()).fixes) + 1
        await person.types(f"/fix BUG-1 {line}", in_=self.house.errors)
        await self.until(RunState.PREVIEWED, number)
        await self.house.quiet()
        return await person.expect_ephemeral("Risk: ")

    async def run(self, line: str = DELETE, by: str = "Dana") -> Message:
        """Preview and run of what needs nobody else."""
        preview = await self.preview(line, by)
        await preview.button("Run it").click()
        return preview

    async def waits(self, line: str = SET) -> Message:
        """Dana's fix waits; returns the request as Lee sees it."""
        preview = await self.preview(line)
        await preview.button("Ask for approval").click()
        request = await self.lee.expect_dm("wants to run")
        await self.house.quiet()
        return request

    async def fix(self, run: int = 1) -> Fix:
        return find(await self.house.bug(), run)

    async def until(self, state: RunState, run: int = 1, bug: int = 1) -> Fix:
        """Once it is so; whatever comes of it in Slack comes after it."""
        async with asyncio.timeout(LONGEST):
            while (fix := (await self.house.bug(bug)).fix(run)) is None or fix.state is not state:
                await asyncio.sleep(0.02)
        return fix

    async def presses(self, person: PersonPage, verb: str, bug: int = 1, **about: str | int) -> None:
        """A button as nobody was offered it: what it carries is made up."""
        forged = await self.house.forged(verb, str(Mark(bug=bug, seq=1, about={k: str(v) for k, v in about.items()})))
        await forged.button(verb).click(by=person)

    def change(self, person: PersonPage, **about: Any) -> None:
        """Slack knows something new of them."""
        people = self.house.slack.world.people
        self.house.slack.change_person(replace(people[person.id], **about))
