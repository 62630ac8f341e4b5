"""The forms of a fix: choose and fill in, preview, run; of an undo, a look, and of settling what was cut off."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.bug.bug import Bug
from bot.bug.fixes.approval import NOBODY, typed_reason
from bot.bug.fixes.fix import Fix
from bot.bug.permissions.alone import Word, word
from bot.bug.permissions.modes import Becomes
from bot.bug.values import Frozen
from bot.production.forms import Field
from bot.slack.views import blocks as kit
from bot.slack.views import preview as preview_view
from bot.slack.views.forms.forms import View
from bot.slack.views.forms.readers import counted
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import foreign
from bot.text import cut

PARAM, TYPED, EMPTY = "p_", "?", "e_"
IN_TRAIL = "Stands in the trail."
OWN = f"In your own words. {IN_TRAIL}"
FROM_LOOK = "From the row that was looked at; change it where it is something else. Stands in the trail."
FROM_ERROR = "From the error and the customers' words; change it where it is something else. Stands in the trail."
Menus = Mapping[str, Sequence[tuple[str, str]]]
"""Choices by field, as (value, label)."""


class Few(Frozen):
    """What there is to say where fewer people can approve than the risk asks for."""

    said: str = ""
    stops: bool = False
    """It can't be confirmed."""
    label: str = ""
    """Of the button, where it is another one."""
    typed: Word | None = None
    """What has to be typed under it."""


ENOUGH = Few()
_ALONE = "Nobody else is here to approve this. You may go on alone by typing {}; everybody reads it."


class Filled(Frozen):
    """What a form of a fix is filled in with; `action` empty: nothing names one, so a person chooses."""

    action: str = ""
    fields: tuple[Field, ...] = ()
    values: Mapping[str, str] = {}
    sources: Mapping[str, str] = {}
    """By field, what its value comes from: "from the error"."""
    help: str = ""
    memory: str = ""
    """What ended the last bug of the same kind."""
    reason: str = ""
    reason_filled: bool = False
    """Nobody typed the reason."""
    carried: str = ""
    """The reason that the pressed button knew: at low risk it fills the box, else it stands beside it."""
    about: Mapping[str, str] = {}
    """What the form's mark says besides the bug."""


def choose(
    bug: Bug,
    actions: Sequence[tuple[str, str]],
    filled: Filled,
    menus: Menus | None = None,
) -> View:
    """The action, its parameters, the reason. Changing the action fetches its own fields; `menus` is None until they are read."""
    memory = filled.memory
    head = kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug")
    remembered = [kit.context(f"worked before: {foreign(memory, 200, one_line=True)}", "memory")] if memory else []
    pick = kit.menu("action", "What to do", actions, filled.action, live=True)
    said = [kit.context(foreign(filled.help, 600), "help")] if filled.help else []
    inputs = _inputs(filled.fields, filled.values, menus, filled.sources)
    why = kit.text_input("reason", "Why", filled.reason, hint=_why_hint(filled), longest=500)
    return kit.modal(
        f"Fix {bug.ref}",
        [head, *remembered, pick, *said, *inputs, why],
        id_="fix",
        meta=mark(bug, **filled.about),
        submit="Preview",
    )


def _why_hint(filled: Filled) -> str:
    if filled.reason_filled:
        return FROM_LOOK if filled.carried else FROM_ERROR
    return _known(filled.carried) if filled.carried else IN_TRAIL


def _known(reason: str) -> str:
    """What is known stands beside the empty box, so that nobody has to find it again."""
    return f"Known is: {cut(' '.join(reason.split()), 300)}. {OWN}"


def _inputs(
    fields: Sequence[Field], values: Mapping[str, str], menus: Menus | None, sources: Mapping[str, str] | None = None
) -> list[Any]:
    """`sources`: what is filled in says where it comes from."""
    found = []
    for f in fields:
        value, hint = values.get(f.name, f.default), _hint(f, (sources or {}).get(f.name, ""))
        if f.menu and not (menus or {}).get(f.name):
            found.append(_typed(f, value, hint, read=menus is not None))
        else:
            found.append(_input(f, value, hint, (menus or {}).get(f.name, ())))
        if f.verbatim and not f.required:
            found.append(_empty(f, chosen=values.get(f.name) == ""))
    return found


def _hint(field: Field, source: str) -> str:
    """What the field is, behind what its value comes from."""
    said = f"{source[:1].upper()}{source[1:]}." if source else ""
    return f"{said} {field.help}".strip()


def _empty(field: Field, *, chosen: bool) -> Any:
    """Nothing and an empty text look alike in a box."""
    choices = [("empty", "An empty text, not NULL")]
    return kit.checkboxes(
        EMPTY + field.name, f"If {field.label} stays empty", choices, ["empty"] * chosen, optional=True
    )


def _typed(field: Field, value: str, help_: str, *, read: bool) -> Any:
    """In place of a menu; under a name of its own, so that nothing typed is taken for a choice."""
    hint = (
        "There is nothing to choose from; type the value." if read else "The choices are being read; or type the value."
    )
    label, optional = field.label, not field.required
    return kit.text_input(PARAM + field.name + TYPED, label, value, optional=optional, hint=f"{help_} {hint}".strip())


def param(block: str) -> str:
    """The parameter that this block of a form fills."""
    return block.removeprefix(PARAM).removesuffix(TYPED)


def _input(field: Field, value: str, hint: str, choices: Sequence[tuple[str, str]]) -> Any:
    id_, label, optional = PARAM + field.name, field.label, not field.required
    given = [(c, c) for c in field.choices] or list(choices)
    if given:
        return kit.menu(id_, label, given, value, optional=optional, hint=hint, live=field.from_tables)
    if field.kind == "boolean":
        return kit.menu(id_, label, [("true", "Yes"), ("false", "No")], value, optional=optional, hint=hint)
    if field.kind in {"integer", "number"}:
        return kit.number_input(id_, label, value, whole=field.kind == "integer", optional=optional, hint=hint)
    if field.kind == "date":
        return kit.date_input(id_, label, value, optional=optional, hint=hint)
    return kit.text_input(id_, label, value, optional=optional, hint=hint, longest=field.max_length or 3000)


def waiting(bug: Bug, what: str) -> View:
    """At once, while production is being read."""
    text = f":hourglass_flowing_sand: {foreign(what, 300)}\nProduction is only read for this; nothing is changed."
    return kit.modal(f"Fix {bug.ref}", [kit.section(text, "wait")], id_="note", meta=mark(bug))


def preview(bug: Bug, fix: Fix, *, becomes: Becomes, few: Few = ENOUGH, box: Sequence[Any] = ()) -> View:
    """Exactly what will happen, whole, with the one button that makes it happen; without it where nobody could approve.

    `box`: who is told when it works.
    """
    meta = mark(bug, run=fix.run, digest=fix.digest, counted=counted(bug))
    shown = [*preview_view.blocks(fix, reason=not fix.reason_filled), *_why(fix), *_warning(few)]
    shown += [_typed_word(few.typed)] if few.typed else []
    title = f"{'Undo' if fix.undo_of else 'Fix'} {bug.ref}"
    if few.stops:
        return kit.modal(title, shown, id_="note", meta=meta)
    below = [kit.context("Below the rows: who is told when it works.", "below")] if len(box) > 1 else []
    whole, label = [*below, *shown, *box], few.label or run_label(fix, becomes)
    return kit.modal(title, whole, id_="run", meta=meta, submit=label)


def _why(fix: Fix) -> list[Any]:
    """The reason that nobody has typed yet: to be read and changed, or at more than low risk to be written."""
    if not fix.reason_filled:
        return []
    if typed_reason(fix):
        return [kit.text_input("reason", "Why", hint=_known(fix.reason), longest=500)]
    return [kit.text_input("reason", "Why", fix.reason, hint=FROM_ERROR, longest=500)]


def preview_message(bug: Bug, fix: Fix, *, becomes: Becomes, few: Few = ENOUGH, box: Sequence[Any] = ()) -> kit.Blocks:
    """The same where no form is open; who is told when it works is filled in in a form, one press away."""
    label = few.label or run_label(fix, becomes)
    run = kit.button(label, "run", _about(bug, fix), "primary")
    tell = kit.button(f"{label} and tell when it works…", "run_and_tell", _about(bug, fix)) if len(box) > 1 else None
    buttons = [] if few.stops else kit.actions([x for x in (run, tell) if x], "run")
    return kit.render([*preview_view.blocks(fix), *_warning(few), *buttons])


def _about(bug: Bug, fix: Fix) -> str:
    return mark(bug, run=fix.run, digest=fix.digest)


def _warning(few: Few) -> list[Any]:
    return [kit.section(few.said, "few")] if few.said else []


def too_few(fix: Fix, able: int, *, glass: bool, solo: bool) -> Few:
    """Said before the preview is confirmed, not after. `glass`, `solo`: which ways the policy knows to go on alone."""
    if able >= fix.approvals:
        return ENOUGH
    if able:
        can, enough = ("one other person", "it is") if able == 1 else (f"{able} others", "they are")
        return Few(
            said=f":warning: Its risk asks for {fix.approvals} approvals; only {can} can approve now, so {enough} enough."
        )
    if solo:
        # where a code may be wanted as well, both are asked for in a form of their own
        wanted = word(fix)
        said = f":bust_in_silhouette: {_ALONE.format(wanted.what)}"
        return Few(said=said, label="Go on alone", typed=None if fix.risk == "high" else wanted)
    if glass:
        said = "Nobody else can approve this. You may go on alone, with a reason; everybody will see it."
        return Few(said=f":rotating_light: {said}", label="Go on without approval")
    return Few(said=f":no_entry: {NOBODY}", stops=True)


def run_label(fix: Fix, becomes: Becomes) -> str:
    if fix.approvals:
        return "Ask for approval"
    return "Run it" if becomes == "run" else "Propose it"


def glass(bug: Bug, fix: Fix, text: str) -> kit.Blocks:
    """To who asked, when nobody answers."""
    alone = kit.button("Go on alone…", "break_glass", _about(bug, fix), "danger")
    return kit.render([kit.section(f":rotating_light: {text}", "glass"), *kit.actions([alone], "alone")])


def stop(bug: Bug, fix: Fix, text: str) -> kit.Blocks:
    """What is under way, and the button that stops it."""
    button = kit.button("Stop it", "cancel", _about(bug, fix), "danger")
    return kit.render([kit.section(text, "stop"), *kit.actions([button], "stop_it")])


def by_hand(bug: Bug, fix: Fix) -> kit.Blocks:
    """In propose mode: what a person runs, and how they say that it is done."""
    about = kit.section(f":hammer_and_wrench: Run this yourself for {bug.ref}, then say so:", "byhand")
    buttons = [
        kit.button("I ran it", "ran_it", _about(bug, fix), "primary"),
        kit.button("Not after all", "cancel", _about(bug, fix)),
    ]
    return kit.render([about, *preview_view.blocks(fix), *kit.actions(buttons, "done")])


def code_input() -> Any:
    """Where the code of an authenticator app is typed."""
    return kit.text_input("code", "Code of your authenticator app", hint="Six digits; each works once.", longest=8)


def alone(bug: Bug, fix: Fix, digest: str, *, coded: bool) -> View:
    """To go on without an approval: why, and where the risk is high that it is really who asked."""
    why = kit.text_input("reason", "Why can nobody be waited for?", many=True, longest=500)
    meta = mark(bug, run=fix.run, digest=digest)
    blocks = [
        kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug"),
        why,
        *([code_input()] if coded else []),
    ]
    return kit.modal(f"Go on alone {bug.ref}", blocks, id_="break_glass", meta=meta, submit="Go on alone")


def typed(bug: Bug, fix: Fix, *, coded: bool) -> View:
    """To who is alone: what it changes is typed, and where the risk is high a code shows that it is really them."""
    about = f"{bug.ref} {foreign(fix.name, 100, one_line=True)}: {foreign(fix.summary, 300, one_line=True)}"
    blocks = [kit.section(about, "about"), _typed_word(word(fix)), *([code_input()] if coded else [])]
    return kit.modal(f"Go on alone {bug.ref}", blocks, id_="go_alone", meta=_about(bug, fix), submit="Go on alone")


def _typed_word(wanted: Word) -> Any:
    return kit.text_input("typed", f"Type {wanted.what}", hint=f"As it stands here: {wanted.word}", longest=120)


def alone_button(bug: Bug, fix: Fix, text: str) -> kit.Blocks:
    """The same by a button, where no form is open."""
    go = kit.button("Go on alone…", "go_alone", _about(bug, fix), "danger")
    return kit.render([kit.section(f":bust_in_silhouette: {text}", "alone"), *kit.actions([go], "go")])


def settle(bug: Bug, fix: Fix) -> View:
    """A person looked at production and says what a cut-off run did."""
    seen = foreign(fix.why, 800)
    text = f"`{foreign(fix.name, 100)}` was cut off. Look at production, then say what you saw. Seen so far: {seen}"
    choices = [("succeeded", "It happened"), ("failed", "It did not happen")]
    seen_ = fix.seen if fix.seen != "unknown" else ""
    blocks = [
        kit.section(text, "what"),
        kit.menu("state", "On production", choices, seen_),
        kit.text_input("reason", "What you saw", longest=500),
    ]
    return kit.modal(f"Settle {bug.ref}", blocks, id_="settle", meta=mark(bug, run=fix.run), submit="Say so")


def look(
    bug: Bug,
    looks: Sequence[tuple[str, str]],
    chosen: str,
    fields: Sequence[Field],
    values: Mapping[str, str],
    menus: Menus | None,
    help_: str,
) -> View:
    pick = kit.menu("action", "What to look at", looks, chosen, live=True)
    inputs = _inputs(fields, values, menus)
    about = [kit.context(foreign(help_, 600), "help")] if help_ else []
    return kit.modal(f"Look {bug.ref}", [pick, *about, *inputs], id_="look", meta=mark(bug), submit="Look")


def rows(bug: Bug, name: str, found: Sequence[Mapping[str, str]], more: str = "") -> View:
    """A look's rows, for the asker alone; a row may offer the fix it fills in."""
    blocks: list[Any] = [
        kit.context(f"`{foreign(name, 60)}` on {bug.ref}: {len(found)} rows. Only you see them.", "head")
    ]
    for i, row in enumerate(found[:40]):
        blocks.append(kit.section(foreign(row.get("text", ""), 2500) or "(empty)", f"row{i}", _offer(bug, row)))
    if more:
        blocks.append(kit.context(foreign(more, 500), "more"))
    return kit.modal(f"Look {bug.ref}", blocks, id_="note", meta=mark(bug))


def _offer(bug: Bug, row: Mapping[str, str]) -> Any:
    if not row.get("fix"):
        return None
    return kit.button("Fix this", "fix_this", mark(bug, fix=row["fix"]))
