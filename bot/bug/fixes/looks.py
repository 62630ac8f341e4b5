"""Looks and probes: they read production and change nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bot.bug.bug import Bug, ProbeResult
from bot.bug.event import ANY, STAY, Event, Inert, Move, Outcome, Quiet, Text, Texts
from bot.bug.values import PRIVATE, Frozen
from bot.bug.words import SHORT, Code, Foreign, Press, Words, because
from bot.text import plural

PROBES = 50
"""Results of probes that a bug remembers."""


class Form(Frozen):
    """The open form of an action (or look) whose menus these rows fill, and what it was filled in with."""

    action: str
    given: Mapping[str, str] = Field(default_factory=dict)
    state: str = ""
    """Slack's hash of it: a form that shows something else by now is left alone."""
    reason: str = ""
    """What its "Why" is filled in with."""
    carried: str = ""
    """The reason that the button knew which opened it: nobody typed it."""
    revises: int | None = None
    """The run that was sent back and that it revises."""


class LookAsked(Quiet, Inert, Event):
    KIND = "look_asked"
    MOVES = (Move(ANY, STAY, "a look changes nothing"),)
    look: str
    params: Texts = Field(default_factory=dict)
    view: str = ""
    form: Annotated[Form | None, PRIVATE] = None


class Looked(Inert, Outcome):
    """The rows went to the asker alone."""

    KIND = "looked"
    look: str
    asked: int
    """seq of the LookAsked entry."""
    count: int
    rows: Annotated[tuple[Mapping[str, str], ...], PRIVATE] = ()
    why: Text = ""
    """Why it has no rows, where it failed."""

    def line(self, _bug: Bug, _by: str) -> Words:
        look = Code(self.look)
        if self.why:
            return Words("eyes", ("The look ", look, " failed", *because(self.why)))
        return Words("eyes", ("The look ", look, f" showed {plural(self.count, 'row')} to its asker"))


class ProbeAsked(Quiet, Inert, Event):
    """Somebody wants to know whether it works now."""

    KIND = "probe_asked"
    MOVES = (Move(ANY, STAY, "a probe changes nothing"),)


class Probed(Outcome):
    KIND = "probed"
    probe: str
    when: Literal["before", "after", "asked"]
    ok: bool
    said: str
    run: int | None = None
    smoke: bool = False
    """Of something else that must not break."""
    broke: bool = False
    """It worked before this run."""
    where: Literal["production", "development"] = "production"
    unknown: bool = False
    """It could not be asked, so it says nothing."""

    def broken(self) -> "Probed":
        """The same, of something that worked before this run."""
        return Probed(
            probe=self.probe,
            when=self.when,
            ok=self.ok,
            said=self.said,
            run=self.run,
            smoke=self.smoke,
            broke=True,
            where=self.where,
            unknown=self.unknown,
        )

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        probe = ProbeResult(
            name=self.probe,
            at=at,
            ok=self.ok,
            said=self.said,
            smoke=self.smoke,
            broke=self.broke,
            where=self.where,
        )
        return replace(bug, probes=(*bug.probes, probe)[-PROBES:])

    def line(self, _bug: Bug, _by: str) -> Words | None:
        """The bug's own after a run; of the others only what a run broke, or who asked must know."""
        if self.when == "before" or (self.smoke and (self.ok or (self.when == "after" and not self.broke))):
            return None
        if self.when == "asked" and not self.smoke:
            return None  # "reproduced: yes" says it
        name, said = Foreign(self.probe, 60), Foreign(self.said, SHORT)
        if self.broke:
            undo = (" now. ", Press("Undo"), " is on the card.")
            return Words("rotating_light", (name, " worked before this fix and ", said, *undo), loud=True)
        return Words("white_check_mark" if self.ok else "x", (name, " ", said))


EVENTS = (LookAsked, Looked, ProbeAsked, Probed)
