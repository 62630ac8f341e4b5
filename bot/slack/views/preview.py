"""Draws a fix's preview: summary, statement, rows. If it does not fit, a file has the rest, and the message says so. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.bug.fixes.asking import again
from bot.bug.fixes.fix import Fix
from bot.bug.fixes.rules import AGAIN, said_once
from bot.slack.views import blocks as kit
from bot.slack.views.mrkdwn import code_blocks, foreign
from bot.text import plural

ROOM = 8500
"""Characters of text; Slack refuses messages somewhere above 10,000, and the frame needs some."""
BLOCKS = 40
CODE = 2800
FIRST_ROWS, FIRST_ROOM = 3, 2000
"""Rows that stand before the statement, and the characters that they may take."""
ROW_ROOM, LINE_ENDS = 1800, (160, 120)
"""Characters of a row that stand in the message, and how many of a longer line's begin and end then: "what is → what will be"."""
DIFFERENCES, DIFFERENCE = 8, 200
"""Differences from an earlier run that are shown, and the characters of each."""
RISK = {"low": "small", "medium": "needs one other person", "high": "needs two other people"}
ENDLESS = 10**7


class Shown(NamedTuple):
    blocks: list[Any]
    left: str
    """What only the file shows: "40 more rows"; empty where everything is here."""


class _Piece(NamedTuple):
    text: str
    row: bool
    """A row in words; else a piece of what is executed."""
    cut: bool = False
    """Long values are shown by their ends; the file has them whole."""


def fitted(fix: Fix, *, reason: bool = True) -> Shown:
    """The beginning of it, at most what fits; the rest by name. `reason`: whether it says why."""
    head, again_ = _head(fix, reason=reason), _again(fix)
    pieces = _pieces(fix)
    room, taken = ROOM - len(head) - len(again_), 0
    for piece in pieces:
        room -= len(piece.text)
        if room < 0 or len(piece.text) > kit.SECTION or taken >= BLOCKS:
            break
        taken += 1
    blocks = [kit.section(piece.text, f"part{i}") for i, piece in enumerate(pieces[:taken])]
    differs = [kit.section(again_, "again")] if again_ else []
    return Shown([kit.section(head, "head"), *differs, *blocks], _left(pieces, taken))


def _again(fix: Fix) -> str:
    """What is otherwise than when it was asked before; empty where it is asked for the first time."""
    if not fix.differs:
        return ""
    lines = [foreign(line, DIFFERENCE, one_line=True) for line in fix.differs[:DIFFERENCES]]
    more = [f"and {len(fix.differs) - DIFFERENCES} more"] if len(fix.differs) > DIFFERENCES else []
    return "\n".join([f":arrows_counterclockwise: *Different from run {fix.revises}:*", *lines, *more])


def _pieces(fix: Fix) -> list[_Piece]:
    """What changes in words, then what is executed, then the rows for which there was no room before it."""
    rows = [_row(row) for row in fix.rows]
    first = 0
    while first < min(len(rows), FIRST_ROWS) and sum(len(r.text) for r in rows[: first + 1]) <= FIRST_ROOM:
        first += 1
    return [*rows[:first], *(_Piece(text, row=False) for text in _statement(fix)), *rows[first:]]


def _left(pieces: list[_Piece], taken: int) -> str:
    rest = pieces[taken:]
    rows, shown = sum(piece.row for piece in rest), sum(piece.row for piece in pieces[:taken])
    cut = sum(piece.cut for piece in pieces[:taken])
    more = [
        *([f"the long values of {plural(cut, 'row')}"] if cut else []),
        *(["the rest of the statement"] if rows < len(rest) else []),
        *([plural(rows, "more row") if shown else plural(rows, "row")] if rows else []),
    ]
    return " and ".join(more)


def blocks(fix: Fix, *, reason: bool = True) -> list[Any]:
    """For a form or a message; the file stands in the same person's direct messages."""
    shown = fitted(fix, reason=reason)
    more = f":page_facing_up: and {shown.left}, in the file I sent you" if shown.left else ""
    return [*shown.blocks, *([kit.context(more, "rest")] if more else [])]


def whole(fix: Fix) -> str:
    """All of it, as a text file."""
    rows = [f"{row.get('place', '')}\n{row.get('change', '')}" for row in fix.rows]
    differs = "\n".join([f"Different from run {fix.revises}:", *fix.differs]) if fix.differs else ""
    parts = [fix.summary, _undo(fix), f"Why: {fix.reason}", differs, f"Digest: {fix.digest}", fix.text, *rows]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(fix: Fix, *, reason: bool) -> str:
    icon = ":leftwards_arrow_with_hook:" if fix.undoable else ":warning:"
    why = f" Why: {foreign(fix.reason, 500, one_line=True)}" if reason else ""
    risk = f"Risk: {_risk(fix)}.{why}"
    return f"*{foreign(fix.summary, 600)}*\n{icon} {foreign(_undo(fix), 800)}\n{risk}{again(fix.repeats)}"


def _risk(fix: Fix) -> str:
    """Small only while it can be undone; else somebody else is asked all the same."""
    if fix.undo_of and not fix.approvals and fix.risk != "low":
        return "yours from just now, so you take it back alone"
    if fix.risk == "low" and not (fix.undoable or fix.approvals or fix.undo_of):
        return "small: the same result however often it runs"
    if fix.risk == "low" and not fix.undoable:
        return "small, but without undo: needs one other person"
    return RISK.get(fix.risk, fix.risk)


def _undo(fix: Fix) -> str:
    if not fix.undoable:
        return said_once(fix.undo_note, "Cannot be undone. ").strip()
    return AGAIN if fix.undo_of else fix.undo_note or "Can be undone."


def _statement(fix: Fix) -> list[str]:
    """Nothing in it may end the frame it stands in."""
    return list(code_blocks(fix.text, CODE))


def _row(row: Mapping[str, str]) -> _Piece:
    """One row: its place, then each column as it is and as it will be."""
    change = row.get("change", "")
    told = change if len(change) <= ROW_ROOM else _shortened(change)
    text = f"*{foreign(row.get('place', ''), 300, one_line=True)}*\n{foreign(told, ENDLESS)}"
    return _Piece(text, row=True, cut=told != change)


def _shortened(change: str) -> str:
    """Long lines by their ends, and as many lines as there is room for."""
    first, last = LINE_ENDS
    lines = [
        line if len(line) <= first + last else f"{line[:first]} … {len(line):,} characters … {line[-last:]}"
        for line in change.split("\n")
    ]
    shown, room = 0, ROW_ROOM
    while shown < len(lines) and (room := room - len(lines[shown]) - 1) >= 0:
        shown += 1
    more = [f"… {plural(len(lines) - shown, 'more line')}"] if shown < len(lines) else []
    return "\n".join([*lines[:shown], *more])
