"""The card says which systems do not answer, by the names people know them by, and how much waits for each."""

import pytest

from bot.bug.bug import Bug
from bot.bug.values import BugRef
from bot.slack.views.waiting import Behind, said

TWELVE = frozenset(range(3, 15))


@pytest.mark.parametrize(
    ("waits", "behind", "words"),
    [
        ((), {}, ""),
        (("board",), {"board": TWELVE}, "⚠️ Trello is not answering, 12 entries wait"),
        (("board_notes",), {"board_notes": frozenset({7})}, "⚠️ Trello is not answering, 1 entry waits"),
        (("thread",), {}, "⚠️ Slack is not answering"),
    ],
)
def test_a_system_that_is_away_is_named_with_what_waits(waits: tuple[str, ...], behind: Behind, words: str) -> None:
    assert said(Bug(ref=BugRef(team="T1", number=1), delayed=waits), behind) == words


def test_an_entry_that_two_sinks_of_a_system_have_to_serve_is_one() -> None:
    bug = Bug(ref=BugRef(team="T1", number=1), delayed=("board", "board_notes"))
    behind = {"board": frozenset({4, 5}), "board_notes": frozenset({5, 6})}
    assert said(bug, behind) == "⚠️ Trello is not answering, 3 entries wait"


def test_each_system_is_said_by_itself_and_who_gave_up_first() -> None:
    bug = Bug(ref=BugRef(team="T1", number=1), delayed=("billing", "tracker:sentry"), gave_up=("thread",))
    behind = {"billing": frozenset({4}), "tracker:sentry": frozenset({4, 5})}
    assert said(bug, behind).split(" · ") == [
        "⚠️ waiting: Slack",
        "⚠️ The billing is not answering, 1 entry waits",
        "⚠️ Sentry is not answering, 2 entries wait",
    ]


def test_what_gave_up_is_called_as_people_call_it() -> None:
    bug = Bug(ref=BugRef(team="T1", number=1), gave_up=("tracker:bugsnag", "board", "board_notes"))
    assert said(bug, {}) == "⚠️ waiting: Bugsnag, Trello"


def test_a_webhook_s_name_can_not_shout() -> None:
    bug = Bug(ref=BugRef(team="T1", number=1), delayed=("webhook:<!channel>",))
    assert said(bug, {}) == "⚠️ The webhook “&lt;!channel&gt;” is not answering"
