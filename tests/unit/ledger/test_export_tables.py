"""Exports hold up outside: in a spreadsheet nothing is calculated, in Markdown everything is shown as it is."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.ledger.exports.tables import Record, as_csv, as_jsonl, as_markdown

COLUMNS = ("what", "why")
MARKUP = st.text(alphabet=st.sampled_from("ab |*_`<>[]()!#\\~&;=+-@\n\t.:/'\"\uff1d"), max_size=30)
ANY = st.one_of(MARKUP, st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30))
EVIL = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "\uff1d1+1",
    '=HYPERLINK("https://evil.example")',
)


def record(what: str, why: str = "") -> Record:
    return Record(cells={"what": what, "why": why}, data={"what": what, "why": why})


def cells(markdown: str) -> Iterator[list[str]]:
    """The rows of the table as a renderer of Markdown shows them; anything but text in a cell is told as its markup."""
    row: list[str] = []
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    assert tokens[0].type == "table_open"
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(
                "".join(
                    x.content if x.type in {"text", "text_special"} else f"<{x.type}>" for x in token.children or ()
                )
            )
        elif token.type == "tr_close":
            yield row


@settings(deadline=None, max_examples=200)
@given(first=ANY, second=ANY)
def test_a_renderer_shows_each_cell_as_it_is(first: str, second: str) -> None:
    table = list(cells(as_markdown(COLUMNS, [record(first, second), record("last")])))
    assert len(table) == 3
    assert table[0] == list(COLUMNS)
    assert table[1] == [" ".join(first.split()), " ".join(second.split())]


@settings(deadline=None, max_examples=200)
@given(first=ANY, second=ANY)
def test_a_spreadsheet_reads_back_what_was_written_and_calculates_nothing(first: str, second: str) -> None:
    _head, row = csv.reader(io.StringIO(as_csv(COLUMNS, [record(first, second)]), newline=""))
    for written, read in zip((first, second), row, strict=True):
        assert read in {written, f"'{written}"}
        assert read.strip()[:1] not in {"=", "+", "-", "@", "\uff1d"}


@pytest.mark.parametrize("formula", EVIL)
def test_what_a_spreadsheet_would_calculate_is_marked_as_text(formula: str) -> None:
    assert list(csv.reader(io.StringIO(as_csv(COLUMNS, [record(formula)]), newline="")))[1][0] == f"'{formula}"


def test_json_lines_hold_everything() -> None:
    lines = as_jsonl(COLUMNS, [record("a\nb", "ü"), record("c")]).splitlines()
    assert [json.loads(line) for line in lines] == [{"what": "a\nb", "why": "ü"}, {"what": "c", "why": ""}]
