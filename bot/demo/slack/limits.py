"""Slack's rate limits: tiers per method and minute, and one message a second and channel with a small burst."""

from collections import defaultdict, deque
from collections.abc import Callable

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}  # calls a minute; 0 stands for Slack's "special", which is generous
MINUTE = 60.0
BURST = 5  # messages a channel takes at once before the second-by-second pace holds
PACED = frozenset({"chat.postMessage"})


class RateLimiter:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._paid_until: dict[str, float] = {}

    def retry_after(self, method: str, tier: int, channel: str) -> int | None:
        """Whole seconds to wait, or None when the call may go ahead (and is counted)."""
        if method in PACED:
            return self._pace(channel)
        return self._count(method, TIERS[tier]) if tier else None

    def _count(self, method: str, most: int) -> int | None:
        calls, now = self._calls[method], self._now()
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= most:
            return max(1, round(calls[0] + MINUTE - now))
        calls.append(now)
        return None

    def _pace(self, channel: str) -> int | None:
        """A leaky bucket: each message costs a second, and a channel may owe up to the burst."""
        now = self._now()
        owed = max(0.0, self._paid_until.get(channel, now) - now)
        if owed > BURST - 1:
            return max(1, round(owed - (BURST - 1)))
        self._paid_until[channel] = now + owed + 1.0
        return None
