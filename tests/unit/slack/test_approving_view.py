"""What an approver reads: which bug, who waits since when, and what came before."""

from dataclasses import replace

from bot.bug.bug import Bug
from bot.bug.fixes.fix import Fix, Handed
from bot.bug.values import CustomerHint
from bot.slack.views.forms import approving
from tests.unit.bug.story import BEN, CLEO, MONDAY, asked, claimed, confirmed, fix, waiting

LATER = MONDAY.replace(hour=15)


def read(bug: Bug, fix_: Fix) -> str:
    return str(approving.request(bug, fix_, "Anna wants to run it", LATER, "https://slack.example/c1"))


def test_the_request_names_the_bug_with_a_link_and_who_waits_since_when() -> None:
    story = confirmed(asked(waiting(claimed()), approvals=1), BEN)
    said = read(story.bug, fix(story))
    assert "<https://slack.example/c1|BUG-17> Menu page fails" in said
    assert "Ada waits since" in said
    assert "(59 min)" in said
    assert "What can I do?" in said


def test_of_many_who_wait_the_longest_are_named_and_the_others_counted() -> None:
    story = claimed()
    for name in ("Ada", "Bea", "Cid"):
        waiting(story, hint(name))
        story.then(None, after=1)
    said = read(confirmed(asked(story, approvals=1), BEN).bug, fix(story))
    assert said.index("Ada waits") < said.index("Bea waits") < said.index("and 1 more customer")


def hint(name: str) -> CustomerHint:
    return CustomerHint(name=name, email=f"{name.lower()}@example.com")


def test_that_nobody_waits_is_said_too() -> None:
    story = confirmed(asked(claimed(), approvals=1), BEN)
    assert "No customer waits for it." in read(story.bug, fix(story))


def test_words_and_who_handed_it_on_are_read() -> None:
    story = confirmed(asked(claimed(), approvals=2), BEN, CLEO)
    handed = replace(fix(story), handed=(Handed(by=BEN, to=CLEO, why="knows it"),), words=("only for Ada",))
    said = read(story.bug, handed)
    assert f"<@{BEN}> leaves it to <@{CLEO}>: knows it" in said
    assert "with the word: only for Ada" in said


def test_a_revision_shows_each_parameter_that_is_another_one() -> None:
    assert approving.changes({"id": "13", "to": "x"}, {"id": "14", "to": "x"}) == "id 13 → 14"
    assert approving.changes({"id": "13"}, {"id": "13", "value": "a"}) == "value (nothing) → a"
    assert approving.changes({"id": "13"}, {"id": "13"}) == "the same parameters"
