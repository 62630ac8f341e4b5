"""Tells whoever waits or listens that something in the workspace changed."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Changes:
    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Returns the way to unsubscribe."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def announce(self) -> None:
        self._event.set()
        self._event = asyncio.Event()
        for listener in tuple(self._listeners):
            listener()

    async def until(self, predicate: Callable[[], Found], timeout: float) -> Found | None:  # noqa: ASYNC109 - part of the contract
        """The first truthy value of the predicate, asked again after every change; None when time is up.

        A predicate may look at what is not there yet: a missing key or index counts as "not yet".
        """
        deadline = asyncio.get_running_loop().time() + timeout
        while not (found := _ask(predicate)):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return None
            await self._next(left)
        return found

    async def _next(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return  # the caller looks once more and gives up


def _ask(predicate: Callable[[], Found]) -> Found | None:
    try:
        return predicate()
    except LookupError:
        return None
