"""The command line: `makegood run` and its neighbours; each command is a module of bot/commands, loaded when it is called."""

import argparse
import io
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from bot import __version__
from bot.bug.errors import MakegoodError
from bot.commands.parser import Parser

COMMANDS = {
    "init": "asks a few questions and writes makegood.toml",
    "run": "runs the bot",
    "demo": "runs the demo: a local Slack, a small SaaS, a customer; no tokens needed",
    "doctor": "checks the settings and every system they name; changes nothing",
    "backup": "makes a copy of the database, also while the bot runs",
    "restored": "after a backup came back: what it still wants done outside waits for a person",
    "migrate": "brings the database to the present schema",
    "trail": "checks the trail's chain of hashes, or prints a bug's trail",
    "retro": "tells the story of a bug or of a month",
    "actions": "lists, checks, makes and allows fix-actions",
    "try": "rehearses the allowed actions on a copy of a database; says what would have been asked and said",
    "targets": "looks at production targets; trusts a host's key",
    "forget": "deletes what is stored of a customer; the trail stays whole",
    "bench": "measures Makegood against a baseline in the same run",
}

MODULES = {"try": "rehearse"}
"""Commands whose word can't be a module's name."""


def parser() -> Parser:
    """All commands with their options; docs are held against it."""
    top = _top()
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help_ in COMMANDS.items():
        sub = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
        _module(name).options(sub)
    return top


def _top() -> Parser:
    top = Parser(prog="makegood", description="A production bug costs a customer; Makegood makes it good.")
    top.add_argument("--version", action="version", version=f"makegood {__version__}")
    return top


def _module(name: str) -> Any:
    return import_module(f"bot.commands.{MODULES.get(name, name)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Exit status 0; 1 where something is wrong (one line says what); 2 where the command's words are off."""
    _write_any_sign()
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] in ([], ["help"]):
        given = [*given[1:], "--help"]
    try:
        args = _parse(given)
        status = _module(args.command).run(args)
    except MakegoodError as error:
        sys.stderr.write(f"makegood: {error}\n")
        status = 1
    except KeyboardInterrupt:
        sys.stderr.write("\n")  # the prompt of whoever pressed it begins on a line of its own
        status = 130
    sys.exit(status)


def _write_any_sign() -> None:
    """In a locale without UTF-8: a terminal shows "?" for what it can't show; a file or pipe gets UTF-8 as elsewhere."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="replace") if stream.isatty() else stream.reconfigure(encoding="utf-8")


def _parse(given: list[str]) -> argparse.Namespace:
    """Only the called command's module is loaded: `makegood run` is ready sooner."""
    if given and given[0] in COMMANDS:
        top = Parser(prog=f"makegood {given[0]}", description=COMMANDS[given[0]])
        _module(given[0]).options(top)
        args = top.parse_args(given[1:])
        args.command = given[0]
        return args
    if given[:1] == ["--version"]:  # answered even where a command's module can't be loaded
        return _top().parse_args(given[:1])
    return parser().parse_args(given)
