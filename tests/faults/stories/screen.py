"""What people of a town see in Slack, and wait for: cards, previews, what approvers are sent, lines that ask."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.demo.slack.local import LocalSlack
from bot.demo.slack.records import Json
from tests.support.dsl.message import Message

Found = TypeVar("Found")
CHANNEL = "C0ERRORS"


@dataclass(frozen=True)
class Screen:
    slack: LocalSlack
    patience: float
    """Seconds that somebody looks for what is to come."""

    async def wait(self, shown: Callable[[], Found | None]) -> Found:
        """Raises TimeoutError for whoever looked in vain."""
        found = await self.slack.world.changes.until(shown, self.patience)
        if not found:
            raise TimeoutError
        return found

    def cards(self) -> list[tuple[str, Message]]:
        """With the bug that each is of, as in "BUG-1"."""
        found = []
        for one in self.slack.messages(CHANNEL):
            metadata = one.get("metadata") or {}
            if metadata.get("event_type") == "makegood_card":
                found.append((metadata["event_payload"]["bug"], Message(self.slack, CHANNEL, one["ts"])))
        return found

    async def card(self, bug: int, *shows: str) -> Message:
        """Once it stands there and shows one of these, if it is to show anything."""
        named = f"BUG-{bug}"

        def there() -> Message | None:
            mine = [card for of, card in self.cards() if of == named]
            return next((c for c in mine if not shows or any(x in said for x in shows for said in c.texts)), None)

        return await self.wait(there)

    async def bug_of(self, title: str) -> int:
        """The number on the card with this title; a number that follows it belongs to another one."""

        def there() -> str | None:
            return next((of for of, card in self.cards() if any(f"{title} " in f"{x} " for x in card.texts)), None)

        return int((await self.wait(there)).removeprefix("BUG-"))

    async def line(self, text: str, verb: str) -> Message:
        """In the channel, with this text and this button."""

        def there() -> Message | None:
            messages = (Message(self.slack, CHANNEL, m["ts"]) for m in self.slack.messages(CHANNEL))
            return next((m for m in messages if any(text in x for x in m.texts) and m.element(verb)), None)

        return await self.wait(there)

    async def preview(self, bug: int, user: str, after: int) -> tuple[Message, int]:
        """The newest that this person was sent of a later run than `after`, and its number."""
        return await self.wait(lambda: self._offers("run", bug, user, self.slack.ephemerals(user), after))

    async def asked(self, bug: int, user: str, after: int) -> tuple[Message, int]:
        """As `preview`: what an approver was sent."""
        place = self.slack.dm(user)
        return await self.wait(lambda: self._offers("approve", bug, user, self.slack.messages(place), after, place))

    def _offers(
        self, verb: str, bug: int, user: str, among: list[Json], after: int, channel: str = ""
    ) -> tuple[Message, int] | None:
        for one in reversed(among):
            message = Message(self.slack, channel or one["channel"], one["ts"], seen_by=user)
            words = str((message.element(verb) or {}).get("value", "")).split()
            run = next((int(x.removeprefix("run=")) for x in words if x.startswith("run=")), 0)
            if f"BUG-{bug}" in words and run > after:
                return message, run
        return None
