"""The next version of Makegood, as far as what is stored tells: it knows further kinds of entries, and further fields of known ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from unittest.mock import patch

from bot.bug import lifecycle, workspace
from bot.bug.bug import Bug
from bot.bug.course.ownership import Claimed
from bot.bug.event import Event, Inert, Outcome, Quiet
from bot.bug.words import Words
from bot.bug.workspace import Workspace, WorkspaceEvent
from bot.ledger.shape import shape


class Weighed(Inert, Quiet, Outcome):
    """A kind of which the present version knows nothing."""

    KIND = "weighed_by_the_next_version"


class ClaimedAloud(Claimed):
    """A kind that the present version knows, with a further field."""

    aloud: bool = False


class Renamed(Event):
    """A decision that changes what people read of the bug."""

    KIND = "renamed_by_the_next_version"
    MOVES = Claimed.MOVES
    title: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, title=self.title)

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("new", ("The next version renamed it.",))


class Relocated(WorkspaceEvent):
    """The same of the workspace."""

    KIND: ClassVar[str] = "relocated_by_the_next_version"

    def apply(self, now: Workspace, _at: datetime, _by: str) -> Workspace:
        return replace(now, allowed={})

    def line(self, _by: str) -> Words:
        return Words("new", ("The next version moved it.",))


@contextmanager
def next_version() -> Iterator[None]:
    """Whatever runs inside is of the next version."""
    kinds = {kind.KIND: kind for kind in (Weighed, ClaimedAloud, Renamed)}
    with patch.dict(lifecycle.KINDS, kinds), patch.dict(workspace.KINDS, {Relocated.KIND: Relocated}), _anew():
        yield


@contextmanager
def _anew() -> Iterator[None]:
    """The shape is computed once in a process, and each version is one."""
    shape.cache_clear()
    try:
        yield
    finally:
        shape.cache_clear()
