"""The wheel, built once, and two environments that hold nothing but it and what its own metadata asks for."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.wheel.places import ROOT, Place, uv

LOCK = ROOT / "requirements.lock"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the hatchling of the lock file, as `make setup` builds."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def _place(folder: Path, wheel: Path, extra: str = "") -> Place:
    venv = folder / "venv"
    uv("venv", "--quiet", "--python", sys.executable, venv)
    uv("pip", "install", "--quiet", "--python", venv, "--constraint", LOCK, f"makegood{extra} @ {wheel.as_uri()}")
    return Place(venv=venv, home=folder)


@pytest.fixture(scope="session")
def _bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return _place(tmp_path_factory.mktemp("bare"), wheel)


@pytest.fixture(scope="session")
def _with_demo(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return _place(tmp_path_factory.mktemp("demo"), wheel, "[demo]")


@pytest.fixture
def bare(_bare: Place, tmp_path: Path) -> Place:
    """`pip install makegood`, and a folder of this test's own."""
    return replace(_bare, home=tmp_path)


@pytest.fixture
def with_demo(_with_demo: Place, tmp_path: Path) -> Place:
    """`pip install 'makegood[demo]'`."""
    return replace(_with_demo, home=tmp_path)
