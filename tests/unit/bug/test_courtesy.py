"""A letter greets whom it goes to and says who wrote it; a stranger's name never becomes an advertisement of ours."""

import pytest
from pydantic import ValidationError

from bot.bug.telling.courtesy import LONGEST_NAME, Courtesy

HERE = Courtesy(signature="{writer} from Acme")


def test_a_letter_names_who_reads_it_and_who_wrote_it() -> None:
    assert HERE.framed("It works.", "Ada", "Otto") == "Hello Ada,\n\nIt works.\n\nOtto from Acme"


@pytest.mark.parametrize(
    "name", ["", " ", "ada@x.example", "https://win.example", "www.win.example", "Call 555", "<b>Ada"]
)
def test_what_is_no_name_is_not_repeated(name: str) -> None:
    assert HERE.framed("It works.", name, "Otto").startswith("Hello,\n\n")


def test_a_name_of_several_lines_or_of_a_page_stays_a_name() -> None:
    said = Courtesy().framed("It works.", "Ada\r\n\r\nLovelace " + "x" * 500, "Otto")
    assert said.splitlines()[0].startswith("Hello Ada Lovelace xxx")
    assert len(said.splitlines()[0]) <= LONGEST_NAME + len("Hello ,")


def test_nobody_is_greeted_or_signed_for_twice() -> None:
    own = "Hi Ada,\n\nit works.\n\nOtto from Acme"
    assert HERE.framed(own, "Ada", "Otto") == own
    assert HERE.framed("Dear Ms Lovelace, it works.", "Ada", "") == "Dear Ms Lovelace, it works."
    assert HERE.framed("Hidden menus work again.", "Ada", "").startswith("Hello Ada,")


def test_both_can_be_left_out_and_a_name_that_nobody_knows_is() -> None:
    assert Courtesy(greeting="", nameless="", signature="").framed("It works.", "Ada", "Otto") == "It works."
    assert Courtesy(signature="The Acme team").framed("It works.", "", "") == "Hello,\n\nIt works.\n\nThe Acme team"


@pytest.mark.parametrize("wrong", [{"greeting": "Hello {who}"}, {"nameless": "Hello {}"}, {"signature": "{writer"}])
def test_what_can_not_be_filled_in_is_said_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="braces"):
        Courtesy(**wrong)
