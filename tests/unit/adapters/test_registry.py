"""Adapters are found by their file, or by the metadata of an installed package; what can't be used is said in one sentence."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.registry import BILLERS, BOARDS, CHANNELS, TRACKERS, Registry
from bot.bug.errors import Misconfigured, NotFound
from tests.support.package import REGISTRIES, installed

LEAST = """
from bot.adapters.ports import TrackerAdapter, unsigned
ADAPTER = TrackerAdapter(name="bugzilla", verify=unsigned, parse=lambda hook, options: (), link=lambda url: None)
"""
HEAVY = ("stripe", "bot.adapters.boards.trello")
"""Libraries that only one adapter needs."""


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry._noun)
def test_every_adapter_loads_and_calls_itself_what_its_file_is_called(registry: Registry[Any]) -> None:
    names = [adapter.name for adapter in registry.every()]
    assert names
    assert set(names) <= set(registry.names())


def test_knowing_the_names_and_starting_load_no_adapter_that_is_not_named() -> None:
    code = (
        "import sys, bot.app\nfrom bot.adapters import hooks\nhooks.names()\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(NotFound, match=r"no board “jira”. There are: trello"):
        BOARDS.find("jira")


def test_what_adapters_share_is_no_adapter() -> None:
    assert "common" not in {*TRACKERS.names(), *CHANNELS.names(), *BILLERS.names(), *BOARDS.names()}


def test_a_package_registers_by_its_metadata(tmp_path: Path) -> None:
    points = {"makegood.trackers": {"bugzilla": "theirs:ADAPTER"}}
    with installed(tmp_path, "theirs", LEAST, points):
        assert "bugzilla" in TRACKERS.names()
        assert TRACKERS.find("bugzilla").name == "bugzilla"
    assert "bugzilla" not in TRACKERS.names()


@pytest.mark.parametrize(
    ("code", "point", "told"),
    [
        (LEAST, {"bugsnag": "theirs:ADAPTER"}, r"Also the package theirs ships a tracker “bugsnag”"),
        (LEAST, {"grafana": "theirs:ADAPTER"}, r"ships a tracker “grafana”: it can't be told which"),
        (LEAST, {"mantis": "theirs:ADAPTER"}, r"“mantis” calls itself “bugzilla”"),
        (LEAST, {"bugzilla": "theirs:TRACKER"}, r"“bugzilla” of the package theirs can't be loaded \(theirs:TRACKER\)"),
        ("import not_there", {"bugzilla": "theirs:ADAPTER"}, r"can't be loaded .*No module named 'not_there'"),
        ("ADAPTER = 7", {"bugzilla": "theirs:ADAPTER"}, r"“bugzilla” is no TrackerAdapter"),
    ],
)
def test_a_package_that_can_not_be_used_is_named(tmp_path: Path, code: str, point: dict[str, str], told: str) -> None:
    with (
        installed(tmp_path, "theirs", code, {"makegood.trackers": point}),
        pytest.raises(Misconfigured, match=told),
    ):
        TRACKERS.every()
