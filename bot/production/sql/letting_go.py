"""Plays a delete as the database does it: a row that goes later may still hold one that goes before. Pure."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from bot.bug.errors import Refused
from bot.production.sql.facts import ForeignKey
from bot.production.sql.image import Change
from bot.production.sql.order import alike
from bot.production.sql.schema import Schema

_HOLDING: Mapping[str, tuple[str, ...]] = {
    "postgresql": ("RESTRICT", "NO ACTION"),
    "mysql": ("RESTRICT", "NO ACTION"),
    "mariadb": ("RESTRICT", "NO ACTION"),
    "sqlite": ("RESTRICT",),  # the others are asked when the statement ends
}
Work = tuple[Change, ForeignKey | None]
"""A row and a foreign key by which others may point at it; none: the row is gone now."""


def must_let_go(schema: Schema, own: Sequence[Change], changes: Sequence[Change]) -> None:
    """Raises Refused where one of the deleted rows holds another until it is gone itself. `own` are those that the action names.

    PostgreSQL takes all rows of a statement, then looks at their foreign keys in turn. SQLite and MariaDB take row by row,
    each with all that hangs on it; for MariaDB a row is there as long as they look at what hangs on it.
    """
    if not any(schema.references(table) for table in {row.table for row in changes}):
        return
    together, late = schema.dialect.name == "postgresql", schema.dialect.name in ("mysql", "mariadb")
    pointing, taken, gone = _Pointing(changes), set[int](), set[int]()
    work: deque[Work] = deque()

    def take(rows: Sequence[Change]) -> None:
        new = [row for row in rows if id(row) not in taken]
        taken.update(map(id, new))
        looks = [_looks(schema, row, late=late) for row in new]
        if together:
            gone.update(map(id, new))
            work.extend(look for some in looks for look in some)
        else:
            work.extendleft(look for some in reversed(looks) for look in reversed(some))

    take(own)
    while work:
        row, key = work.popleft()
        if key is None:
            gone.add(id(row))
        else:
            take(_let_go(schema, row, key, [kid for kid in pointing.at(row, key) if id(kid) not in gone]))


def _looks(schema: Schema, row: Change, *, late: bool) -> list[Work]:
    looks: list[Work] = [(row, key) for key in schema.references(row.table)]
    return [*looks, (row, None)] if late else [(row, None), *looks]


def _let_go(schema: Schema, row: Change, key: ForeignKey, kids: Sequence[Change]) -> Sequence[Change]:
    """Those that go with the row."""
    if not kids or not key.working or key.on_delete == "CASCADE":
        return kids if key.working else ()
    if key.on_delete in _HOLDING[schema.dialect.name] and not (key.on_delete == "NO ACTION" and schema.facts.deferred):
        raise Refused(_held(row, key, kids[0]))
    return ()


def _held(row: Change, key: ForeignKey, kid: Change) -> str:
    if kid is row:
        return (
            f"{row.name} points at itself by {', '.join(key.columns)}, and the database keeps such rows. "
            "Empty that first, with a fix of its own; then this."
        )
    return (
        f"{kid.name} points at {row.name}. Both would go, but the database asks for the second first and keeps such rows "
        f"(ON DELETE {key.on_delete}). Delete the rows of {key.child} first, with a fix of its own; then this."
    )


class _Pointing:
    """Finds the deleted rows that point at another one: those that hold its very key, or else what some database takes for it."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._deleted = [change for change in changes if change.after is None]
        self._found: dict[tuple[str, tuple[str, ...]], Mapping[Any, Sequence[Change]]] = {}

    def at(self, row: Change, key: ForeignKey) -> Sequence[Change]:
        place = (key.child, key.columns)
        if place not in self._found:
            self._found[place] = self._by(*place)
        kids, before = self._found[place].get(alike(row.before or {}, key.parent_columns), ()), row.before or {}
        pairs = tuple(zip(key.columns, key.parent_columns, strict=True))
        exact = [kid for kid in kids if all((kid.before or {})[c] == before[p] for c, p in pairs)]
        return exact or kids

    def _by(self, child: str, columns: tuple[str, ...]) -> Mapping[Any, Sequence[Change]]:
        found: dict[Any, list[Change]] = defaultdict(list)
        for change in (change for change in self._deleted if change.table == child):
            before = change.before or {}
            if all(before[column] is not None for column in columns):
                found[alike(before, columns)].append(change)
        return found
