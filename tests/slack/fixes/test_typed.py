"""What a person types on any keyboard is what is previewed and run: quotes, dashes, blanks, empty texts, keys of two columns."""

from typing import Any

import pytest

from bot.bug.fixes.asking import FixAsked
from bot.bug.fixes.fix import RunState
from tests.slack.fixes.plant import Plant
from tests.slack.fixes.team import Team

NOTE = "set-column table=notes id=1 column=said "
TYPED = {
    "value=“a b” — curly quotes and a dash": "a b",
    "value=‘it’s fine’ — an apostrophe within": "it’s fine",
    "value='' -- an empty text": "",
    "value= -- nothing": None,
    'value="  a  " -- blanks at the ends': "  a  ",
    'value="a\u00a0b" -- a blank that does not break': "a b",
    'value={"a":1} -- quotes within': '{"a":1}',
    'value=\'{"a": [1, "b -- c"]}\' -- dashes within': '{"a": [1, "b -- c"]}',
    "value=\\x00ff -- a backslash": "\\x00ff",
    "value＝007 －－ wide signs": "007",
    "value=a—b -- a dash that is one": "a—b",
    "value=„so“ – a dash of half the length": "so",
}


@pytest.fixture
def given(plant: Plant, more: dict[str, Any]) -> dict[str, Any]:
    plant.meanwhile("CREATE TABLE notes (id integer PRIMARY KEY, said text)")
    plant.meanwhile("INSERT INTO notes VALUES (1, 'before')")
    plant.meanwhile("CREATE TABLE seats (org integer, usr text, role text, PRIMARY KEY (org, usr))")
    plant.meanwhile("INSERT INTO seats VALUES (1, '5', 'a'), (1, '5 ', 'b'), (1, 'a,b', 'c')")
    settings = {**plant.settings, **more}
    settings["targets"]["shop"]["tables"] |= {"notes": "id", "seats": ["org", "usr"]}
    return settings


async def test_a_dozen_spellings_mean_what_they_meant(team: Team) -> None:
    for number, (line, wanted) in enumerate(TYPED.items(), 1):
        await team.preview(NOTE + line)
        asked = [entry.event for entry in await team.house.trail() if isinstance(entry.event, FixAsked)][-1]
        assert asked.params.get("value") == wanted, line
        assert asked.reason
        assert line.endswith(asked.reason), line
        fix = await team.fix(number)
        shown = "NULL" if wanted is None else f"'{wanted}'" if wanted.strip() != wanted or not wanted else wanted
        assert [row["change"] for row in fix.rows] == [f"said: before → {shown}"], line
        await team.dana.types(f"/fix cancel BUG-1 {number}", in_=team.house.errors)
        await team.until(RunState.CANCELLED, number)


async def test_a_row_is_found_by_two_columns_to_the_letter(team: Team) -> None:
    await team.run("delete-row table=seats id='1,5 ' — a blank at its end")
    await team.until(RunState.SUCCEEDED)
    assert team.plant.rows("SELECT usr FROM seats ORDER BY usr") == [("5",), ("a,b",)]


async def test_capital_letters_that_a_phone_sets_do_not_matter(team: Team) -> None:
    await team.run("Delete-Row Table=Seats ID.org=1 ID.usr=5 — written by thumb")
    await team.until(RunState.SUCCEEDED)
    assert (await team.fix()).action == "delete-row"
    assert team.plant.rows("SELECT usr FROM seats ORDER BY usr") == [("5 ",), ("a,b",)]


async def test_a_fix_without_a_word_why_says_where_to_write_it(team: Team) -> None:
    await team.dana.types("/fix BUG-1 delete-row table=menus id=13", in_=team.house.errors)
    await team.dana.expect_ephemeral("Say why, behind `--`")
    await team.dana.types("/fix BUG-1 delete-row table=menus id=13 -- x", in_=team.house.errors)
    await team.dana.expect_ephemeral("Say why, in a few words")


async def test_the_form_has_a_field_for_each_column_of_a_key(team: Team) -> None:
    await team.card.button("Fix").click(by=team.dana)
    form = await team.dana.expect_modal("What to do")
    await form.field("What to do").pick("delete-row: Delete one row of a table by its key.")
    await form.expect_text("Table")
    await form.field("Table").pick("seats")
    await form.expect_text("Key: usr")
    form.field("Key: org").type("1")
    form.field("Key: usr").type("a,b")
    form.field("Why").type("a seat too many")
    await form.submit("Preview")
    await form.expect_text("delete 1 row of seats")
    await form.submit("Run it")
    await team.until(RunState.SUCCEEDED)
    assert team.plant.rows("SELECT usr FROM seats ORDER BY usr") == [("5",), ("5 ",)]


async def test_the_form_tells_an_empty_text_from_nothing(team: Team) -> None:
    await team.card.button("Fix").click(by=team.dana)
    form = await team.dana.expect_modal("What to do")
    await form.field("What to do").pick("set-column: Set one column of one row, found by its key.")
    await form.expect_text("Column")
    form.field("Table").choose("notes")
    form.field("Key").type("1")
    form.field("Column").type("said")
    form.field("If Value stays empty").choose("An empty text, not NULL")
    form.field("Why").type("it was never said")
    await form.submit("Preview")
    await team.until(RunState.PREVIEWED)
    assert [row["change"] for row in (await team.fix()).rows] == ["said: before → ''"]


async def test_a_value_that_does_not_fit_says_which_field_and_what_to_write(team: Team) -> None:
    await team.dana.types(
        "/fix BUG-1 set-column table=menus id=13 column=account_id value=twelve -- the wrong account",
        in_=team.house.errors,
    )
    await team.card.thread.expect(
        "“twelve” does not fit account_id, which holds INTEGER. Write a number such as 12 or 12.5. Nothing was changed."
    )
