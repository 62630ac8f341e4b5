"""The chain: whoever changes, drops or moves an entry is found out; whoever deletes personal data is not in the way."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger import chain

Row = dict[str, Any]


def trail(length: int = 5) -> list[Row]:
    rows: list[Row] = []
    prev = chain.START
    for seq in range(1, length + 1):
        row: Row = {"team": "T1", "bug": 17, "seq": seq, "kind": "said", "at": f"14:0{seq}", "by": "person:U0ANNA"}
        row |= {"key": None, "body": f'{{"n":{seq}}}', "commitment": f"c{seq}", "prev": prev}
        prev = row["hash"] = chain.link(prev, row)
        rows.append(row)
    return rows


def test_a_trail_that_nobody_touched_is_whole() -> None:
    assert chain.broken_at(trail()) is None
    assert chain.broken_at([]) is None


@pytest.mark.parametrize("field", chain.HASHED)
def test_a_changed_field_is_found_at_its_entry(field: str) -> None:
    rows = trail()
    rows[2][field] = 99 if field in {"bug", "seq"} else "another"
    assert chain.broken_at(rows) == 3


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (lambda rows: rows.pop(0), 1),
        (lambda rows: rows.pop(2), 3),
        (lambda rows: rows.insert(2, dict(rows[1])), 3),
        (lambda rows: rows.reverse(), 1),
    ],
    ids=["first dropped", "middle dropped", "one twice", "backwards"],
)
def test_a_missing_or_moved_entry_is_found(harm: Callable[[list[Row]], None], found: int) -> None:
    rows = trail()
    harm(rows)
    assert chain.broken_at(rows) == found


def test_a_rehashed_forgery_breaks_the_next_entry() -> None:
    rows = trail()
    rows[1]["body"] = '{"n":"forged"}'
    rows[1]["hash"] = chain.link(rows[1]["prev"], rows[1])
    assert chain.broken_at(rows) == 3


def test_fields_can_not_flow_into_each_other() -> None:
    row = trail(1)[0]
    assert chain.link("", {**row, "kind": 'a","b', "at": "c"}) != chain.link("", {**row, "kind": "a", "at": 'b","c'})


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_commitment_holds_to_its_text_and_tells_nothing_without_its_salt(text: str) -> None:
    first, second = chain.salt(), chain.salt()
    assert chain.commit(first, text) == chain.commit(first, text)
    assert chain.commit(first, text) != chain.commit(second, text)
    assert chain.commit(first, text) != chain.commit(first, text + "x")


def test_the_anchor_does_not_depend_on_the_order_of_the_bugs_but_on_each_head() -> None:
    assert chain.heads([(1, "a"), (2, "b")]) == chain.heads([(2, "b"), (1, "a")])
    assert chain.heads([(1, "a"), (2, "b")]) != chain.heads([(1, "a"), (2, "c")])
    assert chain.heads([(1, "a")]) != chain.heads([(1, "a"), (2, "b")])
