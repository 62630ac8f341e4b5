"""A retro as it is read: in the thread, in a wiki, by a script and by the accountant."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from hypothesis import given as any_
from hypothesis import settings
from hypothesis import strategies as st

from bot.bug.course.conversation import Said, SaidEdited
from bot.bug.course.course import CameBack, Fixed
from bot.bug.course.delivery import GaveUp
from bot.bug.course.news import Opened
from bot.bug.course.ownership import Claimed, Estimated
from bot.bug.customers.customers import CustomerWrote
from bot.bug.debt.debt import Paid
from bot.bug.fixes.approval import FixApproved, FixConfirmed, FixRejected
from bot.bug.fixes.asking import FixAsked, FixRefused
from bot.bug.gifts.gifts import Granted
from bot.bug.money import Receipt
from bot.bug.permissions.seen import see_all
from bot.bug.retro.model import Retro
from bot.bug.retro.postmortem import fold as whole
from bot.bug.retro.story import fold
from bot.bug.retro.summary import sum_up
from bot.bug.telling.messages import Answered, TellSkipped
from bot.bug.values import CustomerHint
from bot.slack.views.retro import postmortem, view
from tests.unit.bug.story import (
    ANNA,
    BEN,
    MONDAY,
    SYSTEM,
    Story,
    asked,
    claimed,
    confirmed,
    fixed,
    opened,
    ran,
    waiting,
)
from tests.unit.bug.telling import EURO5, given, minutes, paid, undone

NAMES = {ANNA: "anna", BEN: "ben", "source:bugsnag": "bugsnag", "system:makegood": "makegood"}
EVIL = "<!channel> <@U0EVIL> <https://evil.example|bank> & *_~`|\u202e"
OURS = re.compile(r"<!date\^\d+\^\{\w+\}\|[^<>|]*>|&(lt|gt|amp);")


def test_what_was_done_alone_says_who_has_seen_it_or_that_nobody_has() -> None:
    story = ran(confirmed(asked(claimed())))
    assert "· 👀 **nobody else has seen it**" in postmortem.markdown(whole(story.facts), NAMES, str)
    story.then(see_all(story.bug, BEN), BEN)
    assert "seen by ben" in postmortem.markdown(whole(story.facts), NAMES, str)


def endless() -> Retro:
    """A bug of many weeks in which everybody had much to say."""
    story = waiting(claimed())
    for i in range(60):
        hint = CustomerHint(name=f"Customer & {i} " * 9, email=f"{i}@example.com")
        waiting(story, hint)
        story.then(Said(user=BEN, ts=f"1.{i}", text="a long word & another " * 40), BEN, after=300)
        story.then(FixAsked(run=i + 1, action="delete-row", params={"key": "x" * 300}, reason="y" * 300))
        story.then(FixConfirmed(run=i + 1, digest="d1")).then(Estimated(minutes=5), f"U0P{i}")
    return fold(story.facts)


def body(blocks: list[dict[str, object]]) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def test_the_lock_screen_says_how_it_went() -> None:
    line = "Retro of BUG-17 Menu page fails · fixed after 5 min · told after 6 min · €5 credit"
    assert view.headline(fold(minutes().facts)) == line
    assert view.headline(fold(opened().facts)) == "Retro of BUG-17 Menu page fails · not fixed"


def test_the_retro_of_the_minutes_reads_from_top_to_bottom() -> None:
    text = view.text(fold(paid().facts), NAMES)
    chapters = re.findall(r"^\*([A-Z][\w ]+)\*$", text, re.MULTILINE)
    assert chapters == [
        "In short",
        "Timeline",
        "Who did what",
        "Fixes",
        "What it cost",
        "Customers",
        "Said in the thread",
        "Owed",
        "To answer",
    ]
    for line in (
        "*closed* after 24 h 17 min (PR 212) · happened 12 times",
        "claimed after 1 min · answered after 2 min · fixed after 5 min · told after 6 min",
        "estimated 10 min, took 4 min",
        "anna: claim, estimate, fix, tell, debt paid",
        "delete-row menus 13 · anna · succeeded · approved by ben · “bad row”",
        "Ada · told after 5 min · thanked · “Wow, thank you!”",
        "ben: the index was never checked",
        "How did it get into production?",
    ):
        assert line in text


def test_a_bug_that_was_only_reported_says_what_never_happened() -> None:
    text = view.text(fold(opened().facts), {})
    assert "never claimed · never answered · never fixed · never told" in text
    assert "Fixes" not in text
    assert "Owed" not in text


def test_what_is_owed_and_not_paid_stands_out() -> None:
    assert "*the proper fix* · anna · until " in view.text(fold(minutes().facts), NAMES)


def test_a_bug_that_came_back_and_an_estimate_without_an_end_say_so() -> None:
    story = fixed().then(CameBack(occurrences=13)).then(Estimated(minutes=90))
    text = view.text(fold(story.facts), NAMES)
    assert "came back 1 time, reopened by people 0 times" in text
    assert "estimated 1 h 30 min, not fixed since" in text


def test_broken_glass_an_undo_and_a_gift_taken_back_can_not_be_overlooked() -> None:
    story = confirmed(asked(waiting(claimed()), approvals=1), BEN)
    story.then(FixApproved(run=1, digest="d1", break_glass=True, reason="all asleep"))
    ran(story).then(FixAsked(run=2, action="delete-row", params={}, reason="wrong row", undo_of=1))
    given(ran(story).then(Fixed(how="word")), EURO5)
    undone(story)
    text = view.text(fold(story.facts), NAMES)
    assert "🚨 *anna goes on WITHOUT an approval: all asleep*" in text
    assert "delete-row menus 13 · anna · *undone* · 🚨 *WITHOUT an approval* · “bad row”" in text
    assert "undo of delete-row · anna · succeeded" in text
    assert "€5 credit · Ada · taken back" in text
    assert view.headline(fold(story.facts)).endswith("told after 4 min")


def test_why_a_fix_did_not_run_and_what_was_written_again_are_told() -> None:
    story = confirmed(asked(claimed(), approvals=1, proper=True), BEN).then(FixRejected(run=1, reason="the wrong row"))
    story.then(Said(user=BEN, ts="1.1", text="the bad rwo")).then(SaidEdited(user=BEN, ts="1.1", text="the bad row"))
    text = view.text(fold(story.facts), NAMES)
    assert "delete-row menus 13 · anna · rejected: the wrong row · proper fix" in text
    assert "ben: the bad row (edited)" in text


@pytest.mark.parametrize(("said", "shown"), [("", "never told"), ("Bo", "left in peace")])
def test_each_customer_says_how_they_fared(said: str, shown: str) -> None:
    story = waiting(fixed(), CustomerHint(name="Bo", email="bo@example.com"))
    story.then(Answered(customers=("c1",), text="We see it."), BEN)
    story.then(TellSkipped(customers=("c2",))) if said else None
    text = view.text(fold(story.facts), NAMES)
    assert "Ada · answered, not told" in text
    assert shown in text


def test_a_day_is_written_where_it_changes() -> None:
    text = postmortem.markdown(whole(paid().facts), NAMES, str)
    assert text.count("2025-11-24 ") == 1
    assert "- 2025-11-25 14:17 anna paid the proper fix: PR 212" in text


# ---- limits


def test_a_message_keeps_to_slacks_limits_however_long_the_story() -> None:
    blocks = view.blocks(endless(), NAMES)
    texts = [block["text"]["text"] for block in blocks if block["type"] in {"section", "header"}]
    assert max(len(text) for text in texts) <= 3000
    assert sum(len(text) for text in texts) < 10_000
    assert len({block["block_id"] for block in blocks}) == len(blocks)


def test_what_does_not_fit_is_counted_from_the_middle() -> None:
    story = endless()
    text = view.text(story, NAMES)
    assert len(text) <= 3000
    timeline = next(part for part in text.split("\n\n") if part.startswith("*Timeline*")).split("\n")[1:]
    left_out = re.fullmatch(r"_… (\d+) more, not shown …_", next(x for x in timeline if x.startswith("_…")))
    assert left_out
    assert int(left_out[1]) + len(timeline) - 1 == len(story.timeline)


def test_a_short_story_is_whole() -> None:
    story = fold(paid().facts)
    assert "not shown" not in view.text(story, NAMES, 9000)
    assert "not shown" not in body(view.blocks(story, NAMES))


@any_(sizes=st.lists(st.integers(1, 90), max_size=40), budget=st.integers(40, 600))
def test_shortened_lines_fit_and_account_for_every_line(sizes: list[int], budget: int) -> None:
    lines = [f"{i:03}" + "x" * size for i, size in enumerate(sizes)]
    short = view.shortened(lines, budget)
    assert sum(len(line) + 1 for line in short) <= budget
    kept = [line for line in short if not line.startswith("_…")]
    counted = [int(line.split()[1]) for line in short if line.startswith("_…")]
    assert len(kept) + sum(counted) == len(lines)
    assert kept == [line for line in lines if line in kept]


# ---- text from outside


def hostile(text: str) -> Story:
    story = Story().then(Opened(source="bugsnag", title=text, admitted="error"))
    waiting(story, CustomerHint(name=text, email=text))
    story.then(Claimed(owner=ANNA)).then(Said(user=text, ts="1.1", text=text)).then(GaveUp(sink=text, why=text))
    story.then(FixAsked(run=1, action=text, params={"a": text}, reason=text)).then(FixRefused(run=1, why=text))
    story.then(Fixed(how="word", said=text))
    given(story, EURO5).then(CustomerWrote(customer="c1", text=text, at=MONDAY + timedelta(hours=9)), after=600)
    return story.then(Paid(how=text), ANNA, after=5)


@settings(max_examples=40, deadline=None)
@any_(text=st.text(alphabet=st.characters(codec=None), max_size=200) | st.just(EVIL))
def test_nothing_from_outside_is_markup(text: str) -> None:
    story = fold(hostile(text).facts)
    shown = f"{view.headline(story)}\n{view.text(story, NAMES, 9000)}"
    shown.encode("utf-8")
    assert not re.search(r"[<>]|&", OURS.sub("", shown))


def test_markdown_from_outside_is_text() -> None:
    text = postmortem.markdown(
        whole(hostile("# <b>x</b> [y](http://z) *w* `v` ![i](j)").facts), {ANNA: "anna &lt;3"}, str
    )
    assert "# Post-mortem of BUG-17 \\# \\<b\\>x\\</b\\> \\[y\\](http://z) \\*w\\* \\`v\\` \\!\\[i\\](j)" in text
    assert "anna \\<3" in text
    assert not re.search(r"(?<!\\)<", text)


# ---- elsewhere


def test_the_accountants_lines_open_in_a_spreadsheet() -> None:
    story = minutes()
    receipt = Receipt(key="k", grant=EURO5, account="=cmd|' /C calc'!A0", external_ids=())
    story.then(Granted(tell=9, customer="c1", grant=EURO5, receipt=receipt), SYSTEM)
    rows = list(csv.DictReader(io.StringIO(view.csv(sum_up([fold(story.facts)]), str))))
    assert rows[0] == {
        "date": "2025-11-24",
        "bug": "BUG-17",
        "customer": "cus_1",
        "kind": "credit",
        "amount_minor": "500",
        "currency": "EUR",
        "state": "granted",
        "what": "€5 credit",
    }
    assert (rows[1]["amount_minor"], rows[1]["what"]) == ("", "5 days until 2025-12-03")
    assert rows[2]["customer"] == "'=cmd|' /C calc'!A0"


def test_what_was_taken_back_is_a_negative_amount() -> None:
    last = view.csv(sum_up([fold(undone(minutes()).facts)]), str).splitlines()[-1]
    assert last == "2025-11-24,BUG-17,cus_1,credit,-500,EUR,undone,€5 credit"
