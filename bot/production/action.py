"""The values that every runtime shares: an action, its preview, the outcome of its run.

An action is a class in a file of its own; the engine previews, runs and undoes it, the trail belongs to the caller.
"""

from abc import abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr
from pydantic.dataclasses import dataclass
from sqlalchemy import Delete, Insert, Select, Update

from bot.bug.values import CLOSED, AsJson, Frozen
from bot.production.tables import Tables

API = 1
"""Version of what a team's own files import from bot.api. It rises when such a file would have to be changed."""
MASK = "••••"


class Risk(StrEnum):
    """How much an action can spoil, which says who has to agree."""

    LOW = "low"
    """A small change that can be undone: a preview and a reason, no second person."""
    MEDIUM = "medium"
    """One other person approves."""
    HIGH = "high"
    """Two other people approve, with a second factor where the settings ask for one."""


APPROVALS = {Risk.LOW: 0, Risk.MEDIUM: 1, Risk.HIGH: 2}


class FromTables:
    """Marks a parameter whose menu is the target's tables."""


@dataclass(frozen=True, kw_only=True)
class FromLook:
    """Marks a parameter whose menu is filled by a look: each row's `value` column is a choice, `label` is what people read."""

    look: str
    value: str
    label: str = ""


TableName = Annotated[str, FromTables(), Field(max_length=128, title="Table")]


class Action(BaseModel):
    """One approved action. A subclass's docstring is its help, its fields are its parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api: ClassVar[int] = API
    """The version of bot.api that the file is written for. A file that names another one is not loaded."""
    risk: ClassVar[Risk]
    """How much it can spoil, written out as Risk.LOW, MEDIUM or HIGH."""
    target: ClassVar[str] = ""
    """Name of the target in the settings; empty: the only one of its kind, or the one the caller names."""
    proper: ClassVar[bool] = False
    """The proper fix itself (a roll-out), so that no further one is owed."""
    deploys: ClassVar[bool] = False
    """It rolls releases out, so it runs only on targets that name what they roll out."""
    approvals: ClassVar[int | None] = None
    """How many others approve, where the risk's own number does not fit."""
    repeatable: ClassVar[bool] = False
    """The same result however often it runs, as files made again: low risk without an undo then needs no other person."""
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Columns that change by themselves ("updated_at"): left out of the digest and of the drift check."""
    from_facts: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Parameter -> dotted paths into the error's own data, the first that is there wins: {"id": ("metaData.crud.id",)}."""
    verbatim: ClassVar[frozenset[str]] = frozenset()
    """Text parameters that are taken to the letter: blanks at their ends stay, and an empty text is not nothing."""
    key_of: ClassVar[Mapping[str, str]] = {}
    """Parameter that holds a row's key -> the parameter that names its table: {"id": "table"}. Taken to the letter as well."""
    slug: ClassVar[str] = ""
    """"delete-row": the file's name. Set by the catalogue."""
    source_sha: ClassVar[str] = ""
    """SHA-256 of the file. Set by the catalogue."""

    def lock_key(self) -> str:
        """Two runs with the same key on the same target never overlap."""
        return type(self).slug

    def shown(self) -> dict[str, str]:
        """The parameters as people see them: secrets masked, what is empty left out."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: _shown(value) for name, value in values.items() if value is not None}

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """The same action with other parameters, which are not checked anew: a mask need not be as long as what it hides.

        Raises KeyError for a name that is no parameter.
        """
        for name in values:
            type(self).model_fields[name]
        return self.model_copy(update=values)  # the names are known at run time only, so mypy could check nothing here

    def secrets(self) -> tuple[str, ...]:
        """The secret parameters' values, which no output may contain."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(v.get_secret_value() for v in values if isinstance(v, SecretStr) and v.get_secret_value())


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return MASK
    return str(value.value) if isinstance(value, StrEnum) else str(value)


class SqlAction(Action):
    """Changes rows of a database, by one statement of SQLAlchemy Core."""

    rehearse: ClassVar[bool] = False
    """The preview runs the statement and rolls it back, to show what the database itself makes of it. Takes locks."""
    max_rows: ClassVar[int | None] = None
    """None: the WHERE must name rows by their key. A number: any WHERE on columns, at most so many rows."""

    @abstractmethod
    def statement(self, tables: Tables) -> Insert | Update | Delete:
        """One `insert`, `update` or `delete` of a table of the target, by SQLAlchemy Core and without SQL as text.

        Called anew for every preview and run, on the tables as they are then. Raise Invalid or Refused with a sentence where
        the parameters make no sense.
        """

    def check(self, tables: Tables) -> Select[Any] | None:  # noqa: ARG002 - what subclasses take
        """Rows that show the problem: none are left when the fix has worked. None: there is no such query."""
        return None


class SshAction(Action):
    """Runs a command on the hosts of a target. Every {parameter} of a template is one quoted argument."""

    command: ClassVar[str]
    """"regenerate --menu {menu}"."""
    timeout: ClassVar[float] = 60
    """Seconds until the command's process group is ended."""
    on_failure: ClassVar[Literal["stop", "go on"]] = "stop"
    """What happens on the other hosts once one has failed."""
    undo: ClassVar[str | None] = None
    """Template of the command that takes it back. None: it cannot be undone."""
    check: ClassVar[str | None] = None
    """Template of a harmless command that ends with 0 when the fix has taken effect; run before the run and after a cut-off."""
    undo_check: ClassVar[str | None] = None
    """The same of the undo: ends with 0 when it is taken back. None: after a cut-off undo a person is asked."""
    multiline: ClassVar[frozenset[str]] = frozenset()
    """Parameters that may hold line breaks."""


class Request(Frozen):
    """One call to an HTTP target. The base comes from the settings; each {name} of the path is filled as one segment."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    """The HTTP method."""
    path: str
    """Below the target's base_url: "/menus/{menu}/rebuild"."""
    segments: Mapping[str, str] = Field(default_factory=dict)
    """What fills each {name} of the path; slashes and dots in it lead nowhere else."""
    query: Mapping[str, str] = Field(default_factory=dict)
    """What follows the question mark, not yet encoded."""
    json_body: Mapping[str, Any] | None = None
    """Sent as JSON; None: no body."""
    ok: tuple[int, ...] = (200, 201, 202, 204)
    """The HTTP statuses that mean that it was done. Any other one is a failure."""


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Follow:
    """How a run that was started elsewhere is followed to its end."""

    handle: str
    """Dotted path of the run's id in the answer to the start: "id"."""
    path: str
    """Where its state is read: "/runs/{handle}"."""
    segments: Mapping[str, str] = Field(default_factory=dict)
    """What fills the other {name}s of that path."""
    state: str = "status"
    """Dotted path of the state in that answer."""
    done: tuple[str, ...]
    """States that mean that it has worked."""
    failed: tuple[str, ...] = ()
    """States that mean that it has failed; under any other state it goes on."""
    url: str = ""
    """Dotted path of the page for people."""
    every: float = 2
    """Seconds between two looks at it."""
    timeout: float = 900
    """Seconds until its end is called unknown."""


class HttpAction(Action):
    """Calls an endpoint of a target, or starts a run there and follows it."""

    follow: ClassVar[Follow | None] = None
    """How a run that the call starts is followed to its end. None: the answer to the call is the end."""
    private_answer: ClassVar[bool] = False
    """The answer is for the owner's eyes only (a one-time link)."""

    @abstractmethod
    def request(self) -> Request:
        """The call that does it. It is sent once; a call that was cut off is looked after, never sent again."""

    def undo_request(self) -> Request | None:
        """What takes it back. None: it cannot be undone."""
        return None

    def check_request(self) -> Request | None:
        """A harmless call that succeeds when the fix has taken effect; made before the run and after a cut-off."""
        return None

    def undo_check_request(self) -> Request | None:
        """The same of the undo: succeeds when it is taken back. None: after a cut-off undo a person is asked."""
        return None


class FixThis(Frozen):
    """What "Fix this" on a row of a look offers: an action, the columns that fill its parameters, and fixed parameters."""

    action: str
    fills: Mapping[str, str] = Field(default_factory=dict)
    sets: Mapping[str, str] = Field(default_factory=dict)


class Look(BaseModel):
    """A named read-only query. Docstring and fields as with an action; its rows are seen by the asker alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api: ClassVar[int] = API
    """As with an action."""
    target: ClassVar[str] = ""
    """As with an action: the name of a database of the settings."""
    row_limit: ClassVar[int] = 20
    """Most rows that are read; more are said to be there."""
    fixes: ClassVar[tuple[FixThis, ...]] = ()
    """What stands behind "Fix this" on each row."""
    from_facts: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """As with an action."""
    verbatim: ClassVar[frozenset[str]] = frozenset()
    """As with an action."""
    key_of: ClassVar[Mapping[str, str]] = {}
    """As with an action."""
    slug: ClassVar[str] = ""
    """As with an action."""
    source_sha: ClassVar[str] = ""
    """As with an action."""

    @abstractmethod
    def query(self, tables: Tables) -> Select[Any]:
        """One `select` of tables of the target, by SQLAlchemy Core. `tables.shown("menus")` are the columns without hidden ones."""


class RunRef(Frozen):
    """Which run of a fix this is; stands in the statement's comment and in the connection's name."""

    bug: str = Field(pattern=r"^[A-Z]{1,10}-\d{1,9}$")
    run: int = Field(ge=1)
    owner: str = ""
    salt: str = ""
    """Random, kept with the preview: no one can guess a row's content from the digest in the trail."""
    deadline: AwareDatetime | None = None
    """After this moment nothing takes effect any more."""

    def __str__(self) -> str:
        return f"{self.bug} run {self.run}"


class RowChange(Frozen):
    """One row, before and after, hidden columns left out. Private: never in the thread."""

    table: str
    key: Mapping[str, str]
    before: Mapping[str, str | None] | None
    after: Mapping[str, str | None] | None


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Preview(AsJson):
    """What an approval is bound to."""

    action: str
    params: Mapping[str, str]
    target: str
    lock_key: str
    digest: str
    """SHA-256 over the statement, command or request, the action's source, the parameters, the target and the previewed rows."""
    summary: str
    """Counts and keys, fit for the thread: "delete 1 row of menus (id 13); with it 3 rows of menu_items"."""
    text: str
    """Private. Exactly what will be executed."""
    rows: tuple[RowChange, ...] = ()
    count: int = 0
    undoable: bool
    undo_note: str = ""
    """A sentence: how it is undone, or why it cannot be."""
    risk: Risk
    approvals: int
    """How many other people the risk asks for."""
    warnings: tuple[str, ...] = ()
    place: str = ""
    """Where its target is, as one number: a target that is changed after the approval runs nothing. Set by the engine."""


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class RunOutcome:
    """How a run ended. Only `unknown` leaves something to find out."""

    state: Literal["succeeded", "failed", "unknown", "lapsed"]
    """lapsed: production was not as previewed, so nothing was done."""
    summary: str
    """Fit for the thread."""
    detail: str = ""
    """Private."""
    image: bytes | None = None
    """Private, encrypted by the caller: what `undo` and `investigate` need (rows before and after, a run's handle)."""
    changed: Mapping[str, int] = Field(default_factory=dict)
    """Rows by table, or hosts by result."""


class Cell(Frozen):
    """A row's offer of a fix: the action and its filled parameters."""

    action: str
    params: Mapping[str, str]


class Table(Frozen):
    """A look's rows, as text. Private to the asker."""

    look: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    offers: tuple[tuple[Cell, ...], ...] = ()
    """For each row, the fixes it fills in."""
    more: bool = False
    """There are more rows than the limit allows."""


NO_UNDO = "Its action has no undo."
UNDO_FORGOTTEN = "Its undo needs a secret parameter, and secrets are forgotten when the run ends."


def approvals_for(action: type[Action], *, undoable: bool) -> int:
    """Low risk means provably undoable, or repeatable: what is neither needs one other person all the same."""
    wanted = APPROVALS[action.risk] if action.approvals is None else action.approvals
    return wanted if undoable or action.repeatable else max(wanted, 1)
