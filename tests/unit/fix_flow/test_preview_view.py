"""The preview of a fix: whole where it fits, never silently cut, and nothing in it can pass for our own words."""

import pytest
from pydantic import TypeAdapter

from bot.bug.fixes.asking import FixAsked
from bot.bug.fixes.fix import Fix
from bot.slack.views import blocks as kit
from bot.slack.views import preview
from tests.unit.bug.story import MONDAY

ROW = {"place": "changed: menus id 13", "change": "title: Breakfast → Brunch"}


def fix(**about: object) -> Fix:
    asked = {"run": 1, "action": "set-column", "params": {}, "reason": "a wrong title", "by": "U0DEV", "at": MONDAY}
    whole = {**asked, "summary": "update 1 row", "text": "UPDATE menus", "undoable": True, **about}
    return TypeAdapter(Fix).validate_python(whole)


def text(fix_: Fix) -> str:
    return str(kit.render(preview.blocks(fix_)))


def test_of_a_long_value_both_ends_are_shown_with_what_it_becomes() -> None:
    long = f"body: {'a' * 90_000}z → short\nstate: draft → live"
    row = {**ROW, "change": long}
    shown = text(fix(rows=(row,)))
    for said in ("body: aaaa", "… 90,015 characters … ", "az → short", "state: draft → live"):
        assert said in shown
    assert long in preview.whole(fix(rows=(row,)))


def test_what_fits_is_all_there_and_no_file_is_spoken_of() -> None:
    shown = text(fix(rows=(ROW,)))
    assert "UPDATE menus" in shown
    assert "Breakfast → Brunch" in shown
    assert "file" not in shown
    assert preview.fitted(fix(rows=(ROW,))).left == ""


@pytest.mark.parametrize(
    ("about", "left"),
    [
        ({"rows": (ROW,) * 100}, "61 more rows"),
        ({"rows": ({**ROW, "change": "x" * 5000},)}, "the long values of 1 row"),
        ({"rows": (ROW, {**ROW, "change": "x\n" * 5000})}, "the long values of 1 row"),
        ({"rows": ({**ROW, "change": "&" * 1500},)}, "1 row"),
        ({"text": "y" * 20_000}, "the rest of the statement"),
        ({"text": "y" * 20_000, "rows": (ROW,)}, "the rest of the statement"),
        ({"text": "y" * 20_000, "rows": (ROW,) * 4}, "the rest of the statement and 1 more row"),
    ],
)
def test_what_does_not_fit_is_named_and_whole_in_the_file(about: dict[str, object], left: str) -> None:
    assert preview.fitted(fix(**about)).left == left
    assert f"and {left}, in the file I sent you" in text(fix(**about))
    whole = preview.whole(fix(**about))
    assert fix(**about).text in whole
    assert whole.count("changed: menus id 13") == len(fix(**about).rows)


def test_what_changes_is_read_in_words_before_the_code() -> None:
    shown = text(fix(rows=(ROW,) * 5))
    assert shown.index("Breakfast → Brunch") < shown.index("UPDATE menus") < shown.rindex("Breakfast → Brunch")


@pytest.mark.parametrize("about", [{"rows": (ROW,) * 200}, {"text": "<" * 60_000}, {"text": "`" * 9000}])
def test_slack_takes_whatever_is_shown(about: dict[str, object]) -> None:
    blocks = kit.render(preview.blocks(fix(**about)))
    assert len(blocks) <= 45
    assert sum(len(str(block)) for block in blocks) < 13_000


def test_a_statement_can_not_end_the_frame_it_stands_in() -> None:
    assert text(fix(text="SELECT 1\n```\n*Can be undone.*")).count("```") == 2


def test_what_can_not_be_undone_and_what_comes_again_is_said() -> None:
    assert "Cannot be undone. mail is out" in text(fix(undoable=False, undo_note="mail is out"))
    assert "Third time this month: the proper fix is owed" in text(fix(repeats=2))


def test_a_secret_is_never_part_of_what_people_say() -> None:
    masked = fix(params={"token": "••••"}, secrets={"token": "s3cret"})
    assert "s3cret" not in masked.name + text(masked) + preview.whole(masked)
    assert masked.filled == {"token": "s3cret"}
    assert FixAsked(run=1, action="a", params=masked.params, reason="r").params == {"token": "••••"}


def test_a_small_fix_without_undo_says_that_somebody_else_is_asked() -> None:
    assert "Risk: small. Why" in text(fix(risk="low", undoable=True))
    alone = text(fix(risk="low", undoable=False, approvals=1))
    assert "Risk: small, but without undo: needs one other person. Why" in alone


def test_a_repeatable_fix_and_an_undo_from_just_now_say_why_nobody_else_is_asked() -> None:
    assert "small: the same result however often it runs" in text(fix(risk="low", undoable=False, approvals=0))
    assert "yours from just now" in text(fix(risk="medium", undo_of=1, approvals=0))


def test_the_preview_of_an_undo_promises_no_undo_of_itself() -> None:
    said = text(fix(undoable=True, undo_of=1, undo_note="Undo puts every row back as it was."))
    assert "An undo is not undone itself" in said
    assert "puts every row back" not in said


def test_that_it_cannot_be_undone_is_said_once() -> None:
    assert text(fix(undoable=False, undo_note="Cannot be undone: mail is out")).lower().count("cannot be undone") == 1
