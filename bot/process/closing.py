"""Closes what was opened, when the process ends: the newest part first."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

log = logging.getLogger(__name__)

Close = Callable[[], Awaitable[object] | None]


class Closing(AsyncExitStack):
    """A stack of parts to close. One that fails is logged, and keeps no other from closing."""

    def at_end(self, close: Close) -> None:
        self.push_async_callback(_closed, close)


async def _closed(close: Close) -> None:
    try:
        closing = close()
        if closing is not None:
            await closing
    except Exception:  # the process ends: what is left is closed all the same
        log.exception("A part did not stop cleanly")
