"""Each change of production as an auditor asks for it: who, when, what, why, approved by whom, before and after."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.fixes import approval
from bot.bug.fixes.fix import Fix, RunState, Stored
from bot.ledger.exports import changes
from bot.ledger.exports.reading import who
from bot.ledger.exports.tables import Record
from tests.unit.bug.story import ANNA, BEN, MONDAY, approver, asked, claimed, confirmed, ran

NAMES = {ANNA: "Anna Ray", BEN: "Ben Ito"}
ROW = {"table": "menus", "key": {"id": "13"}, "before": {"id": "13", "fields": None}, "after": None}


def approved() -> Bug:
    story = confirmed(asked(claimed(), approvals=1), BEN)
    story.then(approval.approve(story.bug, approver(), 1, "d1", now=story.now), BEN)
    return ran(story).bug


def with_fix(bug: Bug, **changed: Any) -> Bug:
    return replace(bug, fixes=(replace(bug.fixes[0], **changed), *bug.fixes[1:]))


def kept(*rows: dict[str, Any]) -> Stored:
    return Stored(preview=json.dumps({"rows": rows}))


def records(bug: Bug) -> list[Record]:
    return [record for _, record in changes.of(bug, lambda user: NAMES.get(user, user))]


def test_a_change_says_who_asked_who_approved_why_and_the_rows_on_both_sides() -> None:
    (found,) = records(with_fix(approved(), stored=kept(ROW), count=1))
    said = {name: found.cells[name] for name in changes.COLUMNS if name not in {"bug", "run", "at"}}
    assert said == {
        "by": "Anna Ray",
        "action": "delete-row",
        "parameters": "table=menus, key=13",
        "target": "shop",
        "reason": "bad row",
        "risk": "low",
        "approved by": "Ben Ito",
        "outcome": "succeeded",
        "rows": "1",
        "before": "menus id 13: id=13, fields=NULL",
        "after": "menus id 13: not there",
    }
    assert found.data["rows"] == [{"place": "menus id 13", "before": {"id": "13", "fields": None}, "after": None}]


@pytest.mark.parametrize(
    ("changed", "column", "said"),
    [
        ({"stored": Stored(), "count": 1}, "before", changes.EXPIRED),
        ({"stored": Stored(), "count": 0}, "before", ""),
        ({"stored": Stored(preview="no json")}, "after", ""),
        ({"stored": Stored(preview="[]")}, "after", ""),
        ({"approved_by": (), "approvals": 0}, "approved by", "nobody had to"),
        ({"approved_by": (ANNA,), "broken_glass": True}, "approved by", "nobody: the glass was broken"),
        ({"approved_by": (ANNA,), "alone": True}, "approved by", "nobody: alone, by typing"),
        ({"approved_by": (), "approvals": 1}, "approved by", "nobody"),
        ({"undone_by": 2}, "outcome", "succeeded, undone by run 2"),
        ({"state": RunState.UNKNOWN}, "outcome", "cut off, nobody knows"),
        ({"undo_of": 7}, "action", "undo of run 7"),
    ],
)
def test_each_case_is_said(changed: dict[str, Any], column: str, said: str) -> None:
    (found,) = records(with_fix(approved(), **changed))
    assert found.cells[column] == said


def test_what_never_reached_production_is_no_change() -> None:
    assert records(confirmed(asked(claimed(), approvals=1), BEN).bug) == []
    by_hand = with_fix(approved(), started_at=None, ended_at=MONDAY)
    assert [changes.when(fix) for fix in by_hand.fixes] == [MONDAY]
    bare = Fix(run=1, action="x", params={}, reason="", by=ANNA, at=MONDAY, state=RunState.FAILED)
    assert changes.when(bare) is None


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("", set()),
        ("anna", {ANNA}),
        ("@Anna Ray", {ANNA}),
        ("u0ben", {BEN}),
        (BEN, {BEN}),
        ("U0GONE", {"U0GONE"}),
        ("cli:anna", {"cli:anna"}),
    ],
)
def test_people_are_meant_by_name_or_id(said: str, ids: set[str]) -> None:
    assert who(said, NAMES) == ids


def test_somebody_unknown_is_refused_with_who_is_known() -> None:
    with pytest.raises(Refused, match=r"Anna Ray"):
        who("ana", NAMES)
    with pytest.raises(Refused, match=r"U0ANNA is taken"):
        who("ana", {})
