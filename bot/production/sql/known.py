"""Remembers what the runs of this process showed: which undo failed its rehearsal, which run took no effect, which changed a row last."""

import hashlib
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from bot.production.sql.image import Change, Image
from bot.production.sql.plan import Plan

_PLANS, _ROWS = 200, 10_000


class Known:
    """Forgets the oldest, and all when the process ends: an undo is rehearsed anew then."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, str] = OrderedDict()
        self._thwarted: OrderedDict[str, str] = OrderedDict()
        self._last: OrderedDict[tuple[Any, ...], str] = OrderedDict()

    def cannot_be_undone(self, plan: Plan, why: str) -> None:
        _put(self._failed, _same(plan), f"Cannot be undone: {why}, as its rehearsal showed.", _PLANS)

    def noted(self, plan: Plan) -> Plan:
        """The same plan asked for again is said to be irrevocable beforehand."""
        why = self._failed.get(_same(plan), "") if self._failed and not plan.note else ""
        return replace(plan, note=why) if why else plan

    def thwarted(self, plan: Plan, run: str, why: str) -> None:
        """The database itself did not let it through."""
        said = why.rstrip(".")
        _put(self._thwarted, _same(plan), f"{run} tried the same and nothing was changed: {said}.", _PLANS)

    def tried(self, plan: Plan) -> str:
        """What became of the same plan before; empty: nothing spoke against it."""
        told = self._thwarted.get(_same(plan), "") if self._thwarted else ""
        return f"{told} Unless somebody has dealt with that, it will come to nothing again." if told else ""

    def changed(self, image: Image) -> None:
        for change in image.changes:
            _put(self._last, _place(change), image.run, _ROWS)

    def by(self, change: Change) -> str:
        """Which run changed the row last; empty: none of these."""
        return self._last.get(_place(change), "")


def _put(kept: OrderedDict[Any, str], key: Any, value: str, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)


def _same(plan: Plan) -> str:
    steps = [(step.sql, sorted((name, repr(value)) for name, value in step.values.items())) for step in plan.steps]
    return hashlib.sha256(repr((steps, [_place(change) for change in plan.changes])).encode()).hexdigest()


def _place(change: Change) -> tuple[Any, ...]:
    return change.table, *change.key.values()
