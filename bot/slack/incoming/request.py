"""Request and response: one shape for buttons, commands, threads, forms and shortcuts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from bot.bug.errors import Refused
from bot.bug.values import CLOSED, Actor, ActorKind, AsJson, Frozen
from bot.slack.views.retro.series import Plot

Opened = Callable[[str, str], Awaitable[None]]
"""Told the id of a modal that stands there, and the hash of its state; an empty id: it is gone. May raise any MakegoodError."""
Via = Literal["button", "command", "thread", "modal", "shortcut", "home"]


TYPED_VIA = ("command", "thread")


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Request(AsJson):
    """One request of one person."""

    key: str
    """Stable over redeliveries: used once."""
    verb: str
    user: str
    team: str
    via: Via
    bug: int | None = None
    seq: int = 0
    """The entry the person had seen, where a button carried it."""
    at: int = 0
    """When that entry was written, in Unix milliseconds; 0: the button does not say."""
    about: Mapping[str, str] = Field(default_factory=dict)
    args: str = ""
    """What stands behind the verb in a command."""
    channel: str = ""
    thread: str = ""
    message: str = ""
    """ts of the message that was clicked, that the shortcut was used on, or that mentions us."""
    trigger: str = ""
    response_url: str = ""
    view: str = ""
    values: Mapping[str, Any] = Field(default_factory=dict)
    """What was filled in, by block id: a text, or a tuple of chosen values."""
    text: str = ""
    """Of the message a shortcut was used on."""

    @property
    def by(self) -> Actor:
        return Actor(kind=ActorKind.PERSON, id=self.user)

    def carried(self, name: str) -> str:
        """What the button is about. Raises Refused for one that does not say so."""
        if name not in self.about:
            raise Refused("This button is of an old kind. Use the card, or `/bug list`.")
        return self.about[name]

    def carried_number(self, name: str) -> int:
        """As `carried`, a number."""
        value = self.carried(name)
        if not value.isdecimal():
            raise Refused("This button is of an old kind. Use the card, or `/bug list`.")
        return int(value)

    def field(self, name: str) -> str:
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def chosen(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name, ())
        return tuple(value) if isinstance(value, list | tuple) else ()


class Response(Frozen):
    """What the asker gets; all empty: nothing, the card says it."""

    text: str = ""
    """For their eyes only."""
    blocks: tuple[Mapping[str, Any], ...] = ()
    plots: tuple[Plot, ...] = ()
    """What its charts show: a picture of it comes by direct message where the workspace takes no charts."""
    modal: Mapping[str, Any] | None = None
    """Opened with the trigger, or put in place of the submitted one."""
    errors: Mapping[str, str] | None = None
    """At the fields of the submitted modal."""
    close: bool = False
    """The whole stack of modals."""
    public: bool = False
    """The text is for the channel or thread."""
    opened: Opened | None = None
    """Once the modal stands there. Until then nothing is written, so that nothing comes into the form before it."""


NOTHING = Response()
