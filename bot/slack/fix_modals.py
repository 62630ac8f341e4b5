"""The forms of a fix: choose and fill in, preview, run; of an undo, a look, and of settling what was cut off."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.bug import Bug, Fix
from bot.domain.words import foreign
from bot.fixes.forms import Field
from bot.slack import kit
from bot.slack.marks import mark
from bot.slack.modals import View

PARAM = "p_"
SHOWN_ROWS = 10
RISK = {"low": "small and undoable", "medium": "needs one other person", "high": "needs two other people"}


def choose(
    bug: Bug,
    actions: Sequence[tuple[str, str]],
    chosen: str,
    fields: Sequence[Field],
    values: Mapping[str, str],
    menus: Mapping[str, Sequence[tuple[str, str]]],
    help_: str,
    memory: str = "",
) -> View:
    """The action, its parameters, the reason. Changing the action fetches its own fields."""
    head = kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug")
    remembered = [kit.context(f"worked before: {foreign(memory, 200, one_line=True)}", "memory")] if memory else []
    pick = kit.menu("action", "What to do", actions, chosen, live=True)
    about = [kit.context(foreign(help_, 600), "help")] if help_ else []
    inputs = [_input(f, values.get(f.name, f.default), menus.get(f.name, ())) for f in fields]
    why = kit.text_input("reason", "Why", hint="Stands in the trail.", longest=500)
    return kit.modal(
        f"Fix {bug.ref}",
        [head, *remembered, pick, *about, *inputs, why],
        id_="fix",
        meta=mark(bug.ref.number, bug.seq),
        submit="Preview",
    )


def _input(field: Field, value: str, choices: Sequence[tuple[str, str]]) -> Any:
    id_, label, optional = PARAM + field.name, field.label, not field.required
    given = [(c, c) for c in field.choices] or list(choices)
    if given:
        return kit.menu(id_, label, given, value, optional=optional, hint=field.help)
    if field.kind == "boolean":
        return kit.menu(id_, label, [("true", "Yes"), ("false", "No")], value, optional=optional, hint=field.help)
    if field.kind in {"integer", "number"}:
        return kit.number_input(id_, label, value, whole=field.kind == "integer", optional=optional, hint=field.help)
    if field.kind == "date":
        return kit.date_input(id_, label, value, optional=optional, hint=field.help)
    return kit.text_input(id_, label, value, optional=optional, hint=field.help, longest=field.max_length or 3000)


def waiting(bug: Bug, what: str) -> View:
    """At once, while production is being read."""
    text = f":hourglass_flowing_sand: {foreign(what, 300)}\nProduction is only read for this; nothing is changed."
    return kit.modal(f"Fix {bug.ref}", [kit.section(text, "wait")], id_="note", meta=mark(bug.ref.number, bug.seq))


def preview(bug: Bug, fix: Fix, *, mode: str) -> View:
    """Exactly what will happen, whole, with the one button that makes it happen."""
    meta = mark(bug.ref.number, bug.seq, run=fix.run, digest=fix.digest)
    return kit.modal(f"Fix {bug.ref}", preview_blocks(fix), id_="run", meta=meta, submit=run_label(fix, mode))


def run_label(fix: Fix, mode: str) -> str:
    if fix.approvals:
        return "Ask for approval"
    return "Run it" if mode == "run" else "Propose it"


def preview_blocks(fix: Fix) -> list[Any]:
    """Summary, statement, rows before and after, undo. Whole: what does not fit follows as further blocks."""
    undo = (
        ":leftwards_arrow_with_hook: Can be undone."
        if fix.undoable
        else f":warning: Cannot be undone. {foreign(fix.undo_note, 400)}"
    )
    if fix.undoable and fix.undo_note:
        undo = f":leftwards_arrow_with_hook: {foreign(fix.undo_note, 400)}"
    head = f"*{foreign(fix.summary, 600)}*\n{undo}\nRisk: {RISK.get(fix.risk, fix.risk)}. Why: {foreign(fix.reason, 300, one_line=True)}"
    text = [kit.section(f"```{part}```", f"text{i}") for i, part in enumerate(_parts(foreign(fix.text, 6000)))]
    rows = [kit.section(_row(row), f"row{i}") for i, row in enumerate(fix.rows[:SHOWN_ROWS])]
    left = len(fix.rows) - SHOWN_ROWS
    more = [kit.context(f"and {left} more rows, in the file below", "rest")] if left > 0 else []
    return [kit.section(head, "head"), *text, *rows, *more]


def _parts(text: str, size: int = 2900) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)] or ["(nothing)"]


def _row(row: Mapping[str, str]) -> str:
    """One row: its place, then each column as it is and as it will be."""
    return f"*{foreign(row.get('place', ''), 200, one_line=True)}*\n{foreign(row.get('change', ''), 2500)}"


def settle(bug: Bug, fix: Fix) -> View:
    """A person looked at production and says what a cut-off run did."""
    seen = foreign(fix.why, 800)
    text = f"`{foreign(fix.name, 100)}` was cut off. Look at production, then say what you saw. Seen so far: {seen}"
    choices = [("succeeded", "It happened"), ("failed", "It did not happen")]
    blocks = [
        kit.section(text, "what"),
        kit.menu("state", "On production", choices),
        kit.text_input("reason", "What you saw", longest=500),
    ]
    return kit.modal(
        f"Settle {bug.ref}", blocks, id_="settle", meta=mark(bug.ref.number, bug.seq, run=fix.run), submit="Say so"
    )


def look(
    bug: Bug,
    looks: Sequence[tuple[str, str]],
    chosen: str,
    fields: Sequence[Field],
    values: Mapping[str, str],
    help_: str,
) -> View:
    pick = kit.menu("action", "What to look at", looks, chosen, live=True)
    inputs = [_input(f, values.get(f.name, f.default), ()) for f in fields]
    about = [kit.context(foreign(help_, 600), "help")] if help_ else []
    return kit.modal(
        f"Look {bug.ref}", [pick, *about, *inputs], id_="look", meta=mark(bug.ref.number, bug.seq), submit="Look"
    )


def rows(bug: Bug, name: str, found: Sequence[Mapping[str, str]], more: str = "") -> View:
    """A look's rows, for the asker alone; a row may offer the fix it fills in."""
    blocks: list[Any] = [
        kit.context(f"`{foreign(name, 60)}` on {bug.ref}: {len(found)} rows. Only you see them.", "head")
    ]
    for i, row in enumerate(found[:40]):
        blocks.append(kit.section(foreign(row.get("text", ""), 2500) or "(empty)", f"row{i}", _offer(bug, row)))
    if more:
        blocks.append(kit.context(foreign(more, 500), "more"))
    return kit.modal(f"Look {bug.ref}", blocks, id_="note", meta=mark(bug.ref.number, bug.seq))


def _offer(bug: Bug, row: Mapping[str, str]) -> Any:
    if not row.get("fix"):
        return None
    return kit.button("Fix this", "fix_this", mark(bug.ref.number, bug.seq, fix=row["fix"]))
