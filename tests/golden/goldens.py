"""One stored entry of each kind, as it was written once: it must load for ever. A new kind brings its own file."""

import json
from pathlib import Path

from bot.bug.event import Event
from bot.ledger import codec

FOLDER = Path(__file__).parent
WORKSPACE = FOLDER / "workspace"
"""Kinds of the workspace's own trail."""


def kinds(folder: Path = FOLDER) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.json"))


def stored(kind: str, folder: Path = FOLDER) -> tuple[str, str | None]:
    """The texts of the public and of the private row."""
    text = json.loads((folder / f"{kind}.json").read_text("utf-8"))
    assert text["kind"] == kind
    return text["public"], text["private"]


def event(kind: str) -> Event:
    """Every field of it says something."""
    return codec.load(kind, *stored(kind))
