"""A message in a story: what it says now, its buttons and menus, its thread."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.demo.slack.dump import dump, texts_of
from bot.demo.slack.forms import choices
from bot.demo.slack.gestures import elements_of
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.records import Act, Json

Found = TypeVar("Found")


class Somebody(Protocol):
    id: str


class Waiting:
    """Waits for something to be true after a change, and says what was there instead when it never was."""

    def __init__(self, slack: LocalSlack, why: str, there: Callable[[], str] = lambda: "") -> None:
        self._slack, self._why, self._there = slack, why, there

    async def until(self, predicate: Callable[[], Found | None], within: float = 10) -> Found:
        found = await self._slack.world.changes.until(predicate, within)
        if not found:
            raise AssertionError(f"expected {self._why}\nthere is: {self._there()}\n\n{dump(self._slack.world)}")
        return found


class Message:
    """Always shows the present state. `seen_by` is whose eyes it is for: an ephemeral message, a direct one."""

    def __init__(self, slack: LocalSlack, channel: str, ts: str, seen_by: str | None = None) -> None:
        self._slack, self.channel, self.ts, self._seen_by = slack, channel, ts, seen_by

    def seen_as(self, user: str) -> "Message":
        return Message(self._slack, self.channel, self.ts, seen_by=user)

    @property
    def json(self) -> Json:
        """As Slack keeps it; empty once it is gone."""
        return self._slack.world.messages[self.channel].get(self.ts) or self._ephemeral()

    def _ephemeral(self) -> Json:
        found = [one for one in self._slack.world.ephemerals if one["ts"] == self.ts and one["channel"] == self.channel]
        return found[0] if found else {}

    @property
    def exists(self) -> bool:
        return bool(self.json) and self.json.get("subtype") != "tombstone"

    @property
    def thread_ts(self) -> str:
        return str(self.json.get("thread_ts", self.ts))

    @property
    def lock_screen(self) -> str:
        """What a phone shows of it without being unlocked: the text."""
        return str(self.json.get("text", ""))

    @property
    def texts(self) -> list[str]:
        return texts_of(self.json)

    @property
    def metadata(self) -> Json:
        return dict(self.json.get("metadata", {}))

    @property
    def reactions(self) -> list[str]:
        return [reaction["name"] for reaction in self.json.get("reactions", [])]

    @property
    def buttons(self) -> list[str]:
        return [element["text"]["text"] for element in self._elements() if element["type"] == "button"]

    @property
    def choices(self) -> list[str]:
        """The labels in its menus."""
        return [option["text"]["text"] for element in self._elements() for option in choices(element)]

    @property
    def thread(self) -> "Thread":
        return Thread(self._slack, self.channel, self.thread_ts)

    def button(self, name: str) -> "Button":
        """By label or action_id."""
        return Button(self, name)

    async def choose(self, label: str, by: Somebody | None = None, within: float = 10, *, answered: bool = True) -> Act:
        """Picks from whichever menu has this label, once one has."""

        def menu() -> Json | None:
            return next((e for e in self._elements() for one in choices(e) if one["text"]["text"] == label), None)

        element = await self._waiting(f"a menu with {label!r}").until(menu, within)
        return await self.act(by, element, selected=label, answered=answered)

    async def expect_text(self, text: str, within: float = 10) -> "Message":
        await self._waiting(f"it to show {text!r}").until(lambda: any(text in shown for shown in self.texts), within)
        return self

    async def expect_no_text(self, text: str, within: float = 10) -> "Message":
        await self._waiting(f"it not to show {text!r}").until(
            lambda: all(text not in shown for shown in self.texts), within
        )
        return self

    async def expect_lock_screen(self, text: str, within: float = 10) -> "Message":
        await self._waiting(f"the lock screen to show {text!r}").until(lambda: text in self.lock_screen, within)
        return self

    async def expect_button(self, name: str, within: float = 10) -> "Button":
        await self._waiting(f"a button {name!r}").until(lambda: self.element(name), within)
        return self.button(name)

    async def expect_no_button(self, name: str, within: float = 10) -> None:
        await self._waiting(f"no button {name!r}").until(lambda: self.element(name) is None, within)

    async def expect_reaction(self, name: str, within: float = 10) -> None:
        await self._waiting(f"a reaction {name!r}").until(lambda: name in self.reactions, within)

    async def expect_gone(self, within: float = 10) -> None:
        await self._waiting("it to be gone").until(lambda: not self.exists, within)

    def element(self, name: str) -> Json | None:
        """A button by label or action_id."""
        fitting = [
            e for e in self._elements() if e["type"] == "button" and name in {e["text"]["text"], e.get("action_id")}
        ]
        return fitting[0] if fitting else None

    async def act(
        self, by: Somebody | None, element: Json, *, selected: str | None = None, answered: bool = True
    ) -> Act:
        user = by.id if by else self._seen_by
        if user is None:
            raise AssertionError("say who clicks: by=…")
        act = await self._slack.click(
            user, self.channel, self.ts, element["action_id"], element["block_id"], element.get("value"), selected
        )
        if answered and act.error:
            raise AssertionError(act.error)
        return act

    def _elements(self) -> list[Json]:
        return elements_of(self.json)

    def _waiting(self, why: str) -> Waiting:
        return Waiting(self._slack, f"{why} (message {self.ts})", lambda: f"{self.texts}, buttons {self.buttons}")


class Button:
    def __init__(self, message: Message, name: str) -> None:
        self._message, self._name = message, name

    async def click(self, by: Somebody | None = None, *, answered: bool = True, within: float = 10) -> Act:
        """Once it is there. `answered=False` when the story is about an app that stays silent."""
        await self._message.expect_button(self._name, within)
        return await self._message.act(by, self._message.element(self._name) or {}, answered=answered)

    @property
    def value(self) -> str:
        return str((self._message.element(self._name) or {}).get("value", ""))

    @property
    def style(self) -> str:
        return str((self._message.element(self._name) or {}).get("style", ""))


class Thread:
    def __init__(self, slack: LocalSlack, channel: str, ts: str) -> None:
        self._slack, self._channel, self._ts = slack, channel, ts

    @property
    def messages(self) -> list[Message]:
        return [Message(self._slack, self._channel, one["ts"]) for one in self._slack.thread(self._channel, self._ts)]

    @property
    def lines(self) -> list[str]:
        """The text of each answer, oldest first."""
        return [message.lock_screen for message in self.messages]

    async def expect(self, text: str, within: float = 10) -> Message:
        """The newest answer that shows the text, once there is one."""
        waiting = Waiting(
            self._slack, f"an answer in thread {self._ts} that shows {text!r}", lambda: "\n".join(self.lines)
        )
        return (await waiting.until(lambda: self._showing(text), within))[-1]

    def _showing(self, text: str) -> list[Message]:
        return [message for message in self.messages if any(text in shown for shown in message.texts)]
