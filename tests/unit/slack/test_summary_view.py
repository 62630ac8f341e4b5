"""A week or a month in Slack: charts within Slack's limits, and all of it as text."""

import re

import pytest

from bot.bug.money import Money
from bot.bug.retro.model import Again, Share, Summary, Times, Total, Unseen
from bot.bug.retro.span import month, week
from bot.bug.retro.summary import sum_up
from bot.demo.slack.validate import problems
from bot.slack.views.retro import summary
from bot.slack.views.retro.dialect import MARKDOWN
from tests.unit.bug.story import MONDAY

NAMES = {"U0ANNA": "Anna"}
FULL = Summary(
    span="2025-W48",
    bugs=9,
    dismissed=1,
    came_back=2,
    told=5,
    told_in_5=2,
    told_in_67=4,
    bought=1,
    returned=3,
    owed=2,
    times=Times(claim=60, tell=300),
    slow=Times(claim=600, tell=3600),
    shares=tuple(Share(name=part.name, bugs=n, told=0) for n, part in enumerate(week("2025-W48").parts)),
    given=(Total(kind="credit", currency="EUR", count=2, amount=1000), Total(kind="days", count=1, amount=5)),
    cost=(Money(amount=1250, currency="EUR"),),
    again=(Again(action="delete-row", times=3, bugs=(3, 17)),),
    unseen=(Unseen(bug="BUG-17", at=MONDAY, by="U0ANNA", what="delete-row *menus* 13"),),
)


def test_the_lines_say_how_soon_what_it_cost_what_came_again_and_from_where_they_count() -> None:
    told = list(summary.lines(FULL, MARKDOWN, NAMES))
    assert told[:4] == [
        "9 bugs, 1 dismissed, 2 came back",
        "5 customers told: 2 within 5 min, 4 within 67 min",
        "2 of the proper fixes still owed",
        "**half of them**: claimed after 1 min, told after 5 min",
    ]
    assert told[4] == "**nine in ten**: claimed after 10 min, told after 1 h"
    assert told[5] == "given: €10 in 2 credits, 5 days; €12.50 in the books, days that were credited included"
    assert told[6] == "customers afterwards: 3 came back, 1 bought more"
    assert "**delete-row** was needed 3 times (BUG-3, BUG-17)" in told[7]
    assert told[8].startswith("**nobody else has seen** delete-row \\*menus\\* 13 (BUG-17, Anna, ")
    assert "Times count from the first error" in told[-1]


@pytest.mark.parametrize("of", [week("2025-W48"), month("2025-11")], ids=lambda of: of.name)
def test_a_quiet_time_has_no_chart_and_says_so(of: object) -> None:
    quiet = sum_up([], of)  # type: ignore[arg-type] # one of two spans
    assert [block["type"] for block in summary.blocks(quiet, NAMES)] == ["header", "section"]
    assert "nothing to measure" in summary.blocks(quiet, NAMES)[-1]["text"]["text"]


def test_what_does_not_fit_into_a_message_is_counted() -> None:
    many = tuple(Again(action=f"delete-row-{n}", times=3, bugs=(n, n + 1)) for n in range(60))
    text = summary.blocks(FULL.model_copy(update={"again": many}), NAMES)[-1]["text"]["text"]
    assert len(text) <= 3000
    assert re.search(r"_… \d+ more, not shown …_", text)
    assert text.startswith("• 9 bugs, 1 dismissed")
    assert text.endswith("where that came earlier.")


def test_everybody_in_it_is_called_by_name_in_slack_too() -> None:
    text = summary.blocks(FULL, NAMES)[-1]["text"]["text"]
    assert "(BUG-17, Anna, " in text
    assert summary.people(FULL) == {"U0ANNA"}


def test_charts_are_what_slack_takes() -> None:
    made = summary.blocks(FULL, NAMES)
    assert [block["type"] for block in made] == ["header", "data_visualization", "data_visualization", "section"]
    assert problems(made, "message") == []
    bars, pie = made[1]["chart"], made[2]["chart"]
    assert bars["axis_config"]["categories"][0] == "Mon 24"
    assert [(part["label"], part["value"]) for part in pie["segments"]] == [
        ("within 5 min", 2),
        ("within 67 min", 2),
        ("later", 1),
    ]
