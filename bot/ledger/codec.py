"""Turns facts into stored text and back: the public half is hashed for ever, the private half can be deleted.

A stored kind changes only through an upcaster: the changed kind gets a new name, and the old name goes to UPCASTERS with the
function that turns what was stored under it into what is stored today. What is stored is never rewritten.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from bot.bug import lifecycle, workspace
from bot.bug.bug import Bug
from bot.bug.event import Event, Fact
from bot.bug.values import PRIVATE, Actor
from bot.bug.workspace import Workspace, WorkspaceEvent

GONE = "(deleted)"
NO_RECEIPT = {
    "key": GONE,
    "grant": {"kind": "credit", "money": {"amount": 0, "currency": "XXX"}},
    "account": GONE,
    "external_ids": [],
}
_BUG = TypeAdapter(Bug)
_WORKSPACE = TypeAdapter(Workspace)
EMPTY: tuple[Any, ...] = ({}, [], NO_RECEIPT)

Stored = dict[str, JsonValue]
F = TypeVar("F", bound=Fact)


class Upcaster(NamedTuple):
    """How an old form is read: `kind` is today's name, `change` turns the old fields into today's.

    `change` gets the public and the private fields together; the private ones are missing where their row was deleted.
    """

    kind: str
    change: Callable[[Stored], Stored]


UPCASTERS: dict[str, Upcaster] = {}
"""By the stored name that is no longer written. A chain is followed: an upcaster may lead to the name of another one."""


@cache
def private_fields(kind: type[Fact]) -> frozenset[str]:
    """The names of its fields that stand in the deletable half."""
    return frozenset(name for name, field in kind.model_fields.items() if PRIVATE in field.metadata)


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def dump(fact: Fact) -> tuple[str, str | None]:
    """(public, private or None), both JSON objects; defaults are left out, so that new fields don't change old text."""
    data = fact.model_dump(mode="json", exclude_defaults=True)
    hidden = {k: data.pop(k) for k in private_fields(type(fact)) if k in data}
    # private text keeps its order: an action's parameters are read in it ("delete-row menus 13")
    return canonical(data), _compact(hidden) if hidden else None


def present_kind(kind: str) -> str:
    """Today's name of a stored kind."""
    while kind in UPCASTERS:
        kind = UPCASTERS[kind].kind
    return kind


def stored_kinds(kinds: Iterable[type[Event]]) -> list[str]:
    """Every name under which entries of these kinds may be stored."""
    names = {kind.KIND for kind in kinds}
    return sorted(names | {name for name in UPCASTERS if present_kind(name) in names})


def load(kind: str, public: str, private: str | None) -> Event:
    """The event again; private fields whose row was deleted are empty, or GONE where a text is required."""
    cls = lifecycle.KINDS[present_kind(kind)]
    if not private and kind not in UPCASTERS and not private_fields(cls):
        # nothing private and no older form: the stored text is the event
        return cls.model_validate_json(public)  # most of a long trail, in a third of the time
    return cls.model_validate(_fields(cls, kind, public, private))


def load_of_workspace(kind: str, public: str, private: str | None) -> WorkspaceEvent:
    """The same for an entry of the workspace's trail."""
    cls = workspace.KINDS[present_kind(kind)]
    return cls.model_validate(_fields(cls, kind, public, private))


def read(kind: str, public: str, private: str | None) -> Event | None:
    """As `load`. None: a newer version stored it, for it has a kind, a field or a value that this one does not know."""
    return _known(load, lifecycle.KINDS, kind, public, private)


def read_of_workspace(kind: str, public: str, private: str | None) -> WorkspaceEvent | None:
    """The same for an entry of the workspace's trail."""
    return _known(load_of_workspace, workspace.KINDS, kind, public, private)


def _known(
    load: Callable[[str, str, str | None], F], kinds: Mapping[str, object], kind: str, public: str, private: str | None
) -> F | None:
    if present_kind(kind) not in kinds:
        return None
    try:
        return load(kind, public, private)
    except ValidationError:
        json.loads(public)  # what is no JSON at all was damaged, and no version can read it
        return None


def _fields(cls: type[Fact], kind: str, public: str, private: str | None) -> Stored:
    data: Stored = json.loads(public)
    data |= json.loads(private) if private else {}
    while kind in UPCASTERS:
        kind, change = UPCASTERS[kind]
        data = change(data)
    # upcasters come first: they may name the field that is missing
    return data if private else data | dict(_missing(cls, data))


def _missing(kind: type[Fact], data: Mapping[str, JsonValue]) -> Iterator[tuple[str, Any]]:
    for name in private_fields(kind):
        field = kind.model_fields[name]
        if field.is_required() and name not in data:
            yield name, _blank(field.annotation)


def _blank(annotation: Any) -> Any:
    """An empty value of a required private field."""
    if annotation is str:
        return GONE
    return next(empty for empty in EMPTY if _fits(annotation, empty))


def _fits(annotation: Any, value: Any) -> bool:
    try:
        TypeAdapter(annotation).validate_python(value)
    except ValueError:
        return False
    return True


def dump_bug(bug: Bug) -> str:
    return _BUG.dump_json(bug, exclude_defaults=True).decode()


def load_bug(state: str) -> Bug:
    return _BUG.validate_json(state)


def dump_workspace(state: Workspace) -> str:
    return _WORKSPACE.dump_json(state, exclude_defaults=True).decode()


def load_workspace(state: str) -> Workspace:
    return _WORKSPACE.validate_json(state)


def dump_actor(actor: Actor) -> str:
    return f"{actor.kind.value}:{actor.id}"


@lru_cache(maxsize=1024)
def load_actor(text: str) -> Actor:
    kind, _, id_ = text.partition(":")
    return Actor.model_validate({"kind": kind, "id": id_})
