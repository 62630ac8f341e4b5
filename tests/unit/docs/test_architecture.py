"""docs/architecture.md says what there is: each step of its ways exists and follows from the one before; so does the life of a bug."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import pytest

from bot import app
from bot.adapters.registry import BILLERS, BOARDS, CHANNELS, TRACKERS
from bot.bug.lifecycle import KINDS, diagram
from bot.slack.verbs.registry import VERBS
from tests.unit.docs.pages import ROOT, blocks, sections, text
from tests.unit.docs.ways import Step, calls, definition, mentions, steps, ways

WAYS = ways()
EVERY = [(way, step) for way, found in WAYS.items() for step in found]


def _by_verb(step: Step, _before: list[Step]) -> bool:
    """The registry finds this function by its name."""
    function = VERBS[step.what].function
    return (function.__module__, function.__name__) == (step.module, step.name)


def _by_entry(step: Step, before: list[Step]) -> bool:
    """The sink follows this kind of entry, and an earlier step writes one."""
    kind = KINDS[step.what]
    sink = getattr(import_module(step.module), step.name.split(".")[0])
    return kind in sink.interest.kinds and any(mentions(earlier, kind.__name__) for earlier in before)


def _by_inbox(step: Step, before: list[Step]) -> bool:
    """The composition root gives what is stored under this name to that method, and an earlier step stored it."""
    handlers = definition(Step(0, "", "", "bot/app.py", "_handlers"))
    table = next(node for node in ast.walk(handlers) if isinstance(node, ast.Dict)) if handlers else ast.Dict([], [])
    found = {_value(key): value for key, value in zip(table.keys, table.values, strict=True) if key}
    handler = found.get(step.what)
    stored = any(earlier.last in {"submit", "store", "store_in"} for earlier in before)
    return stored and isinstance(handler, ast.Attribute) and handler.attr == step.last


def _value(key: ast.expr) -> object:
    return eval(compile(ast.Expression(key), "bot/app.py", "eval"), vars(app))  # noqa: S307 - our own text: ALERTS


def _by_port(step: Step, before: list[Step]) -> bool:
    """The registry knows this adapter, its package holds the step, and the step before calls it through the port."""
    known = step.what in {name for registry in (TRACKERS, CHANNELS, BILLERS, BOARDS) for name in registry.names()}
    return known and f"/{step.what}" in step.file and any(calls(earlier, step) for earlier in before)


HOW = {"verb": _by_verb, "entry": _by_entry, "inbox": _by_inbox, "port": _by_port}


def _follows(step: Step, before: list[Step]) -> bool:
    """The documented hand-over, or a call since the last one."""
    return HOW[step.how](step, before) if step.how else any(calls(earlier, step) for earlier in _since(before))


def _since(before: list[Step]) -> list[Step]:
    """The steps from the last hand-over on: what comes before it has returned."""
    starts = [i for i, step in enumerate(before) if step.how in {"entry", "inbox", "verb"}]
    return before[starts[-1] if starts else 0 :]


def test_there_are_the_ways_that_other_pages_promise() -> None:
    assert [way.removeprefix("The way of ") for way in WAYS] == [
        "a webhook",
        "an entry to a sink",
        "a claim",
        "a fix",
        "an undo",
        "a tell with a credit",
    ]
    assert all(len(found) > 5 for found in WAYS.values())


@pytest.mark.parametrize(("way", "step"), EVERY, ids=str)
def test_every_step_exists(way: str, step: Step) -> None:
    assert (ROOT / step.file).is_file(), f"{way}: {step}"
    assert definition(step), f"{way}: {step}"


@pytest.mark.parametrize(("way", "step"), EVERY, ids=str)
def test_every_step_follows_from_those_before(way: str, step: Step) -> None:
    before = WAYS[way][: step.number - 1]
    assert _follows(step, before) or (not before and not step.how), f"{way}: nothing leads to {step}"


@pytest.mark.parametrize(("way", "step"), EVERY, ids=str)
def test_a_renamed_step_is_noticed(way: str, step: Step) -> None:
    renamed = replace(step, name=f"{step.name}_of_yore")
    assert definition(renamed) is None
    assert not step.number > 1 or not _follows(replace(renamed, how=""), WAYS[way][: step.number - 1])


def test_a_step_that_nothing_leads_to_is_noticed() -> None:
    one, two = steps("1. `bot/web/web.py: Web.hook` takes it\n2. `bot/ledger/ledger.py: Ledger.record` writes it\n")
    assert definition(two)
    assert not _follows(two, [one])


def test_a_hand_over_that_nobody_follows_is_noticed() -> None:
    way = WAYS["The way of a claim"]
    thread = next(step for step in way if step.file == "bot/sinks/thread.py")
    before = way[: thread.number - 1]
    assert _follows(thread, before)
    assert not _follows(replace(thread, what="said"), before)
    assert not _follows(replace(thread, what="released"), before)


def test_the_life_of_a_bug_is_the_one_that_the_code_draws() -> None:
    drawn = [block.strip() for block in blocks(text("docs/architecture.md"), "mermaid")]
    assert diagram() in drawn


def _listed() -> Iterator[str]:
    """What the tree of the house names: folders end with a slash."""
    (block,) = blocks(sections(text("docs/architecture.md"))["The house"], "text")
    folders: dict[int, str] = {}
    for indent, name in re.findall(r"^( *)([\w.]+/?)", block, re.MULTILINE):
        depth = len(indent) // 2
        path = "".join(folders[i] for i in range(depth)) + name
        folders[depth] = name
        yield path


def test_the_tree_of_the_house_names_every_package_and_every_module_of_the_ground_floor() -> None:
    listed = list(_listed())
    there = {path for path in listed if path.startswith("bot/") and path != "bot/"}
    packages = {f"{path.parent.relative_to(ROOT)}/" for path in (ROOT / "bot").rglob("__init__.py")} - {"bot/"}
    rooms = {path for path in packages if path.count("/") <= 3}
    ground = {f"bot/{path.name}" for path in (ROOT / "bot").glob("*.py")} - {"bot/__init__.py", "bot/__main__.py"}
    demo = {path for path in rooms if path.startswith("bot/demo/") and path != "bot/demo/"}
    assert there == (rooms - demo) | ground
    assert all((ROOT / path).exists() for path in listed)


def test_every_file_that_the_page_names_exists() -> None:
    named = re.findall(r"`((?:bot|actions|migrations|tests)/[\w./-]*)", text("docs/architecture.md"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_decision_is_in_the_list_of_decisions() -> None:
    pages = sorted(path for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "index.md")
    heads = [path.read_text().splitlines()[0].removeprefix("# ") for path in pages]
    listed = re.findall(r"^- \[(.*)\]\((.*)\)$", text("docs/decisions/index.md"), re.MULTILINE)
    assert [int(path.name[:2]) for path in pages] == list(range(1, len(pages) + 1))
    assert listed == [(head, path.name) for head, path in zip(heads, pages, strict=True)]
