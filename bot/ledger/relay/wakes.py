"""Hands what was written to the relay of this process. The ledger holds it, so that writer and relay share one."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from bot.ledger.relay.leased import Lease

Written = TypeVar("Written")
"""What the ledger tells of one write."""
Written_contra = TypeVar("Written_contra", contravariant=True)


class Server(Protocol[Written_contra]):
    """A relay that runs. `seconds`: how long its leases last."""

    @property
    def seconds(self) -> float: ...
    def free(self) -> Mapping[str, int]: ...
    def wants(self, sink: str, rank: int) -> bool: ...
    def elsewhere(self, sink: str) -> bool: ...
    def left(self, sinks: Collection[str]) -> None: ...
    def prepare(self, leases: Iterable[Lease], recorded: Written_contra) -> None: ...
    def begin(self, leases: Sequence[Lease], taken: float, recorded: Written_contra) -> None: ...


@dataclass(frozen=True, slots=True)
class Wakes(Generic[Written]):
    _event: asyncio.Event = field(default_factory=asyncio.Event)
    _servers: list[Server[Written]] = field(default_factory=list)

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

    @property
    def server(self) -> Server[Written] | None:
        """The relay of this process, while it runs."""
        return self._servers[-1] if self._servers else None

    def serve(self, server: Server[Written]) -> None:
        self._servers.append(server)

    def leave(self, server: Server[Written]) -> None:
        """It begins nothing more."""
        self._servers[:] = [one for one in self._servers if one is not server]

    def written(
        self, leases: Sequence[Lease], taken: float, recorded: Written, *, left: Collection[str], more: bool
    ) -> None:
        """After the commit. `left`: sinks for which something is due of which no lease was taken. `more`: one of them has a place."""
        if left and self.server:
            self.server.left(left)
        if leases and self.server:
            self.server.begin(leases, taken, recorded)
        if more or (leases and not self.server):
            self.wake()
