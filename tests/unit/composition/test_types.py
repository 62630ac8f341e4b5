"""The parts know each other by their types: no Any between them, no circle, and no change of a value that mypy can't read."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ForwardRef, Protocol, get_args, get_type_hints

import grimp
import pytest

from bot import app
from bot.adapters import connected, ports
from bot.jobs import jobs
from bot.ledger.ledger import Ledger
from bot.ledger.relay.sink import Sink
from bot.sinks import registry
from bot.slack import session
from bot.slack.incoming import context
from bot.web import front

COMPOSED = (
    app.Services,
    front.FrontParts,
    jobs.JobParts,
    connected.Connected,
    registry.SinkParts,
    registry.Plan,
    session.Session,
    context.Context,
    Ledger,
)
"""What parts are built from."""


def protocols(module: ModuleType) -> list[type]:
    """The ports that a module declares."""
    classes = [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__]
    return [one for one in classes if Protocol in one.__bases__]


def hints(owner: type) -> Iterator[tuple[str, object]]:
    """Every annotation: of the fields, and of what others may call."""
    yield from get_type_hints(owner).items()
    for name, member in vars(owner).items():
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if inspect.isfunction(function) and not name.startswith("_"):
            yield from ((f"{name}({of})", hint) for of, hint in get_type_hints(function).items())


def holds_any(hint: object) -> bool:
    if isinstance(hint, list | tuple):  # the arguments of a Callable
        return any(map(holds_any, hint))
    return hint is Any or isinstance(hint, ForwardRef) or any(map(holds_any, get_args(hint)))


def loose(owner: type) -> list[str]:
    return [name for name, hint in hints(owner) if holds_any(hint)]


class Loose(Protocol):
    """What the walk has to find."""

    field: dict[str, Any]

    @property
    def shown(self) -> Any: ...
    async def serve(self, work: list[tuple[int, Any]]) -> None: ...
    def woken(self, by: "Any | None") -> int: ...
    def sound(self, by: int) -> tuple[str, ...]: ...


def test_the_walk_finds_any_wherever_it_hides() -> None:
    assert loose(Loose) == ["field", "shown(return)", "serve(work)", "woken(by)"]


@pytest.mark.parametrize("owner", COMPOSED, ids=lambda owner: owner.__name__)
def test_what_parts_are_built_from_holds_no_any(owner: type) -> None:
    assert loose(owner) == []


PORTS = [*protocols(ports), *protocols(context), Sink]


@pytest.mark.parametrize("port", PORTS, ids=lambda port: port.__name__)
def test_a_port_holds_no_any(port: type) -> None:
    assert loose(port) == []


def test_every_port_of_the_adapters_is_walked() -> None:
    assert {"Channel", "Biller", "Board", "Unplaced"} <= {port.__name__ for port in PORTS}


@pytest.mark.parametrize("composed", COMPOSED, ids=lambda composed: composed.__name__)
def test_what_parts_are_built_from_is_frozen(composed: type) -> None:
    assert composed.__dataclass_params__.frozen  # type: ignore[attr-defined] # every dataclass has them
    assert "__slots__" in vars(composed)


def test_no_module_stands_in_a_circle_of_imports_not_even_for_types() -> None:
    graph = grimp.build_graph("bot", exclude_type_checking_imports=False)
    circles = [
        (module, to)
        for module in sorted(graph.modules)
        for to in graph.find_modules_directly_imported_by(module)
        if module != to and graph.find_shortest_chain(to, module)
    ]
    assert circles == []


ROOT = Path(app.__file__).parents[1]
UNNAMED = {"bot/production/action.py"}
"""Where the names of what changes are known at run time only."""


def unread_copies(code: str) -> list[int]:
    """Lines on which a model is copied with changes that mypy does not read: a misspelt field is lost without an error."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ((node.func.attr == "model_copy" and (node.args or node.keywords)) or node.func.attr == "__replace__")
    ]


def test_a_changed_copy_is_found_however_it_is_written() -> None:
    code = "a.model_copy()\na.model_copy(update={})\na.b().model_copy(\n    deep=True, update=x\n)\na.__replace__(b=1)\nreplace(a, b=1)"
    assert unread_copies(code) == [2, 3, 6]


def test_every_changed_copy_is_one_that_mypy_reads() -> None:
    files = [path for room in ("bot", "actions") for path in (ROOT / room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in files if unread_copies(path.read_text(encoding="utf-8"))}
    assert found == UNNAMED
