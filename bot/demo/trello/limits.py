"""Trello's limits: 100 calls in 10 seconds for a token, 300 for a key, told apart in the 429's body."""

from collections import deque
from collections.abc import Callable

WINDOW = 10.0
PER_TOKEN = 100
PER_KEY = 300
SENTENCE = "Rate limit exceeded"


class Limits:
    def __init__(self, now: Callable[[], float], *, per_token: int = PER_TOKEN, per_key: int = PER_KEY) -> None:
        self._now = now
        self._most = {"API_TOKEN_LIMIT_EXCEEDED": per_token, "API_KEY_LIMIT_EXCEEDED": per_key}
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def exceeded(self, key: str, token: str) -> str | None:
        """The error's code, or None when the call may go ahead (and is counted)."""
        windows = {
            "API_TOKEN_LIMIT_EXCEEDED": self._window("token", token),
            "API_KEY_LIMIT_EXCEEDED": self._window("key", key),
        }
        for code, calls in windows.items():
            if len(calls) >= self._most[code]:
                return code
        for calls in windows.values():
            calls.append(self._now())
        return None

    def _window(self, kind: str, name: str) -> deque[float]:
        calls = self._calls.setdefault((kind, name), deque())
        while calls and calls[0] <= self._now() - WINDOW:
            calls.popleft()
        return calls
