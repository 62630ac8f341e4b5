"""What one person alone saw, and what is secret, leaves no trail in an export: for every kind of entry."""

import json
import re
from typing import Any

import pytest

from bot.bug import workspace
from bot.bug.bug import Bug
from bot.bug.event import Fact
from bot.bug.lifecycle import KINDS
from bot.bug.values import BugRef
from bot.ledger import codec
from bot.ledger.exports import lines
from bot.ledger.exports.leaving import MAY_LEAVE
from bot.ledger.exports.tables import FORMATS
from bot.ledger.ledger import Entry
from bot.ledger.workspace import WorkspaceEntry
from bot.production.redaction import MASK, Redactor
from bot.text import each_text
from tests.golden import goldens
from tests.support.stores import MONDAY, person

EVERY: dict[str, type[Fact]] = {**KINDS, **workspace.KINDS}
SECRET = "ghp_" + "a1B2" * 6
STAYS = {"values", "rows", "image", "stored", "form", "proof", "kept", "receipt", "facts", "detail"}
"""Fields of secrets, of rows, of codes, by name, whatever their kind."""


FIXED = re.compile(r"credit|EUR|\d{4}-\d\d-.*Z")
"""Texts that their field takes only as they are."""


def private(kind: str) -> dict[str, Any]:
    """The private half of a stored entry of that kind."""
    folder = goldens.WORKSPACE if kind in workspace.KINDS else goldens.FOLDER
    found: dict[str, Any] = json.loads(goldens.stored(kind, folder)[1] or "{}")
    return found


def exported(kind: str, hidden: dict[str, Any]) -> str:
    """An entry of that kind with this private half, in every form at once."""
    if kind in workspace.KINDS:
        public = goldens.stored(kind, goldens.WORKSPACE)[0]
        said = codec.load_of_workspace(kind, public, json.dumps(hidden))
        line = lines.of_workspace(WorkspaceEntry(seq=1, at=MONDAY, by=person("U0DEV"), key=None, event=said))
    else:
        ref = BugRef(team="T0LOCAL", number=1)
        event = codec.load(kind, goldens.stored(kind)[0], json.dumps(hidden))
        line = lines.of_bug(Entry(bug=ref, seq=1, at=MONDAY, by=person("U0DEV"), event=event), Bug(ref=ref))
    record = line.record.without(Redactor().redact)
    return "\n".join(write(lines.COLUMNS, [record]) for write in FORMATS.values())


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_of_no_kind_a_secret_or_a_row_that_one_person_saw_leaves(kind: str) -> None:
    fields = private(kind)
    for name, value in fields.items():
        planted = each_text(value, lambda text: text if FIXED.fullmatch(text) else f"{text} planted")
        left = "planted" in exported(kind, {**fields, name: planted})
        assert not (left and (name in STAYS or EVERY[kind].KEEP is not None)), name
        assert not (left and name not in MAY_LEAVE.get(kind, ())), name


@pytest.mark.parametrize("kind", sorted(MAY_LEAVE))
def test_a_token_in_what_may_leave_is_masked(kind: str) -> None:
    """Whatever people typed into a reason or an answer."""
    fields = private(kind)
    assert set(fields) >= MAY_LEAVE[kind]
    for name in MAY_LEAVE[kind]:
        text = exported(kind, {**fields, name: each_text(fields[name], lambda _text: f"used {SECRET}")})
        assert SECRET not in text
        assert MASK in text
