"""Blocks are resolved once, and what comes out is what slackblocks' own message makes of them."""

import json

import pytest
import slackblocks as sb

from bot.slack.views import blocks as kit
from bot.slack.views.mrkdwn import foreign
from bot.text import clean, clusters, fit

SOME = [
    kit.header("Retro of BUG-1", "head"),
    kit.section("*a* line\nand another", "card", kit.button("Open", "open", "BUG-1", "primary")),
    kit.section("what some may not do", "no", kit.overflow([("a", "A"), ("b", "B…")])),
    kit.context("small words", "context"),
    sb.DividerBlock(),
    *kit.actions(
        [
            kit.button("Claim", "claim", "BUG-1 @1", "primary"),
            kit.button("Run it", "run", "BUG-1 @1", "danger", confirm="It changes production."),
            None,
            kit.overflow([(f"{n}", f"Choice {n}") for n in range(9)]),
        ],
        "buttons",
    ),
]


def _theirs(blocks: list[sb.Block]) -> object:
    return sb.Message(channel="-", blocks=blocks).to_dict()["blocks"]


def test_all_kinds_together_and_each_alone_come_out_as_slackblocks_would_send_them() -> None:
    assert json.dumps(kit.render(SOME)) == json.dumps(_theirs(SOME))
    for block in SOME:
        assert kit.render([block]) == _theirs([block])


def test_what_slackblocks_checks_of_a_whole_message_it_still_checks() -> None:
    with pytest.raises(sb.errors.LengthError, match="50"):
        kit.render([kit.section("x", f"s{n}") for n in range(kit.MOST + 1)])
    field = kit.text_input("q", "A form's field")
    assert kit.render([field]) == _theirs([field])
    assert len(kit.render([kit.section("x", f"s{n}") for n in range(kit.MOST)])) == kit.MOST


@pytest.mark.parametrize("limit", [5, 8, 9, 10, 40])
@pytest.mark.parametrize(
    "text", ["", "plain", "a < b & c", "e\u0301👩‍👩‍👧‍👧🇬🇧 x", "<<<<", "a\x00b\u202ec", "12345678", "`x`"]
)
def test_a_text_that_fits_is_escaped_as_one_that_is_cut(text: str, limit: int) -> None:
    entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    pieces = ("".join(entities.get(ch, ch) for ch in cluster) for cluster in clusters(clean(text[: 4 * limit])))
    assert foreign(text, limit) == fit(pieces, limit).replace("`", "ˋ")
