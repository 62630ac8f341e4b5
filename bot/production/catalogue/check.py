"""Reviews an action's file as a careful reader would. Pure; the engine guards each run all the same.

Everything is read from the text, so that a file can be checked before anybody allowed it.
"""

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.bug.values import Frozen
from bot.production.catalogue.entry import CatalogueEntry
from bot.production.catalogue.source import fix_offers, parsed
from bot.production.catalogue.statements import CHANGES, Statement
from bot.production.ssh import template
from bot.production.targets import SqlTarget, Target

LEFTOVER = "TODO"
"""Marks what `makegood actions new` leaves to its author."""
_RAW_SQL = frozenset({"text", "literal_column", "exec_driver_sql", "TextClause"})
Targets = Mapping[str, Target]


class Problem(Frozen):
    """One complaint, with its file."""

    path: Path
    said: str

    def __str__(self) -> str:
        return f"{self.path.name}: {self.said}"


def check_entry(
    entry: CatalogueEntry, known: Mapping[str, CatalogueEntry], targets: Targets | None
) -> Iterator[Problem]:
    """Complaints about one file."""
    tree = parsed(entry.source)
    said = [*_words(entry), *_leftovers(entry), *_code(entry, tree), *_names(entry, known)]
    said += _target(entry, targets) if targets is not None else ()
    said += _tables(entry, Statement(tree), targets) if targets is not None else ()
    yield from (Problem(path=entry.path, said=one) for one in dict.fromkeys(said))


def _words(entry: CatalogueEntry) -> Iterator[str]:
    if not entry.help:
        yield "The class has no docstring; it is the help that people read before they approve."
    if entry.kind != "look" and entry.says.risk is None:
        yield "The risk is not pinned: write risk = Risk.LOW, MEDIUM or HIGH in the class itself."


def _leftovers(entry: CatalogueEntry) -> Iterator[str]:
    """In comments and texts: a name may well contain the word."""
    tokens = tokenize.generate_tokens(io.StringIO(entry.source).readline)
    for token in tokens:
        if token.type in {tokenize.COMMENT, tokenize.STRING} and LEFTOVER in token.string:
            yield f"Line {token.start[0]} still has a {LEFTOVER} in it. Fill it in, then take the word out."


def _target(entry: CatalogueEntry, targets: Targets) -> Iterator[str]:
    fitting = [name for name, target in targets.items() if entry.fits(target)]
    if entry.target and entry.target not in fitting:
        there = ", ".join(fitting) or "none yet"
        yield f"The target {entry.target!r} is not a {entry.runs_on} target of the settings. There is: {there}."


def fitting(entry: CatalogueEntry, targets: Targets) -> tuple[Target, ...]:
    """Where it may run, by the settings."""
    named = {entry.target} if entry.target else set(targets)
    return tuple(target for name, target in targets.items() if name in named and entry.fits(target))


def _tables(entry: CatalogueEntry, statement: Statement, targets: Targets) -> Iterator[str]:
    """By the settings alone; `makegood actions check --live` asks the database."""
    for target in fitting(entry, targets) if entry.runs_on == "sql" else ():
        there = getattr(target, "tables", {})
        for one in statement.named():
            if one.table not in there:
                yield (
                    f"Line {one.line} names the table {one.table!r}, which is not open to actions on {target.name}. "
                    f"These are: {', '.join(there) or 'none'}."
                )
            elif isinstance(target, SqlTarget) and one.column in target.hidden(one.table):
                yield f"Line {one.line} names {one.table}.{one.column}, which the settings hide: every run is refused."


def _code(entry: CatalogueEntry, tree: ast.Module) -> Iterator[str]:
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | set(_imported(tree))
    if entry.runs_on == "sql" and (raw := _RAW_SQL & (attributes | names)):
        yield f"It uses {', '.join(sorted(raw))}: SQL as text is refused at every run."
    if entry.kind == "sql" and (names | attributes) & CHANGES:
        for line in Statement(tree).unbound():
            yield (
                f"Line {line}: the statement does not say which rows. An update or delete needs a .where(…) that names the row "
                "by its key."
            )
    for module in _modules(tree):
        if module.startswith(("actions", ".")):
            yield f"It imports {module}, which the approval of this file does not cover. Keep an action in one file."
        elif module.split(".")[0] == "bot" and module != "bot.api":
            yield f"It imports {module}, which may change with any version. Import from bot.api."


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            inside = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "bot" else []
            yield from inside or ["." * node.level + (node.module or "")]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _names(entry: CatalogueEntry, known: Mapping[str, CatalogueEntry]) -> Iterator[str]:
    parameters = _parameters(entry)
    facts = entry.says.plain.get("from_facts", {})
    for name in sorted(set(facts if isinstance(facts, dict) else ()) - parameters):
        yield f"from_facts names {name!r}, which is no parameter."
    yield from _templates(entry, parameters) if entry.kind == "ssh" else ()
    for action, filled in fix_offers(entry.source) if entry.kind == "look" else ():
        if action not in known or filled - _parameters(known[action]):
            yield f"“Fix this” names {action!r} or parameters that it does not have."


def _parameters(entry: CatalogueEntry) -> set[str]:
    return {parameter.name for parameter in entry.says.parameters}


def _templates(entry: CatalogueEntry, parameters: set[str]) -> Iterator[str]:
    says = entry.says.plain
    texts = {name: says[name] for name in ("command", "undo", "check", "undo_check") if isinstance(says.get(name), str)}
    secret = {p.name for p in entry.says.parameters if "SecretStr" in p.annotation}
    if "command" not in texts:
        yield "command: there is none that is written out."
    yield from template.problems(texts, parameters, secret)
