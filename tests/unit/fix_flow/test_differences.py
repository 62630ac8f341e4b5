"""What is otherwise than when a fix was asked before, as people read it in its preview."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.bug.fixes.fix import Fix, Stored
from bot.production.action import Preview, Risk, RowChange
from bot.sinks.production.view import SAME, differences, previewed
from bot.slack.views.blocks import render
from bot.slack.views.preview import DIFFERENCES, blocks, whole

AT = datetime(2025, 11, 24, 14, 0, tzinfo=UTC)


def preview(*rows: RowChange, text: str = "UPDATE menus", **params: str) -> Preview:
    return Preview(
        action="set-column",
        params=params,
        target="shop",
        lock_key="menus",
        digest="d1",
        summary="1 row",
        text=text,
        rows=rows,
        undoable=True,
        risk=Risk.LOW,
        approvals=0,
    )


def row(key: str, before: dict[str, str | None] | None, after: dict[str, str | None] | None) -> RowChange:
    return RowChange(table="menus", key={"id": key}, before=before, after=after)


def fix(then: Preview | None, **more: Any) -> Fix:
    stored = Stored(salt="s", preview=then.to_json()) if then else Stored()
    first = Fix(run=1, action="set-column", params={"id": "13"}, reason="wrong", by="U1", at=AT, stored=stored)
    return replace(first, **more)


def told(then: Preview | None, now: Preview, **more: Any) -> tuple[str, ...]:
    return differences(fix(then), fix(None, run=2, revises=1, **more), now)


def test_a_value_that_another_person_changed_is_named_with_both_values() -> None:
    then = preview(row("13", {"price": "5", "title": "Tea"}, {"price": "9", "title": "Tea"}))
    now = preview(row("13", {"price": "7", "title": "Tea"}, {"price": "9", "title": "Tea"}))
    assert told(then, now) == ("menus 13: price was 5, now 7",)


def test_nothing_and_an_empty_text_are_told_apart() -> None:
    then = preview(row("13", {"title": None}, None))
    now = preview(row("13", {"title": ""}, None))
    assert told(then, now) == ("menus 13: title was NULL, now ''",)


def test_another_value_is_marked_and_so_are_the_parameters_that_led_to_it() -> None:
    then = preview(row("13", {"price": "5"}, {"price": "9"}))
    now = preview(row("13", {"price": "5"}, {"price": "8"}))
    said = told(then, now, params={"id": "13", "value": "8"})
    assert said == ("value: NULL before, now 8", "menus 13: price would become 8, before 9")


def test_rows_that_came_and_went_are_named() -> None:
    then = preview(row("13", {"price": "5"}, None), row("14", {"price": "5"}, None))
    now = preview(row("14", {"price": "5"}, None), row("15", {"price": "5"}, None))
    assert told(then, now) == ("menus 15: new in it", "menus 13: not in it any more")


def test_the_same_says_so_and_what_had_no_preview_says_nothing() -> None:
    same = preview(row("13", {"price": "5"}, None))
    assert told(same, same) == (SAME,)
    assert told(None, same) == ()


def test_a_command_that_is_written_otherwise_is_said() -> None:
    assert told(preview(text="regenerate 1"), preview(text="regenerate 2")) == (
        "what is executed is written otherwise",
    )


def test_the_preview_shows_them_and_its_file_has_them_all() -> None:
    many = tuple(f"menus {n}: price was 5, now 7" for n in range(DIFFERENCES + 2))
    shown = fix(None, run=2, revises=1, differs=many, summary="1 row")
    (said,) = [b["text"]["text"] for b in render(blocks(shown)) if b["block_id"] == "again"]
    assert said.startswith(":arrows_counterclockwise: *Different from run 1:*\nmenus 0: price was 5, now 7")
    assert said.endswith("and 2 more")
    assert many[-1] in whole(shown)
    assert not [b for b in render(blocks(fix(None))) if b["block_id"] == "again"]


def test_only_what_is_asked_again_is_compared() -> None:
    now = preview(row("13", {"price": "5"}, None))
    assert previewed(fix(None), now, "s", proper=False).differs == ()
    assert previewed(fix(None, run=2), now, "s", proper=False, before=fix(now)).differs == (SAME,)
