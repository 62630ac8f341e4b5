"""docs/security.md: each line about a door names a test that there is."""

import re

from tests.unit.docs.pages import ROOT, rows, sections, text

DOORS = list(rows(sections(text("docs/security.md"))["Each door, and who stands before it"]))


def test_each_line_is_shown_by_a_test_that_there_is() -> None:
    assert DOORS
    for row in DOORS:
        path, name = row["shown by"].strip("`").split(": ")
        assert re.search(rf"def {name}\(", (ROOT / path).read_text()), row["shown by"]
