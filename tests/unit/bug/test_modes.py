"""What becomes of a fix by mode: the table is written by hand, one row for each combination that means something else."""

from dataclasses import replace

import pytest

from bot.bug.permissions.modes import CAREFUL, Becomes, Mode, Modes, becomes
from tests.unit.bug.story import asked, claimed

TABLE: dict[Mode, tuple[Becomes, Becomes]] = {
    # mode: what can be taken back, what can't
    "watch": ("nothing", "nothing"),
    "propose": ("proposal", "proposal"),
    "undoable": ("run", "proposal"),
    "run": ("run", "run"),
}


@pytest.mark.parametrize("mode", CAREFUL)
def test_what_becomes_of_a_fix(mode: Mode) -> None:
    assert (becomes(mode, harmless=True), becomes(mode, harmless=False)) == TABLE[mode]


def test_an_undo_runs_where_only_what_can_be_taken_back_does() -> None:
    fix = replace(asked(claimed()).bug.fixes[0], undoable=False)
    modes = Modes(default="undoable")
    assert (modes.becomes(fix), modes.becomes(replace(fix, undo_of=1))) == ("proposal", "run")


SET: list[tuple[Mode | None, Mode | None, Mode]] = [
    # of the action, of its target, what counts beside a default of "propose"
    (None, None, "propose"),
    ("run", None, "run"),
    ("watch", None, "watch"),
    (None, "run", "run"),
    (None, "watch", "watch"),
    ("run", "undoable", "undoable"),
    ("undoable", "run", "undoable"),
    ("watch", "run", "watch"),
]


@pytest.mark.parametrize(("of_action", "of_target", "counts"), SET)
def test_the_more_careful_of_action_and_target_counts(
    of_action: Mode | None, of_target: Mode | None, counts: Mode
) -> None:
    actions = {"delete-row": of_action} if of_action else {}
    targets = {"shop": of_target} if of_target else {}
    modes = Modes(default="propose", actions=actions, targets=targets)
    assert modes.of("delete-row", "shop") == counts
    assert modes.of("another", "elsewhere") == "propose"


def test_the_most_that_anything_may_do() -> None:
    assert Modes().most == "watch"
    assert Modes(default="run", actions={"a": "watch"}).most == "run"
    assert Modes(actions={"a": "propose"}, targets={"shop": "undoable"}).most == "undoable"
