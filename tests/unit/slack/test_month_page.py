"""The page of a week or a month: strict HTML that loads nothing, and pictures that say in words what they show."""

import re
import xml.etree.ElementTree as ET

import html5lib
import pytest

from bot.bug.money import Money
from bot.bug.retro.model import Again, Share, Summary, Times, Total, Unseen
from bot.bug.retro.span import month, week
from bot.bug.retro.summary import sum_up
from bot.production.redaction import MASK, Redactor
from bot.slack.views.retro import bars, series, summary
from bot.slack.views.retro.dialect import MARKDOWN, without_secrets
from bot.slack.views.retro.month import html
from tests.unit.bug.story import MONDAY

NASTY = "delete-row </li><script>alert('\u0000 & \"x\"')</script>"
NAMES = {"U0ANNA": "Anna & Söhne"}
OF = month("2025-11")
FULL = Summary(
    span=OF.name,
    days=OF.said,
    bugs=9,
    dismissed=1,
    came_back=2,
    told=5,
    told_in_5=2,
    told_in_67=4,
    owed=1,
    times=Times(claim=60, fix=1800, tell=300),
    slow=Times(claim=600, fix=7200, tell=3600),
    shares=tuple(Share(name=part.name, bugs=n, told=1) for n, part in enumerate(OF.parts)),
    given=(Total(kind="credit", currency="EUR", count=2, amount=1000),),
    cost=(Money(amount=1290, currency="EUR"),),
    again=(Again(action=NASTY, times=3, bugs=(3, 17)),),
    unseen=(Unseen(bug="BUG-17", at=MONDAY, by="U0ANNA", what=NASTY),),
)


def plain(text: str) -> str:
    return text


def read(page: str) -> ET.Element:
    """As the standard says, without one error."""
    found: ET.Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    return found


@pytest.mark.parametrize(
    "found", [FULL, sum_up([], week("2025-W48")), sum_up([], OF)], ids=["full", "quiet", "quiet month"]
)
def test_it_is_strict_html_that_loads_nothing(found: Summary) -> None:
    page = html(found, NAMES, plain)
    tree = read(page)
    assert not tree.findall(".//script")
    assert not re.search(r"(src|href)=|url\(|@import", page)
    assert "Counts bugs that began" in page


def test_what_is_foreign_stands_there_as_text() -> None:
    words = "".join(read(html(FULL, NAMES, plain)).itertext())
    assert words.count("</li><script>alert(") == 2


def test_people_are_called_by_their_names() -> None:
    words = "".join(read(html(FULL, NAMES, plain)).itertext())
    assert "(BUG-17, Anna & Söhne, " in words
    assert "U0ANNA" not in words


def test_secrets_are_masked() -> None:
    assert "delete-row" not in html(FULL, NAMES, lambda text: text.replace("delete-row", "●●●"))


def test_the_pictures_say_all_that_they_show() -> None:
    pictures = [
        x for x in read(html(FULL, NAMES, plain)).iter("{http://www.w3.org/2000/svg}svg") if x.get("role") == "img"
    ]
    said = [x.get("aria-label", "") for x in pictures]
    assert len(said) == 3
    assert said[0].startswith("Bugs, and customers told. from 01 Nov: bugs 0, customers told 1;")
    assert said[1] == "When customers knew. customers: within 5 min 2, within 67 min 2, later 1."
    assert said[2] == (
        "How long it took. claimed: half of them 1 min, nine in ten 10 min; fixed: half of them 30 min, nine in ten 2 h;"
        " told: half of them 5 min, nine in ten 1 h."
    )


def test_bars_are_as_long_as_what_they_stand_for() -> None:
    plot = series.Plot(
        "x", ("a", "b"), (series.Row("one", (10, 5), ("10", "5")), series.Row("two", (0, 0.001), ("0", "0")))
    )
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%" height="11"', bars.svg(plot))]
    assert widths == [78.0, 39.0, 0, 0.5]
    stacked = bars.svg(series.how_soon(FULL))
    assert sum(float(width) for width in re.findall(r'width="([\d.]+)%" height="11"', stacked)) == pytest.approx(100)


def test_a_secret_in_a_month_is_masked_as_a_page_and_as_markdown() -> None:
    secret = "ghp_abcdefghijklmnopqrst0123"
    found = FULL.model_copy(update={"again": (Again(action=secret, times=3, bugs=(3, 17)),)})
    said = "".join(summary.lines(found, without_secrets(MARKDOWN, Redactor().redact), NAMES))
    for text in (html(found, NAMES, Redactor().redact), said):
        assert secret not in text.replace("\\", "")
        assert MASK in text
