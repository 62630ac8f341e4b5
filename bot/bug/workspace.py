"""The workspace's own events: production frozen, an action turned on, a backup restored. They have a trail of their own."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal

from bot.bug.errors import Refused
from bot.bug.event import Fact, Text, Texts
from bot.bug.values import CLOSED, Actor
from bot.bug.words import Code, Foreign, Part, Person, Words, because, listed, source_name
from bot.text import plural


@dataclass(frozen=True, kw_only=True, slots=True)
class Freeze:
    __pydantic_config__ = CLOSED
    by: str
    at: datetime
    why: str = ""
    number: int = 0
    """Of its entry, by which whoever thaws says what they mean."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """What holds for all bugs after entry `seq` of the workspace's trail."""

    __pydantic_config__ = CLOSED
    team: str
    seq: int = 0
    freeze: Freeze | None = None
    allowed: Mapping[str, str] = field(default_factory=dict)
    """The team's own actions that an approver turned on: name to the digest of the source as it was then."""
    restored_at: datetime | None = None
    """When a backup came back last."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the bot was started with last, as far as people rely on it; no secrets."""


class WorkspaceEvent(Fact):
    """Base of every kind that the workspace's trail holds."""

    ALWAYS: ClassVar[bool] = False
    """Written even where a newer version wrote what this one can't read: it only ever makes things safer."""

    @abstractmethod
    def apply(self, now: Workspace, at: datetime, by: str) -> Workspace:
        """The workspace after this entry. Total: it never refuses. `seq` is set by `follow`."""

    @abstractmethod
    def line(self, by: str) -> Words:
        """What people read."""


class ProductionFrozen(WorkspaceEvent):
    """No fix starts until somebody thaws it."""

    KIND = "production_frozen"
    ALWAYS = True
    why: Text = ""

    def apply(self, now: Workspace, at: datetime, by: str) -> Workspace:
        return replace(now, freeze=Freeze(by=by, at=at, why=self.why, number=now.seq + 1))

    def line(self, by: str) -> Words:
        return Words("ice_cube", (Person(by), " froze production", *because(self.why)), loud=True)


class ProductionThawed(WorkspaceEvent):
    """Fixes may start again."""

    KIND = "production_thawed"
    why: Text = ""

    def apply(self, now: Workspace, _at: datetime, _by: str) -> Workspace:
        return replace(now, freeze=None)

    def line(self, by: str) -> Words:
        return Words("fire", (Person(by), " thawed production", *because(self.why)), loud=True)


class ActionAllowed(WorkspaceEvent):
    """An action of the team's own may run as its file is now."""

    KIND = "action_allowed"
    action: str
    sha: str
    why: Text = ""

    def apply(self, now: Workspace, _at: datetime, _by: str) -> Workspace:
        return replace(now, allowed={**now.allowed, self.action: self.sha})

    def line(self, by: str) -> Words:
        source = (" with the source ", Code(self.sha, 12))
        return Words("unlock", (Person(by), " turned ", Code(self.action), " on", *source, *because(self.why)))


class BackupRestored(WorkspaceEvent):
    """A backup came back: what was asked for before may have been done already."""

    KIND = "backup_restored"
    why: Text = ""

    def apply(self, now: Workspace, at: datetime, _by: str) -> Workspace:
        return replace(now, restored_at=at)

    def line(self, by: str) -> Words:
        return Words("floppy_disk", (Person(by), " said that a backup came back", *because(self.why)), loud=True)


class SettingsChanged(WorkspaceEvent):
    """The bot started with other settings than before. `changed` holds their new values; an empty one is gone."""

    KIND = "settings_changed"
    changed: Texts

    def apply(self, now: Workspace, _at: datetime, _by: str) -> Workspace:
        settings = {**now.settings, **self.changed}
        return replace(now, settings={name: value for name, value in settings.items() if value})

    def line(self, _by: str) -> Words:
        values = (Foreign(f"{name} = {value or 'nothing'}") for name, value in self.changed.items())
        return Words("gear", ("Makegood started with new settings: ", *listed(values)))


class ConversationSettled(WorkspaceEvent):
    """Somebody decided what a message is that belonged to no bug."""

    KIND = "conversation_settled"
    source: str
    conversation: Text
    what: Literal["new", "same", "nothing"]
    bug: int | None = None

    def apply(self, now: Workspace, _at: datetime, _by: str) -> Workspace:
        return now

    def line(self, by: str) -> Words:
        means: dict[str, Part] = {"new": f"opened BUG-{self.bug} for", "same": f"joined to BUG-{self.bug}"}
        did = (" ", means.get(self.what, "found no bug in"), " a message from ", Foreign(source_name(self.source), 40))
        return Words("incoming_envelope", (Person(by), *did))


class CustomerErased(WorkspaceEvent):
    """What was stored of a customer is deleted. Nobody is named: only how much it was, who did it and why."""

    KIND = "customer_erased"
    texts: int
    """Private parts of entries."""
    bugs: int
    waiting: int = 0
    """What had not become an entry yet: deliveries, errors without a card, conversations."""
    why: Text = ""

    def apply(self, now: Workspace, _at: datetime, _by: str) -> Workspace:
        return now

    def line(self, by: str) -> Words:
        of = f" erased a customer: {plural(self.texts, 'text')} of {plural(self.bugs, 'bug')}"
        waiting = f", and {plural(self.waiting, 'message')} that waited" if self.waiting else ""
        said = (Person(by), of, waiting, *because(self.why))
        return Words("wastebasket", said, loud=True)


class TrailExported(WorkspaceEvent):
    """Somebody took entries or changes of production out of here, as a file."""

    KIND = "trail_exported"
    what: str
    records: int
    whose: Text = ""
    span: str = ""

    def apply(self, now: Workspace, _at: datetime, _by: str) -> Workspace:
        return now

    def line(self, by: str) -> Words:
        whose = (" of ", Foreign(self.whose, 60)) if self.whose else ()
        span = (", ", Foreign(self.span, 60)) if self.span else ()
        did = (" exported ", plural(self.records, "record"), " (", Foreign(self.what, 40), ")")
        return Words("outbox_tray", (Person(by), *did, *whose, *span))


KINDS: dict[str, type[WorkspaceEvent]] = {
    event.KIND: event
    for event in (
        ProductionFrozen,
        ProductionThawed,
        ActionAllowed,
        BackupRestored,
        SettingsChanged,
        ConversationSettled,
        CustomerErased,
        TrailExported,
    )
}


def follow(now: Workspace, event: WorkspaceEvent, at: datetime, by: Actor) -> Workspace:
    """The workspace after this event."""
    return replace(event.apply(now, at, str(by)), seq=now.seq + 1)


def rules(now: Workspace) -> Workspace:
    """What may run, without the words that may be deleted: equal before and after somebody was forgotten."""
    return replace(now, freeze=replace(now.freeze, why="") if now.freeze else None, settings={})


def thaw(now: Workspace, why: str = "", *, number: int | None = None) -> ProductionThawed | None:
    """Nothing where nobody froze it. `number`: the freeze that is meant; None: whichever there is. Raises Refused where it is another."""
    if now.freeze is None:
        return None
    if number not in (None, now.freeze.number):
        raise Refused(
            Person(now.freeze.by),
            f" froze production by freeze {now.freeze.number}, not {number}, so nothing was thawed. `/fix thaw` shows why.",
        )
    return ProductionThawed(why=why)


def allow(now: Workspace, action: str, sha: str, why: str = "") -> ActionAllowed | None:
    """Nothing where it is on already, as it is."""
    return ActionAllowed(action=action, sha=sha, why=why) if now.allowed.get(action) != sha else None


def change_settings(now: Workspace, settings: Mapping[str, str]) -> SettingsChanged | None:
    """Nothing where they are the same."""
    names = sorted({*now.settings, *settings})
    changed = {name: settings.get(name, "") for name in names if settings.get(name, "") != now.settings.get(name, "")}
    return SettingsChanged(changed=changed) if changed else None
