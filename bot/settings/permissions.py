"""Who may run which action alone, by the catalogue, the settings and the people there are: for the doctor and for Home."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.bug.permissions.alone import Way, way
from bot.bug.permissions.modes import becomes
from bot.production.action import HttpAction, approvals_for
from bot.production.catalogue.catalogue import Catalogue
from bot.production.catalogue.check import fitting
from bot.production.catalogue.entry import CatalogueEntry
from bot.settings.settings import Settings
from bot.text import plural

SAID = {
    Way.NOTHING: "nothing runs (watch)",
    Way.PROPOSED: "shown, run by hand",
    Way.ALONE: "alone: preview and one press",
    Way.TYPED: "alone, by typing its count or its release",
    Way.GLASS: "alone, with a reason that everybody reads",
    Way.REFUSED: "refused: nobody else can approve",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What comes of one action for who has `able` others beside them."""

    action: str
    target: str
    """Empty where the settings name none."""
    risk: str
    ways: tuple[tuple[Way, int], ...]
    """Each way with how many others approve: where it can be undone, where it can't; one where only one can be."""

    @property
    def said(self) -> str:
        first, *rest = (_said(*one) for one in self.ways)
        return first + (f"; where it can't be undone: {rest[0]}" if rest and rest[0] != first else "")

    @property
    def refused(self) -> bool:
        return any(found is Way.REFUSED for found, _ in self.ways)


def _said(found: Way, others: int) -> str:
    if found is Way.OTHERS:
        return f"{plural(others, 'other')} {'approves' if others == 1 else 'approve'}"
    return SAID[found]


def rows(catalogue: Catalogue, settings: Settings, able: int) -> Iterator[Row]:
    """One for each action that is on and each target that it may run on."""
    for entry in catalogue.entries.values():
        if entry.allowed and entry.kind != "look":
            for target in fitting(entry, settings.targets):
                yield _row(entry, target.name, settings, able)


def _row(entry: CatalogueEntry, target: str, settings: Settings, able: int) -> Row:
    mode, policy = settings.modes.of(entry.name, target), settings.policy
    ways = []
    for undoable in _undoable(entry):
        needed = approvals_for(entry.cls, undoable=undoable)
        what = becomes(mode, harmless=undoable)
        found = way(what, approvals=needed, able=able, solo=policy.solo, glass=policy.break_glass)
        ways.append((found, min(needed, able)))
    return Row(action=entry.name, target=target, risk=entry.cls.risk.value, ways=tuple(ways))


def _undoable(entry: CatalogueEntry) -> tuple[bool, ...]:
    """What is known of it beforehand; of rows of a database only the preview knows."""
    if entry.kind == "ssh":
        return (entry.cls.undo is not None,)
    if entry.kind == "http":
        return (entry.cls.undo_request is not HttpAction.undo_request,)
    return (True, False)
