"""Watches a run: hears a cancel from any process, stores at once what must not get lost, and shows the output live."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.bug.bug import Bug
from bot.bug.fixes.run import FixProgressed, must_go_on
from bot.bug.values import Actor, ActorKind
from bot.ledger.entries import roughly
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import Ledger
from bot.process.tasks import surviving
from bot.sinks.vault import Vault

log = logging.getLogger(__name__)

BY = Actor(kind=ActorKind.SYSTEM, id="production")
LISTEN_EVERY = 0.5
SHOW_EVERY = 4
"""Listens between two writes of the output: one in 2 s."""
KEPT = 2500
"""Characters of output that are shown, and kept in the end."""


def place(bug: int, run: int) -> str:
    """The flag that holds a run's output while it goes on: the process that talks to Slack may be another one."""
    return f"live:{bug}:{run}"


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """What a watch needs of the house."""

    ledger: Ledger
    vault: Vault
    flags: Flags
    redact: Callable[[str], str]


class Watching:
    def __init__(self, around: RunContext, bug: int, run: int) -> None:
        self.around, self.bug, self.run = around, bug, run
        self.cancelled = asyncio.Event()
        self._output = ""
        self._left_out = 0
        self._shown = ""
        self._begun = b""

    @property
    def output(self) -> str:
        """The end of what was said, and how much was before it."""
        before = f"… {self._left_out} lines before …\n" if self._left_out else ""
        return before + self._output

    async def listen(self) -> None:
        """Until it is ended from outside. A database that is away for a moment is asked again."""
        beat = 0
        while True:
            beat += 1
            with surviving(f"Run {self.run} of BUG-{self.bug} goes on unheard for now"):
                await self._hear_cancel()
                if beat % SHOW_EVERY == 0:
                    await self.show()
            await asyncio.sleep(LISTEN_EVERY)

    async def _hear_cancel(self) -> None:
        if self.cancelled.is_set():
            return
        # whatever a newer version wrote meanwhile: a cancel counts
        fix = (await roughly(self.around.ledger, self.bug)).fix(self.run)
        if fix and fix.cancel_asked:
            self.cancelled.set()

    async def show(self) -> None:
        """What is new, for whoever shows it."""
        if self.output != self._shown:
            self._shown = self.output
            text = json.dumps({"text": self._shown})
            await self.around.flags.set(place(self.bug, self.run), text, BY)

    async def progress(self, text: str) -> None:
        lines = (self._output + self.around.redact(text).rstrip() + "\n").splitlines(keepends=True)
        while len(lines) > 1 and sum(map(len, lines)) > KEPT:
            lines.pop(0)
            self._left_out += 1
        self._output = "".join(lines)[-KEPT:]

    async def begin(self, image: bytes) -> None:
        """Raises Refused where this run is not under way any more. The same image is written once."""
        event = None if image == self._begun else self._kept(image)

        def decide(now: Bug) -> FixProgressed | None:
            # read under the bug's lock: before somebody may say how it ended, it is written that it was cut off
            must_go_on(now, self.run)
            return event

        await self.around.ledger.record(self.bug, decide, by=BY)
        self._begun = image

    async def keep(self, image: bytes) -> None:
        event = self._kept(image)
        await self.around.ledger.record(self.bug, lambda _bug: event, by=BY, facts=True)

    def _kept(self, image: bytes) -> FixProgressed:
        return FixProgressed(run=self.run, kept=self.around.vault.seal(image))
