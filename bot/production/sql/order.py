"""Orders the rows of an undo: each after the rows that it points at, found row by row. Pure."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from bot.bug.errors import Refused
from bot.production.sql.facts import ForeignKey
from bot.production.sql.image import Change, Values
from bot.production.sql.schema import Schema

Graph = Mapping[int, dict[int, tuple[str, ...]]]
"""Row -> row that stands before it -> the columns that may be empty for a moment, so that it need not."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """Inserts after the rows that they point at, then updates, then deletes before the rows that they point at."""

    changes: tuple[Change, ...]
    loose: Mapping[int, tuple[str, ...]]
    """Position -> columns that are filled last (emptied first), because rows point at each other in a circle."""


def ordered(schema: Schema, changes: Sequence[Change]) -> Order:
    """Raises Refused where no order will do."""
    if len(changes) == 1:
        return Order(changes=tuple(changes), loose={})
    inserts = [change for change in changes if change.before is None]
    updates = [change for change in changes if change.before is not None and change.after is not None]
    deletes = [change for change in changes if change.after is None]
    first, filled = _sorted(_pointing(schema, [(c, c.after or {}) for c in inserts]), inserts)
    moved, _ = _sorted(_moving(schema, updates), updates)
    last, emptied = _sorted(_pointing(schema, [(c, c.before or {}) for c in deletes]), deletes)
    placed = [inserts[i] for i in first] + [updates[i] for i in moved] + [deletes[i] for i in reversed(last)]
    loose = {n: filled[i] for n, i in enumerate(first) if i in filled}
    shift = len(inserts) + len(updates)
    loose |= {shift + n: emptied[i] for n, i in enumerate(reversed(last)) if i in emptied}
    return Order(changes=tuple(placed), loose=loose)


def _pointing(schema: Schema, rows: Sequence[tuple[Change, Values]]) -> Graph:
    """Each row after those of these that it points at; a row may point at itself."""
    graph: dict[int, dict[int, tuple[str, ...]]] = {i: {} for i in range(len(rows))}
    tables = dict.fromkeys(change.table for change, _ in rows)
    for key in (key for table in tables for key in schema.pointers(table) if key.parent in tables):
        parents = defaultdict(list)
        for i, (change, values) in enumerate(rows):
            if change.table == key.parent:
                parents[alike(values, key.parent_columns)].append(i)
        for i, (change, values) in enumerate(rows):
            if change.table == key.child and not any(values.get(c) is None for c in key.columns):
                near = parents.get(alike(values, key.columns), [])
                for parent in _exactly(rows, near, key, values) or near:
                    if parent != i:
                        graph[i][parent] = _both(graph[i].get(parent), _may_be_empty(schema, key))
    return graph


def _exactly(rows: Sequence[tuple[Change, Values]], near: Sequence[int], key: ForeignKey, values: Values) -> list[int]:
    """The parent itself, where it is among those that some database could take for it."""
    pairs = list(zip(key.parent_columns, key.columns, strict=True))
    return [n for n in near if all(_same(rows[n][1].get(parent), values.get(child)) for parent, child in pairs)]


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _both(known: tuple[str, ...] | None, more: tuple[str, ...]) -> tuple[str, ...]:
    """Two foreign keys between the same rows: only both together can be let go."""
    if known is None:
        return more
    return tuple(dict.fromkeys((*known, *more))) if known and more else ()


def _may_be_empty(schema: Schema, key: ForeignKey) -> tuple[str, ...]:
    """Columns whose emptiness lets go of the parent; none where a rule of the table could forbid it."""
    info = schema.tables[key.child]
    if key.child in schema.facts.ruled:
        return ()
    free = (c for c in key.columns if info.table.c[c].nullable and c not in info.key and not info.columns[c].generated)
    return tuple(free)


def _moving(schema: Schema, updates: Sequence[Change]) -> Graph:
    """An update after the one that frees the unique value that it takes."""
    graph: dict[int, dict[int, tuple[str, ...]]] = {i: {} for i in range(len(updates))}
    held = defaultdict(list)
    for i, change in enumerate(updates):
        for name in _changed(schema, change):
            held[change.table, name, _like((change.before or {})[name])].append(i)
    for i, change in enumerate(updates):
        for name in _changed(schema, change):
            places = held.get((change.table, name, _like((change.after or {})[name])), ())
            graph[i].update(dict.fromkeys((p for p in places if p != i), ()))
    return graph


def _changed(schema: Schema, change: Change) -> Iterable[str]:
    before, after = change.before or {}, change.after or {}
    unique = schema.tables[change.table].contested
    return (
        n for n in after if n in unique and after[n] is not None and before[n] is not None and after[n] != before[n]
    )


def _sorted(graph: Graph, rows: Sequence[Change]) -> tuple[list[int], dict[int, tuple[str, ...]]]:
    """The order, rows of one table together where they can be, and the columns that had to be let go for it."""
    if len(rows) < 2:  # noqa: PLR2004 - one row needs no order
        return list(range(len(rows))), {}
    loose: dict[int, tuple[str, ...]] = {}
    while circle := _circle(graph):
        pairs = pairwise(circle)  # each stands before the one that follows it
        found = next(((row, before) for before, row in pairs if graph[row].get(before)), None)
        if found is None:
            raise Refused("Rows point at each other in a circle, so none of them can come back first.")
        row, before = found
        loose[row] = tuple(dict.fromkeys((*loose.get(row, ()), *graph[row].pop(before))))
    sorter, placed = TopologicalSorter(graph), list[int]()
    sorter.prepare()
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda i: (rows[i].table, i))
        placed += ready
        sorter.done(*ready)
    return placed, loose


def _circle(graph: Graph) -> list[int]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def alike(values: Values, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(_like(values.get(column)) for column in columns)


def _like(raw: Any) -> Any:
    """The same for all that some database could take for equal; two rows too many in an order do no harm."""
    if raw is None or isinstance(raw, bytes):
        return raw
    try:
        number = Decimal(str(int(raw) if isinstance(raw, bool) else raw).strip())
    except InvalidOperation:
        plain = unicodedata.normalize("NFKD", str(raw)).casefold().rstrip()
        return "".join(sign for sign in plain if not unicodedata.combining(sign))
    return "nan" if number.is_nan() else number
