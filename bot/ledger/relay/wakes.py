"""Wakes the relay of this process. The ledger holds it, so that writer and relay share one."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wakes:
    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self._event.set()

    def clear(self) -> None:
        """Before one looks at what is due: what is written from here on wakes again."""
        self._event.clear()

    async def wait(self, seconds: float) -> None:
        """Until somebody wakes, at most so long."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return
