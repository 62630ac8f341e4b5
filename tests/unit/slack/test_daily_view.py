"""The daily list as it is read: a line and a button for each thing, and none for what is settled."""

from bot.bug.bug import Bug
from bot.bug.permissions import seen
from bot.slack.views import daily
from bot.slack.views.daily import Item
from tests.unit.bug.story import BEN, asked, claimed, confirmed, ran


def item(bug: Bug, seq: int = 0) -> Item:
    return daily.item(bug, seq or bug.done_alone[0].seq, str(bug.ref))


def buttons(*items: Item, more: int = 0) -> int:
    return sum("accessory" in block for block in daily.blocks(items, more))


def test_what_is_open_has_a_button() -> None:
    one = item(ran(confirmed(asked(claimed()))).bug)
    assert buttons(one) == 1
    assert daily.headline([one]) == "1 change that nobody else has seen"
    assert daily.line(one).startswith(":eyes: BUG-17 `delete-row menus 13` · U0ANNA · ")


def test_what_was_seen_has_none() -> None:
    story = ran(confirmed(asked(claimed())))
    one = item(story.then(seen.see_all(story.bug, BEN), BEN).bug)
    assert buttons(one) == 0
    assert daily.line(one).endswith("seen by U0BEN")
    assert daily.headline([one]) == "Somebody else has seen all of this"
    assert "press *Seen*" not in str(daily.blocks([one]))


def test_what_was_undone_says_so() -> None:
    one = item(claimed().bug, 9)
    assert daily.line(one) == ":leftwards_arrow_with_hook: BUG-17 was undone since"
    assert buttons(one) == 0


def test_more_than_is_listed_is_counted() -> None:
    one = item(ran(confirmed(asked(claimed()))).bug)
    assert daily.headline([one], 4) == "5 changes that nobody else has seen"
    assert "and 4 more" in str(daily.blocks([one], 4))
