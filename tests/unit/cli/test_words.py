"""The words of the command line: bugs, findings."""

import argparse
import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.bug.errors import Rejected
from bot.cli import main
from bot.commands.checks.finding import Finding, checked, note, ok, report, wrong
from bot.commands.common import shown
from bot.commands.options import bug_number
from bot.commands.run import listens
from bot.production.redaction import Redactor
from bot.settings.environment import Environment


@pytest.mark.parametrize("text", ["BUG-17", "bug-17", "17", " BUG-17 "])
def test_a_bug_is_named_as_in_slack_or_by_its_number(text: str) -> None:
    assert bug_number(text) == 17


@pytest.mark.parametrize("text", ["", "BUG", "BUG-", "-17", "BUG-17x", "BUG-1234567890"])
def test_what_is_no_bug_is_said_so(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="BUG-17"):
        bug_number(text)


def test_an_address_is_shown_without_its_password() -> None:
    assert "s3cret" not in shown("postgresql+asyncpg://bot:s3cret@db.example.com/makegood")


def test_a_report_masks_secrets_and_counts_what_needs_mending(capsys: pytest.CaptureFixture[str]) -> None:
    findings = [ok("slack", "is @makegood"), note("probe", "is 500"), wrong("board", "refuses top-secret-token")]
    assert report(findings, Redactor(["top-secret-token"])) == 1
    out = capsys.readouterr().out
    assert "top-secret-token" not in out
    assert out.endswith("1 of 3 needs mending.\n")


def test_notes_alone_leave_all_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([note("probe", "is 500")], Redactor()) == 0
    assert capsys.readouterr().out.endswith("All is well.\n")


async def test_a_system_that_fails_is_a_line_of_its_own() -> None:
    async def fails() -> list[object]:
        raise Rejected("The token is no good.")

    async def unreachable() -> list[object]:
        raise ConnectionRefusedError

    said = await asyncio.gather(checked("board", fails()), checked("till", unreachable()))  # type: ignore[arg-type] # never return
    assert [(f.system, f.state) for found in said for f in found] == [("board", "wrong"), ("till", "wrong")]
    assert said[0][0].said == "The token is no good."


@pytest.mark.parametrize("locale", ["ascii", "latin-1"])
def test_every_sentence_can_be_written_where_the_locale_knows_no_dots_and_arrows(locale: str, tmp_path: Path) -> None:
    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "bot", "init", "--yes", "--channel", "C0123456789", "--config", tmp_path / "m.toml"],
        env={**os.environ, "PYTHONIOENCODING": locale},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0
    assert "→" in ran.stdout.decode()


@pytest.mark.parametrize(("host", "here"), [("::", "http://[::]:3000"), ("127.0.0.1", "http://127.0.0.1:3000")])
def test_where_the_bot_listens_is_an_address_that_a_browser_takes(host: str, here: str) -> None:
    assert listens(Environment(team="T0", database_url="", host=host)).endswith(f" {here}.")


async def _broken() -> list[Finding]:
    raise KeyError("nobody foresaw this")


async def test_a_fault_of_a_check_is_a_line_among_the_others() -> None:
    (found,) = await checked("hooks", _broken())
    assert found.state == "wrong"
    assert "KeyError" in found.said
    assert "please report it" in found.said


@pytest.mark.parametrize("words", [["trail", "verify"], ["targets", "check"], ["actions", "freeze"]])
def test_the_help_of_each_word_says_what_it_does(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*words, "--help"])
    described = capsys.readouterr().out.split("\n\n")[1]
    assert described[0].isupper()
    assert described.endswith(".")
