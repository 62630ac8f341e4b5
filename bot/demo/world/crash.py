"""An unhandled exception of the shop, as a notifier library would gather it. Pure."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Frame:
    file: str
    line: int
    method: str
    in_project: bool
    code: str


@dataclass(frozen=True, kw_only=True)
class Visitor:
    id: str
    name: str
    email: str
    plan: str = ""


@dataclass(frozen=True, kw_only=True)
class Crash:
    kind: str
    """Class of the exception."""
    message: str
    frames: tuple[Frame, ...]
    """The failing one first."""
    context: str
    url: str
    visitor: Visitor
    metadata: Mapping[str, Any]
    stage: str
    release: str
    at: datetime


def frames_of(error: BaseException) -> tuple[Frame, ...]:
    return tuple(_frame(summary) for summary in reversed(traceback.extract_tb(error.__traceback__)))


def _frame(summary: traceback.FrameSummary) -> Frame:
    path = Path(summary.filename)
    ours = path.parent == HERE
    return Frame(
        file=f"quickadmin/{path.name}" if ours else path.name,
        line=summary.lineno or 0,
        method=summary.name,
        in_project=ours,
        code=summary.line or "",
    )
