"""What the stories about incoming messages share: the invented payloads, and a delivery made of one."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.ports import Hook

FIXTURES = Path(__file__).parents[2] / "fixtures" / "channels"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

Deliver = Callable[..., Hook]


@pytest.fixture
def deliver() -> Deliver:
    """`deliver("tawk/chat_start.json", {"x-header": "…"})`, or with bytes instead of a file's name."""

    def make(what: str | bytes, headers: dict[str, str] | None = None) -> Hook:
        body = (FIXTURES / what).read_bytes() if isinstance(what, str) else what
        return Hook(headers=headers or {}, body=body, at=NOON)

    return make
