"""Text from outside, cut where a reader sees a character end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.common.reading import tidy
from bot.text import cut, one_line
from tests.unit.trackers.deliveries import FUZZ


def test_a_short_text_stays_as_it_is() -> None:
    assert cut("four", 4) == "four"


@pytest.mark.parametrize(
    ("text", "limit", "seen"),
    [
        ("abcdef", 4, "abc…"),
        ("abe\u0301def", 4, "ab…"),
        ("a👩‍👩‍👧 and more", 4, "a…"),
        ("a👍🏽 and more", 3, "a…"),
        ("🇫🇷🇩🇪🇮🇹", 4, "🇫🇷…"),
        ("one two three", 5, "one…"),
    ],
)
def test_no_character_is_cut_in_two(text: str, limit: int, seen: str) -> None:
    assert cut(text, limit) == seen


@FUZZ
@given(text=st.text(alphabet=st.characters(codec=None)), limit=st.integers(min_value=2, max_value=60))
def test_a_cut_text_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit


@FUZZ
@given(text=st.text(alphabet=st.characters(codec=None)))
def test_a_tidy_text_always_encodes_and_stays_tidy(text: str) -> None:
    clean = tidy(text)
    assert clean.encode("utf-8").decode() == clean
    assert "\x00" not in clean
    assert tidy(clean) == clean


def test_marks_that_turn_the_direction_around_are_dropped() -> None:
    assert tidy("invoice\u202egpj.exe") == "invoicegpj.exe"


def test_a_line_is_one_line() -> None:
    assert one_line("  two\r\n\tlines ") == "two lines"
