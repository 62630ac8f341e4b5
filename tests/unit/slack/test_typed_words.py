"""What people type by thumb names the same bug, run and parameters, or is refused with what to write."""

import pytest

from bot.bug.errors import Refused
from bot.slack.incoming import grammar

BUGS = (
    "BUG-4",
    "bug-4",
    "BUG\u20114",
    "*BUG-4*",
    "_BUG-4_",
    "`BUG-4`",
    "BUG-4:",
    "BUG-4,",
    "#BUG-4",
    "[BUG-4]",
    "“BUG-4”",
    "<https://acme.slack.com/archives/C1/p2|BUG-4>",
    "BUG-004",
)


@pytest.mark.parametrize("written", BUGS)
@pytest.mark.parametrize(("command", "words"), [("/fix", "{} delete-row id=1"), ("/bug", "claim {}"), ("", "claim {}")])
def test_a_bug_is_named_in_any_dress(written: str, command: str, words: str) -> None:
    assert grammar.parse(command, words.format(written)).bug == 4


@pytest.mark.parametrize(
    "written", ["BUG-4b", "BUGS-4", "delete-row", "xBUG-4", "BUG-4-5", "<https://acme.example/BUG-4/x>"]
)
def test_what_only_looks_like_a_bug_names_none(written: str) -> None:
    assert grammar.parse("/fix", f"{written} delete-row id=1").bug is None


def test_a_number_with_more_digits_than_any_bug_has_names_one_that_is_never_there() -> None:
    asked = grammar.parse("/fix", f"BUG-{'9' * 5000} delete-row id=1")
    assert (asked.bug, asked.rest) == (999_999_999, "delete-row id=1")


def test_what_stands_there_twice_is_refused_by_its_name() -> None:
    for line in (
        "delete-row id=13 id=14 -- why",
        "delete-row id=13 ID=14 -- why",
        "set-column value=a value='' -- why",
    ):
        with pytest.raises(Refused, match=r"^(id|ID|value) stands there twice"):
            grammar.call(line)


@pytest.mark.parametrize("line", ["2 the wrong row", "#2 the wrong row"])
def test_a_run_is_named_with_and_without_a_sign(line: str) -> None:
    assert grammar.run(line) == (2, "the wrong row")


@pytest.mark.parametrize(
    ("arrives", "typed"),
    [
        ("id=<mailto:mia@example.com|mia@example.com>", "id=mia@example.com"),
        ("id=<http://www.example.com|www.example.com>", "id=www.example.com"),
        ("value=<https://a.example/x|https://a.example/x>", "value=https://a.example/x"),
        ("value=<https://a.example|here>", "value=<https://a.example|here>"),
        ("value=<b> a&b &lt;c&gt; <@U1|dana>", "value=<b> a&b &lt;c&gt; <@U1|dana>"),
    ],
)
def test_an_address_of_which_a_link_was_made_is_what_was_typed(arrives: str, typed: str) -> None:
    assert grammar.unlinked(arrives) == typed


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("approve", "/fix approve BUG-1"),
        ("fix", "/fix BUG-1"),
        ("tell_undo", "/tell undo BUG-1"),
        ("fixed", "/bug works BUG-1"),
        ("take_over", "/bug take BUG-1"),
        ("unpark", "/bug retry BUG-1"),
        ("answer_hit", "/bug answer-hit BUG-1"),
    ],
)
def test_who_named_no_bug_reads_what_to_type(verb: str, line: str) -> None:
    assert grammar.example(verb) == line


@pytest.mark.parametrize("written", ["claim", "Claim", "*claim*", "`claim`", "claim,", "claim:", "“claim”", "_claim_"])
def test_a_verb_is_understood_in_any_dress(written: str) -> None:
    assert grammar.parse("", f"{written} BUG-4").verb == "claim"
    assert grammar.parse("/bug", f"{written} BUG-4").verb == "claim"


def test_a_word_of_a_command_and_an_action_are_understood_in_any_dress() -> None:
    assert grammar.parse("/fix", "*undo* BUG-4 why").verb == "undo"
    assert grammar.parse("", "`fix` *approve* BUG-4 2").verb == "approve"
    assert grammar.call("`delete-row` id=13 -- why")[0] == "delete-row"


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("10", 10), ("10m", 10), ("10 minutes", 10), ("1 minute", 1), ("2 hours", 120), ("1 hr", 60), ("3 Days", 4320)],
)
def test_a_time_is_said_as_people_say_it(said: str, minutes: int) -> None:
    assert grammar.minutes(said) == minutes


@pytest.mark.parametrize("said", ["soon", "-5m", "10 months", "1.5h", "10 minutes or so", ""])
def test_what_is_no_time_is_refused_with_an_example(said: str) -> None:
    with pytest.raises(Refused, match="Say it as in"):
        grammar.minutes(said)
