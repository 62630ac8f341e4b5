"""Words for tests that read as stories: a workspace, its channels, and the people who act in them."""

import re

from bot.demo.slack.dump import author_name, texts_of
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.records import Act, Json, Notice
from tests.support.dsl.message import Message, Waiting
from tests.support.dsl.modal import Modal

APP, ANYONE = "app", "anyone"


class Workspace:
    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack

    def channel(self, name: str) -> "ChannelPage":
        """By name or id."""
        for channel in self.slack.world.channels.values():
            if name in {channel.id, channel.name, f"#{channel.name}"}:
                return ChannelPage(self.slack, channel.id)
        raise AssertionError(f"no channel {name!r} among {[one.name for one in self.slack.world.channels.values()]}")

    def person(self, name: str) -> "PersonPage":
        """By name or id."""
        for person in self.slack.world.people.values():
            if name in {person.id, person.name}:
                return PersonPage(self.slack, person.id)
        raise AssertionError(f"no person {name!r} among {[one.name for one in self.slack.world.people.values()]}")


class ChannelPage:
    def __init__(self, slack: LocalSlack, channel_id: str) -> None:
        self._slack, self.id = slack, channel_id

    @property
    def lines(self) -> list[str]:
        """The text of every message outside threads, oldest first."""
        return [message["text"] for message in self._top_level()]

    def messages(self, text: str = "", by: str = APP) -> list[Message]:
        """Those outside threads that show the text, oldest first; `by` is the app, anyone, or an author's name."""
        found = [message for message in self._top_level() if self._fits(message, text, by)]
        return [Message(self._slack, self.id, message["ts"]) for message in found]

    async def expect_message(self, text: str, by: str = APP, within: float = 10) -> Message:
        """The newest message outside threads that shows the text, once there is one."""
        waiting = Waiting(
            self._slack, f"a message in #{self._name} by {by} that shows {text!r}", lambda: "\n".join(self.lines)
        )
        return (await waiting.until(lambda: self.messages(text, by), within))[-1]

    async def receives(self, message: Json, app: str = "Bugsnag", shape: str = "bot_message") -> Message:
        """Another app posts here."""
        return Message(self._slack, self.id, await self._slack.post_as_app(self.id, message, app=app, shape=shape))

    @property
    def _name(self) -> str:
        return self._slack.world.channels[self.id].name

    def _top_level(self) -> list[Json]:
        said = self._slack.messages(self.id)
        return [one for one in said if one.get("thread_ts", one["ts"]) == one["ts"]]

    def _fits(self, message: Json, text: str, by: str) -> bool:
        own = message.get("bot_id") == self._slack.app.bot_id
        by_them = by == ANYONE or (own if by == APP else author_name(self._slack.world, message) == by)
        return by_them and any(text in shown for shown in ["", *texts_of(message)])


class PersonPage:
    def __init__(self, slack: LocalSlack, user: str) -> None:
        self._slack, self.id = slack, user

    @property
    def name(self) -> str:
        return self._slack.world.people[self.id].name

    async def types(self, line: str, in_: ChannelPage, *, answered: bool = True) -> Act:
        """A slash command."""
        return done(await self._slack.slash(self.id, in_.id, line), answered=answered)

    async def says(self, text: str, in_: ChannelPage | None = None, thread: Message | None = None) -> Message:
        """In a channel or in a message's thread; @Name of a person or of the app becomes a mention."""
        where = thread.channel if thread else in_.id if in_ else self._slack.dm(self.id)
        ts = await self._slack.post(
            self.id, where, self._mentions(text), thread_ts=thread.thread_ts if thread else None
        )
        return Message(self._slack, where, ts)

    async def edits(self, message: Message, text: str) -> None:
        await self._slack.edit(self.id, message.channel, message.ts, self._mentions(text))

    async def deletes(self, message: Message) -> None:
        await self._slack.delete(self.id, message.channel, message.ts)

    async def reacts(self, message: Message, name: str) -> None:
        await self._slack.react(self.id, message.channel, message.ts, name)

    async def pins(self, message: Message) -> None:
        """A second time takes the pin away."""
        await self._slack.pin(self.id, message.channel, message.ts)

    async def opens_home(self) -> Modal:
        """The Home tab, once the app has published one."""
        await self._slack.open_home(self.id)
        home = await Waiting(self._slack, f"a Home tab for {self.name}").until(lambda: self._slack.home(self.id))
        return Modal(self._slack, self.id, home["id"])

    async def uses_shortcut(self, name: str, on: Message | None = None, *, answered: bool = True) -> Act:
        """By its name in the menu or its callback_id; on a message, or global."""
        kind = "message" if on else "global"
        known = [shortcut for shortcut in self._slack.world.manifest.shortcuts if shortcut.type == kind]
        found = [shortcut.callback_id for shortcut in known if name in {shortcut.name, shortcut.callback_id}]
        if not found:
            raise AssertionError(f"no {kind} shortcut {name!r} among {[shortcut.name for shortcut in known]}")
        if on is None:
            return done(await self._slack.global_shortcut(self.id, found[0]), answered=answered)
        return done(await self._slack.message_shortcut(self.id, on.channel, on.ts, found[0]), answered=answered)

    @property
    def ephemerals(self) -> list[str]:
        """What only this person sees, as one text each."""
        return ["\n".join(texts_of(message)) for message in self._slack.ephemerals(self.id)]

    async def expect_ephemeral(self, text: str, within: float = 10) -> Message:
        waiting = Waiting(self._slack, f"{self.name} alone sees {text!r}", lambda: "\n".join(self.ephemerals))

        def newest() -> Json | None:
            found = [one for one in self._slack.ephemerals(self.id) if any(text in shown for shown in texts_of(one))]
            return found[-1] if found else None

        message = await waiting.until(newest, within)
        return Message(self._slack, message["channel"], message["ts"], seen_by=self.id)

    async def expect_modal(self, text: str = "", within: float = 10) -> Modal:
        """The modal on top, once its title or a text in it shows this."""
        waiting = Waiting(self._slack, f"{self.name} has a modal that shows {text!r}", lambda: str(self._open_texts()))
        view = await waiting.until(
            lambda: [one for one in self._top() if any(text in shown for shown in texts_of(one))], within
        )
        return Modal(self._slack, self.id, view[0]["id"])

    @property
    def has_modal(self) -> bool:
        return bool(self._top())

    async def expect_dm(self, text: str, within: float = 10) -> Message:
        """A message of the app to this person alone; its buttons are this person's to click."""
        message = await ChannelPage(self._slack, self._slack.dm(self.id)).expect_message(text, within=within)
        return message.seen_as(self.id)

    async def expect_notice(self, text: str, within: float = 10) -> Notice:
        """Slack's own line, such as "makegood didn't respond"."""
        waiting = Waiting(self._slack, f"Slack tells {self.name}: {text!r}")
        return (await waiting.until(lambda: [one for one in self._notices() if text in one.text], within))[-1]

    def _notices(self) -> list[Notice]:
        return [notice for notice in self._slack.world.notices if notice.user == self.id]

    def _top(self) -> list[Json]:
        return self._slack.views(self.id)[-1:]

    def _open_texts(self) -> list[list[str]]:
        return [texts_of(view) for view in self._slack.views(self.id)]

    def _mentions(self, text: str) -> str:
        app = self._slack.app
        names = {person.name.lower(): person.id for person in self._slack.world.people.values()}
        names[app.name.lower()] = app.user_id

        def mention(found: re.Match[str]) -> str:
            user = names.get(found.group(1).lower())
            return f"<@{user}>" if user else found.group()

        return re.sub(r"@([\w.-]*\w)", mention, text)


def done(act: Act, *, answered: bool) -> Act:
    """Fails the story when the app gave no answer, unless the story is about that."""
    if answered and act.error:
        raise AssertionError(act.error)
    return act
