"""What a tracker tells of: a new bug, one more of the same, one that is back, or nothing at all."""

from datetime import timedelta

import pytest

from bot.bug.arriving.alerts import MAX_HIT, follow, opening
from bot.bug.bug import Status
from bot.bug.clocks.reminders import Reminded
from bot.bug.course.course import Dismissed
from bot.bug.course.delivery import GaveUp, RetryAsked
from bot.bug.course.news import AlertPosted, CardPosted, Enriched, TrackerSaid
from bot.bug.debt.board import BoardCardMade, BoardCardMoved
from bot.bug.debt.debt import Paid
from bot.bug.values import Alert, AlertKind, CustomerHint, Severity
from tests.unit.bug.story import ADA, BUGSNAG, MONDAY, Story, claimed, fixed, opened, told


def alert(**more: object) -> Alert:
    return Alert.from_data({"source": "bugsnag", "group": "g1", "title": "Menu page fails"} | more)


def again(story: Story, *ids: str, **more: object) -> Story:
    return story.then(follow(story.bug, alert(**more), ids), BUGSNAG, after=1)


def test_a_first_alert_opens_a_bug_with_all_that_is_known() -> None:
    first = alert(event="o1", severity=Severity.ERROR, stage="production", facts={"menu": "13"}, customer=ADA)
    story = Story().then(opening(first, "error in production"), BUGSNAG)
    bug = story.bug
    assert (bug.title, bug.groups, bug.recent, bug.facts) == (
        "Menu page fails",
        ("bugsnag:g1",),
        ("o1",),
        {"menu": "13"},
    )
    assert (bug.admitted, bug.opened_by, bug.opened_at) == ("error in production", "source:bugsnag", story.now)
    assert story.customer().hint == ADA


def test_a_bug_that_was_held_back_opens_with_all_its_occurrences() -> None:
    assert Story().then(opening(alert(occurrences=2), "3 times", seen=3)).bug.occurrences == 3
    assert Story().then(opening(alert(occurrences=20), "20 times", seen=3)).bug.occurrences == 20


def test_a_bug_without_group_or_event_has_neither() -> None:
    bug = Story().then(opening(alert(group=""), "by hand")).bug
    assert (bug.groups, bug.recent, bug.customers) == ((), (), ())


# ---- once more


def test_a_repeat_raises_the_count_and_nothing_else() -> None:
    story = again(opened(), "o2", "o3", users=3)
    assert story.kinds == ["opened", "repeated"]
    assert (story.bug.occurrences, story.bug.users, story.bug.last_at) == (14, 3, story.now)


def test_the_tracker_that_counts_higher_is_right() -> None:
    assert again(opened(), "o2", occurrences=40).bug.occurrences == 40


def test_one_occurrence_told_of_twice_counts_once() -> None:
    story = again(opened(), "o2")
    again(story, "o2")
    assert story.kinds == ["opened", "repeated"]


def test_webhook_and_channel_message_in_one_batch_count_once() -> None:
    assert again(opened(), "o2", "o2").bug.occurrences == 13


def test_occurrences_without_an_id_all_count() -> None:
    assert again(opened(), "", "").bug.occurrences == 14


def test_only_the_newest_occurrences_are_remembered() -> None:
    story = again(opened(), *(f"n{i}" for i in range(30)))
    assert story.bug.recent == tuple(f"n{i}" for i in range(10, 30))


# ---- it is back


@pytest.mark.parametrize("end", ["fixed", "owed", "closed"])
def test_an_error_that_happens_after_the_fix_reopens_its_bug(end: str) -> None:
    story = fixed() if end == "fixed" else told(fixed())
    story = story.then(Paid(how="PR 212")) if end == "closed" else story
    assert story.bug.status.value == end
    again(story, "o9")
    assert story.kinds[-1] == "came_back"
    assert (story.bug.status, story.bug.fixed_at, story.bug.debt, story.bug.occurrences) == (
        Status.CLAIMED,
        None,
        None,
        13,
    )


def test_an_occurrence_from_before_the_fix_that_arrives_late_reopens_nothing() -> None:
    story = fixed()
    again(story, "o9", at=story.now - timedelta(minutes=1))
    assert story.kinds[-1] == "repeated"
    again(story, "o10", at=story.now)
    assert story.kinds[-1] == "came_back"


def test_a_tracker_that_counts_higher_is_right_about_what_is_back_too() -> None:
    assert again(fixed(), "o9", occurrences=90).bug.occurrences == 90


def test_what_was_dismissed_stays_dismissed() -> None:
    story = again(opened().then(Dismissed(reason="a crawler")), "o2")
    assert (story.kinds[-1], story.bug.status) == ("repeated", Status.DISMISSED)


# ---- more is known


def test_a_second_report_adds_what_the_first_did_not_know() -> None:
    story = again(
        opened(), "o1", facts={"menu": "13"}, frames=("app/Crud.php:34",), page="https://shop.example.com/menus"
    )
    assert story.kinds == ["opened", "enriched"]
    assert (story.bug.facts, story.bug.frames) == ({"menu": "13"}, ("app/Crud.php:34",))


def test_what_is_known_already_is_not_written_down_with_every_repeat() -> None:
    story = opened()
    for i in range(3):
        again(story, f"n{i}", frames=("app/Crud.php:34",))
    assert story.kinds == ["opened", "repeated", "enriched", "repeated", "repeated"]


def test_a_board_card_that_the_tracker_names_only_later_is_learnt() -> None:
    story = again(again(opened(), "n1"), "n2", card_url="https://trello.com/c/abc/7-error")
    assert story.bug.card_url == "https://trello.com/c/abc/7-error"
    assert again(story, "n3", card_url="https://trello.com/c/abc/7-error").kinds.count("enriched") == 1


def test_what_the_first_report_knew_is_kept_but_for_a_better_title() -> None:
    story = opened().then(Enriched(stage="production")).then(Enriched(stage="staging", title="Undefined index: crud"))
    assert (story.bug.stage, story.bug.title) == ("production", "Undefined index: crud")


# ---- who was hit


def test_who_was_hit_is_a_customer_once() -> None:
    story = again(again(opened(), "o2", customer=ADA), "o3", customer=ADA)
    assert [c.name for c in story.bug.customers] == ["Ada"]


def test_somebody_without_an_address_can_not_be_told_and_is_only_counted() -> None:
    assert again(opened(), "o2", customer=CustomerHint(id="42")).bug.customers == ()


def test_beyond_a_number_of_customers_only_their_number_counts() -> None:
    story = opened()
    for i in range(MAX_HIT + 1):
        story.then(follow(story.bug, alert(customer=CustomerHint(email=f"{i}@example.com")), ()), BUGSNAG)
    assert len(story.bug.customers) == MAX_HIT


# ---- what people do in the tracker


@pytest.mark.parametrize("kind", [AlertKind.RESOLVED, AlertKind.SNOOZED, AlertKind.IGNORED, AlertKind.COMMENTED])
def test_what_somebody_does_in_the_tracker_stands_in_the_trail(kind: AlertKind) -> None:
    story = claimed()
    story.then(follow(story.bug, alert(kind=kind, comment="by Ben"), ()), BUGSNAG)
    assert story.facts[-1].event == TrackerSaid.model_validate({"what": kind.value, "text": "by Ben"})
    assert story.bug.status is Status.CLAIMED


def test_a_release_is_no_bug() -> None:
    assert follow(claimed().bug, alert(kind=AlertKind.OTHER), ("o2",)) == ()


def test_reopened_in_the_tracker_is_reopened_here() -> None:
    assert again(fixed(), "", kind=AlertKind.REOPENED).bug.status is Status.CLAIMED


# ---- messages about it


def test_each_message_about_a_bug_stands_once() -> None:
    posted = AlertPosted(channel="C0ERRORS", ts="1.1")
    story = opened().then(posted).then(posted).then(CardPosted(channel="C0ERRORS", ts="1.2"))
    assert len(story.bug.alerts) == 1
    assert story.bug.card
    assert story.bug.card.ts == "1.2"


def test_the_board_card_moves_where_there_is_one() -> None:
    moved = BoardCardMoved(stage="done")
    assert opened().then(moved).bug.board is None
    board = opened().then(BoardCardMade(id="1", url="https://board.example.com/c/1")).then(moved).bug.board
    assert board
    assert board.stage == "done"


def test_a_sink_that_gave_up_is_shown_until_it_is_mended() -> None:
    story = opened().then(GaveUp(sink="board", why="401")).then(GaveUp(sink="card", why="410"))
    assert story.then(RetryAsked(sink="board")).bug.gave_up == ("card",)


def test_each_reminder_is_remembered() -> None:
    story = opened().then(Reminded(what="unclaimed:1"))
    assert story.bug.reminded == ("unclaimed:1",)
    assert story.now == MONDAY
