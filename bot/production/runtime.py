"""The port of a runtime, which runs one kind of action on one target, and of the watch that hears it."""

import asyncio
from typing import Any, Protocol

from bot.production.action import Preview, RunOutcome, RunRef


class Watch(Protocol):
    """The caller's ear while a run goes on."""

    cancelled: asyncio.Event

    async def progress(self, text: str) -> None:
        """A line for the thread, already redacted."""

    async def begin(self, image: bytes) -> None:
        """The last call before an effect, and as durable as `keep`. Raises Refused where the run must not go on: no effect then.

        Whoever stood still meanwhile may have been taken for cut off, and a person may have said how it ended.
        """

    async def keep(self, image: bytes) -> None:
        """Durable before it returns: the image or handle by which a run that has begun is found again."""


class Runtime(Protocol):
    """Runs one kind of action on one target."""

    async def preview(self, action: Any, run: RunRef) -> Preview: ...

    async def run(self, action: Any, preview: Preview, run: RunRef, watch: Watch) -> RunOutcome: ...

    async def undo_preview(self, action: Any, image: bytes | None, run: RunRef) -> Preview: ...

    async def undo(
        self, action: Any, image: bytes | None, preview: Preview, run: RunRef, watch: Watch
    ) -> RunOutcome: ...

    async def investigate(
        self, action: Any, preview: Preview, image: bytes | None, run: RunRef, watch: Watch, *, undoing: bool
    ) -> RunOutcome:
        """After a cut-off: looks at production and says what it saw of this run, or of this undo; never acts.

        Never concludes that it happened from a state that was the same before.
        """

    async def close(self) -> None: ...
