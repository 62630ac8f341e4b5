"""Who has to approve by risk, undo and `repeatable`; the table is written by hand."""

import pytest

from bot.production.action import Risk, SshAction, approvals_for

TABLE = [
    # risk, repeatable, can be undone, others who approve
    (Risk.LOW, False, True, 0),
    (Risk.LOW, False, False, 1),
    (Risk.LOW, True, True, 0),
    (Risk.LOW, True, False, 0),
    (Risk.MEDIUM, False, True, 1),
    (Risk.MEDIUM, False, False, 1),
    (Risk.MEDIUM, True, False, 1),
    (Risk.HIGH, False, True, 2),
    (Risk.HIGH, True, False, 2),
]


@pytest.mark.parametrize(("risk", "repeatable", "undoable", "others"), TABLE)
def test_how_many_others_approve(*, risk: Risk, repeatable: bool, undoable: bool, others: int) -> None:
    made = type("Made", (SshAction,), {"__module__": __name__, "risk": risk, "repeatable": repeatable, "command": "x"})
    assert approvals_for(made, undoable=undoable) == others
