"""Arguments that several commands take; loads nothing, so that no command starts slower for it."""

import argparse
import re
from typing import Any

_BUG = re.compile(r"(?:BUG-)?(\d{1,9})", re.IGNORECASE)


SETTINGS = "makegood.toml"


def config_option(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--config", default=SETTINGS, help=f"the settings file (default: {SETTINGS})")


def team_option(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--team", default="", help="the Slack workspace (T…), where the database holds several")


def port(text: str) -> int:
    """A TCP port that can be listened on."""
    found = int(text) if text.isascii() and text.isdecimal() else 0
    if not 0 < found < 1 << 16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; write a number from 1 to 65535")
    return found


def bug_argument(sub: argparse.ArgumentParser, *, optional: bool = False) -> None:
    sub.add_argument("bug", type=bug_number, metavar="BUG-1", help="the bug", nargs="?" if optional else None)


def trail_argument(sub: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """As `trail`: a bug's number, 0 for the workspace's own."""
    sub.add_argument(
        "trail", type=_trail, metavar="BUG-1|workspace", help="whose trail", nargs="?" if optional else None
    )


def _trail(text: str) -> int:
    return 0 if text.strip().lower() == "workspace" else bug_number(text)


def bug_number(text: str) -> int:
    """ "BUG-17", "bug-17" or "17"."""
    found = _BUG.fullmatch(text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no bug; write it like BUG-17")
    return int(found[1])


def subcommand(words: Any, name: str, does: str) -> argparse.ArgumentParser:
    """One of `words`, what a parser's add_subparsers gave: its own --help says, too, what it `does`."""
    made: argparse.ArgumentParser = words.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
    return made
