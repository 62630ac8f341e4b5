"""The changes of production as records: each run that began, with who asked, who approved, why, and the rows before and after. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.bug.bug import Bug
from bot.bug.fixes.fix import Fix, RunState
from bot.ledger.exports.tables import Record

COLUMNS = (
    "bug", "run", "at", "by", "action", "parameters", "target", "reason", "risk", "approved by", "outcome", "rows", "before", "after",
)  # fmt: skip
EXPIRED = "(deleted after its time)"
HAPPENED = frozenset({RunState.STARTED, RunState.SUCCEEDED, RunState.FAILED, RunState.UNKNOWN})
Name = Callable[[str], str]
"""What people call somebody, by their id."""


def when(fix: Fix) -> datetime | None:
    """When it reached production; None for what never began. What somebody ran by hand reached it by their word."""
    if fix.state not in HAPPENED:
        return None
    return fix.started_at or fix.ended_at or fix.confirmed_at


def of(bug: Bug, name: Name) -> Iterator[tuple[Fix, Record]]:
    """Each in the order in which it was asked for; an undo is one too."""
    for fix in bug.fixes:
        at = when(fix)
        if at:
            yield fix, _record(bug, fix, at, name)


def _record(bug: Bug, fix: Fix, at: datetime, name: Name) -> Record:
    rows = _rows(fix)
    data = {
        "bug": str(bug.ref),
        "title": bug.title,
        "run": fix.run,
        "undo_of": fix.undo_of,
        "at": at.isoformat(),
        "ended": fix.ended_at.isoformat() if fix.ended_at else None,
        "by": fix.by,
        "name": name(fix.by),
        "action": fix.action,
        "parameters": dict(fix.params),
        "target": fix.target,
        "reason": fix.reason,
        "risk": fix.risk,
        "approvals_wanted": fix.approvals,
        "approved_by": list(fix.approved_by),
        "approval": _approval(fix, name),
        "outcome": _outcome(fix),
        "summary": fix.summary,
        "count": fix.count,
        "digest": fix.digest,
        "rows": rows,
    }
    cells = {
        "bug": str(bug.ref),
        "run": str(fix.run),
        "at": at.isoformat(timespec="seconds"),
        "by": name(fix.by),
        "action": f"undo of run {fix.undo_of}" if fix.undo_of else fix.action,
        "parameters": ", ".join(f"{key}={value}" for key, value in fix.params.items()),
        "target": fix.target,
        "reason": fix.reason,
        "risk": fix.risk,
        "approved by": _approval(fix, name),
        "outcome": _outcome(fix),
        "rows": str(fix.count),
        "before": _side(fix, rows, "before"),
        "after": _side(fix, rows, "after"),
    }
    return Record(cells=cells, data=data)


def _approval(fix: Fix, name: Name) -> str:
    """Who agreed, or why nobody had to."""
    others = [name(user) for user in fix.approved_by if user != fix.by]
    if others:
        return ", ".join(others)
    if fix.broken_glass:
        return "nobody: the glass was broken"
    if fix.alone:
        return "nobody: alone, by typing"
    return "nobody had to" if not fix.approvals else "nobody"


def _outcome(fix: Fix) -> str:
    said = "cut off, nobody knows" if fix.state is RunState.UNKNOWN else fix.state.value
    return f"{said}, undone by run {fix.undone_by}" if fix.undone_by else said


def _rows(fix: Fix) -> list[Mapping[str, Any]] | None:
    """As they were approved, hidden columns left out; None where they are deleted by now, or the action changes no rows."""
    try:
        kept = json.loads(fix.stored.preview or "{}")
    except ValueError:
        return None
    rows = kept.get("rows") if isinstance(kept, dict) else None
    return [_row(row) for row in rows] if rows else None


def _row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    place = f"{row.get('table', '')} " + ", ".join(f"{key} {value}" for key, value in row.get("key", {}).items())
    return {"place": place, "before": row.get("before"), "after": row.get("after")}


def _side(fix: Fix, rows: list[Mapping[str, Any]] | None, side: str) -> str:
    if rows is None:
        return EXPIRED if fix.count and not fix.stored.preview else ""
    return "; ".join(f"{row['place']}: {_columns(row[side])}" for row in rows)


def _columns(columns: Mapping[str, Any] | None) -> str:
    if columns is None:
        return "not there"
    return ", ".join(f"{key}={'NULL' if value is None else value}" for key, value in columns.items())
