"""A reason that nobody has typed: from the error and the customers' words, and in one's own where the risk is more than low."""

from dataclasses import replace

import pytest

from bot.bug.errors import Invalid
from bot.bug.fixes import approval, asking, reasons
from bot.bug.fixes.approval import FixConfirmed
from bot.bug.fixes.asking import FixPreviewed
from tests.unit.bug.story import ANNA, PRODUCTION, Story, claimed, fix, waiting


def previewed(risk: str = "low") -> Story:
    story = waiting(claimed())
    said = reasons.filled(story.bug)
    story.then(asking.ask(story.bug, ANNA, "delete-row", {"table": "menus"}, said, filled=True))
    shown = FixPreviewed(
        run=1, digest="d1", target="shop", lock_key="shop:menus", summary="1 row", text="delete", risk=risk
    )
    return story.then(shown, PRODUCTION)


def confirm(story: Story, reason: str) -> FixConfirmed:
    return approval.confirm(story.bug, ANNA, 1, "d1", now=story.now, reason=reason)


def test_it_is_filled_in_from_the_error_and_the_customers_words() -> None:
    assert reasons.filled(waiting(claimed()).bug) == "Menu page fails · Ada: “What can I do?”"


def test_an_error_that_says_next_to_nothing_is_named_by_its_bug() -> None:
    assert reasons.filled(replace(claimed().bug, title="?", message="")) == "the error of BUG-17"


def test_read_and_left_as_it_is_it_stands() -> None:
    story = previewed()
    assert fix(story).reason_filled
    story.then(confirm(story, fix(story).reason))
    assert (fix(story).reason, fix(story).reason_filled) == ("Menu page fails · Ada: “What can I do?”", False)


def test_what_is_written_over_it_stands() -> None:
    story = previewed()
    story.then(confirm(story, " the index was never checked "))
    assert fix(story).reason == "the index was never checked"


@pytest.mark.parametrize("reason", ["", "no", "Menu page fails · Ada: “What can I do?”"])
def test_at_more_than_low_risk_only_ones_own_words_are_taken(reason: str) -> None:
    with pytest.raises(Invalid, match="in your own words"):
        confirm(previewed("medium"), reason)


def test_at_more_than_low_risk_ones_own_words_stand() -> None:
    story = previewed("high")
    story.then(confirm(story, "the index was never checked"))
    assert fix(story).reason == "the index was never checked"


def test_a_reason_of_a_letter_or_two_says_nothing() -> None:
    with pytest.raises(Invalid, match="Say why"):
        confirm(previewed(), "no")
