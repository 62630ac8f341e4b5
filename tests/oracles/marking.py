"""After SQLancer's DQE: the rows that a preview shows are those that the same predicate marks, by plain SQL."""

from contextlib import suppress

from tests.oracles.drawn.features import FEATURES
from tests.oracles.drawn.shapes import Case, circular
from tests.oracles.drawn.writing import mark_of, plain_name
from tests.oracles.judge import Place, Verdict, says
from tests.support.dump import Row, values


def marked(place: Place, case: Case) -> list[Row] | None:
    """None where the mark can't be set, or a trigger may set more."""
    if case.deed.action == "add-row" or any(f in FEATURES and FEATURES[f].unseen for f in case.features):
        return None
    with suppress(*place.errors), place.plain(False) as plain:
        plain.run(mark_of(case, place.kind))
        return [row for row in plain.dump().elements() if values(row).get("m") == "1"]
    return None


def must_be_shown(place: Place, case: Case, rows: list[Row] | None, verdict: Verdict) -> bool:
    """Whether it was asked at all. Raises AssertionError where the preview is about other rows."""
    if rows is None or verdict.shown is None:
        return False
    deletes = case.deed.action in ("delete-row", "clear-rows")
    table = plain_name(case, f"t{case.at}")
    shown = [dict(row.key) for row in verdict.shown.rows if row.table == table and (row.after is None) == deletes]
    for row in rows:
        key = next((key for key in shown if _is(place, key, row)), None)
        assert key is not None, f"marked, but not shown: {row}; shown: {shown}"
        shown.remove(key)
    assert not shown or (deletes and circular(case)), f"shown, but not marked: {shown}"
    return True


def _is(place: Place, key: dict[str, str], row: Row) -> bool:
    held = values(row)
    return all(says(text, held[name], quoted=place.kind == "sqlite") for name, text in key.items())
