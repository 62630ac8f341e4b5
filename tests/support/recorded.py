"""Recorded deliveries with invented values, a folder for each adapter, and what each is to be read as.

`exception.json` is a delivery, `exception.expected.json` beside it holds what a person who read the delivery expects of it.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from bot.adapters.ports import Hook

Port = Literal["trackers", "channels", "boards", "forges"]
FIXTURES = Path(__file__).parents[1] / "fixtures"
OPTIONS = "options.json"
EXPECTED = ".expected.json"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""When each came in."""


def folders(port: Port) -> set[str]:
    return {path.name for path in (FIXTURES / port).iterdir()}


def deliveries(port: Port, name: str) -> list[Path]:
    """Those of one adapter. Raises where there are none: a misspelt name would test nothing."""
    found = sorted(path for path in _files(port, name) if path.name != OPTIONS and not path.name.endswith(EXPECTED))
    if not found:
        raise FileNotFoundError(f"Add deliveries to {FIXTURES / port / name}.")
    return found


def orphans(port: Port, name: str) -> list[str]:
    """Expected results of deliveries that are not there."""
    held = {path.stem for path in deliveries(port, name)}
    return [path.name for path in _files(port, name) if path.name.endswith(EXPECTED) and _stem(path) not in held]


def options(port: Port, name: str) -> Mapping[str, Any]:
    """What makegood.toml would hold for these deliveries."""
    path = FIXTURES / port / name / OPTIONS
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def hook(delivery: Path) -> Hook:
    return Hook(headers={}, body=delivery.read_bytes(), at=NOON)


def expected(delivery: Path) -> Any:
    """What the delivery is to be read as. Raises where nobody wrote it down."""
    return json.loads(delivery.with_name(delivery.stem + EXPECTED).read_text(encoding="utf-8"))


def told(found: Iterable[object]) -> list[dict[str, Any]]:
    """What was read, as an expected result says it: whatever has its default is left out, facts and frames are counted."""
    rows = [TypeAdapter(type(one)).dump_python(one, mode="json", exclude_defaults=True) for one in found]
    return [{key: len(value) if key in {"facts", "frames"} else value for key, value in row.items()} for row in rows]


def _files(port: Port, name: str) -> list[Path]:
    folder = FIXTURES / port / name
    return list(folder.iterdir()) if folder.is_dir() else []


def _stem(expected: Path) -> str:
    return expected.name.removesuffix(EXPECTED)
