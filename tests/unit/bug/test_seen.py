"""What had no second person before it waits for one afterwards, and an undo stands in for what it undid."""

import pytest

from bot.bug.customers.customer import TellRequest
from bot.bug.errors import NotAllowed, Refused
from bot.bug.fixes import approval, asking
from bot.bug.fixes.asking import FixPreviewed
from bot.bug.fixes.run import FixEnded, FixReportedDone
from bot.bug.gifts import gifts
from bot.bug.money import Credit, Money
from bot.bug.permissions import seen
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.words import plain
from tests.unit.bug.story import (
    ANNA,
    BEN,
    CLEO,
    PRODUCTION,
    Story,
    approver,
    asked,
    claimed,
    confirmed,
    fixed,
    ran,
    waits,
)


def alone() -> Story:
    """Anna ran it with nobody before her."""
    return ran(confirmed(asked(claimed())))


def undone(story: Story, by: str) -> Story:
    story.then(asking.ask_undo(story.bug, by, 1, "it was the wrong one"), by)
    preview = FixPreviewed(
        run=2,
        digest="d1",
        target="shop",
        lock_key="shop:menus",
        summary="1 row of menus",
        text="insert",
        undoable=False,
    )
    return ran(confirmed(story.then(preview, PRODUCTION)))


def whats(story: Story) -> list[str]:
    return [one.what for one in story.bug.unseen]


def test_a_run_that_nobody_approved_waits_to_be_seen() -> None:
    (one,) = alone().bug.unseen
    assert (one.what, one.by, one.run) == ("delete-row menus 13", ANNA, 1)


def test_what_somebody_approved_was_seen_before() -> None:
    story = waits(BEN)
    story.then(approval.approve(story.bug, approver(BEN), 1, "d1", story.now), BEN)
    assert whats(ran(story)) == []


def test_whoever_broke_the_glass_approved_for_nobody_but_themselves() -> None:
    story = waits(BEN).then((), after=3)
    glass = approval.break_glass(story.bug, ANNA, 1, "d1", now=story.now, reason="all asleep")
    assert whats(ran(story.then(glass))) == ["delete-row menus 13"]


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_how_it_ended_is_said_with_it(state: str) -> None:
    assert whats(ran(confirmed(asked(claimed())), state)) == [f"delete-row menus 13 ({state})"]


def test_what_was_run_by_hand_counts_the_same() -> None:
    story = confirmed(asked(claimed()))
    assert whats(story.then(FixReportedDone(run=1))) == ["delete-row menus 13"]


@pytest.mark.parametrize("by", [ANNA, BEN])
def test_an_undo_stands_in_for_what_it_undid(by: str) -> None:
    story = undone(alone(), by)
    assert whats(story) == ["undo of delete-row menus 13"]
    assert story.bug.unseen[0].by == by


def test_an_undo_that_failed_leaves_what_it_was_to_undo() -> None:
    story = alone().then(asking.ask_undo(alone().bug, ANNA, 1, "wrong"))
    story = ran(confirmed(_previewed(story)), "failed")
    assert whats(story) == ["delete-row menus 13", "undo of delete-row menus 13 (failed)"]


def _previewed(story: Story) -> Story:
    preview = FixPreviewed(run=2, digest="d1", target="shop", lock_key="l", summary="1 row", text="insert")
    return story.then(preview, PRODUCTION)


def test_the_end_of_a_run_that_the_bug_does_not_know_changes_nothing() -> None:
    stray = FixEnded(run=9, state="succeeded", summary="done")
    assert claimed().then(stray, PRODUCTION).bug.done_alone == ()


def test_a_gift_that_passed_the_caps_alone_waits_too() -> None:
    story = fixed()
    credit = (Credit(money=Money(amount=9000, currency="EUR")),)
    told = gifts.tells(story.bug, ["c1"], "It works again.", credit, GiftTexts())
    story.then(gifts.ask(story.bug, told, credit, "€50 a day and person", (), alone=True))
    request: TellRequest = story.bug.tell_requests[0]
    story.then(gifts.approve_alone(story.bug, ANNA, request.seq, "1", GiftTexts()))
    assert whats(story) == ["€90 credit above the caps for Ada"]


def test_another_person_sees_it() -> None:
    story = alone()
    story.then(seen.see(story.bug, BEN, story.bug.unseen[0].seq), BEN)
    assert story.bug.unseen == ()
    assert story.bug.done_alone[0].seen_by == BEN
    line = story.facts[-1].event.line(story.bug, BEN)
    assert line
    assert plain(line.parts) == f"{BEN} has seen delete-row menus 13 by {ANNA}"


def test_who_did_it_does_not() -> None:
    story = alone()
    with pytest.raises(NotAllowed, match="yourself"):
        seen.see(story.bug, ANNA, story.bug.unseen[0].seq)
    with pytest.raises(NotAllowed, match="yourself"):
        seen.see_all(story.bug, ANNA)


def test_it_is_seen_once() -> None:
    story, seq = alone(), alone().bug.unseen[0].seq
    story.then(seen.see(story.bug, BEN, seq), BEN)
    with pytest.raises(Refused, match="has seen it already"):
        seen.see(story.bug, CLEO, seq)
    with pytest.raises(Refused, match="Somebody else has seen"):
        seen.see_all(story.bug, CLEO)


def test_what_was_undone_meanwhile_is_not_there_to_be_seen() -> None:
    seq = alone().bug.unseen[0].seq
    story = undone(alone().then(seen.see(alone().bug, BEN, seq), BEN), ANNA)
    with pytest.raises(Refused, match="undone meanwhile"):
        seen.see(story.bug, CLEO, seq)
    line = next(fact.event for fact in story.facts if fact.event.KIND == "seen").line(story.bug, BEN)
    assert line
    assert plain(line.parts) == f"{BEN} has seen what was done"


def test_a_word_sees_all_that_others_did() -> None:
    story = undone(alone(), BEN)
    assert [one.of for one in seen.see_all(story.bug, ANNA)] == [story.bug.unseen[0].seq]
