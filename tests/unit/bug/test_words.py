"""Text from outside is harmless in Slack, and cut where a reader sees a whole character end."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bug.words import actor_name, service_name, source_name
from bot.slack.views.mrkdwn import clock, day, foreign, link, plain, who
from bot.text import clean, cut, length, plural, sentence

AT = datetime(2025, 11, 24, 14, 5, tzinfo=UTC)
ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=300)
MARKUP = st.text(alphabet="<>&|!@#a ;ltgamp🇫🇷👍🏽\u200d\u0301\u202e\x00\ud800", max_size=120)
UNESCAPED = re.compile(r"[<>]|&(?!(amp|lt|gt);)")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("sentry", "Sentry"),
        ("glitchtip", "GlitchTip"),
        ("tawk", "tawk.to"),
        ("email_postmark", "Postmark"),
        ("customer-generic", "Your own system"),
    ],
)
def test_a_service_is_written_as_it_writes_itself(source: str, name: str) -> None:
    assert service_name(source) == name


@pytest.mark.parametrize(
    ("source", "name"),
    [("bugsnag", "Bugsnag"), ("email_postmark", "e-mail"), ("mail", "e-mail"), ("generic", "your own system")],
)
def test_a_source_is_called_alike_in_every_sentence(source: str, name: str) -> None:
    assert source_name(source) == name
    assert actor_name(f"source:{source}") == name


def test_who_is_neither_a_person_nor_a_source_keeps_their_name() -> None:
    assert [actor_name(x) for x in ("system:makegood", "cli:anna")] == ["makegood", "cli:anna"]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U0BEN>", "&lt;@U0BEN&gt;"),
        ("<https://evil.example|your bank>", "&lt;https://evil.example|your bank&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("a\x00b\x1b[31m\x7f", "ab[31m"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\ud800!", "?!"),
        ("two\n\tlines", "two\n\tlines"),
    ],
)
def test_foreign_text_calls_nobody_and_hides_nothing(text: str, safe: str) -> None:
    assert foreign(text) == safe


def test_foreign_text_on_one_line_has_no_other() -> None:
    assert foreign("  two\r\n\tlines ", one_line=True) == "two lines"


@given(text=ANY_TEXT | MARKUP, limit=st.integers(1, 80))
def test_no_foreign_text_is_markup_or_longer_than_asked(text: str, limit: int) -> None:
    safe = foreign(text, limit)
    assert not UNESCAPED.search(safe)
    assert len(safe) <= limit
    assert safe.encode("utf-8").decode() == safe


@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs"]), max_size=60))
def test_a_text_that_has_room_is_the_text_itself(text: str) -> None:
    assert plain(foreign(text.replace("|", ""), 1000)) == text.replace("|", "")


@given(text=ANY_TEXT | MARKUP)
def test_a_clean_text_stays_clean(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert not any(unicodedata.category(ch) == "Cs" for ch in clean(text))


@pytest.mark.parametrize("limit", range(1, 12))
def test_no_entity_is_cut_in_two(limit: int) -> None:
    assert re.fullmatch(r"(&amp;|&lt;)*…", foreign("&<" * 20, limit))


SEEN = [
    ("abcdef", 4, "abc…"),
    ("abe\u0301def", 4, "ab…"),
    ("a👩‍👩‍👧 and more", 4, "a…"),
    ("a👍🏽 and more", 3, "a…"),
    ("🇫🇷🇩🇪🇮🇹", 4, "🇫🇷…"),
    ("🏴\U000e0067\U000e0062\U000e007f and more", 4, "…"),
    ("नमस्ते", 4, "नम…"),
    ("1\ufe0f\u20e3 and more", 3, "…"),
]


@pytest.mark.parametrize(("text", "limit", "seen"), SEEN)
def test_no_character_is_cut_in_two(text: str, limit: int, seen: str) -> None:
    assert foreign(text, limit) == seen
    assert cut(text, limit) == seen


def test_a_character_of_a_thousand_marks_does_not_push_out_the_limit() -> None:
    assert foreign("e" + "\u0301" * 5000, 100) == "…"
    assert foreign("x" * 10_000_000, 100) == "x" * 99 + "…"


@given(text=ANY_TEXT, limit=st.integers(1, 80))
def test_plain_text_is_cut_to_what_was_asked(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


# ---- people, times, links


@pytest.mark.parametrize(
    ("person", "written"), [("U0ANNA", "<@U0ANNA>"), ("W0ANNA", "<@W0ANNA>"), ("cli:anna", "cli:anna"), ("", "")]
)
def test_only_people_of_the_workspace_are_mentioned(person: str, written: str) -> None:
    assert who(person) == written


def test_a_time_is_the_readers_own_with_a_fallback() -> None:
    assert clock(AT) == f"<!date^{int(AT.timestamp())}^{{time}}|14:05 UTC>"
    assert day(AT) == f"<!date^{int(AT.timestamp())}^{{date_short_pretty}}|Mon 24 Nov>"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3660, "1 h 1 min"),
        (timedelta(hours=47, minutes=10), "47 h 10 min"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_span_is_as_short_as_people_say_it(span: timedelta | float, said: str) -> None:
    assert length(span) == said


def test_one_is_not_many() -> None:
    assert [plural(n, "row") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]


@pytest.mark.parametrize(
    ("url", "label", "written"),
    [
        ("https://a.example/x?a=1&b=2", "bug", "<https://a.example/x?a=1&amp;b=2|bug>"),
        ("https://a.example/|<!here>", "x|y", "<https://a.example/%7C%3C!here%3E|x¦y>"),
        ("https://a.example/a b\nc", "bug", "<https://a.example/a%20bc|bug>"),
        ("javascript:alert(1)", "<bug>", "&lt;bug&gt;"),
        ("", "bug", "bug"),
    ],
)
def test_a_link_leads_where_it_says(url: str, label: str, written: str) -> None:
    assert link(url, label) == written


@given(url=ANY_TEXT | MARKUP, label=ANY_TEXT | MARKUP)
def test_no_link_breaks_out_of_its_brackets(url: str, label: str) -> None:
    written = link(f"https://a.example/{url}", label)
    assert re.fullmatch(r"<[^<>|]*\|[^<>|]*>", written, re.DOTALL)
    written.encode("utf-8")


@pytest.mark.parametrize("length", [2001, 50_000])
def test_an_address_that_slack_would_not_take_is_no_link(length: int) -> None:
    assert link("https://a.example/" + "x" * length, "bug") == "bug"


def test_in_a_terminal_markup_is_words() -> None:
    written = f"<@U0ANNA> at {clock(AT)}: {link('https://a.example', 'bug')} {foreign('1 < 2 & 3')} <#C0|errors>"
    assert plain(written) == "@U0ANNA at 14:05 UTC: bug (https://a.example) 1 < 2 & 3 #C0"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError("It is away."), "It is away."),
        (OSError("It is away.\n(Background on this error at: …)"), "It is away."),
        (TimeoutError(), "TimeoutError."),
    ],
)
def test_the_log_says_an_error_in_one_sentence(error: Exception, said: str) -> None:
    assert sentence(error) == said
