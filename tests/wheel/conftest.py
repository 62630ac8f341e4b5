"""The wheel, and two environments that hold nothing but it and what its own metadata asks for: each made once for all workers."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.wheel.places import ROOT, Place, uv

LOCK = ROOT / "requirements.lock"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this run, the same for each of its workers."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "wheel"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _made_once(folder: Path) -> Iterator[bool]:
    """Whether it is still to be made; who comes meanwhile waits. What failed half way is made anew by the next, and fails there."""
    done = folder / "done"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def wheel(shared: Path) -> Path:
    """Built by the hatchling of the lock file, as `make setup` builds."""
    folder = shared / "dist"
    with _made_once(folder) as wanted:
        if wanted:
            here = ("--python", sys.executable, "--out-dir", folder)
            uv("build", "--quiet", "--wheel", "--no-build-isolation", *here, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def _place(folder: Path, wheel: Path, extra: str = "") -> Place:
    venv = folder / "venv"
    with _made_once(folder) as wanted:
        if wanted:
            uv("venv", "--quiet", "--clear", "--python", sys.executable, venv)
            package = f"makegood{extra} @ {wheel.as_uri()}"
            uv("pip", "install", "--quiet", "--python", venv, "--constraint", LOCK, package)
    return Place(venv=venv, home=folder)


@pytest.fixture(scope="session")
def _bare(wheel: Path, shared: Path) -> Place:
    return _place(shared / "bare", wheel)


@pytest.fixture(scope="session")
def _with_demo(wheel: Path, shared: Path) -> Place:
    return _place(shared / "demo", wheel, "[demo]")


@pytest.fixture
def bare(_bare: Place, tmp_path: Path) -> Place:
    """`pip install makegood`, and a folder of this test's own."""
    return replace(_bare, home=tmp_path)


@pytest.fixture
def with_demo(_with_demo: Place, tmp_path: Path) -> Place:
    """`pip install 'makegood[demo]'`."""
    return replace(_with_demo, home=tmp_path)
