"""What becomes of a fix: nothing, a proposal for people, or a run; by its action and by its target. Pure."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from bot.bug.fixes.fix import Fix
from bot.bug.values import Frozen

Mode = Literal["watch", "propose", "undoable", "run"]
CAREFUL: tuple[Mode, ...] = ("watch", "propose", "undoable", "run")
"""The most careful first."""
Becomes = Literal["nothing", "proposal", "run"]


class Modes(Frozen):
    """Where an action and its target both have a mode, the more careful one counts; where neither has one, the default."""

    default: Mode = "watch"
    actions: Mapping[str, Mode] = Field(default_factory=dict)
    targets: Mapping[str, Mode] = Field(default_factory=dict)

    def of(self, action: str, target: str = "") -> Mode:
        named = [mode for mode in (self.actions.get(action), self.targets.get(target)) if mode]
        return min(named, key=CAREFUL.index) if named else self.default

    @property
    def most(self) -> Mode:
        """The most that anything may do here."""
        return max((self.default, *self.actions.values(), *self.targets.values()), key=CAREFUL.index)

    def becomes(self, fix: Fix) -> Becomes:
        return becomes(self.of(fix.action, fix.target), harmless=fix.undoable or bool(fix.undo_of))


def becomes(mode: Mode, *, harmless: bool) -> Becomes:
    """`harmless`: it can be taken back, or takes something back."""
    if mode == "undoable":
        return "run" if harmless else "proposal"
    return "run" if mode == "run" else "proposal" if mode == "propose" else "nothing"
