"""Exports hold up outside: in a spreadsheet nothing is calculated, in Markdown everything is shown as it is."""

import csv
import io
import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.ledger.exports.sheets import as_cell
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
SPLIT = (
    "x;=cmd|' /C calc'!A0",
    'x; "=1',
    "a\n=1",
    "a\r=1",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\v=1",
    ";=1",
)


def calculated(cell: str) -> bool:
    """By a spreadsheet, which sees neither blanks nor what has no width."""
    return re.sub(r"""[\s"\u200b\ufeff]""", "", cell)[:1] in {*"=+-@\uff1d\uff0b\uff0d\uff20"}


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
        assert read.replace("'", "") == written.replace("'", "")
        assert not calculated(read)


@pytest.mark.parametrize("formula", EVIL)
def test_what_a_spreadsheet_would_calculate_is_marked_as_text(formula: str) -> None:
    (read, _) = list(csv.reader(io.StringIO(as_csv(COLUMNS, [record(formula)]), newline="")))[1]
    assert read.startswith("'")
    assert not calculated(read)


@pytest.mark.parametrize("formula", [*EVIL, *SPLIT])
def test_nothing_is_calculated_where_a_file_is_split_at_semicolons_or_lines(formula: str) -> None:
    text = as_csv(COLUMNS, [record(f"Ada{formula}", formula)])
    assert not any(calculated(part) for part in re.split(r"[;\r\n]", text))


@pytest.mark.parametrize("harmless", ["Mia Muster", "-", "a=b", "a -1", "x; y", "two\nlines", "", " "])
def test_what_is_no_formula_stays_as_it_is(harmless: str) -> None:
    assert as_cell(harmless) == ("'-" if harmless == "-" else harmless)


def test_a_long_run_of_blanks_takes_no_time() -> None:
    assert len(as_cell(" ;" * 200_000 + "x")) == 400_001


def test_json_lines_hold_everything() -> None:
    lines = as_jsonl(COLUMNS, [record("a\nb", "ü"), record("c")]).splitlines()
    assert [json.loads(line) for line in lines] == [{"what": "a\nb", "why": "ü"}, {"what": "c", "why": ""}]
