"""Of the rows that a look shows, the one that the error names and what is missing in it are seen at once."""

from collections.abc import Mapping

from bot.production.action import Cell, Table
from bot.production.outstanding import noted, reason

ERROR = {"delete-row": {"table": "menus", "id": "13"}}


def suggest(action: str) -> Mapping[str, str]:
    return ERROR.get(action, {})


def menus(*rows: tuple[str | None, ...], action: str = "delete-row") -> Table:
    offers = tuple((Cell(action=action, params={"table": "menus", "id": str(row[0])}),) for row in rows)
    return Table(look="rows-behind-page", columns=("id", "title", "template"), rows=rows, offers=offers)


def test_the_row_that_the_error_names_is_marked_with_what_is_null_in_it() -> None:
    bad, good = noted(menus(("13", "Lunch", None), ("12", None, "a")), suggest)
    assert (bad.named, bad.missing) == (True, ("template",))
    assert (good.named, good.missing) == (False, ())


def test_what_is_null_in_one_row_alone_stands_out() -> None:
    rows = noted(menus(("1", "a", "x"), ("2", "b", None), ("3", None, "y"), ("4", None, "z")), suggest)
    assert [row.missing for row in rows] == [(), ("template",), (), ()]


def test_an_error_that_names_no_row_names_none() -> None:
    assert not any(row.named for row in noted(menus(("13", "a", None)), lambda _: {}))
    assert not any(row.named for row in noted(menus(("13", "a", None)), lambda _: {"table": "menus"}))
    assert noted(Table(look="x", columns=("a",), rows=((None,),)), suggest)[0].missing == ()


def test_the_reason_of_the_fix_says_which_row_and_why() -> None:
    table = menus(("13", "Lunch", None), ("12", "Tea", "a"))
    told = [reason(table.look, table.offers[i][0], seen) for i, seen in enumerate(noted(table, suggest))]
    assert told == ["menus 13: template is NULL; the error names this row", "menus 12: seen by rows-behind-page"]
    long = Cell(action="x", params={"id": "9" * 500})
    assert len(reason("look", long, noted(table, suggest)[0])) <= 160
