"""A line is the same line whatever Slack makes of its links, its emoji and its blanks, and another one with any other word."""

import pytest

from bot.slack.outgoing.own_messages import digest


@pytest.mark.parametrize(
    ("posted", "held"),
    [
        ("write to mia@example.com", "write to <mailto:mia@example.com|mia@example.com>"),
        ("see www.example.com now", "see <http://www.example.com|www.example.com> now"),
        ("see https://a.example/x?a=1&amp;b=2", "see <https://a.example/x?a=1&amp;b=2>"),
        ("wow 🎉 thanks 👍🏽", "wow :tada: thanks :+1::skin-tone-4:"),
        ("step 1️⃣", "step :one:"),
        ("<@U1> has it", "<@U1|dana> has it"),
        ("in <#C1>", "in <#C1|errors>"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("two\u00a0 blanks\n", "two blanks"),
    ],
)
def test_the_same_words_are_the_same(posted: str, held: str) -> None:
    assert digest(posted) == digest(held)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dana has it", "lee has it"),
        ("<@U1> approved it", "<@U2> approved it"),
        ("deleted 1 row of menus (id 13)", "deleted 1 row of menus (id 14)"),
        ("<https://a.example|BUG-1>", "<https://b.example|BUG-1>"),
        ("price: 5 → 7", "price: 5 → 77"),
        ("", "x"),
    ],
)
def test_another_word_is_another_line(one: str, other: str) -> None:
    assert digest(one) != digest(other)
