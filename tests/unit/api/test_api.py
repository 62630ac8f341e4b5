"""bot.api is what a team's own files import: complete, documented, and the only module that hands on another's names."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot import api
from bot.production.catalogue.scaffold import scaffold

ROOT = Path(__file__).parents[3]
ALIASES = {"API", "Grant", "TableName"}
"""Values and types without a docstring of their own; the module that defines them says what they are."""
ACTIONS = [
    path
    for pattern in (
        "actions/*.py",
        "tests/**/own_actions/*.py",
        "tests/oracles/actions/*.py",
        "tests/parts/production_sql/attacks/*.py",
        "tests/bench/jobs/*.py",
    )
    for path in ROOT.glob(pattern)
]
GATHERING = ("bot.api", "bot.adapters.")
"""An adapter's package is the module that its port describes: it gathers `verify`, `parse` and `connect` from its own files."""
Defined = dict[str, set[str]]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def _trees() -> dict[str, ast.Module]:
    """Every module of ours. Read when a test asks: each worker imports this file, and one of them runs it."""
    found = (path for folder in ("bot", "actions", "tests") for path in (ROOT / folder).rglob("*.py"))
    return {_module(path): ast.parse(path.read_text()) for path in found}


def _own(tree: ast.Module) -> Iterator[str]:
    """What a module defines itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _exported(tree: ast.Module) -> list[str]:
    assigned = (node for node in tree.body if isinstance(node, ast.Assign))
    named = (node.value for node in assigned if any(getattr(t, "id", "") == "__all__" for t in node.targets))
    return [name for value in named for name in ast.literal_eval(value)]


def _imports_of_ours(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, name) of each `from bot.… import …`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in _trees():
            yield from ((node.module, alias.name) for alias in node.names)


@cache
def _defined() -> Defined:
    return {name: set(_own(tree)) for name, tree in _trees().items()}


def test_no_other_module_exports_what_another_defines() -> None:
    handed = {
        name: theirs
        for name, tree in _trees().items()
        if not name.startswith(GATHERING) and (theirs := set(_exported(tree)) - _defined()[name])
    }
    assert handed == {}


def test_every_name_is_imported_from_where_it_is_defined() -> None:
    detours = {
        f"{name} imports {what} from {source}"
        for name, tree in _trees().items()
        for source, what in _imports_of_ours(tree)
        if not source.startswith(GATHERING) and f"{source}.{what}" not in _trees() and what not in _defined()[source]
    }
    assert detours == set()


def test_the_list_of_names_is_what_the_module_imports_in_order() -> None:
    imported = [
        alias.name for node in _trees()["bot.api"].body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    assert sorted(imported) == sorted(api.__all__)
    assert len(set(api.__all__)) == len(api.__all__)


@pytest.mark.parametrize("name", sorted(set(api.__all__) - ALIASES))
def test_everything_in_it_says_what_it_is(name: str) -> None:
    value = getattr(api, name)
    said = (vars(value).get("__doc__") if isinstance(value, type) else value.__doc__) or ""
    assert len(said.split()) > 3, name


def _public_methods(cls: type[Any]) -> Iterator[str]:
    return (name for name, value in vars(cls).items() if inspect.isfunction(value) and not name.startswith("_"))


@pytest.mark.parametrize(
    "cls", [api.SqlAction, api.SshAction, api.HttpAction, api.Look, api.WorkflowRun, api.EngineAction, api.Tables]
)
def test_every_method_that_an_author_overrides_or_calls_is_documented(cls: type[Any]) -> None:
    inherited = {name for base in cls.__mro__[1:] if base.__module__.startswith("bot.") for name in vars(base)}
    own = [name for name in _public_methods(cls) if name not in inherited]
    assert [name for name in own if not vars(cls)[name].__doc__] == []


@pytest.mark.parametrize(
    "cls", [api.SqlAction, api.SshAction, api.HttpAction, api.Action, api.Look, api.Request, api.Follow]
)
def test_every_setting_of_an_action_is_followed_by_what_it_means(cls: type[Any]) -> None:
    (node,) = (n for n in ast.parse(inspect.getsource(cls)).body if isinstance(n, ast.ClassDef))
    for item, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(item, ast.AnnAssign):
            assert isinstance(after, ast.Expr), f"{cls.__name__}: {ast.unparse(item)}"


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_action_imports_nothing_else_of_makegood(path: Path) -> None:
    assert {source for source, _ in _imports_of_ours(_trees()[_module(path)])} <= {"bot.api"}


@pytest.mark.parametrize("kind", ["sql", "look", "ssh", "http"])
def test_neither_does_what_is_scaffolded_nor_what_the_documentation_shows(kind: str) -> None:
    of_adapters = {"trackers.md", "customers.md", "billing.md", "board.md", "architecture.md"}
    """Pages that show files of this repository, which may import their neighbours."""
    pages = [page.read_text() for page in (ROOT / "docs").rglob("*.md") if page.name not in of_adapters]
    pages.append((ROOT / "README.md").read_text())
    texts = [*scaffold("mine", kind), *pages]  # type: ignore[arg-type] # the parameter's values are its type's
    found = {line for text in texts for line in re.findall(r"^\s*(?:from|import) (bot[\w.]*)", text, re.MULTILINE)}
    assert found == {"bot.api"}


def test_a_type_checker_reads_our_annotations() -> None:
    assert (ROOT / "bot" / "py.typed").exists()
