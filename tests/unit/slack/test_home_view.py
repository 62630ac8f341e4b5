"""App Home at its fullest: within Slack's limits, every line whole, and each page says where it stands."""

import json
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.bug.bug import Bug, Debt, DoneAlone, Post, Status
from bot.bug.customers.customer import Customer
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.retro.model import Share
from bot.bug.retro.span import week_of
from bot.bug.values import BugRef, CustomerHint
from bot.demo.slack.validate import view_problems
from bot.ledger.home import SIZES, Lists, Page, Pages
from bot.ledger.strange import Strange
from bot.slack.views import card
from bot.slack.views import home as view
from bot.slack.views.forms.forms import View
from bot.slack.views.home import Found
from bot.slack.views.mrkdwn import foreign
from tests.support.payloads import complaints
from tests.support.stores import MONDAY, TEAM

ME, ALL, MOST_BLOCKS, SECTION = "U0ME", 5_000, 100, 3000
NASTY = (
    "<!channel> & <https://evil.example|click> `tick` ",
    "&" * 400,
    "👩‍👩‍👧‍👦" * 200,
    "ü̈̈̈" * 300,
    "a\u202eb\n\n*bold* _it_ ~no~" * 40,
)


def _bug(number: int, title: str) -> Bug:
    hint = CustomerHint(email="mia@example.com", name=title)
    customer = Customer(id="c1", hint=hint, via="mail", since=MONDAY, said_at=MONDAY)
    asks = {"name": title[:300]}
    fix = Fix(
        run=1,
        action="delete-row",
        params=asks,
        reason=title,
        by="U0DEV",
        at=MONDAY,
        state=RunState.WAITING,
        asked=(ME,),
    )
    return Bug(
        ref=BugRef(team=TEAM, number=number),
        seq=9,
        title=title,
        status=(Status.OPEN, Status.CLAIMED, Status.FIXED)[number % 3],
        owner=None if number % 3 == 0 else ME,
        back_by=MONDAY + timedelta(minutes=number % 7),
        customers=(customer,),
        fixes=(fix,),
        debt=Debt(owner=ME, due=MONDAY),
        closed_why=title,
        card=Post(channel="C0ERRORS", ts=f"{number}.000100"),
    )


def _page(name: str, title: str, at: int = 0) -> Page[Bug]:
    size = getattr(SIZES, name)
    shown = tuple(_bug(ALL * 10 + n, title) for n in range(size))
    return Page(shown=shown, page=at, size=size, all=ALL)


def _full(title: str, at: int = 0, *, charts: bool = True) -> Found:
    span, unseen = week_of(MONDAY), _page("unseen", title, at)
    alone = [(bug, DoneAlone(seq=3, by="U0DEV", at=MONDAY, what=title)) for bug in unseen.shown]
    lists = Lists(
        waits=_page("waits", title, at),
        unseen=Page(shown=tuple(alone), page=at, size=unseen.size, all=ALL),
        mine=_page("mine", title, at),
        promises=_page("promises", title, at),
        open=_page("open", title, at),
        debts=_page("debts", title, at),
        owed=2 * ALL,
        week=tuple(Share(name=day.name, bugs=n, told=2 * n) for n, day in enumerate(span.parts)),
        span=span,
    )
    return Found(
        lists=lists,
        pages=Pages(open=at, unseen=at),
        ended=[_bug(n, title) for n in range(1, 6)],
        strange=[Strange(source="sentry", kind=title, count=n, first=0, last=0) for n in range(40)],
        held=":hourglass: Slack is slow",
        may=[f"• {foreign(title, 900)}" for _ in range(60)],
        charts=charts,
    )


def _drawn(found: Found) -> View:
    return view.view(found, ME, lambda bug: card.reference(bug, "https://acme.slack.com/"), MONDAY)


def _texts(shown: View) -> list[str]:
    return [block["text"]["text"] for block in shown["blocks"] if block["type"] == "section"]


@pytest.mark.parametrize("title", NASTY)
def test_at_its_fullest_slack_takes_it_and_no_line_is_cut(title: str) -> None:
    shown = _drawn(_full(title, at=7))
    assert view_problems(shown) == []
    assert complaints("Home", json.loads(json.dumps(shown))) == []
    assert len(shown["blocks"]) <= MOST_BLOCKS
    for text in _texts(shown):
        assert len(text) < SECTION
        assert text.count("<") == text.count(">")
        assert text.count("`") % 2 == 0


def test_what_there_is_no_room_for_is_counted() -> None:
    lines = [f"• {n} " + "x" * 200 for n in range(90)]
    shown = _drawn(replace(_full("plain"), may=lines))
    at = next(n for n, block in enumerate(shown["blocks"]) if block["block_id"] == "You may")
    said = [block["text"]["text"] for block in shown["blocks"][at + 1 :] if block["block_id"].startswith("You may l")]
    counted = next(block for block in shown["blocks"] if block["block_id"] == "You may more")
    read = "\n".join(said).split("\n")
    assert read == lines[: len(read)]
    assert counted["elements"][0]["text"] == f"and {len(lines) - len(read)} more"


def _block(shown: View, id_: str) -> dict[str, object]:
    return next(block for block in shown["blocks"] if block["block_id"] == id_)


def test_a_list_says_how_many_there_are_and_its_buttons_turn_its_page_alone() -> None:
    shown = _drawn(_full("plain", at=7))
    assert _block(shown, "open_title")["text"] == {"type": "plain_text", "text": "Open · 106 to 120 of 5,000"}
    assert shown["private_metadata"] == "unseen:7,open:7"
    turns = {x["text"]["text"]: x["value"] for x in _block(shown, "open_pages")["elements"]}  # type: ignore[attr-defined] # of JSON
    assert turns == {
        "First": "BUG-0 @0 home=unseen:7",
        "Back": "BUG-0 @0 home=unseen:7,open:6",
        "Next": "BUG-0 @0 home=unseen:7,open:8",
        "Last": "BUG-0 @0 home=unseen:7,open:333",
    }


def test_a_list_of_one_page_has_no_buttons_to_turn_it() -> None:
    found, two = _full("plain"), _page("open", "plain")
    short = replace(found.lists, open=replace(two, shown=two.shown[:2], all=2))
    shown = _drawn(replace(found, lists=short))
    assert _block(shown, "open_title")["text"] == {"type": "plain_text", "text": "Open · 2"}
    assert all(block["block_id"] != "open_pages" for block in shown["blocks"])


def test_where_slack_takes_no_chart_the_week_is_drawn_in_letters() -> None:
    shown = _drawn(_full("plain", charts=False))
    assert all(block["type"] != "data_visualization" for block in shown["blocks"])
    said = "`▁▂▃▄▅▆█` bugs a day, Mon 24 to Sun 30. 21 bugs began, 42 customers told. Days are in UTC."
    assert _block(shown, "week_line")["text"]["text"] == said  # type: ignore[index] # of JSON


def test_a_promise_that_is_over_says_how_late_it_is() -> None:
    found = _full("plain")
    late = replace(_bug(3, "Menu page fails"), back_by=MONDAY - timedelta(minutes=4))
    lists = replace(found.lists, promises=Page(shown=(late,), all=1))
    line = _block(_drawn(replace(found, lists=lists)), "promises_3")["text"]["text"]  # type: ignore[index] # of JSON
    assert line.startswith(":alarm_clock: 4 min late: *<!date^")


def test_any_mixture_of_lengths_stays_within_the_limit() -> None:
    draw = Random(7)  # noqa: S311 - the same each time
    for _ in range(20):
        title = draw.choice(NASTY) * draw.randrange(1, 3)
        shown = _drawn(_full(title, at=draw.randrange(300), charts=draw.random() < 0.5))
        assert view_problems(shown) == []
