"""Stores rows before and after a change without losing anything: JSON with tags for other types. Pure."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bot.bug.errors import Refused
from bot.production.sql.values import Raw, shown_bytes

Values = Mapping[str, Raw]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One row. None before: it is inserted. None after: it is deleted."""

    table: str
    key: Values
    """Empty where the database gives the key (an insert that has not run)."""
    before: Values | None
    after: Values | None

    def inverse(self) -> "Change":
        return Change(table=self.table, key=self.key, before=self.after, after=self.before)

    @property
    def name(self) -> str:
        return f"{self.table} ({', '.join(f'{k} {shown(v)}' for k, v in self.key.items()) or 'new'})"


@dataclass(frozen=True, kw_only=True)
class Image:
    """All rows of one run, parents before children."""

    run: str
    volatile: frozenset[str]
    changes: tuple[Change, ...]


def encode(image: Image) -> bytes:
    rows = [[c.table, _tagged(c.key), _tagged(c.before), _tagged(c.after)] for c in image.changes]
    return json.dumps({"v": 1, "run": image.run, "volatile": sorted(image.volatile), "rows": rows}).encode()


def decode(data: bytes) -> Image:
    told = json.loads(data)
    changes = tuple(
        Change(table=table, key=_untagged(key) or {}, before=_untagged(before), after=_untagged(after))
        for table, key, before, after in told["rows"]
    )
    return Image(run=told["run"], volatile=frozenset(told["volatile"]), changes=changes)


def canonical(change: Change, volatile: frozenset[str]) -> list[Any]:
    """What the digest holds of a row: where it is and what is there now, less what changes by itself."""
    before = None if change.before is None else {k: v for k, v in change.before.items() if k not in volatile}
    return [change.table, _tagged(change.key), _tagged(before), change.after is None]


def shown(raw: Raw) -> str | None:
    """A raw value for people."""
    if isinstance(raw, bytes):
        return shown_bytes(raw)
    return None if raw is None else str(raw)


def _tagged(values: Values | None) -> dict[str, Any] | None:
    return None if values is None else {name: _tag(raw) for name, raw in values.items()}


def _untagged(values: Mapping[str, Any] | None) -> dict[str, Raw] | None:
    return None if values is None else {name: _untag(told) for name, told in values.items()}


def _tag(raw: Raw) -> Any:
    """None, bool, int and str stand for themselves; everything else is [tag, text]."""
    if raw is None or isinstance(raw, bool | int | str):
        return raw
    if isinstance(raw, float):
        return ["float", raw.hex()]
    if isinstance(raw, Decimal):
        return ["decimal", str(raw)]
    if isinstance(raw, bytes | bytearray | memoryview):
        return ["bytes", base64.b64encode(raw).decode()]
    if isinstance(raw, timedelta):
        return ["timedelta", raw // timedelta(microseconds=1)]
    if isinstance(raw, datetime | date | time):
        return [type(raw).__name__, raw.isoformat()]
    raise Refused(
        f"A row holds a value of type {type(raw).__name__}, which can't be kept for an undo. Change it by hand."
    )


_READERS: Mapping[str, Any] = {
    "float": float.fromhex,
    "decimal": Decimal,
    "bytes": base64.b64decode,
    "timedelta": lambda micros: timedelta(microseconds=micros),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def _untag(told: Any) -> Raw:
    return _READERS[told[0]](told[1]) if isinstance(told, list) else told
