"""No command executes a team's action before its source was allowed. Python's own audit events are the witness."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.production.catalogue.source import LARGEST
from tests.parts.cli.conftest import Shell
from tests.support.untrusted import FILES

ROOT = Path(__file__).parents[3]
SHOP = """
[actions]
paths = ["ours"]

[targets.shop]
url = "sqlite+aiosqlite:///shop.db"
tables = { menus = "id" }

[probes.page]
look = "loops"
"""
COMMANDS = (
    ("doctor",),
    ("actions", "list"),
    ("actions", "check"),
    ("actions", "check", "--live"),
    ("actions", "new", "hide-menu"),
    ("actions", "allow", "no-such"),
    ("init", "--yes", "--force"),
    ("trail", "verify"),
    ("targets", "list"),
    ("run",),
)
WITNESS = """
import json, sys
seen = []
def hear(event, what):
    if event == "exec":
        seen.append(getattr(what[0], "co_filename", ""))
    elif event == "import" or event == "open" and "touched" in str(what[0]):
        seen.append(str(what[0]))
sys.addaudithook(hear)
from bot.cli import main
try:
    main(sys.argv[2:])
except SystemExit as ended:
    code = ended.code
finally:
    open(sys.argv[1], "w").write(json.dumps(seen))
"""


@pytest.fixture
def ours(makegood: Shell) -> Path:
    makegood.settings(SHOP)
    folder = makegood.folder / "ours"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def ran(folder: Path, words: Sequence[str]) -> tuple[list[str], str]:
    """What was executed, by Python's own word; and what was said."""
    heard = folder / "heard.json"
    here = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SLACK_BOT_TOKEN": "", "S3CRET": "of-production"}
    command = [sys.executable, "-c", WITNESS, str(heard), *words]
    done = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own command
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(heard.read_text()), done.stdout + done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_executes_a_file_that_nobody_allowed(words: Sequence[str], ours: Path) -> None:
    executed, _ = ran(ours.parent, words)
    assert any(name.endswith("actions.py") or "bot/" in name for name in executed), "the witness hears something"
    assert [name for name in executed if str(ours) in name or "touched" in name or "touches" in name] == []
    assert not (ours / "touched").exists()


def test_the_list_shows_what_each_of_them_says_of_itself(makegood: Shell, ours: Path) -> None:
    out = makegood("actions", "list").out
    for name in FILES:
        assert f"{name.removesuffix('.py').replace('_', '-'):<22} sql   low     OFF  Sets one menu's state." in out
    assert "takes id: int" in out
    assert "makegood actions allow writes-a-file" in out


HIDDEN = {
    "turned.py": ("\n# \u202eharmless\n", "does not show (U+202E)"),
    "overwritten.py": ("\nimport os\rprint('harmless')\n", "does not show (U+000D)"),
    "escaped.py": ("\n# \x1b[2K\n", "does not show (U+001B)"),
    "nul.py": ("\n\x00\n", "does not show (U+0000)"),
    "large.py": ("\n" + "#" * LARGEST, "is larger than 100 kB"),
    "deep.py": ("\nx = " + "(" * 3000 + ")" * 3000 + "\n", "does not load"),
    "long_sum.py": ("\nx = " + "+".join(["1"] * 20_000) + "\n", ""),
    "risky.py": ("", "Its risk can't be read without running the file"),
    "aimed.py": ("", "Its target can't be read without running the file"),
    "newer.py": ("", "It is written for version 2 of bot.api; this Makegood has version 1"),
}
"""What is added to a harmless file, and what is said of it."""
CHANGED = {
    "risky.py": ("risk = Risk.LOW", "risk = max(Risk.LOW, Risk.HIGH)"),
    "aimed.py": ("risk = Risk.LOW", 'risk = Risk.LOW\n    target = "sh" + "op"'),
    "newer.py": ("risk = Risk.LOW", "risk = Risk.LOW\n    api = 2"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_text_that_may_run_otherwise_than_it_reads_is_refused_by_name(name: str, makegood: Shell) -> None:
    makegood.settings(SHOP)
    text = FILES["in_the_class.py"].replace(*CHANGED.get(name, ("", "")), 1) + HIDDEN[name][0]
    folder = makegood.folder / "ours"
    folder.mkdir()
    (folder / name).write_bytes(text.encode())
    said = makegood("actions", "check").out
    assert f"{name}: " in said
    assert HIDDEN[name][1] in said


def test_another_encoding_is_refused_and_a_coding_line_changes_nothing(makegood: Shell) -> None:
    makegood.settings(SHOP)
    (makegood.folder / "ours").mkdir()
    (makegood.folder / "ours" / "latin.py").write_bytes("# -*- coding: latin-1 -*-\n# caf\xe9\n".encode("latin-1"))
    assert "latin.py: The file is not UTF-8" in makegood("actions", "check").out


def test_a_pipe_or_a_folder_that_is_called_like_an_action_holds_nobody_up(makegood: Shell) -> None:
    makegood.settings(SHOP)
    (makegood.folder / "ours" / "folder.py").mkdir(parents=True)
    os.mkfifo(makegood.folder / "ours" / "pipe.py")
    said = makegood("actions", "check").out
    assert "folder.py: It is no file." in said
    assert "pipe.py: It is no file." in said
