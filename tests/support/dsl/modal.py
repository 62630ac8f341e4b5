"""A modal or Home tab in a story: its fields, buttons, errors, and how it ends."""

from typing import Any

from bot.demo.slack.dump import texts_of
from bot.demo.slack.forms import choices, is_empty
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.records import Act, Json
from bot.demo.slack.validate import walk_elements
from tests.support.dsl.message import Waiting


class Modal:
    """Always shows the present state of the view."""

    def __init__(self, slack: LocalSlack, user: str, view_id: str) -> None:
        self.slack, self.user, self.id = slack, user, view_id

    @property
    def json(self) -> Json:
        """As Slack keeps it; empty once it is closed."""
        return self.slack.world.views.get(self.id, {})

    @property
    def closed(self) -> bool:
        return not self.json

    @property
    def title(self) -> str:
        return str((self.json.get("title") or {}).get("text", ""))

    @property
    def texts(self) -> list[str]:
        return texts_of(self.json)

    @property
    def buttons(self) -> list[str]:
        return [element["text"]["text"] for element in self.elements() if element["type"] == "button"]

    @property
    def fields(self) -> list[str]:
        return [block["label"]["text"] for block in self.json.get("blocks", []) if block["type"] == "input"]

    @property
    def errors(self) -> dict[str, str]:
        """By the label of the field."""
        labels = {
            block["block_id"]: (block.get("label") or {}).get("text", "") for block in self.json.get("blocks", [])
        }
        return {labels[block]: text for block, text in self.slack.world.view_errors.get(self.id, {}).items()}

    def field(self, label: str) -> "Field":
        """By the label above it, or by action_id."""
        for block in self.json.get("blocks", []):
            if block["type"] == "input" and label in {block["label"]["text"], block["element"]["action_id"]}:
                return Field(self, block["element"] | {"block_id": block["block_id"]})
        for element in self.elements():
            if element["action_id"] == label:
                return Field(self, element)
        raise AssertionError(f"no field {label!r} in {self.title!r}; there are {self.fields}")

    def checkbox(self, label: str) -> "Checkbox":
        """By the text beside the box."""
        for element in self.elements():
            if element["type"] == "checkboxes" and label in [one["text"]["text"] for one in choices(element)]:
                return Checkbox(Field(self, element), label)
        raise AssertionError(f"no checkbox {label!r} in {self.title!r}")

    def button(self, name: str) -> "ViewButton":
        return ViewButton(self, name)

    async def submit(self, label: str | None = None, *, answered: bool = True) -> Act:
        """Presses the one button below; `label` says what it must be called."""
        shown = (self.json.get("submit") or {}).get("text")
        if label is not None and shown != label:
            raise AssertionError(f"the button below says {shown!r}, not {label!r}")
        act = await self.slack.submit(self.user, self.id)
        if answered and act.error:
            raise AssertionError(act.error)
        return act

    async def close(self) -> None:
        await self.slack.close_view(self.user, self.id)

    async def expect_text(self, text: str, within: float = 10) -> "Modal":
        await self.waiting(f"it to show {text!r}").until(lambda: any(text in shown for shown in self.texts), within)
        return self

    async def expect_no_text(self, text: str, within: float = 10) -> "Modal":
        await self.waiting(f"it not to show {text!r}").until(
            lambda: all(text not in shown for shown in self.texts), within
        )
        return self

    async def expect_error(self, label: str, text: str, within: float = 10) -> None:
        waiting = self.waiting(f"{text!r} under {label!r}, under the fields is {self.errors}")
        await waiting.until(lambda: text in self.errors.get(label, ""), within)

    async def expect_closed(self, within: float = 10) -> None:
        await self.waiting("it to be closed").until(lambda: self.closed, within)

    def elements(self) -> list[Json]:
        return list(walk_elements(self.json.get("blocks", [])))

    def waiting(self, why: str) -> Waiting:
        return Waiting(self.slack, f"{why} (view {self.title!r})", lambda: str(self.texts))


class Field:
    def __init__(self, modal: Modal, element: Json) -> None:
        self._modal, self._element = modal, element

    @property
    def value(self) -> Any:
        """What it holds: text, the label of a choice, or a list of them."""
        held = self._held()
        given = next((value for key, value in held.items() if key != "type"), None)
        if isinstance(given, list):
            return [_label(one) for one in given]
        return None if is_empty(held) else _label(given)

    @property
    def choices(self) -> list[str]:
        return [option["text"]["text"] for option in choices(self._element)]

    def type(self, text: str) -> None:
        self.put(text)

    def clear(self) -> None:
        self.put(None)

    def choose(self, *labels: str) -> None:
        """One choice, or several where several are allowed."""
        self.put(list(labels) if len(labels) > 1 or self._takes_many() else labels[0])

    async def search(self, query: str) -> list[str]:
        """The labels a searching select offers."""
        act = await self._modal.slack.suggest(self._modal.user, self._modal.id, self._element["action_id"], query)
        return [option["text"]["text"] for option in act.options]

    def put(self, given: Any) -> None:
        values = {self._element["block_id"]: {self._element["action_id"]: given}}
        self._modal.slack.fill(self._modal.user, self._modal.id, values)

    async def pick(self, label: str) -> Act:
        """Chooses and tells the app at once, for fields that dispatch."""
        return await self._modal.slack.click_in_view(
            self._modal.user, self._modal.id, self._element["action_id"], self._element["block_id"], selected=label
        )

    def _takes_many(self) -> bool:
        return str(self._element["type"]).startswith(("multi_", "checkboxes"))

    def _held(self) -> Json:
        values = self._modal.json["state"]["values"]
        return dict(values.get(self._element["block_id"], {}).get(self._element["action_id"], {}))


class Checkbox:
    def __init__(self, field: Field, label: str) -> None:
        self._field, self._label = field, label

    @property
    def ticked(self) -> bool:
        return bool(self._label in self._field.value)

    def tick(self) -> None:
        self._field.put([*self._field.value, self._label])

    def untick(self) -> None:
        self._field.put([label for label in self._field.value if label != self._label])


class ViewButton:
    def __init__(self, modal: Modal, name: str) -> None:
        self._modal, self._name = modal, name

    async def click(self, *, answered: bool = True, within: float = 10) -> Act:
        element = await self._modal.waiting(f"a button {self._name!r}").until(self._element, within)
        act = await self._modal.slack.click_in_view(
            self._modal.user, self._modal.id, element["action_id"], element["block_id"], element.get("value")
        )
        if answered and act.error:
            raise AssertionError(act.error)
        return act

    def _element(self) -> Json | None:
        for element in self._modal.elements():
            if element["type"] == "button" and self._name in {element["text"]["text"], element["action_id"]}:
                return element
        return None


def _label(option: Any) -> Any:
    return option["text"]["text"] if isinstance(option, dict) and "text" in option else option
