"""Events to stored text and back: the public half is hashed for ever, the private half can be deleted."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from bot.bug.bug import Bug
from bot.bug.event import Event
from bot.bug.lifecycle import KINDS
from bot.bug.values import PRIVATE, Actor

GONE = "(deleted)"
NO_RECEIPT = {
    "key": GONE,
    "grant": {"kind": "credit", "money": {"amount": 0, "currency": "XXX"}},
    "account": GONE,
    "external_ids": [],
}
_BUG = TypeAdapter(Bug)
EMPTY: tuple[Any, ...] = ({}, [], NO_RECEIPT)


@cache
def _private_fields(kind: type[Event]) -> frozenset[str]:
    return frozenset(name for name, field in kind.model_fields.items() if PRIVATE in field.metadata)


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def dump(event: Event) -> tuple[str, str | None]:
    """(public, private or None), both JSON objects; defaults are left out, so that new fields don't change old text."""
    data = event.model_dump(mode="json", exclude_defaults=True)
    hidden = {k: data.pop(k) for k in _private_fields(type(event)) if k in data}
    # private text keeps its order: an action's parameters are read in it ("delete-row menus 13")
    return canonical(data), _compact(hidden) if hidden else None


def load(kind: str, public: str, private: str | None) -> Event:
    """The event again; private fields whose row was deleted are empty, or GONE where a text is required."""
    cls = KINDS[kind]
    data: dict[str, Any] = json.loads(public)
    data |= json.loads(private) if private else dict(_missing(cls, data))
    return cls.model_validate(data)


def _missing(kind: type[Event], data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _private_fields(kind):
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


def dump_actor(actor: Actor) -> str:
    return f"{actor.kind.value}:{actor.id}"


def load_actor(text: str) -> Actor:
    kind, _, id_ = text.partition(":")
    return Actor.model_validate({"kind": kind, "id": id_})
