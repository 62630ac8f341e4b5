"""A card's description: ours below what others wrote, with the marker at its end, never longer than Trello takes."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.boards.trello.text import CUT, LONGEST, RULE, describe, has, length
from bot.adapters.ports import CardText

MARKER = "makegood:T1:BUG-1"


def card(description: str, marker: str = MARKER) -> CardText:
    return CardText(title="BUG-1 Menu page fails", description=description, marker=marker)


def test_a_new_card_ends_with_its_marker() -> None:
    assert describe(card("Reproduce with menu 13.")) == f"Reproduce with menu 13.\n\n{MARKER}"


def test_an_adopted_card_keeps_what_the_tracker_wrote() -> None:
    adopted = describe(card("ours"), present="## ErrorException", adopted=True)
    assert adopted == f"## ErrorException{RULE}ours\n\n{MARKER}"
    assert describe(card("ours, later"), present=adopted) == f"## ErrorException{RULE}ours, later\n\n{MARKER}"


def test_adopting_twice_writes_one_block() -> None:
    adopted = describe(card("ours"), present="## ErrorException", adopted=True)
    assert describe(card("ours"), present=adopted, adopted=True) == adopted


def test_what_people_wrote_below_stays() -> None:
    assert describe(card("new"), present=f"old\n\n{MARKER}\n\nsee PR 212") == f"new\n\n{MARKER}\n\nsee PR 212"


def test_a_marker_that_is_in_the_text_already_stands_once() -> None:
    assert describe(card(f"hello\n{MARKER}")).count(MARKER) == 1


def test_bug_1_is_not_bug_17() -> None:
    assert has("BUG-1", "it is BUG-1.")
    assert not has("BUG-1", "it is BUG-17.")
    assert not has("BUG-1", "it is DEBUG-1.")


def test_what_is_too_long_is_cut_with_a_word_about_it() -> None:
    written = describe(card("x" * 20_000))
    assert length(written) == LONGEST
    assert written.endswith(f"{CUT}\n\n{MARKER}")


def test_a_tracker_that_filled_the_whole_card_gives_way() -> None:
    assert describe(card("ours"), present="y" * LONGEST, adopted=True) == f"ours\n\n{MARKER}"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(
    text=st.text(alphabet=st.sampled_from("a🐞\n-é"), max_size=100),
    times=st.integers(1, 400),
    above=st.text(max_size=50),
)
def test_no_description_is_too_long_or_loses_its_marker(text: str, times: int, above: str) -> None:
    written = describe(card(text * times), present=above * times, adopted=True)
    assert length(written) <= LONGEST
    assert has(MARKER, written)
    assert length(describe(card(text), present=written)) <= LONGEST
