"""What the relay and a sink say to each other: what is to be served, what came of it, and that it is too early."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from bot.bug.bug import Bug
from bot.bug.event import Event
from bot.ledger.ledger import Entry
from bot.ledger.relay.leased import Lease
from bot.ledger.relay.subscription import Subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What a sink is asked to serve. `entry` is None for one that jumps; `doubt`: look first, it may be done already."""

    bug: Bug
    entry: Entry | None
    external: Mapping[str, Any]
    doubt: bool
    attempt: int
    lease: Lease


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    outcomes: tuple[Event, ...] = ()
    external: Mapping[str, Any] | None = None
    again_in: float | None = None
    """Seconds after which the sink wants to be asked again although nothing new was written."""
    stuck: Exception | None = None
    """Part of it is done (`outcomes`), the rest met this: the cursor stays, and it is tried again or given up."""


class NotYet(Exception):
    """Asked too early; again in `wait` seconds, without counting as an attempt, or as soon as the trail goes on after `seen`."""

    def __init__(self, wait: float, seen: int | None = None) -> None:
        super().__init__(f"again in {wait:.1f} s")
        self.wait, self.seen = wait, seen


class Sink(Protocol):
    """Follows a bug's trail. `slots`: how many bugs it serves at once."""

    @property
    def name(self) -> str: ...
    @property
    def interest(self) -> Subscription: ...
    @property
    def slots(self) -> int: ...

    async def serve(self, work: Work) -> Served: ...


@runtime_checkable
class Prepares(Protocol):
    """A sink that people wait for when a bug is new: it is served first, and may draw while the bug is being written."""

    def prepare(self, bug: Bug) -> None:
        """Nothing goes out; the bug may never come to be."""
        ...
