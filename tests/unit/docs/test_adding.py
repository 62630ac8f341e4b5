"""The tracker that docs/trackers.md shows is a whole one: put into a package, it reads what it says it reads."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.ports import Hook
from bot.adapters.registry import TRACKERS
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import AlertKind
from tests.support.package import installed
from tests.unit.docs.pages import text

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
READ = {
    b'{"event": "created", "issue": {"id": 7, "summary": "Stuck"}}': [(AlertKind.OCCURRED, "7", "Stuck")],
    b'{"event": "closed", "issue": {"id": 7, "summary": "Stuck"}}': [(AlertKind.RESOLVED, "7", "Stuck")],
    b'{"event": "assigned", "issue": {"id": 7}}': [],
}
REFUSED = {
    b'{"event": "melted", "issue": {"id": 7}}': UnknownKind,
    b'{"event": "created"}': Unreadable,
    b"[]": Unreadable,
}


def test_the_tracker_on_the_page_reads_its_deliveries(tmp_path: Path) -> None:
    (code,) = EXAMPLE.findall(text("docs/trackers.md"))
    with installed(tmp_path, "acme_mantis", code, {"makegood.trackers": {"mantis": "acme_mantis:ADAPTER"}}):
        parse = TRACKERS.find("mantis").parse
        for body, expected in READ.items():
            found = parse(Hook(headers={}, body=body, at=NOON), {})
            assert [(alert.kind, alert.group, alert.title) for alert in found] == expected
        for body, refusal in REFUSED.items():
            with pytest.raises(refusal):
                parse(Hook(headers={}, body=body, at=NOON), {})
