"""What a careful reader would complain about in an action's file. Pure; the engine guards each run all the same."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.bug.values import Frozen
from bot.production.catalogue_entry import CatalogueEntry
from bot.production.ssh import template
from bot.production.targets import Target

_RAW_SQL = frozenset({"text", "literal_column", "exec_driver_sql", "TextClause"})


class Problem(Frozen):
    """One complaint, with its file."""

    path: Path
    said: str

    def __str__(self) -> str:
        return f"{self.path.name}: {self.said}"


def check_entry(
    entry: CatalogueEntry, known: Mapping[str, CatalogueEntry], targets: Mapping[str, Target]
) -> Iterator[Problem]:
    """Complaints about one file."""
    for said in (*_words(entry), *_target(entry, targets), *_code(entry), *_names(entry, known)):
        yield Problem(path=entry.path, said=said)


def _words(entry: CatalogueEntry) -> Iterator[str]:
    if "__doc__" not in vars(entry.cls) or not entry.help:
        yield "The class has no docstring; it is the help that people read before they approve."
    if entry.kind != "look" and "risk" not in vars(entry.cls):
        yield "The risk is not pinned: write risk = Risk.LOW, MEDIUM or HIGH in the class itself."


def _target(entry: CatalogueEntry, targets: Mapping[str, Target]) -> Iterator[str]:
    kind = "sql" if entry.kind == "look" else entry.kind
    fitting = [name for name, target in targets.items() if target.kind == kind]
    named = entry.cls.target
    if named and named not in fitting:
        there = ", ".join(fitting) or "none yet"
        yield f"The target {named!r} is not a {kind} target of the settings. There is: {there}."


def _code(entry: CatalogueEntry) -> Iterator[str]:
    tree = ast.parse(entry.source)
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | set(_imported(tree))
    if entry.kind in ("sql", "look") and (raw := _RAW_SQL & (attributes | names)):
        yield f"It uses {', '.join(sorted(raw))}: SQL as text is refused at every run."
    if entry.kind == "sql" and names & {"update", "delete"} and "where" not in attributes:
        yield "The statement does not say which rows: an update or delete needs a .where(…) that names the row by its key."
    for module in _modules(tree):
        if module.startswith(("actions", ".")):
            yield f"It imports {module}, which the approval of this file does not cover. Keep an action in one file."


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _names(entry: CatalogueEntry, known: Mapping[str, CatalogueEntry]) -> Iterator[str]:
    parameters = set(entry.cls.model_fields)
    for name in set(entry.cls.from_facts) - parameters:
        yield f"from_facts names {name!r}, which is no parameter."
    yield from template.problems(entry.cls) if entry.kind == "ssh" else ()
    for fix in entry.cls.fixes if entry.kind == "look" else ():
        wrong = set(fix.fills) | set(fix.sets)
        if fix.action not in known or wrong - set(known[fix.action].cls.model_fields):
            yield f"“Fix this” names {fix.action!r} or parameters that it does not have."
