"""Turns the engine's previews and looks into entries, and finds an image again."""

import json
from collections.abc import Iterator, Mapping

from bot.bug.fixes.asking import FixPreviewed
from bot.bug.fixes.fix import Fix, Stored
from bot.bug.fixes.looks import Looked
from bot.bug.fixes.run import FixEnded
from bot.ledger.entries import trail
from bot.ledger.ledger import Ledger
from bot.production.action import Cell, Preview, RowChange, Table
from bot.production.outstanding import Noted, Suggest, noted, reason


def previewed(
    fix: Fix,
    preview: Preview,
    salt: str,
    *,
    proper: bool,
    repeats: int = 0,
    alone: bool = False,
    before: Fix | None = None,
) -> FixPreviewed:
    """`alone`: whoever asks takes back at once what they ran themselves, and needs nobody else; `before`: what is asked again."""
    return FixPreviewed(
        run=fix.run,
        digest=preview.digest,
        target=preview.target,
        lock_key=preview.lock_key,
        summary=preview.summary,
        text=preview.text,
        rows=tuple(_row(r) for r in preview.rows),
        stored=Stored(salt=salt, preview=preview.to_json()),
        count=preview.count,
        undoable=preview.undoable,
        undo_note=" ".join([preview.undo_note, *preview.warnings]).strip(),
        approvals=0 if alone else preview.approvals,
        risk=preview.risk.value,
        proper=proper,
        repeats=repeats,
        differs=differences(before, fix, preview) if before else (),
    )


SAME = "nothing that is shown here"


def differences(before: Fix, fix: Fix, now: Preview) -> tuple[str, ...]:
    """What is otherwise than when it was asked before, for people; nothing where that had no preview or it is not kept."""
    try:
        then = Preview.from_json(before.stored.preview)
    except ValueError:
        return ()
    names = [name for name in {**before.params, **fix.params} if before.params.get(name) != fix.params.get(name)]
    said = [f"{name}: {_told(before.params.get(name))} before, now {_told(fix.params.get(name))}" for name in names]
    old, new = _by_place(then), _by_place(now)
    said += [f"{place}: new in it" for place in new if place not in old]
    said += [f"{place}: not in it any more" for place in old if place not in new]
    said += [line for place in new if place in old for line in _otherwise(place, old[place], new[place])]
    if not said and then.text != now.text:
        said = ["what is executed is written otherwise"]
    return tuple(said) or (SAME,)


def _by_place(preview: Preview) -> Mapping[str, RowChange]:
    return {f"{row.table} {', '.join(row.key.values())}": row for row in preview.rows}


def _otherwise(place: str, old: RowChange, new: RowChange) -> Iterator[str]:
    """Columns that hold something else on production now, then those that would become something else."""
    was, is_ = old.before or {}, new.before or {}
    drifted = [name for name in {**was, **is_} if was.get(name) != is_.get(name)]
    yield from (f"{place}: {name} was {_told(was.get(name))}, now {_told(is_.get(name))}" for name in drifted)
    was, is_ = old.after or {}, new.after or {}
    for name in {**was, **is_}:
        if was.get(name) != is_.get(name) and name not in drifted:
            yield f"{place}: {name} would become {_told(is_.get(name))}, before {_told(was.get(name))}"


def _row(row: RowChange) -> Mapping[str, str]:
    """One row for people: its place, and each column as it is and as it will be."""
    place = f"{row.table} " + ", ".join(f"{k} {v}" for k, v in row.key.items())
    if row.before is None:
        return {"place": f"new: {place}", "change": _columns(row.after or {})}
    if row.after is None:
        return {"place": f"deleted: {place}", "change": _columns(row.before)}
    changed = [f"{k}: {_told(row.before.get(k))} → {_told(v)}" for k, v in row.after.items() if row.before.get(k) != v]
    return {"place": f"changed: {place}", "change": "\n".join(changed)}


def _columns(row: Mapping[str, str | None]) -> str:
    return "\n".join(f"{k}: {_told(v)}" for k, v in row.items())


def _told(value: str | None) -> str:
    """A text that would not be seen as what it is stands in quotes: an empty one, one with blanks at its ends, the word NULL."""
    if value is None:
        return "NULL"
    return f"'{value}'" if value != value.strip() or not value or value.upper() == "NULL" else value


def looked(name: str, seq: int, table: Table, suggest: Suggest, target: str = "") -> Looked:
    """`suggest`: what the error names; `target`: where it was read, if there was a choice; its rows are fixed there."""
    rows = tuple(_looked_row(table, i, seen, target) for i, seen in enumerate(noted(table, suggest)))
    return Looked(look=name, asked=seq, count=len(rows), rows=rows)


def _looked_row(table: Table, index: int, seen: Noted, target: str) -> Mapping[str, str]:
    """What stands out is marked, and goes along as the reason of a fix."""
    marks = dict.fromkeys(seen.missing, "⚠️ ")
    cells = zip(table.columns, table.rows[index], strict=True)
    head = ["👉 the row that the error names"] if seen.named else []
    text = "\n".join([*head, *(f"{marks.get(k, '')}{k}: {_told(v)}" for k, v in cells)])
    offers = table.offers[index] if index < len(table.offers) else ()
    fix = _offer(offers[0], target, reason(table.look, offers[0], seen)) if offers else ""
    return {"text": text, "fix": fix if len(fix) < 1500 else ""}  # noqa: PLR2004 - a button's value has room for 2,000


def _offer(cell: Cell, target: str, why: str) -> str:
    """As a button's value carries it."""
    where = {"target": target} if target else {}
    return json.dumps({"action": cell.action, "params": {**where, **cell.params}, "reason": why}).encode().hex()


async def image_text(ledger: Ledger, bug: int, run: int) -> str:
    """The sealed image of a run that succeeded; empty where it has expired."""
    ended = [x.event for x in await trail(ledger, bug) if isinstance(x.event, FixEnded) and x.event.run == run]
    return ended[-1].image if ended else ""
