"""How the command line looks on a real terminal (a pty), in a pipe, and what it says of words that it does not know."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot.commands import bench
from tests.bench.figures import FIGURES
from tests.parts.cli.conftest import Shell

ROOT = Path(__file__).parents[3]


def on_a_terminal(folder: Path, *words: str, **environment: str) -> str:
    """What a person sees, colours and all."""
    ours, theirs = pty.openpty()
    env = {"PYTHONPATH": str(ROOT), "PATH": "", "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    ran = subprocess.Popen([sys.executable, "-m", "bot", *words], cwd=folder, env=env, stdout=theirs, stderr=theirs)  # noqa: S603 - our own command
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # Linux says EIO where the other end has closed
        while piece := os.read(ours, 65536):
            seen += piece
    os.close(ours)
    ran.wait(timeout=60)
    return seen.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_a_table(tmp_path: Path) -> None:
    seen = on_a_terminal(tmp_path, "actions", "list")
    assert re.search(r"^\x1b\[32mon\x1b\[0m +delete-row +sql +low +Delete one row", seen, re.MULTILINE)


def test_who_wants_no_colours_gets_none(tmp_path: Path) -> None:
    seen = on_a_terminal(tmp_path, "actions", "list", NO_COLOR="1")
    assert "\x1b[3" not in seen
    assert re.search(r"^on +delete-row +sql", seen, re.MULTILINE)


def test_a_long_sentence_is_folded_in_its_own_column(tmp_path: Path) -> None:
    seen = on_a_terminal(tmp_path, "actions", "list", NO_COLOR="1", COLUMNS="60")
    assert all(len(line.rstrip()) <= 60 for line in seen.splitlines())


def test_a_pipe_gets_plain_lines(makegood: Shell) -> None:
    ran = makegood("actions", "list")
    assert "\x1b" not in ran.out
    assert re.search(r"^delete-row +sql +low +on +Delete one row", ran.out, re.MULTILINE)


def test_what_others_wrote_is_neither_markup_nor_an_emoji(makegood: Shell, tmp_path: Path) -> None:
    assert makegood("actions", "new", "mine").status == 0
    (mine,) = tmp_path.glob("actions/mine.py")
    mine.write_text(re.sub(r'(class \w+\(.*\):\n +""")', r"\1[red]Bold[/red] :bug: ", mine.read_text(), count=1))
    assert "[red]Bold[/red] :bug:" in on_a_terminal(tmp_path, "actions", "list")


def test_a_retro_is_a_page_on_a_terminal_and_markdown_in_a_pipe(makegood: Shell, story: str, tmp_path: Path) -> None:
    seen = on_a_terminal(tmp_path, "retro", "BUG-1", MAKEGOOD_DATABASE_URL=story)
    assert "Post-mortem of BUG-1 Menu page fails" in seen
    assert "# Post-mortem" not in seen
    assert makegood("retro", "BUG-1").out.startswith("# Post-mortem of BUG-1 Menu page fails\n")


def test_a_bar_shows_on_a_terminal_only(makegood: Shell, story: str, tmp_path: Path) -> None:
    assert "checking the trails" in on_a_terminal(tmp_path, "trail", "verify", MAKEGOOD_DATABASE_URL=story)
    assert makegood("trail", "verify").err == ""


@pytest.mark.parametrize("words", [(), ("help",)], ids=["bare", "help"])
def test_bare_makegood_is_its_help(makegood: Shell, words: tuple[str, ...]) -> None:
    ran = makegood(*words)
    assert ran.status == 0
    assert "asks a few questions and writes makegood.toml" in ran.out


def test_help_explains_one_command(makegood: Shell) -> None:
    assert makegood("help", "retro").out == makegood("retro", "--help").out


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("tial",), "trail"),
        (("hlep",), "help"),
        (("Doctor",), "doctor"),
        (("trail", "verfy"), "verify"),
        (("bench", "fixs"), "fixes"),
        (("retro", "BUG-1", "--format", "jsn"), "json"),
    ],
)
def test_an_unknown_word_is_answered_with_what_was_probably_meant(
    makegood: Shell, words: tuple[str, ...], meant: str
) -> None:
    ran = makegood(*words)
    assert ran.status == 2
    assert f"Did you mean {meant}?" in ran.err


def test_a_word_like_none_is_answered_with_those_that_there_are(makegood: Shell) -> None:
    ran = makegood("xyz")
    assert ran.status == 2
    assert "'xyz' is unknown. There is: init, run, demo" in ran.err


@pytest.mark.parametrize("said", ["99999", "0", "-1", "http"])
def test_what_is_no_port_is_said_so(makegood: Shell, said: str) -> None:
    ran = makegood("demo", f"--port={said}")
    assert ran.status == 2
    assert "is no port; write a number from 1 to 65535" in ran.err


def test_the_figures_that_may_be_named_are_those_that_are_measured() -> None:
    assert tuple(FIGURES) == bench.FIGURES
