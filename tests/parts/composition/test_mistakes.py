"""Mistakes that the type checker must find: each line is wrong, and mypy says so with the settings of `make lint`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WRONG = """
from dataclasses import replace
from datetime import datetime

from bot.app import Services
from bot.bug.bug import Bug
from bot.bug.event import Event, Inert, Quiet
from bot.bug.values import Alert
from bot.slack.incoming.context import Context


class Grabbed(Quiet, Event):
    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        return replace(bug, ownr=by)  # misspelt field


class Taken(Quiet, Event):
    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        return replace(bug, owner=at)  # wrong type


class Silent(Inert, Event):
    KIND = "silent"


def of(services: Services, context: Context, bug: Bug) -> None:
    Silent()  # missing line
    services.leger  # misspelt part
    services.ledger = services.ledger  # a part set afterwards
    services.relay.wake("now")  # wrong argument of a part
    context.unplaced.opn("chat", "31")  # misspelt method of a port
    context.plans.value = 17  # wrong type for what was read last
    bug.owner = "U1"  # a bug changed in place
    Alert(source="bugsnag", group=17, title="Menu page fails")  # wrong type in a value
"""
SAID = {
    "misspelt field": r'Unexpected keyword argument "ownr" for "replace"',
    "wrong type": r'Argument "owner" to "replace" .* has incompatible type "datetime"',
    "missing line": r'Cannot instantiate abstract class "Silent" with abstract attribute "line"',
    "misspelt part": r'"Services" has no attribute "leger"',
    "a part set afterwards": r'"ledger" defined in "Services" is read-only',
    "wrong argument of a part": r'Too many arguments for "wake"',
    "misspelt method of a port": r'"Unplaced" has no attribute "opn"',
    "wrong type for what was read last": r'Incompatible types in assignment \(expression has type "int"',
    "a bug changed in place": r'"owner" defined in "Bug" is read-only',
    "wrong type in a value": r'Argument "group" to "Alert" has incompatible type "int"',
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[str]]:
    """What mypy says of each line. It keeps what it knows of our own modules, as `make lint` does."""
    file = tmp_path_factory.mktemp("wrong") / "wrong.py"
    file.write_text(WRONG)
    given = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", str(file)]
    ran = subprocess.run(given, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - our own text
    assert ran.returncode == 1, ran.stdout + ran.stderr
    lines = [re.match(r".*wrong\.py:(\d+): error: (.*)", line) for line in ran.stdout.splitlines()]
    said: dict[int, list[str]] = {}
    for line in filter(None, lines):
        said.setdefault(int(line[1]), []).append(line[2])
    return said


@pytest.mark.parametrize("mistake", SAID)
def test_a_mistake_is_found_where_it_stands(found: dict[int, list[str]], mistake: str) -> None:
    (line,) = [n for n, text in enumerate(WRONG.splitlines(), 1) if text.endswith(f"# {mistake}")]
    assert any(re.search(SAID[mistake], said) for said in found.get(line, [])), found


def test_nothing_else_is_found(found: dict[int, list[str]]) -> None:
    marked = {n for n, text in enumerate(WRONG.splitlines(), 1) if "  # " in text}
    assert set(found) == marked
