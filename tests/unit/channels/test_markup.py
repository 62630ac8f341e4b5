"""The words of an HTML mail, however it is made, and however long its maker wants us to read."""

import pytest

from bot.adapters.channels.common.markup import text_of_html


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("no markup, 3 < 5 &amp; 7 > 6", "no markup, 3 < 5 & 7 > 6"),
        ("<p>One &amp; two</p><p>three<br>four</p>", "One & two\nthree\nfour"),
        ("<!DOCTYPE html><html><head><title>T</title></head><body>seen</body></html>", "seen"),
        ("<STYLE>p > a {}</STYLE><script>if (a<b) x()</script>seen", "seen"),
        ("a<!-- <p>hidden</p> -->b", "ab"),
        ("<!--[if mso]><table><![endif]-->seen", "seen"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ('<a href="https://x.example/?a=1&b=2">the page</a>', "the page"),
        ("  lots \n of   <b>space</b>  ", "lots\nof space"),
        ("&lt;b&gt; stays text", "<b> stays text"),
        ("<script>never closed", ""),
        ("", ""),
    ],
)
def test_html_reads_as_its_words(markup: str, words: str) -> None:
    assert text_of_html(markup) == words


@pytest.mark.parametrize(
    "piece", ["<a ", "<a b='", "<a/", "<a\n", "<!--", "</", "<script>", "<?", "&#", "&amp", "-->", "<p>", "<!", "<"]
)
def test_hostile_markup_is_read_in_one_pass(piece: str) -> None:
    assert len(text_of_html(piece * 100_000)) <= 20_000
