"""The next version of Makegood, as far as it matters here: it writes a kind of entry of which the present one knows nothing."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.bug.bug import Bug
from bot.bug.course.ownership import Claimed
from bot.bug.event import Inert, Outcome
from bot.bug.words import Words
from bot.ledger.ledger import SYSTEM
from bot.ledger.shape import shape


class Noted(Inert, Outcome):
    """Somebody claimed the bug, says the next version."""

    KIND = "noted_by_the_next_version"

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("new", ("The next version noted the claim.",))


@contextmanager
def understood() -> Iterator[None]:
    """Whoever judges reads both versions' entries."""
    from bot.bug import lifecycle  # noqa: PLC0415 - the child patches it too

    lifecycle.KINDS[Noted.KIND] = Noted
    shape.cache_clear()
    try:
        yield
    finally:
        lifecycle.KINDS.pop(Noted.KIND, None)
        shape.cache_clear()


def install() -> None:
    """In the child that is to be the next version."""
    from bot.bug import lifecycle  # noqa: PLC0415 - see above
    from bot.ledger.ledger import Ledger  # noqa: PLC0415
    from bot.ledger.relay.subscription import Subscription  # noqa: PLC0415
    from bot.sinks.card import CardSink  # noqa: PLC0415
    from bot.sinks.thread import ThreadSink  # noqa: PLC0415

    lifecycle.KINDS[Noted.KIND] = Noted
    shape.cache_clear()
    for sink in (ThreadSink, CardSink):
        now = sink.interest
        sink.interest = Subscription(kinds=now.kinds | {Noted}, jumps=now.jumps, endless=now.endless)
    follows = Ledger._with_consequences

    def noting(self: Ledger, bug: Bug, events: tuple[Any, ...], by: Any, now: Any) -> Iterable[tuple[Any, Any]]:
        for event, actor in follows(self, bug, events, by, now):
            yield event, actor
            if isinstance(event, Claimed):
                yield Noted(), SYSTEM

    Ledger._with_consequences = noting  # type: ignore[method-assign]
