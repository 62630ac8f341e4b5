"""The ways of docs/architecture.md as a test reads them, and the code that they name."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.unit.docs.pages import ROOT, text

STEP = re.compile(r"^(\d+)\. (?:(\w+) `([^`]+)`: )?`(bot/[\w/]+\.py): ([\w.]+)`", re.MULTILINE)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Step:
    """One numbered line. `how` and `what` name the hand-over that leads to it; without one an earlier step calls it."""

    number: int
    how: str
    what: str
    file: str
    name: str

    def __str__(self) -> str:
        return f"{self.number}. {self.file}: {self.name}"

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def ways() -> dict[str, list[Step]]:
    """The numbered lists by their headings."""
    parts = re.split(r"^### (The way of .*)$", text("docs/architecture.md"), flags=re.MULTILINE)
    return {head: steps(body.partition("\n## ")[0]) for head, body in zip(parts[1::2], parts[2::2], strict=True)}


def steps(body: str) -> list[Step]:
    """The section's one list."""
    found = [Step(int(number), how, what, file, name) for number, how, what, file, name in STEP.findall(body)]
    lines = re.findall(r"^(\d+)\. ", body, re.MULTILINE)
    assert [step.number for step in found] == [int(number) for number in lines], "a step names no file and function"
    assert [step.number for step in found] == list(range(1, len(found) + 1)), "the numbers do not rise by one"
    return found


def definition(step: Step) -> Definition | None:
    """The function, method or class of that name, or None."""
    found: Definition | None = None
    body = tree(step.file).body
    for part in step.name.split("."):
        found = next((x for x in body if isinstance(x, Definition) and x.name == part), None)
        if found is None:
            return None
        body = found.body
    return found


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text())


def mentions(step: Step, name: str) -> bool:
    """Whether the body of this step uses the name, alone or after a dot."""
    found = definition(step)
    nodes = ast.walk(found) if found else ()
    return any(name in {getattr(node, "id", None), getattr(node, "attr", None)} for node in nodes)


def imported(file: str) -> Iterator[str]:
    """Dotted names of what a file imports."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(earlier: Step, later: Step) -> bool:
    """Whether the earlier step uses the later one; a function of another module has to be imported, too."""
    if not mentions(earlier, later.last):
        return False
    a_method = "." in later.name or later.how == "port"
    return a_method or earlier.file == later.file or later.module in imported(earlier.file)
