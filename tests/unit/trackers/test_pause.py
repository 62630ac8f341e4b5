"""A system that asks to be left alone is left alone for as long as it says, however it says it."""

import pytest

from bot.outgoing.retry_after import LONGEST, pause

NOW = 1_764_000_000.0
"""2025-11-24 16:00:00 UTC."""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "Mon, 24 Nov 2025 16:00:30 GMT"}, 30),
        ({"Retry-After": "Mon, 24 Nov 2025 15:00:00 GMT"}, 0),
        ({"X-RateLimit-Reset": str(int(NOW) + 9)}, 9),
        ({"X-Sentry-Rate-Limit-Reset": str(int(NOW) + 1)}, 1),
        ({"Retry-After": "2", "X-RateLimit-Reset": str(int(NOW) + 9)}, 2),
        ({"Retry-After": "999999"}, LONGEST),
    ],
)
def test_it_is_read_whichever_way_a_service_says_it(headers: dict[str, str], seconds: float) -> None:
    assert pause(headers, NOW) == seconds


@pytest.mark.parametrize("said", ["", "soon", "-3", "1e9", "٣", "1.2.3"])
def test_what_can_not_be_read_says_nothing(said: str) -> None:
    assert pause({"Retry-After": said, "X-RateLimit-Reset": said}, NOW) is None
