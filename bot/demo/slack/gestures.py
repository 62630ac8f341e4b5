"""What people do with an app's commands, buttons, shortcuts and selects, and what they see of its answer."""

from typing import Any

from bot.demo.slack import forms, modals, payloads
from bot.demo.slack.courier import Courier
from bot.demo.slack.finder import Finder
from bot.demo.slack.records import Ack, Act, ActError, Json, ResponseUrl, SlackError
from bot.demo.slack.speech import Speech
from bot.demo.slack.taken import taken
from bot.demo.slack.transfers import respond
from bot.demo.slack.validate import walk_elements
from bot.demo.slack.validate_elements import option
from bot.demo.slack.wire import wire_command
from bot.demo.slack.world import World


class Gestures:
    def __init__(self, world: World, courier: Courier, speech: Speech) -> None:
        self._world, self._courier, self._speech = world, courier, speech

    async def slash(self, user: str, channel: str, line: str) -> Act:
        """The whole line, such as "/bug list"."""
        place = self._speech.place(user, channel)
        word, _, rest = line.partition(" ")
        command = self._world.manifest.command(word)
        if command is None:
            return self._complain(user, channel, f"{word} is not a valid command.")
        if command.should_escape:
            rest = wire_command(rest, self._names())
        ack = await self._courier.interactive(
            "slash_commands", payloads.command(self._world, user, place, word, rest.strip())
        )
        if not ack.ok:
            return self._unanswered(user, channel, ack, f'{word} failed with the error "operation_timeout"')
        return self._answered(user, channel, word, ack)

    def _names(self) -> dict[str, str]:
        """How people and channels are written in a command that asks for escaping."""
        people = {f"@{one.name.lower()}": f"<@{one.id}|{one.name.lower()}>" for one in self._world.people.values()}
        return people | {f"#{one.name}": f"<#{one.id}|{one.name}>" for one in self._world.channels.values()}

    def _answered(self, user: str, channel: str, word: str, ack: Ack) -> Act:
        """The body of a command's ack is its answer, for this person's eyes unless it says otherwise."""
        if not ack.body:
            return Act()
        held = ResponseUrl(user=user, channel=channel, made_at=self._world.now())
        try:
            respond(self._world, held, ack.body if isinstance(ack.body, dict) else {"text": str(ack.body)})
        except SlackError as error:
            return self._complain(user, channel, f'{word} failed with the error "{error.code}"')
        return Act()

    async def click(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        block_id: str | None = None,
        value: Any = None,
        selected: Any = None,
    ) -> Act:
        """`value` tells buttons of one action_id apart, or is what was typed; `selected` is what was picked."""
        place, message = self._speech.place(user, channel), self.visible(user, channel, ts)
        element = find_element(elements_of(message), action_id, block_id, value)
        acted = payloads.action(self._world, element, value if selected is None else selected)
        self._remember(user, message, acted)
        ack = await self._courier.interactive("interactive", payloads.click(self._world, user, place, message, acted))
        return Act() if ack.ok else self._unanswered(user, channel, ack)

    def _remember(self, user: str, message: Json, acted: Json) -> None:
        """A message's selects keep what this person picked, so that a later button tells of it."""
        key = (user, message["ts"])
        values = self._world.message_forms.get(key) or forms.initial_values(message.get("blocks", []))
        if forms.holds_value(acted):
            kept = {name: held for name, held in acted.items() if name not in {"action_id", "block_id", "action_ts"}}
            values = {**values, acted["block_id"]: {**values.get(acted["block_id"], {}), acted["action_id"]: kept}}
        self._world.message_forms[key] = values

    async def click_in_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        block_id: str | None = None,
        value: Any = None,
        selected: Any = None,
    ) -> Act:
        view = self.view(user, view_id)
        element = find_element(list(walk_elements(view["blocks"])), action_id, block_id, value)
        acted = payloads.action(self._world, element, value if selected is None else selected)
        if forms.holds_value(acted):
            held = forms.value_of(element, value if selected is None else selected)
            view = modals.set_values(self._world, view, {element["block_id"]: {element["action_id"]: held}})
        ack = await self._courier.interactive("interactive", payloads.click_in_view(self._world, user, view, acted))
        return Act() if ack.ok else self._unanswered(user, None, ack)

    async def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Act:
        place, message = self._speech.place(user, channel), self._speech.message(channel, ts)
        self._refuse_unknown_shortcut(callback_id, "message")
        payload = payloads.message_action(self._world, user, place, message, callback_id)
        ack = await self._courier.interactive("interactive", payload)
        return Act() if ack.ok else self._unanswered(user, channel, ack)

    async def global_shortcut(self, user: str, callback_id: str) -> Act:
        self._world.person(user)
        self._refuse_unknown_shortcut(callback_id, "global")
        ack = await self._courier.interactive("interactive", payloads.global_shortcut(self._world, user, callback_id))
        return Act() if ack.ok else self._unanswered(user, None, ack)

    async def suggest(self, user: str, where: str, action_id: str, query: str, channel: str | None = None) -> Act:
        """What a searching select offers while somebody types; `where` is a view's id, or a message's ts in that channel."""
        place = self._place(user, where, channel)
        elements = elements_of(place["message"]) if "message" in place else list(walk_elements(place["blocks"]))
        element = find_element(elements, action_id)
        if len(query) < element.get("min_query_length", 3):
            return Act()
        payload = payloads.suggestion(self._world, user, place, element, query)
        ack = await self._courier.interactive("interactive", payload)
        return _offered(ack) if ack.ok else self._unanswered(user, channel, ack)

    def _place(self, user: str, where: str, channel: str | None) -> Json:
        if channel is None:
            return self.view(user, where)
        return {"channel": self._speech.place(user, channel), "message": self.visible(user, channel, where)}

    def view(self, user: str, view_id: str) -> Json:
        view = modals.view_of(self._world, user, view_id)
        if view is None:
            raise ActError(f"{user} does not see view {view_id}; open are {self._world.stacks[user]}")
        return view

    def visible(self, user: str, channel: str, ts: str) -> Json:
        """A message of the channel, or one that only this person sees."""
        for message in self._world.ephemerals:
            if (message["ts"], message["channel"], message["for"]) == (ts, channel, user):
                return message
        return self._speech.message(channel, ts)

    def _refuse_unknown_shortcut(self, callback_id: str, kind: str) -> None:
        if self._world.manifest.shortcut(callback_id, kind) is None:
            known = [shortcut.callback_id for shortcut in self._world.manifest.shortcuts if shortcut.type == kind]
            raise ActError(f"the app has no {kind} shortcut {callback_id!r}; it has {known}")

    def _unanswered(self, user: str, channel: str | None, ack: Ack, text: str = "") -> Act:
        said = f"{self._world.app.name} didn't respond" + (f": {text}" if text else "")
        self._world.notify(user, channel, said)
        return Act(ok=False, error=f"{said} ({ack.failure})")

    def _complain(self, user: str, channel: str, text: str) -> Act:
        self._world.notify(user, channel, text)
        return Act(ok=False, error=text)


def elements_of(message: Json) -> list[Json]:
    nested = [block for attachment in message.get("attachments", []) for block in attachment.get("blocks", [])]
    return list(walk_elements([*message.get("blocks", []), *nested]))


def find_element(elements: list[Json], action_id: str, block_id: str | None = None, value: Any = None) -> Json:
    fitting = [e for e in elements if e.get("action_id") == action_id and block_id in {None, e["block_id"]}]
    if not fitting:
        there = [element.get("action_id") for element in elements]
        raise ActError(f"there is nothing with action_id {action_id!r} here; there is {there}")
    return next((element for element in fitting if value is not None and element.get("value") == value), fitting[0])


def _offered(ack: Ack) -> Act:
    """Options of a searching select, checked as Slack does; groups are offered as one list."""
    body = ack.body if isinstance(ack.body, dict) else {}
    groups = body.get("option_groups", [])
    options = [*body.get("options", []), *(one for group in groups for one in group.get("options", []))]
    finder = Finder()
    for index, one in enumerate(options):
        option(finder, f"options[{index}]", one)
    if finder.found:
        return Act(ok=False, error="; ".join(finder.found))
    taken("Suggestions", body)
    return Act(options=tuple(options))
