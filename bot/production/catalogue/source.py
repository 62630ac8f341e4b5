"""Reads what an action's file declares, without running it. Pure.

Approvers decide on this text, so it has to be the text that runs: plain UTF-8 in which every character shows.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.bug.errors import MakegoodError
from bot.production.action import API, Risk

Kind = Literal["sql", "ssh", "http", "look"]
BASES: Mapping[str, Kind] = {
    "SqlAction": "sql",
    "SshAction": "ssh",
    "HttpAction": "http",
    "EngineAction": "http",
    "WorkflowRun": "http",
    "Deployment": "http",
    "Look": "look",
}
"""What a class of an action's file may build on."""
LARGEST = 100_000
"""Bytes of an action's file; 20 lines are usual."""
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]|\r(?!\n)")
"""Characters by which a text runs otherwise than it reads: controls, and marks that turn the direction of writing."""
_RISKS = {risk.name: risk for risk in Risk}


class Unusable(MakegoodError):
    """A file of the catalogue can't be used; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One parameter as its author wrote it."""

    name: str
    annotation: str
    """The type as source text: "int", "Literal['jobs', 'emails']"."""
    default: str
    """The default as source text; empty: it has to be filled in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """What the one class of a file says in its text."""

    cls: str
    kind: Kind
    help: str
    risk: Risk | None
    """None for a look, and where the class does not pin it."""
    target: str
    parameters: tuple[Parameter, ...]
    plain: Mapping[str, Any]
    """Every class attribute whose value is written out: strings, numbers, tuples, mappings, sets."""


def decoded(code: bytes) -> str:
    """The file as text. Raises Unusable where it may read otherwise than it runs."""
    if len(code) > LARGEST:
        raise Unusable(f"The file is larger than {LARGEST // 1000} kB. An action is about 20 lines.")
    try:
        text = code.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable("The file is not UTF-8, so nobody can tell what it would run. Save it as UTF-8.") from None
    if found := _UNSEEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Unusable(
            f"Line {line} holds a character that does not show (U+{ord(found[0]):04X}), so the file may run otherwise than it "
            "reads. Remove it."
        )
    return text


def parsed(text: str) -> ast.Module:
    """Raises Unusable for what is no Python."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise Unusable(f"The file does not load: it is no valid Python ({error.msg}, line {error.lineno}).") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unusable("The file does not load: it can't be read as Python.") from error


def declared(text: str) -> Declared:
    """What the text says of its action or look. Raises Unusable with what to write instead."""
    tree = parsed(text)
    try:
        return _declared(tree)
    except RecursionError as error:
        raise Unusable("The file does not load: it is nested too deeply to be read.") from error


def _declared(tree: ast.Module) -> Declared:
    node, kind = _only_class(tree)
    values = dict(_assigned(node))
    plain = {name: value for name, value in ((n, written(v)) for n, v in values.items()) if value is not _UNWRITTEN}
    _for_this_version(values, plain)
    return Declared(
        cls=node.name,
        kind=kind,
        help=(ast.get_docstring(node) or "").strip(),
        risk=_risk(values.get("risk")) if kind != "look" else None,
        target=_target(values, plain),
        parameters=tuple(_parameters(node)),
        plain=plain,
    )


def _only_class(tree: ast.Module) -> tuple[ast.ClassDef, Kind]:
    called = {alias.asname or alias.name: alias.name for node in _froms(tree) for alias in node.names}
    kinds: dict[str, Kind] = {ours: BASES[name] for ours, name in called.items() if name in BASES}
    found: list[tuple[ast.ClassDef, Kind]] = []
    for node in (n for n in tree.body if isinstance(n, ast.ClassDef)):
        kind = next((k for base in node.bases if (k := _kind(base, kinds))), None)
        if kind:
            kinds[node.name] = kind
            found.append((node, kind))
    if len(found) != 1:
        raise Unusable(f"A file holds one action or look; this one holds {len(found) or 'none'}.")
    return found[0]


def _froms(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    return (node for node in tree.body if isinstance(node, ast.ImportFrom))


def _kind(base: ast.expr, kinds: Mapping[str, Kind]) -> Kind | None:
    if isinstance(base, ast.Attribute):  # api.SqlAction
        return BASES.get(base.attr)
    return kinds.get(base.id) if isinstance(base, ast.Name) else None


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Name and value of each assignment in the class itself, those of parameters left out."""
    for item in node.body:
        if isinstance(item, ast.Assign):
            yield from ((t.id, item.value) for t in item.targets if isinstance(t, ast.Name))
        elif isinstance(item, ast.AnnAssign) and item.value and _is_class_variable(item.annotation):
            yield getattr(item.target, "id", ""), item.value


def _is_class_variable(annotation: ast.expr) -> bool:
    inner = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return (inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "")) == "ClassVar"


def _parameters(node: ast.ClassDef) -> Iterator[Parameter]:
    for item in node.body:
        if not isinstance(item, ast.AnnAssign) or not isinstance(item.target, ast.Name):
            continue
        if not item.target.id.startswith("_") and not _is_class_variable(item.annotation):
            default = _default(item.value)
            yield Parameter(
                name=item.target.id,
                annotation=ast.unparse(item.annotation),
                default=ast.unparse(default) if default else "",
            )


def _default(value: ast.expr | None) -> ast.expr | None:
    """The default inside `Field(…)` too."""
    if not isinstance(value, ast.Call) or getattr(value.func, "id", getattr(value.func, "attr", "")) != "Field":
        return value
    named = [k.value for k in value.keywords if k.arg in {"default", "default_factory"}]
    found = next(iter([*value.args, *named]), None)
    return None if isinstance(found, ast.Constant) and found.value is Ellipsis else found


_UNWRITTEN = object()


def written(value: ast.expr) -> Any:
    """The value where it is written out; `_UNWRITTEN` where only running the file would tell."""
    if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "frozenset" and not value.keywords:
        return frozenset(_literal(value.args[0]) or ()) if value.args else frozenset()
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError):
        return _UNWRITTEN


def _literal(value: ast.expr) -> Any:
    found = written(value)
    return None if found is _UNWRITTEN else found


def _risk(value: ast.expr | None) -> Risk | None:
    if value is None:
        return None
    if isinstance(value, ast.Attribute) and value.attr in _RISKS:
        return _RISKS[value.attr]
    raise Unusable("Its risk can't be read without running the file. Write risk = Risk.LOW, MEDIUM or HIGH.")


def _target(values: Mapping[str, ast.expr], plain: Mapping[str, Any]) -> str:
    if "target" not in values:
        return ""
    if isinstance(plain.get("target"), str):
        return str(plain["target"])
    raise Unusable('Its target can\'t be read without running the file. Write its name: target = "shop".')


def _for_this_version(values: Mapping[str, ast.expr], plain: Mapping[str, Any]) -> None:
    """Raises Unusable for an action that was written for another version of bot.api."""
    if "api" not in values or plain.get("api") == API:
        return
    said = f"version {plain['api']!r}" if "api" in plain else "another version"
    raise Unusable(
        f"It is written for {said} of bot.api; this Makegood has version {API}. Change the file as CHANGELOG.md "
        f"says, then write api = {API}."
    )


def fix_offers(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Of a look: (action, parameters that are filled or set) for each `FixThis(…)` whose values are written out."""
    calls = (n for n in ast.walk(parsed(text)) if isinstance(n, ast.Call) and _called(n) == "FixThis")
    return tuple(offer for call in calls if (offer := _offer(call.keywords)))


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _offer(keywords: Sequence[ast.keyword]) -> tuple[str, frozenset[str]] | None:
    said = {k.arg: _literal(k.value) for k in keywords if k.arg}
    if not isinstance(said.get("action"), str):
        return None
    return str(said["action"]), frozenset([*(said.get("fills") or {}), *(said.get("sets") or {})])
